"""The safeguards as screening asks them, each question noted for the log's record of the answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.ports import Safeguards
from shared.oversight.kept_inputs import FORGET_BATCH, KeptInputs
from shared.policy.verdict import Verdict

_FORGET_WITH_THE_PERSON: Final = text("""
DELETE FROM decision_input WHERE record_id IN (
    SELECT i.record_id FROM decision_input i JOIN hit h ON i.subject_id = CAST(h.traveller_id AS text)
    WHERE h.traveller IS NULL LIMIT :limit
)
""")


class NotingSafeguards:
    """Notes whatever gets a numbered verdict; what is asked of single safeguards has none."""

    def __init__(self, safeguards: Safeguards, kept: KeptInputs) -> None:
        self._safeguards = safeguards
        self._kept = kept

    def decide(self, request: Mapping[str, Any]) -> Verdict:
        """Evaluate all safeguards that judge the request."""
        verdict = self._safeguards.decide(request)
        self._kept.note(request, verdict)
        return verdict

    def decide_batch(self, requests: Sequence[Mapping[str, Any]]) -> list[Verdict]:
        """Evaluate many requests, each by itself, in their order."""
        verdicts = self._safeguards.decide_batch(requests)
        for request, verdict in zip(requests, verdicts, strict=True):
            self._kept.note(request, verdict)
        return verdicts

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """Evaluate one safeguard alone."""
        return self._safeguards.judge(rule_id, request)

    def reasons_alone(
        self, rule_ids: Sequence[str], requests: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, ...]]:
        """All reasons that some safeguards alone give against each request, in their order."""
        return self._safeguards.reasons_alone(rule_ids, requests)


async def forget_with_the_person(connection: AsyncConnection, _before: datetime) -> int:
    """Drop the inputs of decisions about travellers whose data left their hit: they are held no longer."""
    done = await connection.execute(_FORGET_WITH_THE_PERSON, {"limit": FORGET_BATCH})
    return int(done.rowcount)
