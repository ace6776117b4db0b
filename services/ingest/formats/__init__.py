"""Readers: bytes in, parsed messages or typed errors out. No web, no database, no clock of their own."""
