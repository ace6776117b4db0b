"""What each safeguard must know, read from a request."""
