"""Cleared travellers: recognised, added and looked at again by two people, taken away at their wish."""
