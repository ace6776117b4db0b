"""What every HTTP service shares: problems, limits, request ids, authentication, health."""
