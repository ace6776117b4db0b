"""The watchlist over HTTP: lists and their versions, entries, nominations."""
