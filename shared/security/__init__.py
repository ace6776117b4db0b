"""Who is asking, and what they may do: roles, tokens and keys."""
