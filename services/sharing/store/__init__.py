"""Tables and queries of the sharing service; nothing here commits."""
