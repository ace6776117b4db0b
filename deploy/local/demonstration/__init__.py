"""The demonstration: a fictional watchlist, fictional flights, and people who work on them."""
