"""The pages on which officers, supervisors, auditors and administrators work."""
