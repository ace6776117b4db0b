"""Which entries changed in which generation of the list in use, so that a worker reads those alone."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

#: Generations whose changes are kept; a worker that missed more reads the whole list.
KEPT_GENERATIONS: Final = 1_000
#: More changes than these are not told one by one: the list is compiled anew.
MOST_TOLD: Final = 20_000
#: Instead of an entry: a generation in which none changed.
_NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class ListChanges:
    """Entries that changed since a generation; `is_whole` unless more changed than is told."""

    entry_ids: frozenset[str]
    is_whole: bool


class ListChangeStore:
    """The table `watchlist_change`. Rows of a transaction get their generation at its end."""

    async def tell(self, connection: AsyncConnection, entry_ids: Collection[str]) -> None:
        """Note that these entries came into use, left it, or are other than before."""
        statement = text("INSERT INTO watchlist_change (entry_id) SELECT unnest(CAST(:ids AS text[]))")
        await connection.execute(statement, {"ids": sorted(entry_ids)})

    async def tell_many(self, connection: AsyncConnection) -> None:
        """Note that more changed than can be told one by one."""
        await connection.execute(text("INSERT INTO watchlist_change (entry_id) VALUES (NULL)"))

    async def has_new(self, connection: AsyncConnection) -> bool:
        """Whether something was noted in this transaction."""
        query = text("SELECT EXISTS (SELECT 1 FROM watchlist_change WHERE generation IS NULL)")
        return bool((await connection.execute(query)).scalar_one())

    async def stamp(self, connection: AsyncConnection, generation: int, *, is_told: bool) -> None:
        """Say of what was noted in this transaction that it is of this generation.

        Args:
            connection: Where it was noted.
            generation: The one that the transaction makes.
            is_told: Whether nothing noted means that nothing changed; else anything may have.
        """
        statement = text("UPDATE watchlist_change SET generation = :generation WHERE generation IS NULL")
        stamped = await connection.execute(statement, {"generation": generation})
        if not stamped.rowcount:
            await connection.execute(
                text("INSERT INTO watchlist_change (generation, entry_id) VALUES (:generation, :entry_id)"),
                {"generation": generation, "entry_id": _NOBODY if is_told else None},
            )
        await connection.execute(
            text("DELETE FROM watchlist_change WHERE generation <= :oldest"),
            {"oldest": generation - KEPT_GENERATIONS},
        )

    async def between(self, connection: AsyncConnection, after: int, until: int) -> ListChanges:
        """What changed after a generation, up to another."""
        query = text(
            "SELECT DISTINCT entry_id FROM watchlist_change"
            " WHERE generation > :after AND generation <= :until ORDER BY entry_id LIMIT :limit"
        )
        known = text(
            "SELECT count(DISTINCT generation) FROM watchlist_change"
            " WHERE generation > :after AND generation <= :until"
        )
        facts = {"after": after, "until": until}
        told = list((await connection.execute(query, {**facts, "limit": MOST_TOLD + 1})).scalars())
        generations = (await connection.execute(known, facts)).scalar_one()
        is_whole = generations == until - after and None not in told and len(told) <= MOST_TOLD
        return ListChanges(frozenset(each for each in told if each), is_whole)
