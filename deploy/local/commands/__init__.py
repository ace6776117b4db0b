"""The commands of `./run`, by what they need: each hands over to a module of its own."""
