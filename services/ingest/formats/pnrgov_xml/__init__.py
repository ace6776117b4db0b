"""PNRGOV in XML: the same reservations as in EDIFACT, in other spelling."""
