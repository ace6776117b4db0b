"""Accounts that an incident froze: where they are kept in each service, and how its door knows them."""
