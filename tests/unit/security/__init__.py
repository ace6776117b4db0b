"""Tests of shared/security."""
