"""The register of travellers' requests, and of the persons who are to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.rights.errors import RequestUnknown

MAX_LISTED = 500
SUBMISSION_KEPT = timedelta(days=183)
"""How long what a person wrote is kept after the answer: as long as a refusal stands at most (SG-20)."""
FORGET_BATCH = 500

_ADD = text("""
INSERT INTO rights_request (request_id, number, kind, channel, language, is_urgent, received_at, due_at,
    acknowledged_at, submission)
VALUES (:request_id, :number, :kind, :channel, :language, :is_urgent, :received_at, :due_at, :received_at,
    :submission)
ON CONFLICT (number) DO NOTHING RETURNING request_id
""")
_COLUMNS = """request_id, number, kind, channel, language, is_urgent, received_at, due_at, submission,
    extended_because, identity_verified_by, record_ids, decided_by, second, decided_at, result, ground,
    reasons, lapses_on"""
_GET = text(f"SELECT {_COLUMNS} FROM rights_request WHERE request_id = :request_id FOR UPDATE")  # noqa: S608
# What is late stands first; what is answered, last.
_LIST = text(f"""
SELECT {_COLUMNS} FROM rights_request ORDER BY decided_at IS NOT NULL, due_at, request_id LIMIT :limit
""")  # noqa: S608
_KNOWN = text("SELECT number, decided_at FROM rights_request WHERE number = ANY (CAST(:numbers AS text[]))")
# The register keeps that somebody asked, when and with which result, and no longer what they wrote.
_FORGET = text("""
UPDATE rights_request SET submission = NULL WHERE request_id IN (
    SELECT request_id FROM rights_request WHERE submission IS NOT NULL AND decided_at < :before
    ORDER BY decided_at LIMIT :limit
)
""")
_VERIFY = text("""
UPDATE rights_request SET identity_verified_by = :person, record_ids = CAST(:record_ids AS uuid[])
WHERE request_id = :request_id AND decided_at IS NULL RETURNING request_id
""")
_EXTEND = text("""
UPDATE rights_request SET extended_because = :reason, due_at = :due_at
WHERE request_id = :request_id AND decided_at IS NULL AND extended_because IS NULL AND NOT is_urgent
RETURNING request_id
""")
_DECIDE = text("""
UPDATE rights_request SET decided_by = :decided_by, second = :second, decided_at = :now, result = :result,
    ground = :ground, reasons = :reasons, lapses_on = :lapses_on
WHERE request_id = :request_id AND decided_at IS NULL RETURNING request_id
""")
# The jobs of retention erase it with their next batch, unless a hit or a hold keeps it.
_ERASE_NOW = text("""
UPDATE traveller SET erase_at = least(erase_at, :now) WHERE traveller_id = ANY (CAST(:ids AS uuid[]))
""")
_ADD_TASK = text("""
INSERT INTO notification_task (task_id, cause, cause_id, made_at, due_at)
VALUES (:task_id, :cause, :cause_id, :now, :due_at) ON CONFLICT (cause_id) DO NOTHING
""")
_TASKS = text("SELECT * FROM notification_task ORDER BY sent_at IS NOT NULL, due_at, task_id LIMIT :limit")
_DEFER = text("""
UPDATE notification_task SET due_at = :due_at, deferrals = deferrals + 1, decided_by = :decided_by,
    second = :second
WHERE task_id = :task_id AND sent_at IS NULL RETURNING task_id
""")
_SENT = text("""
UPDATE notification_task SET sent_at = :now, sent_by = :person
WHERE task_id = :task_id AND sent_at IS NULL RETURNING task_id
""")


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request as it stands; times are UTC. `submission` is sealed to the rights office."""

    request_id: UUID
    number: str
    kind: str
    channel: str
    language: str
    is_urgent: bool
    received_at: datetime
    due_at: datetime
    submission: str | None
    extended_because: str | None
    identity_verified_by: str | None
    record_ids: Sequence[UUID]
    decided_by: str | None
    second: str | None
    decided_at: datetime | None
    result: str | None
    ground: str | None
    reasons: str | None
    lapses_on: date | None


class RightsStore:
    """The tables `rights_request` and `notification_task`."""

    async def add(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Write a request; False when its number is known, which makes a repeat harmless."""
        return (await connection.execute(_ADD, values)).one_or_none() is not None

    async def get(self, connection: AsyncConnection, request_id: UUID) -> RightsRequest:
        """One request, its row locked.

        Raises:
            RequestUnknown: There is none.
        """
        row = (await connection.execute(_GET, {"request_id": request_id})).mappings().one_or_none()
        if row is None:
            raise RequestUnknown
        return RightsRequest(**row)

    async def listed(self, connection: AsyncConnection) -> list[RightsRequest]:
        """Open ones by their due date, then answered ones."""
        rows = await connection.execute(_LIST, {"limit": MAX_LISTED})
        return [RightsRequest(**row) for row in rows.mappings()]

    async def known(self, connection: AsyncConnection, numbers: Sequence[str]) -> dict[str, datetime | None]:
        """Those of these numbers that are registered, each with when it was answered."""
        rows = await connection.execute(_KNOWN, {"numbers": list(numbers)})
        return {row.number: row.decided_at for row in rows}

    async def forget_submissions(self, connection: AsyncConnection, before: datetime) -> int:
        """Erase what people wrote whose answer is older than `before`, a batch at most; how many."""
        values = {"before": before, "limit": FORGET_BATCH}
        return (await connection.execute(_FORGET, values)).rowcount

    async def verify(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Note who checked the identity, and which records are the person's."""
        return (await connection.execute(_VERIFY, values)).one_or_none() is not None

    async def extend(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Give the one extension; False where it was given, or the request is urgent or answered."""
        return (await connection.execute(_EXTEND, values)).one_or_none() is not None

    async def decide(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Write the answer, once."""
        return (await connection.execute(_DECIDE, values)).one_or_none() is not None

    async def erase_now(self, connection: AsyncConnection, ids: Sequence[UUID], now: datetime) -> None:
        """Let the retention jobs erase these travellers with their next batch."""
        await connection.execute(_ERASE_NOW, {"ids": list(ids), "now": now})

    async def add_task(self, connection: AsyncConnection, values: dict[str, Any]) -> None:
        """Note that a person is to be told."""
        await connection.execute(_ADD_TASK, values)

    async def tasks(self, connection: AsyncConnection) -> list[dict[str, Any]]:
        """Who is to be told: the open ones by their due date first."""
        rows = await connection.execute(_TASKS, {"limit": MAX_LISTED})
        return [dict(row) for row in rows.mappings()]

    async def defer(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Put a notification off; whether it was still to be sent."""
        return (await connection.execute(_DEFER, values)).one_or_none() is not None

    async def sent(self, connection: AsyncConnection, task_id: UUID, person: str, now: datetime) -> bool:
        """Note that the person was told; whether that was still to be done."""
        values = {"task_id": task_id, "person": person, "now": now}
        return (await connection.execute(_SENT, values)).one_or_none() is not None
