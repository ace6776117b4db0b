"""Travellers in, hits out: screening, review by people, watchlists, orders and the front line."""
