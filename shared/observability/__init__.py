"""Logs and figures that never carry personal data."""
