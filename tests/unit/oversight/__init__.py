"""Tests of what oversight reads, without a database."""
