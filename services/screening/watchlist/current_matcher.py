"""The matcher in force in this worker: built beside the old one, swapped between batches, never changed.

Every worker compares its generation with the database's when it is woken (NOTIFY) or, at the latest, at the
next beat of its own clock; so a removed entry leaves every worker's memory within a minute.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from services.screening.store.merges import MergeStore
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist.consolidate import NOTHING, Consolidation, consolidate
from services.screening.watchlist.entry import EntryName, WatchlistEntry
from services.screening.watchlist.matcher_building import ChangingMatcher, MatcherBuilder
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


class ScreeningMatcher(ChangingMatcher, Protocol):
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

    def explain(self, traveller: Traveller, entry_id: str) -> ScreeningExplanation:
        """The explanation of one pair."""
        ...

    def unscreenable(self, traveller: Traveller) -> object | None:
        """Why a traveller cannot be screened, or `None`."""
        ...


Compile = Callable[[Sequence[WatchlistEntry]], ScreeningMatcher]


class CurrentMatcher:
    """Holds the matcher that this worker screens with."""

    def __init__(self, database: AsyncEngine, store: WatchlistStore, compile_matcher: Compile) -> None:
        self._database = database
        self._store = store
        self._compile = compile_matcher
        self._builder = MatcherBuilder(compile_matcher)
        self._matcher: ScreeningMatcher | None = None
        self._consolidation = NOTHING
        self._generation = -1
        self._is_building = asyncio.Lock()
        self.one_batch = asyncio.Lock()
        """Held while a batch is matched: threads that compute beside one another only take turns, and each
        one more lets reviews, health checks and the database's answers wait longer for theirs."""

    @property
    def matcher(self) -> ScreeningMatcher | None:
        """The matcher to screen with, `None` while no list version is in force or none is built yet."""
        return self._matcher

    @property
    def consolidation(self) -> Consolidation:
        """The entries of all sources brought together, as the matcher in use has them."""
        return self._consolidation

    @property
    def generation(self) -> int:
        """Which set of entries the matcher was built from; -1 before the first."""
        return self._generation

    async def refresh(self) -> bool:
        """Build and swap when the set of entries in use has changed; whether it had.

        The old matcher serves until the new one is complete. Building runs in a thread; a few changes of a
        long list are put beside what is compiled (`matcher_building.py`).
        """
        async with self._is_building:
            async with self._database.connect() as connection:
                generation, is_loaded = await self._store.generation(connection)
                if generation == self._generation:
                    return False
                bodies = await self._store.used_bodies(connection) if is_loaded else []
                decisions = await MergeStore().decisions(connection)
            self._consolidation = await asyncio.to_thread(_consolidated, bodies, decisions)
            entries = self._consolidation.entries
            self._matcher = await asyncio.to_thread(self._builder.build, entries) if is_loaded else None
            self._generation = generation
            get_logger().info("matcher_swapped", count=len(bodies))
            return True

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
