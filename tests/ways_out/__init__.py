"""What the machines over the ways out share: safeguards that forget, and how a machine is run.

A machine lets people, registers and time act on a running service in any order, and asks an oracle in plain
words about whatever left. Its module exports `FINDS`, the numbers of the safeguards that its tests forget on
purpose and whose leak the oracle then finds, computed from what those tests are parametrized with and never
written by hand. docs/safeguards.md names the machines beside each safeguard by the name of their file, and
tests/unit/policy/test_ways_out.py compares: a module is found by its `FINDS`, nothing else registers it.
"""
