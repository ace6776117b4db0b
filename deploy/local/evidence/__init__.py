"""The evidence pack for CTED: the mandate's paragraphs, filled in from a running system."""
