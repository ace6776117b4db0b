"""What each service sends is what the next accepts."""
