"""Tests of the witness that a court can run, and of the client that asks it."""
