"""The figures of design.md §6, measured on this machine. One file a subject, one JSON line a figure."""
