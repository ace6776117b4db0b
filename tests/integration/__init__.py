"""One part with a real PostgreSQL or real processes."""
