"""What was written to the ledgers goes out: every safeguard is asked anew at each try."""
