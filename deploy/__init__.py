"""Everything that puts the services together and runs them."""
