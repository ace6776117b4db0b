"""The quick form of `./run bench chaos`: one seed, chosen anew by each run and told when it fails."""

import random

import pytest

from deploy.local.chaos.trial import run_trial

SECONDS = 12


@pytest.mark.system
@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost_or_done_twice_while_processes_are_killed(chance: random.Random) -> None:
    report = run_trial(chance.randrange(1_000_000), SECONDS)
    # The line names the seed: `./run bench chaos --seed N` plays the same trial again.
    assert report.faults == (), report.line()
    assert report.killed, report.line()
    assert report.acknowledged > 0, report.line()
