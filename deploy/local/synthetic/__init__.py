"""Fictional travel for benchmarks and the chaos test: people, flights and the messages that report them."""
