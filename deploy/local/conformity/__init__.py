"""What two States try with each other before the first real message (sharing-protocol.md §9.7)."""
