"""Arrest, detention and expulsion, consular help, emergencies: what people did, and who has to know."""
