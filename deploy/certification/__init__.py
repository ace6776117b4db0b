"""What an airline runs against a State's test endpoint before it connects."""
