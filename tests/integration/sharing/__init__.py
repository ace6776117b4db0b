"""Tests of the sharing service."""
