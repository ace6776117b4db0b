"""The hit as a value, its life and clocks, its orders, and what other services are told of it."""
