"""Tests of shared/web."""
