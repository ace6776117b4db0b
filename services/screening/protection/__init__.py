"""The two desks that protect: children, and whoever travels with a confirmed person."""
