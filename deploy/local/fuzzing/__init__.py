"""Inputs that nobody should send, made from a seed, for everything that reads what others send."""
