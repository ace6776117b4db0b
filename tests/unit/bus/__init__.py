"""Tests of unit/bus."""
