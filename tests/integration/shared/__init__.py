"""Tests of integration/shared."""
