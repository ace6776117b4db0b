"""Entries as watchlist officers look at them: searched, due for review, counted by their hits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import from_json
from shared.personal import Personal


@dataclass(frozen=True, slots=True, repr=False)
class EntryFile(Personal):
    """An entry and where it comes from; `file_date` is of when its publisher's file is."""

    entry_id: str
    source_id: str
    version_id: UUID | None
    sha256: str | None
    body: dict[str, Any]
    status: str
    review_due: date
    expires: date
    is_used: bool
    refusals: list[str]
    adoption: dict[str, Any] | None
    file_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """How often an entry was matched, and how often people found somebody else."""

    entry_id: str
    source_id: str
    hits: int
    not_a_match: int


_FILE = (
    "SELECT entry_id, entry.source_id, entry.version_id, sha256, body, status, review_due, expires, is_used,"
    " refusals, adoption, generated_at FROM watchlist_entry AS entry"
    " LEFT JOIN list_version USING (version_id)"
)


class EntryStore:
    """Reads entries; it changes none."""

    async def files(self, connection: AsyncConnection, entry_ids: Collection[str]) -> list[EntryFile]:
        """These entries, by identifier."""
        query = text(f"{_FILE} WHERE entry_id = ANY(CAST(:ids AS text[])) ORDER BY entry_id LIMIT 100")
        return [_file_of(row) for row in await connection.execute(query, {"ids": list(entry_ids)})]

    async def search(
        self, connection: AsyncConnection, words: str, limit: int, after: str | None = None
    ) -> list[EntryFile]:
        """Entries one of whose names, in any script, holds the words; or with that identifier or document."""
        query = text(
            f"{_FILE} WHERE entry_id > :after"  # noqa: S608
            " AND (entry_id = :words OR split_part(entry_id, ':', 2) = :words"
            " OR EXISTS (SELECT 1 FROM"
            " jsonb_array_elements(body -> 'names') AS name"
            " WHERE position(lower(:words) IN lower(name ->> 'text')) > 0)"
            " OR EXISTS (SELECT 1 FROM jsonb_array_elements(body -> 'documents') AS held"
            " WHERE upper(held ->> 'number') = upper(:words))) ORDER BY entry_id LIMIT :limit"
        )
        asked = {"words": words, "after": after or "", "limit": limit}
        return [_file_of(row) for row in await connection.execute(query, asked)]

    async def due(self, connection: AsyncConnection, until: date, limit: int) -> list[EntryFile]:
        """Entries whose review or end comes by a day, the next first; foreign rows that wait are not due."""
        query = text(
            f"{_FILE} WHERE status IN ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED')"
            " AND least(review_due, expires) <= :until ORDER BY least(review_due, expires), entry_id"
            " LIMIT :limit"
        )
        return [_file_of(row) for row in await connection.execute(query, {"until": until, "limit": limit})]

    async def counts(self, connection: AsyncConnection, limit: int) -> list[EntryCounts]:
        """Hits of the entries in use, those most often found to be somebody else first."""
        query = text(
            "SELECT entry.entry_id, entry.source_id, count(hit.hit_id) AS hits,"
            " count(*) FILTER (WHERE hit.closing_code = 'DIFFERENT_PERSON' OR hit.state = 'NOT_A_MATCH')"
            " AS not_a_match FROM watchlist_entry AS entry LEFT JOIN hit USING (entry_id)"
            " WHERE entry.is_used GROUP BY entry.entry_id, entry.source_id"
            " ORDER BY not_a_match DESC, hits, entry.entry_id LIMIT :limit"
        )
        rows = await connection.execute(query, {"limit": limit})
        return [EntryCounts(row.entry_id, row.source_id, row.hits, row.not_a_match) for row in rows]

    async def by_status(self, connection: AsyncConnection) -> dict[str, dict[str, int]]:
        """How many entries of each source stand in each status."""
        query = text(
            "SELECT source_id, status, count(*) AS entries FROM watchlist_entry"
            " GROUP BY source_id, status ORDER BY source_id, status LIMIT 10000"
        )
        found: dict[str, dict[str, int]] = {}
        for row in await connection.execute(query):
            found.setdefault(row.source_id, {})[row.status] = row.entries
        return found


def _file_of(row: Any) -> EntryFile:
    return EntryFile(
        entry_id=row.entry_id,
        source_id=row.source_id,
        version_id=row.version_id,
        sha256=row.sha256,
        body=from_json(row.body),
        status=row.status,
        review_due=row.review_due,
        expires=row.expires,
        is_used=row.is_used,
        refusals=from_json(row.refusals),
        adoption=from_json(row.adoption),
        file_date=row.generated_at,
    )
