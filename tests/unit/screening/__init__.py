"""Tests of the screening service's pure parts."""
