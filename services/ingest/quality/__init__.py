"""How good the data of each carrier are."""
