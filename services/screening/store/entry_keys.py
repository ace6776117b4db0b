"""What entries have in common: the same UN reference, document, or name and birth date; digests alone."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.suspensions import not_suspended

_USED = f"entry.is_used AND {not_suspended('entry')}"
_SAME_REFERENCE = text(f"""
SELECT array_agg(entry_id ORDER BY entry_id) AS members
FROM entry_key JOIN watchlist_entry AS entry USING (entry_id)
WHERE key & 3 = 0 AND {_USED} GROUP BY key HAVING count(*) > 1 ORDER BY key
""")  # noqa: S608
_NEIGHBOURS = text(f"""
SELECT DISTINCT other.entry_id FROM entry_key AS own JOIN entry_key AS other USING (key)
    JOIN watchlist_entry AS entry ON entry.entry_id = other.entry_id
WHERE own.entry_id = ANY (CAST(:ids AS text[])) AND own.key & 3 = 0 AND other.key & 3 = 0 AND {_USED}
ORDER BY other.entry_id
""")  # noqa: S608
_ALIKE = """
SELECT key, array_agg(entry_id ORDER BY entry_id) AS members
FROM entry_key JOIN watchlist_entry AS entry USING (entry_id)
WHERE {which} AND {used} GROUP BY key HAVING count(*) > 1 ORDER BY min(entry_id), key LIMIT :limit
"""
_ALL_ALIKE = text(_ALIKE.format(which="key & 3 <> 0", used=_USED))
_ALIKE_OF = text(
    _ALIKE.format(
        which="key & 3 <> 0 AND key IN"
        " (SELECT key FROM entry_key WHERE entry_id = ANY (CAST(:ids AS text[])))",
        used=_USED,
    )
)


class EntryKeyStore:
    """The table `entry_key`; a key's kind stands in its last bits (`consolidate.KeyKind`)."""

    async def put(self, connection: AsyncConnection, keys: Mapping[str, Sequence[int]]) -> None:
        """Store the keys of entries in place of those that they had."""
        await connection.execute(
            text("DELETE FROM entry_key WHERE entry_id = ANY(CAST(:ids AS text[]))"), {"ids": list(keys)}
        )
        pairs = [(entry_id, key) for entry_id, own in keys.items() for key in own]
        await connection.execute(
            text(
                "INSERT INTO entry_key (entry_id, key)"
                " SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:keys AS bigint[]))"
            ),
            {"ids": [entry_id for entry_id, _ in pairs], "keys": [key for _, key in pairs]},
        )

    async def same_reference(self, connection: AsyncConnection) -> list[list[str]]:
        """The entries in use that have a UN reference in common, by reference."""
        return [list(row.members) for row in await connection.execute(_SAME_REFERENCE)]

    async def neighbours(self, connection: AsyncConnection, entry_ids: Collection[str]) -> set[str]:
        """The entries in use that have a UN reference in common with any of these, these among them."""
        return set((await connection.execute(_NEIGHBOURS, {"ids": list(entry_ids)})).scalars())

    async def alike(
        self, connection: AsyncConnection, entry_ids: Collection[str] | None, limit: int
    ) -> dict[int, tuple[str, ...]]:
        """The entries in use that share a document, or a name and birth date, by key.

        Args:
            connection: Where to look.
            entry_ids: Only what concerns these; everybody where there are none.
            limit: The most keys.
        """
        query, facts = (_ALL_ALIKE, {}) if entry_ids is None else (_ALIKE_OF, {"ids": list(entry_ids)})
        rows = await connection.execute(query, {**facts, "limit": limit})
        return {row.key: tuple(row.members) for row in rows}
