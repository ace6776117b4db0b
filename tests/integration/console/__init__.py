"""The console with a real PostgreSQL."""
