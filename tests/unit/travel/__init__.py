"""Tests of unit/travel."""
