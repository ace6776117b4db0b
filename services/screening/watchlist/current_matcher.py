"""The matcher in force in this worker: made beside the old one, swapped between batches, never changed.

Every worker compares its generation with the database's when it is woken (NOTIFY) or, at the latest, at the
next beat of its own clock; so a removed entry leaves every worker's memory within a minute.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.screening.matching import Matcher, SentColumns
from services.screening.store.merges import MergeStore
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist.base_building import LONG_LIST, BaseBuilding
from services.screening.watchlist.consolidate import Consolidation, consolidate
from services.screening.watchlist.entry import EntryName, WatchlistEntry
from services.screening.watchlist.list_in_use import ListInUse, Together
from shared.observability.logging import get_logger
from shared.travel import Traveller


class ScreeningMatch(Protocol):
    """One possible match."""

    @property
    def entry_id(self) -> str:
        """The entry."""

    @property
    def score(self) -> float:
        """The calibrated probability of the same person, 0.0 to 1.0."""


class ScreeningEvidence(Protocol):
    """One piece of evidence."""

    @property
    def label(self) -> str:
        """The kind, for people."""

    @property
    def bearing(self) -> str:
        """AGREE, DIFFER or MISSING."""

    @property
    def words(self) -> str:
        """The piece as a sentence for people."""

    def as_json(self) -> dict[str, Any]:
        """The evidence object of `matching-interface.md`."""
        ...


class ScreeningExplanation(Protocol):
    """Why a match is one."""

    @property
    def name(self) -> EntryName | None:
        """The entry's name that was compared."""

    @property
    def for_people(self) -> Sequence[ScreeningEvidence]:
        """The evidence, with a MISSING piece for each kind about which nothing could be compared."""


class ScreeningMatcher(Protocol):
    """What screening uses of the matcher (`spec/matching-interface.md`)."""

    @property
    def digest(self) -> str:
        """Covers everything that a result depends on but the algorithm."""

    @property
    def algorithm(self) -> str:
        """The algorithm and its version."""

    @property
    def threshold(self) -> float:
        """The score from which on a match is returned."""

    def screen(
        self, travellers: Sequence[Traveller], *, floor: float | None = None, limit: int = 50
    ) -> Sequence[Sequence[ScreeningMatch]]:
        """One list of matches a traveller, best first."""
        ...

    def may_match(self, sent: SentColumns, *, floor: float | None = None) -> Sequence[bool]:
        """Of each traveller whether `screen` may find a match: where this says no, there is none."""
        ...

    def explain(self, traveller: Traveller, entry_id: str) -> ScreeningExplanation:
        """The explanation of one pair."""
        ...

    def unscreenable(self, traveller: Traveller) -> object | None:
        """Why a traveller cannot be screened, or `None`."""
        ...


Compile = Callable[[Sequence[WatchlistEntry]], ScreeningMatcher]


@dataclass(frozen=True)
class Live:
    """What this worker screens with: the matcher, who is together in it, the generation of its entries.

    `departed` left use after that generation and are out of the matcher already.
    """

    matcher: ScreeningMatcher | None
    together: Together
    generation: int
    departed: frozenset[str] = frozenset()

    @cached_property
    def consolidation(self) -> Consolidation:
        """The entries of several sources brought together."""
        return self.together.consolidation()


NOTHING_YET: Final = Live(None, Together(), -1)


