"""Persons whom a version lists for the first time: judged by their kind, stored in one statement.

The rows never leave the database, however many they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.entry_rows import outcome_row
from services.screening.store.list_changes import MOST_TOLD, ListChangeStore
from services.screening.store.list_rows import HERE, MEMORY, THERE, TOUCHED
from services.screening.store.rows import as_rows, from_json
from services.screening.watchlist.versions import EntryRecord, ListRow

_NEW = """
new AS (
    SELECT DISTINCT ON (entry_id) entry_id, digest, body, terms, keys
    FROM here JOIN list_row USING (version_id)
    WHERE entry_id IN (SELECT entry_id FROM touched) AND NOT EXISTS
        (SELECT 1 FROM watchlist_entry AS entry WHERE entry.entry_id = list_row.entry_id)
    ORDER BY entry_id, depth
)
"""
_GROUPS = text(f"""
WITH RECURSIVE {HERE}, {THERE}, {TOUCHED}, {_NEW}, grouped AS (
    SELECT terms, min(entry_id) AS entry_id, count(*) AS entries FROM new
    WHERE body IS NOT NULL GROUP BY terms
)
SELECT terms, entry_id, entries, digest, body FROM grouped JOIN new USING (entry_id, terms) ORDER BY terms
""")  # noqa: S608
_COLUMNS = "status, status_since, activated_at, review_due, expires, removed_at, is_used, refusals, adoption"
_PUT = text(f"""
WITH RECURSIVE {HERE}, {THERE}, {TOUCHED}, {_NEW}, judged AS (
    SELECT * FROM jsonb_to_recordset(CAST(:judged AS jsonb)) AS judged(
        terms text, status text, status_since timestamptz, activated_at timestamptz, review_due date,
        expires date, removed_at timestamptz, is_used boolean, refusals jsonb, adoption jsonb)
), keyed AS (
    INSERT INTO entry_key (entry_id, key) SELECT entry_id, unnest(keys) FROM new WHERE body IS NOT NULL
), told AS (
    INSERT INTO watchlist_change (entry_id) SELECT entry_id FROM new JOIN judged USING (terms)
    WHERE body IS NOT NULL AND is_used AND :is_told
)
INSERT INTO watchlist_entry (entry_id, source_id, version_id, digest, body, is_keyed, {_COLUMNS})
SELECT entry_id, :source_id, CAST(:version_id AS uuid), digest, body, terms NOT LIKE 'ROW %', {_COLUMNS}
FROM new JOIN judged USING (terms) WHERE body IS NOT NULL
""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class NewGroup:
    """New entries with the same terms: how many, and one of them that stands for all."""

    terms: str
    entries: int
    row: ListRow


class NewEntryStore:
    """From `list_row` into `watchlist_entry`, for entries that are in none yet."""

    async def groups(
        self, connection: AsyncConnection, version_id: UUID, other_id: UUID | None
    ) -> list[NewGroup]:
        """Whom a version lists for the first time, in place of another, by their terms."""
        await connection.execute(MEMORY)
        rows = await connection.execute(_GROUPS, {"version_id": version_id, "other_id": other_id})
        return [
            NewGroup(row.terms, row.entries, ListRow(row.entry_id, row.digest, from_json(row.body)))
            for row in rows
        ]

    async def put(
        self,
        connection: AsyncConnection,
        versions: tuple[UUID, UUID | None],
        source_id: str,
        judged: Sequence[tuple[NewGroup, EntryRecord]],
    ) -> None:
        """Store the entries of each group as the one that stands for it was judged.

        Args:
            connection: The transaction.
            versions: The version, and the one that it replaces.
            source_id: Whose list it is.
            judged: Each group with its outcome.
        """
        used = sum(group.entries for group, entry in judged if entry.is_used)
        if used > MOST_TOLD:
            await ListChangeStore().tell_many(connection)
        facts = {
            "version_id": versions[0],
            "other_id": versions[1],
            "source_id": source_id,
            "is_told": used <= MOST_TOLD,
            "judged": as_rows({"terms": group.terms, **outcome_row(entry)} for group, entry in judged),
        }
        await connection.execute(_PUT, facts)
