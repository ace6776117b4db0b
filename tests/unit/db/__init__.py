"""Tests of unit/db."""
