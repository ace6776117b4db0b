"""Messages to and from counterparts: the one door, the duty desk, letters, clocks."""
