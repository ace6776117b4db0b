"""The command and what runs everything."""
