"""Watchlist entries and the readers of published lists."""
