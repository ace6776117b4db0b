"""The matcher: a compiled list, an overlay of later changes, and the questions that screening asks."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain, compress
from pathlib import Path
from typing import Self

import numpy as np

from services.screening.matching.algorithm import ALGORITHM
from services.screening.matching.documents import document_keys
from services.screening.matching.errors import DamagedSnapshot, Fault, RepeatedEntry, UnknownEntry
from services.screening.matching.explain import Explanation, explain
from services.screening.matching.index import Index
from services.screening.matching.names import read_name
from services.screening.matching.screener import Found, Screener, compared_documents
from services.screening.matching.sieve import SentColumns, Sieve
from services.screening.matching.snapshot import (
    FORMAT,
    digest_of,
    index_files,
    lines_of,
    read_index,
    write_index,
)
from services.screening.matching.weights import THRESHOLD, TOP_BAND, calibrated, least_total
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Traveller

DEFAULT_LIMIT = 50
MAX_OVERLAYS = 2
"""Each overlay costs a traveller some microseconds, and a word that is met for the first time more."""
OVERLAY_RATIO = 8

_MANIFEST = "matcher.json"
_UNUSABLE_NAME = Fault("NO_USABLE_NAME", "The traveller has neither a name nor a document number to screen.")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may be the traveller; `score` is the calibrated probability on the stated prior."""

    entry_id: str
    score: float

    @property
    def is_top_band(self) -> bool:
        """Whether the score reaches the top band, which a name without birth date or document never does."""
        return self.score >= TOP_BAND


class _Part:
    """A screener, the digest of its files, and which of its entries were removed or replaced later."""

    def __init__(self, screener: Screener, digest: str, removed: frozenset[str] = frozenset()) -> None:
        self.screener, self.digest, self.removed = screener, digest, removed
        index = screener.index
        self.hidden = np.zeros(len(index.entries), bool)
        for entry_id in removed:
            position = index.position_of(entry_id)
            assert position is not None
            self.hidden[position] = True

    @cached_property
    def sieve(self) -> Sieve:
        """Tells at little cost who may match an entry, be it hidden or not."""
        return Sieve(self.screener)

    @classmethod
    def of(cls, index: Index, base: Screener | None = None) -> Self:
        return cls(Screener(index, base=base), digest_of(index_files(index)))

    def without(self, removed: Iterable[str]) -> "_Part":
        """The same with more entries hidden; what the screener remembers is kept."""
        more = {each for each in removed if self.screener.index.position_of(each) is not None}
        return _Part(self.screener, self.digest, self.removed | more) if more - self.removed else self

    def entry_id(self, position: int) -> str:
        return self.screener.index.id_of(position)

    def shown_position(self, entry_id: str) -> int | None:
        """The number of an entry that is not hidden."""
        position = self.screener.index.position_of(entry_id)
        return None if position is None or self.hidden[position] else position

    def shown_lines(self) -> Iterator[bytes]:
        """The entries that are not hidden, as lines."""
        return compress(lines_of(self.screener.index.entries), ~self.hidden)

    @property
    def shown(self) -> int:
        """How many entries are not hidden."""
        return len(self.hidden) - len(self.removed)


