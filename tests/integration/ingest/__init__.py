"""Tests of integration/ingest."""
