"""The safeguards: facts, policies, engine, catalogue."""
