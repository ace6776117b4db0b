"""Two States, each with screening and sharing, over real HTTP."""
