"""What the console reads of other services' answers, a file for each kind of work."""
