"""Incidents of the whole system: found, contained, reported by their clocks, closed."""
