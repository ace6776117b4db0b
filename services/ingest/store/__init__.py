"""The tables of ingest, an aggregate each. Nothing here commits: the use case does, once."""
