"""Who may send, what may be collected, on which routes and under which law: put in force by two people."""
