"""Tests of unit/approval."""
