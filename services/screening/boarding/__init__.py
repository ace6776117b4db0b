"""What people decide about a traveller's boarding, and the one hold that a law may let the machine make."""
