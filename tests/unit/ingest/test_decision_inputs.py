"""Which questions ingest keeps for oversight's replay: all, but of accepted messages one in a hundred."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from services.ingest.oversight import NotingSafeguards, is_in_sample
from shared.oversight.kept_inputs import KeptInputs
from shared.policy.verdict import Verdict
from tests.fakes import FixedClock

PICKED, PASSED_OVER = f"sha256:{'0' * 64}", f"sha256:{'0' * 63}1"


@dataclass
class Says:
    """Safeguards that say one thing."""

    inputs_hash: str
    decision: str = "permit"

    def decide(self, _: Mapping[str, Any]) -> Verdict:
        reasons = () if self.decision == "permit" else ("SG-04.NO_ROUTE",)
        return Verdict(
            decision=self.decision,
            reasons=reasons,
            obligations=(),
            pending=(),
            policy_version="2026.1",
            catalogue_digest="sha256:0",
            inputs_hash=self.inputs_hash,
            decided_at=datetime(2026, 6, 1, tzinfo=UTC),
            decision_id=UUID(int=1),
        )


@dataclass
class Noted(KeptInputs):
    """What would be kept."""

    hashes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        KeptInputs.__init__(self, FixedClock())

    def note(self, _: Mapping[str, Any], verdict: Verdict) -> None:
        """Remember the hash alone."""
        self.hashes.append(verdict.inputs_hash)


@pytest.mark.parametrize(
    ("action", "decision", "inputs_hash", "is_kept"),
    [
        ("ingest.accept", "permit", PASSED_OVER, False),
        ("ingest.accept", "permit", PICKED, True),
        ("ingest.accept", "forbid", PASSED_OVER, True),
        ("config.change", "permit", PASSED_OVER, True),
    ],
    ids=["a message", "a message that the hash picks", "a refused message", "anything else"],
)
def test_what_is_kept(action: str, decision: str, inputs_hash: str, is_kept: bool) -> None:
    kept = Noted()
    verdict = NotingSafeguards(Says(inputs_hash, decision), kept).decide({"action": action})
    assert verdict.inputs_hash == inputs_hash
    assert kept.hashes == ([inputs_hash] if is_kept else [])


def test_one_in_a_hundred_is_picked_and_the_same_one_each_time() -> None:
    hashes = [f"sha256:{sha256(str(number).encode()).hexdigest()}" for number in range(20_000)]
    picked = [each for each in hashes if is_in_sample(each)]
    assert 150 < len(picked) < 250
    assert picked == [each for each in hashes if is_in_sample(each)]
