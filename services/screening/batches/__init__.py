"""Travellers as they come in: compared with the list, again when it changes, off when they do not fly."""
