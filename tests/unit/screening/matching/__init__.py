"""The matcher, pure."""
