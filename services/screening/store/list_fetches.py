"""What came of fetching each source's list, and the alarms that ring: one row a source."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_json, from_json

#: How soon a fetch that failed, or was ended, is tried again, where the source's own pause is longer.
RETRY_AFTER = timedelta(minutes=15)


class FetchResult(StrEnum):
    """What came of a try."""

    LOADED = "LOADED"
    HELD = "HELD"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
    UNREACHABLE = "UNREACHABLE"


class ListAlarm(StrEnum):
    """Why a source's alarm rings."""

    REFUSED = "REFUSED"
    UNREACHABLE = "UNREACHABLE"
    STALE = "STALE"


@dataclass(frozen=True, slots=True)
class ListFetch:
    """One source's row. `newest_at` is when its version in force was imported; `fault` is code and words."""

    source_id: str
    due_at: datetime
    etag: str | None = None
    modified: str | None = None
    tried_at: datetime | None = None
    ok_at: datetime | None = None
    result: FetchResult | None = None
    fault: dict[str, Any] | None = None
    failures: int = 0
    alarm: ListAlarm | None = None
    alarm_since: datetime | None = None
    version_id: UUID | None = None
    generated_at: datetime | None = None
    newest_at: datetime | None = None

    @property
    def good_at(self) -> datetime | None:
        """When the file in force was last known to be the publisher's newest."""
        known = [each for each in (self.ok_at, self.newest_at) if each is not None]
        return max(known, default=None)


_QUERY = (
    "SELECT held.*, version.version_id, version.generated_at, version.imported_at AS newest_at"
    " FROM list_fetch AS held LEFT JOIN LATERAL (SELECT version_id, generated_at, imported_at"
    " FROM list_version WHERE list_version.source_id = held.source_id AND state = 'IN_FORCE'"
    " ORDER BY in_force_since DESC LIMIT 1) AS version ON true"
)


class ListFetchStore:
    """Fetches in PostgreSQL."""

    async def add_missing(self, connection: AsyncConnection, now: datetime) -> None:
        """Give every registered source its row; a new one is due at once."""
        await connection.execute(
            text(
                "INSERT INTO list_fetch (source_id, due_at) SELECT source_id, CAST(:now AS timestamptz)"
                " FROM list_source ON CONFLICT (source_id) DO NOTHING"
            ),
            {"now": now},
        )

    async def claim_due(self, connection: AsyncConnection, now: datetime) -> str | None:
        """A source whose fetch is due, for this worker alone; due again soon, should this one be ended."""
        statement = text(
            "UPDATE list_fetch SET due_at = :now + least(make_interval(mins => due.fetch_minutes), :soon)"
            " FROM (SELECT source_id, fetch_minutes FROM list_fetch JOIN list_source USING (source_id)"
            " WHERE location IS NOT NULL AND due_at <= :now ORDER BY due_at, source_id LIMIT 1"
            " FOR UPDATE OF list_fetch SKIP LOCKED) AS due"
            " WHERE list_fetch.source_id = due.source_id RETURNING list_fetch.source_id"
        )
        row = (await connection.execute(statement, {"now": now, "soon": RETRY_AFTER})).one_or_none()
        return None if row is None else str(row.source_id)

    async def listed(self, connection: AsyncConnection) -> list[ListFetch]:
        """All rows, by source."""
        rows = await connection.execute(text(f"{_QUERY} ORDER BY held.source_id LIMIT 1000"))
        return [_fetch_of(row) for row in rows]

    async def lock(self, connection: AsyncConnection, source_id: str) -> ListFetch | None:
        """One source's row, locked."""
        query = text(f"{_QUERY} WHERE held.source_id = :id FOR UPDATE OF held")
        row = (await connection.execute(query, {"id": source_id})).one_or_none()
        return None if row is None else _fetch_of(row)

    async def save(self, connection: AsyncConnection, fetch: ListFetch) -> None:
        """Store what came of a try, and the alarm."""
        await connection.execute(
            text(
                "UPDATE list_fetch SET etag = :etag, modified = :modified, tried_at = :tried_at,"
                " ok_at = :ok_at, result = :result, fault = CAST(:fault AS jsonb), failures = :failures,"
                " due_at = :due_at, alarm = :alarm, alarm_since = :alarm_since WHERE source_id = :source_id"
            ),
            {
                "source_id": fetch.source_id,
                "etag": fetch.etag,
                "modified": fetch.modified,
                "tried_at": fetch.tried_at,
                "ok_at": fetch.ok_at,
                "result": None if fetch.result is None else fetch.result.value,
                "fault": None if fetch.fault is None else as_json(fetch.fault),
                "failures": fetch.failures,
                "due_at": fetch.due_at,
                "alarm": None if fetch.alarm is None else fetch.alarm.value,
                "alarm_since": fetch.alarm_since,
            },
        )


def _fetch_of(row: Row[Any]) -> ListFetch:
    return ListFetch(
        source_id=row.source_id,
        due_at=row.due_at,
        etag=row.etag,
        modified=row.modified,
        tried_at=row.tried_at,
        ok_at=row.ok_at,
        result=None if row.result is None else FetchResult(row.result),
        fault=from_json(row.fault),
        failures=row.failures,
        alarm=None if row.alarm is None else ListAlarm(row.alarm),
        alarm_since=row.alarm_since,
        version_id=row.version_id,
        generated_at=row.generated_at,
        newest_at=row.newest_at,
    )
