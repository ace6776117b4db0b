"""A long table read in slices: every row is counted, only new and changed ones become persons. Pure.

The reader of the format reads each slice as a file of its own, so that there is one reader; the rows that it
is not shown are counted as it counts (`tests/unit/screening/watchlist/test_table_slices.py`).
"""

import csv
import io
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from services.screening.watchlist import entry
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources import drafts, opensanctions, un_states
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListToRead
from services.screening.watchlist.sources.tables import TableRow, read_tables

ROWS_A_SLICE: Final = 2_000
_FILE: Final = "targets.simple.csv"
_ID, _SCHEMA, _NAME, _DATASET, _LAST_SEEN = 0, 1, 2, 11, 13
_PERSON: Final = "person"
_CONTENT_BYTES: Final = 16
_ANY_DAY: Final = datetime(1, 1, 1, tzinfo=UTC)
_MARK_BYTES: Final = 8
_BETWEEN: Final = "\x1f"
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")

Takes = Callable[[str, bytes], bool]
"""Whether a row, by its entry's identifier and the digest of what it says, is new or changed."""


@dataclass(slots=True)
class Slice:
    """Some rows of a table: counts of all of them, and those that are read.

    `contents` is the digest of what the row of each kept person says, by entry; `line` is the last one's.
    """

    titles: Sequence[str]
    generated_at: datetime | None = None
    line: int = 0
    individuals: int = 0
    by_regime: Counter[str] = field(default_factory=Counter)
    entities_left_out: int = 0
    stored: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    def entries(self, file: ListToRead) -> Iterator[tuple[WatchlistEntry, bytes]]:
        """The persons of the rows that are read, with the digest of what each row says.

        Raises:
            MalformedList: What the format's reader refuses, with the line of the whole file.
        """
        if not self.rows:
            return
        content, ends = _as_file(self.titles, self.rows)
        part = replace(file, content=content, dated_at=file.dated_at or _ANY_DAY)
        try:
            read = opensanctions.read_opensanctions(part)
        except MalformedList as fault:
            line = fault.line if fault.line is None else self._line(ends, fault.line)
            raise MalformedList(reason=fault.reason, element=fault.element, line=line) from None
        for flaw in read.faults:
            self.faults.append({**flaw.as_json(), "line": self._line(ends, flaw.line)})
        for each in read.entries:
            yield each, self.contents[each.id]

    def _line(self, ends: Sequence[int], line: int) -> int:
        """The line of the whole file at which a row of the slice ends."""
        number = bisect_left(ends, line) - 1
        return self.rows[number].line if 0 <= number < len(self.rows) else line


class TableSlices:
    """A table of OpenSanctions, read once from top to bottom."""

    def __init__(self, file: ListToRead, takes: Takes) -> None:
        self._file = file
        self._takes = takes
        self._key = _reading_key(file)
        self._seen: set[bytes] = set()
        (self._table,) = read_tables(file.content, _FILE, file.limits).by_name.values()

    def __iter__(self) -> Iterator[Slice]:
        """The slices; the last one knows of when the file is.

        Raises:
            MalformedList: Not this format, cut off, beyond the limits, a person stands twice.
        """
        rows = self._table.rows()
        titles = next(rows, None)
        if titles is None:
            raise self._table.refusal("NOT_THIS_FORMAT", 1)
        part, newest = Slice(titles.cells), None
        for number, row in enumerate(rows, start=1):
            if newest is None or row[_LAST_SEEN] > newest[_LAST_SEEN]:
                newest = row
            part.line = row.line
            self._take(part, row)
            if number % ROWS_A_SLICE == 0:
                yield part
                part = Slice(titles.cells)
        # The reader itself says whether the titles are its own, and of when the file is.
        content, _ = _as_file(titles.cells, [] if newest is None else [newest])
        part.generated_at = opensanctions.read_opensanctions(
            replace(self._file, content=content)
        ).generated_at
        yield part

    def _take(self, part: Slice, row: TableRow) -> None:
        """Count a row, and keep it to be read if it is new, changed or broken."""
        if row[_SCHEMA].lower() != _PERSON:
            part.entities_left_out += 1
            if not row[_ID]:
                part.rows.append(row)
            return
        reference = row[_ID]
        mark = blake2b(reference.encode(), digest_size=_MARK_BYTES).digest()
        if mark in self._seen:
            raise self._table.refusal("REPEATED_REFERENCE", row.line)
        self._seen.add(mark)
        programmes = {each.strip() for each in row[_DATASET].split(";") if each.strip()}
        part.individuals += 1
        part.by_regime.update(programmes)
        is_kept = not self._file.regimes.isdisjoint(programmes)
        part.stored += is_kept
        entry_id = f"{self._file.source}:{reference}"
        if is_kept:
            said = _BETWEEN.join(row.cells).encode()
            content = blake2b(said, digest_size=_CONTENT_BYTES, key=self._key).digest()
            is_read = self._takes(entry_id, content)
            part.contents[entry_id] = content
        if (is_kept and is_read) or not reference or not row[_NAME]:
            part.rows.append(row)


def is_sliced(wanted_format: str, content: bytes) -> bool:
    """Whether a file is read in slices: a long table, and no lines of JSON."""
    return wanted_format == "opensanctions" and content.lstrip()[:1] != b"{"


@cache
def _reader_key() -> bytes:
    """Changes with any line of what reads a row: rows that other code read are read again."""
    sources = blake2b()
    for module in (opensanctions, drafts, entry, un_states):
        assert module.__file__ is not None
        sources.update(Path(module.__file__).read_bytes())
    return sources.digest()


def _reading_key(file: ListToRead) -> bytes:
    """What else than its own words a row's entry depends on."""
    told = _BETWEEN.join((file.source, *sorted(file.regimes))).encode()
    return blake2b(told, key=_reader_key()).digest()


def _as_file(titles: Sequence[str], rows: Sequence[TableRow]) -> tuple[bytes, list[int]]:
    """Rows as a file of their own, and the line at which each row of it ends, the titles' first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    ends: list[int] = []
    for cells in (titles, *(row.cells for row in rows)):
        writer.writerow(cells)
        ends.append((ends[-1] if ends else 0) + 1 + sum(_line_breaks(cell) for cell in cells))
    return text.getvalue().encode(), ends


def _line_breaks(cell: str) -> int:
    return len(_LINE_BREAK.findall(cell))
