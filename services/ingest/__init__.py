"""Airlines to travellers: reads what carriers report, keeps what may be kept, answers at once."""
