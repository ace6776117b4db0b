"""A source's entries that stand, by the few facts that a source's row is judged by: grouped, and taken out.

The entries never leave the database, however many they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.list_changes import MOST_TOLD, ListChangeStore
from services.screening.store.rows import as_rows
from services.screening.watchlist.versions import EntryRecord

_STANDING: Final = "source_id = :source_id AND status IN ('ACTIVE', 'UNDER_REVIEW', 'SUBMITTED')"
#: What was nominated here is under no regime; what was found of a notice stands in its adoption.
_KEY: Final = """
concat_ws(' ', status = 'SUBMITTED', version_id IS NULL, adoption IS NULL, adoption -> 'notice',
    CASE WHEN version_id IS NOT NULL THEN jsonb_path_query_array(body, '$.listings[*].programme') END)
"""
_GROUPS = text(f"""
SELECT {_KEY} AS key, min(entry_id) AS entry_id, count(*) AS entries FROM watchlist_entry
WHERE {_STANDING} GROUP BY key ORDER BY key
""")  # noqa: S608 - the conditions are ours
_TAKE_OUT = text(f"""
WITH judged AS (
    SELECT * FROM jsonb_to_recordset(CAST(:judged AS jsonb)) AS judged(key text, outcome text, reasons jsonb)
), gone AS (
    UPDATE watchlist_entry
    SET status = outcome, status_since = :since, is_used = false, refusals = reasons
    FROM judged WHERE {_STANDING} AND key = {_KEY}
    RETURNING entry_id, key
), told AS (
    INSERT INTO watchlist_change (entry_id) SELECT entry_id FROM gone WHERE :is_told
)
SELECT key, count(*) AS entries,
    encode(sha256(convert_to(string_agg(entry_id, ' ' ORDER BY entry_id), 'UTF8')), 'hex') AS sha256,
    CASE WHEN :is_told THEN array_agg(entry_id ORDER BY entry_id) ELSE '{{}}' END AS entry_ids
FROM gone GROUP BY key ORDER BY key
""")  # noqa: S608 - the conditions are ours


@dataclass(frozen=True, slots=True)
class StandingGroup:
    """Entries that a source's row is judged by alike: how many, and one of them that stands for all."""

    key: str
    entries: int
    entry_id: str


@dataclass(frozen=True, slots=True)
class LeftGroup:
    """Entries that left alike: how many, the SHA-256 of their identifiers in order with a blank between.

    `entry_ids` are they themselves; none where more than `MOST_TOLD` entries left together.
    """

    key: str
    entries: int
    sha256: str
    entry_ids: tuple[str, ...]


class StandingEntryStore:
    """Entries of `watchlist_entry` that are screened or wait for their adoption, a source's all at once."""

    async def groups(self, connection: AsyncConnection, source_id: str) -> list[StandingGroup]:
        """The source's standing entries by what a row of it is judged by."""
        rows = await connection.execute(_GROUPS, {"source_id": source_id})
        return [StandingGroup(row.key, row.entries, row.entry_id) for row in rows]

    async def take_out(
        self,
        connection: AsyncConnection,
        source_id: str,
        judged: Sequence[tuple[StandingGroup, EntryRecord]],
        since: datetime,
    ) -> list[LeftGroup]:
        """Let the entries of some groups stand as the one does that was judged for them: none is used.

        Args:
            connection: The transaction.
            source_id: Whose entries they are.
            judged: Each group that leaves with its outcome.
            since: When that happens.
        """
        is_told = sum(group.entries for group, _ in judged) <= MOST_TOLD
        if not is_told:
            await ListChangeStore().tell_many(connection)
        facts = {
            "source_id": source_id,
            "is_told": is_told,
            "since": since,
            "judged": as_rows(
                {"key": group.key, "outcome": entry.status.value, "reasons": list(entry.refusals)}
                for group, entry in judged
            ),
        }
        rows = await connection.execute(_TAKE_OUT, facts)
        return [LeftGroup(row.key, row.entries, row.sha256, tuple(row.entry_ids)) for row in rows]
