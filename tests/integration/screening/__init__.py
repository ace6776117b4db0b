"""Tests of the screening service with a real PostgreSQL."""
