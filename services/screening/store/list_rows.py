"""The rows of list versions: stored as what changed, read as the whole.

A version holds its own rows and, where they say nothing, those of the version that it changes (`base_id`),
and so on to one that was stored whole. A row without a body says that the entry is no longer listed. So the
cost of a version, and of comparing two of one descent, is that of the changes and not of the list.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import from_json
from services.screening.watchlist.delta import ChangedRow
from services.screening.watchlist.versions import ListRow
from shared.db.copying import Take, copy_lines_out

ROW_COLUMNS = ("version_id", "entry_id", "digest", "content", "body", "terms", "keys")
DOCUMENT_COLUMNS = (
    *("version_id", "ordinal", "number_key", "number", "issuer", "kind", "document_type", "reported_on"),
)
#: Enough to compare a million rows without writing them to disk meanwhile.
MEMORY = text("SET LOCAL work_mem = '128MB'")
_CHAIN = """
{name} AS (
    SELECT version_id, base_id, 0 AS depth FROM list_version WHERE version_id = {version}
    UNION ALL SELECT older.version_id, older.base_id, depth + 1
    FROM {name} JOIN list_version AS older ON older.version_id = {name}.base_id
)
"""
HERE = _CHAIN.format(name="here", version="CAST(:version_id AS uuid)")
THERE = _CHAIN.format(name="there", version="CAST(:other_id AS uuid)")
#: Entries that the two versions may hold differently: those of the versions on the way from one to the other.
TOUCHED = """
touched AS (
    SELECT DISTINCT entry_id FROM list_row WHERE version_id IN (
        (SELECT version_id FROM here EXCEPT SELECT version_id FROM there)
        UNION (SELECT version_id FROM there EXCEPT SELECT version_id FROM here))
)
"""
_DESCENT = text(f"WITH RECURSIVE {HERE} SELECT version_id FROM here ORDER BY depth DESC")  # noqa: S608
_CONTENTS = """
SELECT CASE WHEN body IS NULL THEN '-' ELSE coalesce(encode(content, 'hex'), '') END || ' ' || entry_id
FROM list_row WHERE version_id = $1
"""
_OF_ENTRIES = text(f"""
WITH RECURSIVE {HERE}
SELECT DISTINCT ON (entry_id) entry_id, digest, body FROM here JOIN list_row USING (version_id)
WHERE entry_id = ANY (CAST(:ids AS text[])) ORDER BY entry_id, depth
""")  # noqa: S608
_CHANGED = text(f"""
WITH RECURSIVE {HERE}, {THERE}, {TOUCHED},
there_now AS (
    SELECT DISTINCT ON (entry_id) entry_id, digest, body FROM there JOIN list_row USING (version_id)
    WHERE entry_id IN (SELECT entry_id FROM touched) ORDER BY entry_id, depth
), here_now AS (
    SELECT DISTINCT ON (entry_id) entry_id, digest, body FROM here JOIN list_row USING (version_id)
    WHERE entry_id IN (SELECT entry_id FROM touched) ORDER BY entry_id, depth
), compared AS (
    SELECT entry_id, there_now.digest AS old_digest, there_now.body AS old_body,
        here_now.digest AS new_digest, here_now.body AS new_body,
        CASE WHEN there_now.body IS NULL THEN 'ADDED' WHEN here_now.body IS NULL THEN 'REMOVED'
            ELSE 'CHANGED' END AS change
    FROM there_now FULL JOIN here_now USING (entry_id)
    WHERE there_now.body IS DISTINCT FROM here_now.body
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY change ORDER BY entry_id) AS number,
        count(*) OVER (PARTITION BY change) AS of FROM compared
)
SELECT * FROM numbered WHERE number <= :limit ORDER BY change, entry_id
""")  # noqa: S608
_STANDING_TOUCHED = text(f"""
WITH RECURSIVE {HERE}, {THERE}, {TOUCHED}
SELECT entry_id FROM touched WHERE EXISTS (SELECT 1 FROM watchlist_entry AS entry
    WHERE entry.entry_id = touched.entry_id)
UNION SELECT entry_id FROM watchlist_entry WHERE source_id = :source_id AND version_id IS NOT NULL
    AND status IN ('SUSPENDED', 'UNDER_REVIEW', 'EXPIRED', 'REMOVED')
    AND (status <> 'REMOVED' OR refusals = '[]')
ORDER BY entry_id
""")  # noqa: S608
# What people here added to a foreign row that they adopted is in its digest, and no word of its list.
_TOLD_OTHERWISE = text("""
SELECT count(*) FROM list_row AS said JOIN watchlist_entry AS entry USING (entry_id)
WHERE said.version_id = :version_id AND entry.version_id IS NOT NULL
AND (said.digest IS NULL OR (said.digest <> entry.digest AND entry.adoption IS NULL))
""")


class ListRowStore:
    """The table `list_row`."""

    async def copy_contents(self, connection: AsyncConnection, version_id: UUID, take: Take) -> None:
        """Give a version's rows as lines of `content entry_id`, the content in hexadecimal, empty if unknown.

        What an older version says comes before what a later one says of the same entry, so that half a
        million rows are neither sorted nor joined; `-` says that an entry is listed no longer.
        """
        descent = (await connection.execute(_DESCENT, {"version_id": version_id})).scalars().all()
        for each in descent:
            await copy_lines_out(connection, _CONTENTS, take, each)

    async def told_otherwise(self, connection: AsyncConnection, version_id: UUID) -> int:
        """Of how many entries that stand a version's own rows say other identifiers, or nothing any more.

        The version itself need not be stored yet.
        """
        return int((await connection.execute(_TOLD_OTHERWISE, {"version_id": version_id})).scalar_one())

    async def of_entries(
        self, connection: AsyncConnection, version_id: UUID, entry_ids: Collection[str]
    ) -> list[ListRow]:
        """A version's rows of these entries, by identifier; those that it does not hold are left out."""
        facts = {"version_id": version_id, "ids": list(entry_ids)}
        found = (await connection.execute(_OF_ENTRIES, facts)).all()
        rows = (_row_of(row.entry_id, row.digest, row.body) for row in found)
        return [row for row in rows if row is not None]

    async def standing_touched(
        self, connection: AsyncConnection, version_id: UUID, other_id: UUID | None, source_id: str
    ) -> list[str]:
        """The source's entries that a version in place of another has to be asked about, by identifier.

        Those that the two may hold differently, and those that a verified file may bring back or end.
        """
        await connection.execute(MEMORY)
        facts = {"version_id": version_id, "other_id": other_id, "source_id": source_id}
        return list((await connection.execute(_STANDING_TOUCHED, facts)).scalars())

    async def changes(
        self, connection: AsyncConnection, version_id: UUID, other_id: UUID | None, limit: int
    ) -> list[ChangedRow]:
        """What a version changes against another: at most `limit` of each kind, by identifier."""
        await connection.execute(MEMORY)
        facts = {"version_id": version_id, "other_id": other_id, "limit": limit}
        rows = await connection.execute(_CHANGED, facts)
        return [
            ChangedRow(
                row.change,
                row.of,
                _row_of(row.entry_id, row.old_digest, row.old_body),
                _row_of(row.entry_id, row.new_digest, row.new_body),
            )
            for row in rows
        ]


def _row_of(entry_id: str, digest: str | None, body: Any) -> ListRow | None:
    return None if digest is None else ListRow(entry_id, digest, from_json(body))
