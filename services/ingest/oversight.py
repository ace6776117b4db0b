"""The safeguards as ingest asks them; questions about one person or rule are noted for the log's record."""

from collections.abc import Mapping
from typing import Any, Final

from services.ingest.ports import Safeguards
from shared.oversight.kept_inputs import KeptInputs
from shared.policy.verdict import Verdict

BY_HASH_ALONE: Final = frozenset({"ingest.accept"})
"""Asked for every message, thirty times a second: the log keeps its hash, and no inputs."""


class NotingSafeguards:
    """Notes what was asked, but for `BY_HASH_ALONE`."""

    def __init__(self, safeguards: Safeguards, kept: KeptInputs) -> None:
        self._safeguards = safeguards
        self._kept = kept

    def decide(self, request: Mapping[str, Any]) -> Verdict:
        """Evaluate all safeguards that judge the request."""
        verdict = self._safeguards.decide(request)
        if request["action"] not in BY_HASH_ALONE:
            self._kept.note(request, verdict)
        return verdict
