"""Rows of published CSV files: decoded, limited, each with its line; and the members of a ZIP of several."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListLimits

_ZIP_MAGIC = b"PK\x03\x04"
_END_OF_FILE = "\x1a"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its 1-based line and its cells as written."""

    line: int
    cells: Sequence[str]

    def __getitem__(self, column: int) -> str:
        """A cell with white space made single, empty where the row is shorter."""
        return " ".join(self.written(column).split())

    def written(self, column: int) -> str:
        """A cell as written, for a text that goes on elsewhere."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table is known: its least number of columns, and the joining column by place and title."""

    columns: int
    key: int
    key_title: str
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file of a list: its name, for faults, and its bytes."""

    name: str
    content: bytes
    limits: ListLimits

    def rows(self, delimiter: str = ",") -> Iterator[TableRow]:
        """The rows that hold anything, in order.

        Raises:
            MalformedList: Not text, a quotation without end, or beyond the limits.
        """
        reader = csv.reader(
            io.StringIO(self._text(), newline=""), delimiter=delimiter, strict=delimiter == ","
        )
        count = 0
        try:
            for cells in reader:
                if not any(cell.strip() for cell in cells) or cells == [_END_OF_FILE]:
                    continue
                count += 1
                if count > self.limits.rows:
                    raise self.refusal("TOO_MANY_ROWS", reader.line_num)
                if any(len(cell) > self.limits.text_characters for cell in cells):
                    raise self.refusal("TEXT_TOO_LONG", reader.line_num)
                yield TableRow(reader.line_num, cells)
        except csv.Error:
            raise self.refusal("NOT_WELL_FORMED", reader.line_num) from None

    def rows_below(self, layout: "TableLayout") -> Iterator[TableRow]:
        """The rows below the titles; a publisher may put lines of another width before those.

        Raises:
            MalformedList: No such titles, or a row that is narrower or has no key; and see `rows`.
        """
        rows = self.rows(layout.delimiter)
        titles = next((row for row in rows if len(row.cells) >= layout.columns), None)
        if titles is None or layout.key_title not in titles[layout.key].lower():
            raise self.refusal("NOT_THIS_FORMAT", 1)
        for row in rows:
            if len(row.cells) < layout.columns or not row[layout.key]:
                raise self.refusal("NOT_THIS_FORMAT", row.line)
            yield row

    def refusal(self, reason: str, line: int | None) -> MalformedList:
        """The fault that refuses the whole file."""
        return MalformedList(reason=reason, element=self.name, line=line)

    def _text(self) -> str:
        if b"\x00" in self.content:
            raise self.refusal("NOT_TEXT", None)
        if self.content.lstrip()[:1] == b"<":
            # A server's error page, with the status 200 and the list's name.
            raise self.refusal("NOT_THIS_FORMAT", 1)
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Tables:
    """The CSV files of one list, by name, and the newest date that a ZIP states of them (UTC)."""

    by_name: dict[str, Table]
    dated_at: datetime | None


def read_tables(content: bytes, name: str, limits: ListLimits) -> Tables:
    """One CSV file under a given name, or all members of a ZIP of several.

    Raises:
        MalformedList: Too large, an unreadable ZIP, or one that unfolds beyond the limits.
    """
    if len(content) > limits.file_bytes:
        raise MalformedList(reason="LIST_TOO_LARGE", element=name, line=None)
    if not content.strip():
        raise MalformedList(reason="NO_ROWS", element=name, line=None)
    if not content.startswith(_ZIP_MAGIC):
        return Tables({name: Table(name, content, limits)}, None)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _members(archive, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise MalformedList(reason="NOT_WELL_FORMED", element="ZIP", line=None) from None


def _members(archive: zipfile.ZipFile, limits: ListLimits) -> Tables:
    files = [info for info in archive.infolist() if not info.is_dir()]
    if sum(info.file_size for info in files) > limits.unpacked_bytes:
        raise MalformedList(reason="LIST_TOO_LARGE", element="ZIP", line=None)
    tables: dict[str, Table] = {}
    for info in files:
        name = PurePosixPath(info.filename).name.lower()
        with archive.open(info) as member:
            # The stated size may lie: never more than the limit is read.
            unpacked = member.read(limits.unpacked_bytes + 1)
        if len(unpacked) > limits.unpacked_bytes:
            raise MalformedList(reason="LIST_TOO_LARGE", element="ZIP", line=None)
        tables[name] = Table(name, unpacked, limits)
    dates = [datetime(*info.date_time, tzinfo=UTC) for info in files]
    return Tables(tables, max(dates, default=None))
