"""Tables and queries of the screening service, an aggregate a file. No store commits; the use case does."""
