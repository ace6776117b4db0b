"""Values for tests, filled in; a test states only what it is about. All persons are invented."""
