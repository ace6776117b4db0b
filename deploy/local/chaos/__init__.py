"""The oracle's trial: load, killings, and what must hold afterwards.

A load journal says what was sent and acknowledged; a killer ends processes at random moments from a seed;
the oracle compares the journal with what the databases, the counterpart and the audit logs hold.
"""
