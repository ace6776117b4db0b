"""What travellers are screened against: entries, their sources and how sources are brought together."""
