"""What an airline runs against a test endpoint."""
