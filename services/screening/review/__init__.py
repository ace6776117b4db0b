"""Two people look at a possible match, blind to each other, and decide."""
