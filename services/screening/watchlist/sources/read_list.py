"""What every reader of a published list gives: counts for the people who approve it, and the entries.

Untrusted bytes in; entries and counts, or `MalformedList`, out.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.content import Content
from services.screening.watchlist.sources.errors import RowFault
from services.screening.watchlist.sources.lost_document import LostDocument


@dataclass(frozen=True, slots=True)
class ListLimits:
    """What a file may hold at most.

    The UN's has 2 MB, 1,003 rows and texts of 1,723 characters, OFAC's four files 7 MB and 40,000 rows.
    `file_bytes` and `unpacked_bytes` bound a file and what a ZIP unfolds to, `depth` and `elements_a_row`
    XML alone.
    """

    file_bytes: int = 256 * 1024 * 1024
    unpacked_bytes: int = 256 * 1024 * 1024
    depth: int = 6
    rows: int = 1_000_000
    elements_a_row: int = 5_000
    text_characters: int = 50_000


DEFAULT_LIMITS = ListLimits()


@dataclass(frozen=True, slots=True)
class ListToRead:
    """A file as a reader is handed it.

    `source` is the register's name of the list (`UN`, `OFAC`), `regimes` are the programmes that carry a
    terrorism purpose for this State, `dated_at` is what the importer says of the file's date (UTC), for
    formats that do not say it themselves.
    """

    content: Content
    source: str
    regimes: frozenset[str]
    dated_at: datetime | None = None
    limits: ListLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as it was read. No personal data but in `entries`.

    `individuals` counts every person of the file; `by_regime` counts them under each of their programmes, so
    that a person under two is in both; `entities_left_out` are organisations, ships and aircraft, which are
    not screened against travellers; `entries` holds the persons of the allowed regimes, in the file's order;
    `faults` flag what was kept as text. A list of lost and stolen documents has `documents` and no persons.
    """

    generated_at: datetime
    individuals: int
    by_regime: dict[str, int]
    entities_left_out: int
    entries: tuple[WatchlistEntry, ...]
    faults: tuple[RowFault, ...] = ()
    documents: tuple[LostDocument, ...] = ()

    @property
    def stored(self) -> int:
        """How many persons or documents are kept."""
        return len(self.entries) + len(self.documents)


@dataclass(slots=True)
class ListSoFar:
    """A list while its rows are read: everybody is counted, and who is under an allowed programme is kept."""

    file: ListToRead
    individuals: int = 0
    left_out: int = 0
    by_regime: Counter[str] = field(default_factory=Counter)
    entries: list[WatchlistEntry] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    def add(self, entry: WatchlistEntry, programmes: Collection[str], faults: Iterable[RowFault]) -> None:
        """One person more, with what of them was not understood."""
        self.individuals += 1
        self.by_regime.update(programmes)
        self.faults.extend(faults)
        if self.file.regimes.intersection(programmes):
            self.entries.append(entry)

    def finished(self, generated_at: datetime) -> ReadList:
        """The list as it was read."""
        return ReadList(
            generated_at=generated_at,
            individuals=self.individuals,
            by_regime=dict(sorted(self.by_regime.items())),
            entities_left_out=self.left_out,
            entries=tuple(self.entries),
            faults=tuple(self.faults),
        )


ReadListFile = Callable[[ListToRead], ReadList]
"""A reader of one format; raises `MalformedList`."""
