"""Reading the audit log: searches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_SEARCH_RECORDS: Final = 500

_SEARCH = text("""
SELECT r.record_id, r.content, l.position FROM audit_record r
LEFT JOIN audit_leaf l USING (record_id)
WHERE (CAST(:actor AS text) IS NULL OR r.actor = :actor)
  AND (CAST(:subject_id AS text) IS NULL OR r.subject_id = :subject_id)
  AND (CAST(:object_id AS text) IS NULL OR r.object_id = :object_id)
  AND (CAST(:action AS text) IS NULL OR r.action = :action)
  AND (CAST(:outcome AS text) IS NULL OR r.outcome = :outcome)
  AND (CAST(:purpose AS text) IS NULL OR r.purpose = :purpose)
  AND (CAST(:since AS timestamptz) IS NULL OR r.occurred_at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR r.occurred_at < :until)
  AND (CAST(:cursor AS uuid) IS NULL OR r.record_id < :cursor)
ORDER BY r.record_id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What a search looks for; absent parts match everything. Times are aware; `until` is not included."""

    actor: str | None = None
    subject_id: str | None = None
    object_id: str | None = None
    action: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record as it was written, and its position; none while it waits for one."""

    record_id: UUID
    content: bytes
    position: int | None


async def search(
    connection: AsyncConnection, sought: AuditFilter, *, limit: int, cursor: UUID | None = None
) -> list[FoundRecord]:
    """Records that match, newest first; `cursor` is the last record of the page before.

    Args:
        connection: The service's database.
        sought: What to look for.
        limit: At most so many, 1 to `MAX_SEARCH_RECORDS`.
        cursor: Only records older than this one.
    """
    assert 1 <= limit <= MAX_SEARCH_RECORDS, "a search has a limit"
    parameters: dict[str, Any] = {
        "actor": sought.actor,
        "subject_id": sought.subject_id,
        "object_id": sought.object_id,
        "action": sought.action,
        "outcome": sought.outcome,
        "purpose": sought.purpose,
        "since": sought.since,
        "until": sought.until,
        "cursor": cursor,
        "limit": limit,
    }
    rows = await connection.execute(_SEARCH, parameters)
    return [FoundRecord(row.record_id, row.content, row.position) for row in rows]


async def record_exists(connection: AsyncConnection, record_id: UUID) -> bool:
    """Whether there is such a record, in the tree or not."""
    found = await connection.scalar(
        text("SELECT EXISTS (SELECT FROM audit_record WHERE record_id = :id)"), {"id": record_id}
    )
    return bool(found)
