"""The traveller's door."""
