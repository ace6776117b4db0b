"""Flights that ought to be reported, and the alarm when they are not."""