class CurrentMatcher:
    """Holds the matcher that this worker screens with."""

    def __init__(
        self,
        database: AsyncEngine,
        store: WatchlistStore,
        compile_matcher: Compile,
        bases: BaseBuilding,
        long_list: int = LONG_LIST,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            database: Where the entries are.
            store: Reads them.
            compile_matcher: Compiles a short list.
            bases: Compiles a long one, in a process of its own.
            long_list: A list of more entries is long.
        """
        self._database = database
        self._in_use = ListInUse(store)
        self._compile = compile_matcher
        self._bases = bases
        self._long_list = long_list
        self._live = NOTHING_YET
        self._is_building = asyncio.Lock()
        self.one_batch = asyncio.Lock()
        """Held while a batch is matched: threads that compute beside one another only take turns, and each
        one more lets reviews, health checks and the database's answers wait longer for theirs."""

    @property
    def matcher(self) -> ScreeningMatcher | None:
        """The matcher to screen with, `None` while no list version is in force or none is built yet."""
        return self._live.matcher

    @property
    def consolidation(self) -> Consolidation:
        """Who of the entries of all sources is one person, as the matcher in use has it."""
        return self._live.consolidation

    @property
    def generation(self) -> int:
        """Which set of entries the matcher was built from; -1 before the first."""
        return self._live.generation

    @property
    def is_compiling(self) -> bool:
        """Whether a long list is being compiled."""
        return self._bases.is_building

    @property
    def built(self) -> asyncio.Event:
        """Set when a long list was compiled: `refresh` takes it in use."""
        return self._bases.built

    async def refresh(self) -> bool:
        """Bring the matcher in step with the entries in use; whether it is another one now.

        A short list is compiled at once. Of a long one, what changed is put beside what is compiled, within
        a second; where that would be too much, the list is compiled anew in a process of its own, and
        meanwhile screening goes on with the last one, from which whoever leaves use goes at once.
        """
        async with self._is_building:
            before = self._live
            if before is NOTHING_YET:
                await self._add_missing_keys()
            async with self._database.connect() as connection:
                # All is read of one moment: a generation with exactly its entries.
                await connection.execution_options(isolation_level="REPEATABLE READ")
                self._live = await self._next(connection, await self._newest_base(connection))
            if self._live is not before:
                get_logger().info("matcher_swapped", generation=self._live.generation)
            return self._live is not before

    async def _add_missing_keys(self) -> None:
        """Note what entries have in common that were stored by a release which did not."""
        is_more = True
        while is_more:
            async with self._database.begin() as connection:
                is_more = await self._in_use.add_missing_keys(connection)

    async def _newest_base(self, connection: AsyncConnection) -> Live:
        """What is in use, or a compiled list that can take its place."""
        built = self._bases.take()
        if built is None and self._live.matcher is None:
            built = await self._bases.stored(connection, self._in_use)
        if built is None:
            return self._live
        generation, _ = await self._in_use.store.generation(connection)
        _, is_whole = await self._in_use.changed_since(connection, built.generation, generation)
        # Of two that lack something, the one that lacks less.
        is_better = is_whole or built.generation > self._live.generation
        return Live(built.matcher, built.together, built.generation) if is_better else self._live

    async def _next(self, connection: AsyncConnection, live: Live) -> Live:
        """What follows on what is in use."""
        generation, is_loaded = await self._in_use.store.generation(connection)
        if generation == live.generation:
            return self._folded(live)
        if not is_loaded:
            return Live(None, Together(), generation)
        if not await self._in_use.store.is_longer(connection, self._long_list):
            return await self._compiled_here(connection, generation)
        if isinstance(live.matcher, Matcher):
            return await self._next_long(connection, live, live.matcher, generation)
        self._bases.start(self._in_use)
        return live

    async def _next_long(
        self, connection: AsyncConnection, live: Live, matcher: Matcher, generation: int
    ) -> Live:
        """What follows on a long list: the changes, or as long as it is compiled anew, who left it."""
        changed, is_whole = await self._in_use.changed_since(connection, live.generation, generation)
        if is_whole:
            return self._folded(await self._changed(connection, live, matcher, changed, generation))
        self._bases.start(self._in_use)
        used = {body["id"] for body in await self._in_use.store.used_bodies(connection, changed)}
        departed = changed - used
        if departed <= live.departed:
            return live
        made = await self._changed(connection, live, matcher, departed, live.generation)
        return replace(made, departed=departed)

    async def _compiled_here(self, connection: AsyncConnection, generation: int) -> Live:
        """A short list, compiled in a thread."""
        together = await self._in_use.together(connection)
        entries = await self._in_use.entries(connection, together)
        return Live(await asyncio.to_thread(self._compile, entries), together, generation)

    async def _changed(
        self,
        connection: AsyncConnection,
        live: Live,
        matcher: Matcher,
        entry_ids: Collection[str],
        generation: int,
    ) -> Live:
        """A long list with some entries otherwise."""
        changed = await self._in_use.change(connection, entry_ids, live.together)
        made = await asyncio.to_thread(
            lambda: matcher.with_changes(added=changed.added, removed=changed.removed)
        )
        return Live(made, changed.together, generation)

    def _folded(self, live: Live) -> Live:
        """The same; where much has changed since its base was compiled, a new one is begun."""
        matcher = live.matcher
        if isinstance(matcher, Matcher) and matcher.entry_count > self._long_list:
            self._bases.start_if_due(self._in_use, matcher)
        return live

    async def compiled(self, bodies: Sequence[Mapping[str, Any]]) -> ScreeningMatcher:
        """A matcher of some entries alone, built as the one in force is: the same persons are one there too.

        Runs in a thread.
        """
        async with self._database.connect() as connection:
            decisions = await MergeStore().decisions(connection)
        consolidation = await asyncio.to_thread(_consolidated, bodies, decisions)
        return await asyncio.to_thread(self._compile, consolidation.entries)

    async def compiled_apart(self, bodies: Sequence[Mapping[str, Any]]) -> ScreeningMatcher:
        """A matcher of some entries, each by itself whoever it is; asks no database and runs in a thread."""
        return await asyncio.to_thread(self._build, bodies)

    def _build(self, bodies: Sequence[Mapping[str, Any]]) -> ScreeningMatcher:
        return self._compile([WatchlistEntry.from_json(body) for body in bodies])


def _consolidated(
    bodies: Sequence[Mapping[str, Any]], decisions: Mapping[frozenset[str], bool]
) -> Consolidation:
    return consolidate([WatchlistEntry.from_json(body) for body in bodies], decisions)