class Matcher:
    """Screens travellers against one immutable version of the watchlist.

    Pure: the same snapshot and travellers give the same matches, in any order, batch and process. Of several
    parts (a base, then overlays) each hides what a later one replaced or removed.
    """

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = tuple(parts)
        told = [[part.digest, *sorted(part.removed)] for part in parts]
        self._digest = sha256(json.dumps([ALGORITHM, *told]).encode()).hexdigest()

    @classmethod
    def compile(cls, entries: Iterable[WatchlistEntry]) -> Self:
        """Compile a list in memory; every entry given is screened.

        Raises:
            RepeatedEntry: Two entries have the same identifier.
        """
        return cls([_Part.of(Index.compile(_distinct(entries)))])

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Map a saved matcher, read-only; several processes share its memory.

        Raises:
            DamagedSnapshot: No matcher of this format and algorithm, or other bytes than were written.
        """
        path = Path(folder)
        try:
            manifest = json.loads((path / _MANIFEST).read_bytes())
            expected = manifest["digest"]
            removed = [frozenset(each) for each in manifest["removed"]]
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise DamagedSnapshot(reason=f"{_MANIFEST} {type(fault).__name__}") from fault
        parts: list[_Part] = []
        for number, gone in enumerate(removed):
            parts.append(_stored(path / str(number), gone, parts[0].screener if parts else None))
        matcher = cls(parts)
        if matcher.digest != expected:
            raise DamagedSnapshot(reason="the digest is another one")
        return matcher

    def save(self, folder: Path | str) -> None:
        """Write immutable files into a folder that does not exist yet; it appears complete or not at all."""
        path = Path(folder)
        partial = path.with_name(f".{path.name}.partial")
        for number, part in enumerate(self._parts):
            write_index(part.screener.index, partial / str(number))
        manifest = {
            "format": FORMAT,
            "algorithm": ALGORITHM,
            "digest": self.digest,
            "removed": [sorted(part.removed) for part in self._parts],
        }
        (partial / _MANIFEST).write_text(json.dumps(manifest, sort_keys=True, indent=1) + "\n")
        partial.rename(path)

    def with_changes(self, *, added: Iterable[WatchlistEntry] = (), removed: Iterable[str] = ()) -> "Matcher":
        """A matcher with entries added (or replaced, by identifier) and removed; this one stays as it is.

        The base keeps its words' weights; overlays use them too, so that a change elsewhere on the list
        moves no score of an entry that did not change. What is new becomes a small overlay; earlier ones
        are compiled with it where they are no longer large beside it, or would be too many, so that a change
        costs as much as it is long and not as all that changed before.
        """
        base, *overlays = self._parts
        new = _distinct(added)
        hidden = {*removed, *(entry.id for entry in new)}
        base = base.without(hidden)
        kept = [each for each in (part.without(hidden) for part in overlays) if each.shown]
        while new and kept and (len(kept) >= MAX_OVERLAYS or kept[-1].shown <= OVERLAY_RATIO * len(new)):
            last = kept.pop()
            new = [*compress(last.screener.index.entries, ~last.hidden), *new]
        if new:
            kept.append(_Part.of(Index.compile(new, base.screener.index.rarity), base.screener))
        return Matcher([base, *kept])

    def lines(self) -> Iterator[bytes]:
        """Every entry that is screened against as a line, of which the list can be compiled anew.

        In the order of base and overlays; taken one by one, none is read.
        """
        return chain.from_iterable(part.shown_lines() for part in self._parts)

    @property
    def version(self) -> str:
        """A short name of this snapshot: format and the beginning of the digest."""
        return f"{FORMAT}-{self.digest[:12]}"

    @property
    def digest(self) -> str:
        """SHA-256 of base, overlay and removals, hexadecimal; every batch records it."""
        return self._digest

    @property
    def algorithm(self) -> str:
        """The version of the weights and rules."""
        return ALGORITHM

    @property
    def threshold(self) -> float:
        """The score from which a match becomes a hit."""
        return THRESHOLD

    @property
    def entry_count(self) -> int:
        """How many entries are screened against."""
        return sum(part.shown for part in self._parts)

    @property
    def changed_count(self) -> int:
        """How many entries came, went or were replaced since the base was compiled: when it is to be anew."""
        base, *overlays = self._parts
        return len(base.removed) + sum(part.shown for part in overlays)

    def screen(
        self, travellers: Sequence[Traveller], *, floor: float | None = None, limit: int = DEFAULT_LIMIT
    ) -> list[list[Match]]:
        """The matches of each traveller, in the order given: best first, ties by entry, at most `limit`.

        Args:
            travellers: Any number; nothing in them makes this fail.
            floor: The least score that is returned, `threshold` where none is given. It changes no score.
            limit: The most matches for one traveller.
        """
        least = self.threshold if floor is None else floor
        found: list[list[Match]] = [[] for _ in travellers]
        for part in self._parts:
            for rows in part.screener.screen(travellers, least_total(least)):
                _collect(part, rows, limit, found)
        return [sorted(matches, key=_rank)[:limit] for matches in found]

    def may_match(self, sent: SentColumns, *, floor: float | None = None) -> list[bool]:
        """Of each traveller whether `screen` may find a match: where this says no, there is none.

        Args:
            sent: Any number of travellers; nothing in them makes this fail.
            floor: The least score of a match, `threshold` where none is given.
        """
        least = least_total(self.threshold if floor is None else floor)
        may = np.zeros(len(sent), bool)
        for part in self._parts:
            may |= part.sieve.passing(sent, least)
        found: list[bool] = may.tolist()
        return found

    def _find(self, entry_id: str) -> tuple[_Part, int]:
        for part in self._parts:
            position = part.shown_position(entry_id)
            if position is not None:
                return part, position
        raise UnknownEntry(entry_id=entry_id)

    def explain(self, traveller: Traveller, entry_id: str) -> Explanation:
        """Why this traveller and this entry may be the same, or may not; the score is the one of `screen`.

        Raises:
            UnknownEntry: The entry is not on this version of the list.
        """
        part, position = self._find(entry_id)
        judgement, name = part.screener.judgement(traveller, position)
        return explain(part.screener.index.entries[position], name.words, judgement, self.digest)

    def entry(self, entry_id: str) -> WatchlistEntry:
        """The entry as it is screened against.

        Raises:
            UnknownEntry: The entry is not on this version of the list.
        """
        part, position = self._find(entry_id)
        return part.screener.index.entries[position]

    def unscreenable(self, traveller: Traveller) -> Fault | None:
        """Why a traveller cannot be screened (no usable name and no document), or `None` where one can."""
        words = read_name(f"{traveller.surname} {traveller.given_names or ''}")
        has_number = any(document_keys(each.number) for each in compared_documents(traveller))
        return None if has_number or any(not word.is_initial for word in words) else _UNUSABLE_NAME


def _collect(part: _Part, rows: Found, limit: int, found: list[list[Match]]) -> None:
    """Put the best rows of each traveller among the matches: `limit`, more where the last are tied."""
    if not len(rows.entry):
        return
    shown = ~part.hidden[rows.entry]
    traveller, entry, total = rows.traveller[shown], rows.entry[shown], rows.total[shown]
    order = np.lexsort((-total, traveller))
    taken: dict[int, int] = {}
    last: dict[int, float] = {}
    for row in order.tolist():
        place, score = int(traveller[row]), calibrated(int(total[row]))
        if taken.get(place, 0) >= limit and score < last[place]:
            continue
        taken[place], last[place] = taken.get(place, 0) + 1, score
        found[place].append(Match(part.entry_id(int(entry[row])), score))


def _rank(match: Match) -> tuple[float, str]:
    return -match.score, match.entry_id


def _distinct(entries: Iterable[WatchlistEntry]) -> list[WatchlistEntry]:
    listed: dict[str, WatchlistEntry] = {}
    for entry in entries:
        if entry.id in listed:
            raise RepeatedEntry(entry_id=entry.id)
        listed[entry.id] = entry
    return list(listed.values())


def _stored(folder: Path, removed: frozenset[str], base: Screener | None) -> _Part:
    index, digest = read_index(folder, base.index.rarity if base else None)
    if any(index.position_of(each) is None for each in removed):
        raise DamagedSnapshot(reason="an entry is removed that is not there")
    return _Part(Screener(index, base=base), digest, removed)
