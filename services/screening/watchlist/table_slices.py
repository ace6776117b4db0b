"""A long table read in slices: every row is counted, only new and changed ones become persons. Pure.

The reader of the format reads each slice as a file of its own, so that there is one reader; the rows that it
is not shown are counted as it counts (`tests/unit/screening/watchlist/test_slices.py`).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.screening.watchlist import entry
from services.screening.watchlist.slices import ROWS_A_SLICE, Rows, Slice, Takes
from services.screening.watchlist.sources import drafts, opensanctions, un_states
from services.screening.watchlist.sources.content import lines_of
from services.screening.watchlist.sources.read_list import ListToRead
from services.screening.watchlist.sources.tables import TableRow, read_tables

_ID, _SCHEMA, _NAME, _DATASET, _LAST_SEEN = 0, 1, 2, 11, 13
_BETWEEN: Final = "\x1f"
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


class TableSlices:
    """A table of OpenSanctions, read once from top to bottom."""

    def __init__(self, file: ListToRead, takes: Takes) -> None:
        self._file = file
        self._rows = Rows(file, takes, opensanctions, drafts, entry, un_states)
        self._width = 0
        (self._table,) = read_tables(file.content, opensanctions.FILE, file.limits).by_name.values()

    def __iter__(self) -> Iterator[Slice]:
        """The slices; the last one knows of when the file is.

        Raises:
            MalformedList: Not this format, cut off, beyond the limits, a person stands twice.
        """
        rows = self._table.rows()
        titles = next(rows, None)
        if titles is None:
            raise self._table.refusal("NOT_THIS_FORMAT", 1)
        self._width = len(titles.cells)
        lines = lines_of(self._file.content)
        part, newest = Slice(), None
        read: list[TableRow] = []
        for number, row in enumerate(rows, start=1):
            if newest is None or row[_LAST_SEEN] > newest[_LAST_SEEN]:
                newest = row
            if self._is_read(part, row):
                read.append(row)
            if number % ROWS_A_SLICE == 0:
                part.share = row.line / lines
                yield _with_content(part, titles.cells, read)
                part, read = Slice(), []
        # The reader itself says whether the titles are its own, and of when the file is.
        last = _with_content(Slice(), titles.cells, [] if newest is None else [newest])
        whole = replace(self._file, content=last.content or _as_file(titles.cells, [])[0])
        part.share = 1.0
        part.generated_at = opensanctions.read_opensanctions(whole).generated_at
        yield _with_content(part, titles.cells, read)

    def _is_read(self, part: Slice, row: TableRow) -> bool:
        """Count a row; whether it has to be read, because it is new, changed or broken."""
        is_cut_off = not row[_ID] or len(row.cells) < self._width
        if row[_SCHEMA].lower() != opensanctions.PERSON:
            part.entities_left_out += 1
            return is_cut_off
        if self._rows.is_repeated(row[_ID]):
            raise self._table.refusal("REPEATED_REFERENCE", row.line)
        programmes = {each.strip() for each in row[_DATASET].split(";") if each.strip()}
        part.individuals += 1
        part.by_regime.update(programmes)
        is_broken = is_cut_off or not row[_NAME]
        if self._file.regimes.isdisjoint(programmes):
            return is_broken
        return self._rows.is_taken(part, row[_ID], _BETWEEN.join(row.cells).encode()) or is_broken


def _with_content(part: Slice, titles: Sequence[str], rows: Sequence[TableRow]) -> Slice:
    """A slice with the rows of it that are read."""
    if rows:
        part.content, part.starts = _as_file(titles, rows)
        part.began = [row.line - sum(map(_line_breaks, row.cells)) for row in rows]
    return part


def _as_file(titles: Sequence[str], rows: Sequence[TableRow]) -> tuple[bytes, list[int]]:
    """Rows as a file of their own, and the line of it at which each of them begins."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(titles)
    starts, line = [], 2 + sum(map(_line_breaks, titles))
    for row in rows:
        writer.writerow(row.cells)
        starts.append(line)
        line += 1 + sum(map(_line_breaks, row.cells))
    return text.getvalue().encode(), starts


def _line_breaks(cell: str) -> int:
    return len(_LINE_BREAK.findall(cell))
