"""The rights office: what a traveller asks, what is answered, and what that changes."""
