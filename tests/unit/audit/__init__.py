"""Tests of unit/audit."""
