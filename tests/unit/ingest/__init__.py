"""Tests of unit/ingest."""
