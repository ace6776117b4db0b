"""What was asked of the safeguards, kept beside the audit record of the answer for as long as it may be.

The log holds the hash of what was judged, for ever; the inputs themselves are kept here for a time, so that
the same question can be asked again. They enter in the transaction of the record.

Source: safeguards.md SG-42 (oversight has full reach), SG-23 (time limits); workflow.md §8 (replay).
"""

import json
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.record import AuditRecord
from shared.clock import Clock
from shared.policy.engine import VAULT_FACTS
from shared.policy.verdict import Verdict

INPUTS_KEPT: Final = timedelta(days=183)
"""As long as the passenger data of somebody without a hit (SG-23)."""
MAX_WAITING: Final = 2_000
MAX_INPUT_BYTES: Final = 1_048_576
FORGET_BATCH: Final = 1_000
QUESTIONS: Final = "questions"
"""Under this name stand the requests of an act that takes several, as the one question that is kept."""

_INSERT = text("""
INSERT INTO decision_input (record_id, subject_id, kept_since, request)
SELECT * FROM unnest(CAST(:record_id AS uuid[]), CAST(:subject_id AS text[]),
                     CAST(:kept_since AS timestamptz[]), CAST(:request AS bytea[]))
ON CONFLICT DO NOTHING
""")
_GET = text("SELECT request FROM decision_input WHERE record_id = :record_id")
_FORGET = text("""
DELETE FROM decision_input WHERE record_id IN (
    SELECT record_id FROM decision_input WHERE kept_since <= :before ORDER BY kept_since LIMIT :limit
)
""")


class KeptInputs:
    """Holds what was asked until its record is written, at most `MAX_WAITING` questions.

    A question that is never recorded falls out of memory; one that fell out too early is not kept, and its
    decision is then proved by its hash alone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, Mapping[str, Any]] = OrderedDict()

    def note(self, request: Mapping[str, Any], verdict: Verdict) -> None:
        """Hold a question under the hash of its inputs."""
        self._waiting[verdict.inputs_hash] = request
        self._waiting.move_to_end(verdict.inputs_hash)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)

    async def write(self, connection: AsyncConnection, records: Sequence[AuditRecord]) -> None:
        """Keep the inputs of those records that tell a decision, in their own transaction."""
        told = [(record, self._waiting.get(str(record.facts.get("inputs_hash")))) for record in records]
        found = [(record, asked) for record, asked in told if asked is not None]
        if found:
            columns = {
                "record_id": [record.record_id for record, _ in found],
                "subject_id": [record.subject_id for record, _ in found],
                "kept_since": [self._clock.now()] * len(found),
                "request": [_packed(asked) for _, asked in found],
            }
            await connection.execute(_INSERT, columns)


async def kept_request(connection: AsyncConnection, record_id: UUID) -> dict[str, Any] | None:
    """What was judged, as the record's decision read it; none where it is not held any more."""
    packed = await connection.scalar(_GET, {"record_id": record_id})
    if packed is None:
        return None
    request: dict[str, Any] = json.loads(zlib.decompressobj().decompress(packed, MAX_INPUT_BYTES))
    return request


async def forget_inputs(connection: AsyncConnection, before: datetime) -> int:
    """Drop what was kept since before an instant, at most a batch."""
    done = await connection.execute(_FORGET, {"before": before, "limit": FORGET_BATCH})
    return int(done.rowcount)


def _packed(request: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(_shown(request), sort_keys=True, separators=(",", ":")).encode())


def _shown(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request as it is kept; the protection vault's facts are in no record of ours (SG-35)."""
    if QUESTIONS in request:
        return {QUESTIONS: [_shown(each) for each in request[QUESTIONS]]}
    shown = dict(request)
    for part, hidden in VAULT_FACTS.items():
        content = shown.get(part)
        if isinstance(content, dict):
            shown[part] = {name: value for name, value in content.items() if name not in hidden}
    return shown
