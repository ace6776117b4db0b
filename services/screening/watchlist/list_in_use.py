"""The entries in use as the database holds them: whole, or what changed, brought together by what they share.

Of the whole list only those are read as entries that are one person with another; all others pass through as
lines of text.
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.entry_keys import EntryKeyStore
from services.screening.store.list_changes import ListChangeStore
from services.screening.store.merges import MergeStore
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist.consolidate import Consolidation, consolidate, proposals_of
from services.screening.watchlist.entry import WatchlistEntry

#: Keys that several entries share, of which people are shown the pairs.
MOST_ALIKE: Final = 10_000
Decisions = Mapping[frozenset[str], bool]


@dataclass(frozen=True)
class Together:
    """Who is one person with whom, and who may be: beside this every entry stands alone.

    `merged` are the persons of several entries, by the identifier that stays; `merged_from` which others went
    into them; `alike` the entries that share a document, or a name and birth date, by key.
    """

    merged_from: dict[str, tuple[str, ...]] = field(default_factory=dict)
    merged: dict[str, WatchlistEntry] = field(default_factory=dict)
    alike: dict[int, tuple[str, ...]] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        """All entries that are one person with another."""
        return [each for head, others in self.merged_from.items() for each in (head, *others)]

    def consolidation(self) -> Consolidation:
        """The same as the pages and the hits ask for it."""
        heads = {other: head for head, others in self.merged_from.items() for other in others}
        proposals = proposals_of(self.alike, heads, self.decisions)
        return Consolidation((), self.merged_from, tuple(proposals), self.merged)

    def without(self, entry_ids: Collection[str]) -> Self:
        """What is known of the others alone."""
        gone = set(entry_ids)
        kept = {head: others for head, others in self.merged_from.items() if gone.isdisjoint((head, *others))}
        merged = {head: entry for head, entry in self.merged.items() if head in kept}
        alike = {key: members for key, members in self.alike.items() if gone.isdisjoint(members)}
        return replace(self, merged_from=kept, merged=merged, alike=alike)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a list holds otherwise now: entries to add or replace, identifiers to remove, who is together."""

    added: tuple[WatchlistEntry, ...]
    removed: frozenset[str]
    together: Together


class ListInUse:
    """Reads the entries in use; every connection is one picture of the database."""

    def __init__(self, store: WatchlistStore) -> None:
        self.store = store
        self._keys = EntryKeyStore()
        self._changes = ListChangeStore()
        self._merges = MergeStore()

    async def changed_since(
        self, connection: AsyncConnection, after: int, until: int
    ) -> tuple[frozenset[str], bool]:
        """The entries that changed in these generations, and whether those are all."""
        changes = await self._changes.between(connection, after, until)
        return changes.entry_ids, changes.is_whole

    async def together(self, connection: AsyncConnection) -> Together:
        """Who is together on the whole list."""
        decisions = await self._merges.decisions(connection)
        shared = await self._keys.same_reference(connection)
        members = {each for group in shared for each in group}
        members |= {each for pair, is_same in decisions.items() if is_same for each in pair}
        bodies = await self.store.used_bodies(connection, members)
        consolidation = await asyncio.to_thread(_consolidated, bodies, decisions)
        alike = await self._keys.alike(connection, None, MOST_ALIKE)
        return Together(dict(consolidation.merged_from), dict(consolidation.merged), alike, decisions)

    async def with_merged(
        self, connection: AsyncConnection, merged_from: Mapping[str, Sequence[str]], merged: Any
    ) -> Together:
        """Who was together when a stored list was compiled; its entries are read from that one."""
        alike = await self._keys.alike(connection, None, MOST_ALIKE)
        heads = {head: tuple(others) for head, others in merged_from.items()}
        decisions = await self._merges.decisions(connection)
        return Together(heads, {head: merged(head) for head in heads}, alike, decisions)

    async def change(
        self, connection: AsyncConnection, entry_ids: Collection[str], before: Together
    ) -> Changed:
        """What these entries are now, with everybody who was or is one person with them."""
        decisions = await self._merges.decisions(connection)
        touched = await self._touched(connection, entry_ids, before, decisions)
        bodies = await self.store.used_bodies(connection, touched)
        consolidation = await asyncio.to_thread(_consolidated, bodies, decisions)
        others = before.without(touched)
        alike = await self._keys.alike(connection, touched, MOST_ALIKE)
        together = Together(
            {**others.merged_from, **consolidation.merged_from},
            {**others.merged, **consolidation.merged},
            {**others.alike, **alike},
            decisions,
        )
        removed = touched - {entry.id for entry in consolidation.entries}
        return Changed(consolidation.entries, frozenset(removed), together)

    async def entries(self, connection: AsyncConnection, together: Together) -> list[WatchlistEntry]:
        """All entries as they are screened against, for a list that is short."""
        bodies = await self.store.used_bodies(connection)
        left_out = set(together.members)
        alone = await asyncio.to_thread(_read, [body for body in bodies if body["id"] not in left_out])
        return sorted((*alone, *together.merged.values()), key=lambda entry: entry.id)

    async def add_missing_keys(self, connection: AsyncConnection) -> bool:
        """Note what the next entries have in common that were stored before that was noted; whether any."""
        bodies = await self.store.keyless_bodies(connection)
        if bodies:
            await self.store.put_keys(connection, await asyncio.to_thread(_read, bodies))
        return bool(bodies)

    async def _touched(
        self,
        connection: AsyncConnection,
        entry_ids: Collection[str],
        before: Together,
        decisions: Decisions,
    ) -> set[str]:
        """These entries and, through others as well, all that were or are one person with them."""
        groups = [{head, *others} for head, others in before.merged_from.items()]
        groups += [set(pair) for pair, is_same in decisions.items() if is_same]
        touched: set[str] = set()
        new = set(entry_ids)
        while new:
            touched |= new
            more = await self._keys.neighbours(connection, new)
            for group in groups:
                if not group.isdisjoint(new):
                    more |= group
            new = more - touched
        return touched


def _read(bodies: Iterable[Mapping[str, Any]]) -> list[WatchlistEntry]:
    return [WatchlistEntry.from_json(body) for body in bodies]


def _consolidated(bodies: Sequence[Mapping[str, Any]], decisions: Decisions) -> Consolidation:
    return consolidate(_read(bodies), decisions)


def line_of(entry: WatchlistEntry) -> bytes:
    """An entry as a line of JSON, as the database gives those that stand alone."""
    return json.dumps(entry.as_json(), ensure_ascii=False).encode() + b"\n"
