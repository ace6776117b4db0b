"""Readers of published lists, one file a format. Bytes in, watchlist entries or a typed error out."""
