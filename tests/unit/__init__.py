"""One module in isolation."""
