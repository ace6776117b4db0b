"""The other services, asked with the token of the person at the screen; a file for each."""
