"""What one person proposes and another one approves: the two-person machinery of every register."""
