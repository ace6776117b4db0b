"""The safeguards as ingest asks them; what they were asked is noted for the log's record of the answer."""

from collections.abc import Mapping
from typing import Any, Final

from services.ingest.ports import Safeguards
from shared.oversight.kept_inputs import KeptInputs
from shared.policy.verdict import Verdict

SAMPLED: Final = frozenset({"ingest.accept"})
"""Asked for every message, thirty times a second: what was refused is kept, and of permits one in a hundred.

No person is in it: names of elements, the registers' rows, a count and the time.
"""
ONE_IN: Final = 100
_HASH_DIGITS: Final = 8


class NotingSafeguards:
    """Notes what was asked; of `SAMPLED` every refusal, and the permits that the hash of their inputs picks.

    Source: safeguards.md SG-45 (replay of a 1 % sample), SG-42.
    """

    def __init__(self, safeguards: Safeguards, kept: KeptInputs) -> None:
        self._safeguards = safeguards
        self._kept = kept

    def decide(self, request: Mapping[str, Any]) -> Verdict:
        """Evaluate all safeguards that judge the request."""
        verdict = self._safeguards.decide(request)
        if request["action"] not in SAMPLED or not verdict.permits or is_in_sample(verdict.inputs_hash):
            self._kept.note(request, verdict)
        return verdict


def is_in_sample(inputs_hash: str) -> bool:
    """Whether a hash picks its decision: nobody chooses, and asked again it picks the same."""
    return int(inputs_hash[-_HASH_DIGITS:], 16) % ONE_IN == 0
