"""Rows of published CSV files: decoded, limited, each with its line; and the members of a ZIP of several."""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Final

from services.screening.watchlist.sources.content import Content, first_sign, opened
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListLimits

_ZIP_MAGIC: Final = b"PK\x03\x04"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError)
#: A ZIP that is sealed by a password, or packed in a way that we do not unpack.
_CLOSED: Final = (RuntimeError, NotImplementedError)
_END_OF_FILE: Final = "\x1a"
_PART_BYTES: Final = 256 * 1024


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
    """One file of a list: its name, for faults, and how it is opened, as often as somebody asks."""

    name: str
    open: Callable[[], IO[bytes]]
    limits: ListLimits

    def rows(self, delimiter: str = ",") -> Iterator[TableRow]:
        """The rows that hold anything, in order, each read when it is asked for.

        Raises:
            MalformedList: Not text, a quotation without end, or beyond the limits.
        """
        with self.text() as text:
            reader = csv.reader(text, delimiter=delimiter, strict=delimiter == ",")
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

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        """The file as text, its line breaks as they are: UTF-8 if all of it is, else Latin-1.

        Raises:
            MalformedList: Not text, or markup.
        """
        encoding = self._encoding()
        with self._unpacked() as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
            yield text

    def _encoding(self) -> str:
        """How the file is written, by one look through it."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        encoding, is_begun = "utf-8-sig", False
        with self._unpacked() as stream:
            while part := stream.read(_PART_BYTES):
                if b"\x00" in part:
                    raise self.refusal("NOT_TEXT", None)
                if not is_begun and part.lstrip()[:1] == b"<":
                    # A server's error page, with the status 200 and the list's name.
                    raise self.refusal("NOT_THIS_FORMAT", 1)
                is_begun = is_begun or not part.isspace()
                encoding = encoding if _goes_on(decoder, part) else "latin-1"
        return encoding if _goes_on(decoder, b"", is_end=True) else "latin-1"

    @contextmanager
    def _unpacked(self) -> Iterator[IO[bytes]]:
        try:
            with self.open() as stream:
                yield stream
        except _DAMAGED:
            raise MalformedList(reason="NOT_WELL_FORMED", element="ZIP", line=None) from None


def _goes_on(decoder: codecs.IncrementalDecoder, part: bytes, *, is_end: bool = False) -> bool:
    """Whether a part is what may follow in this encoding."""
    try:
        decoder.decode(part, is_end)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Tables:
    """The CSV files of one list, by name, and the newest date that a ZIP states of them (UTC)."""

    by_name: dict[str, Table]
    dated_at: datetime | None


def read_tables(content: Content, name: str, limits: ListLimits) -> Tables:
    """One CSV file under a given name, or all members of a ZIP of several.

    Raises:
        MalformedList: Too large, an unreadable ZIP, or one that unfolds beyond the limits.
    """
    if len(content) > limits.file_bytes:
        raise MalformedList(reason="LIST_TOO_LARGE", element=name, line=None)
    if not first_sign(content):
        raise MalformedList(reason="NO_ROWS", element=name, line=None)
    if content[: len(_ZIP_MAGIC)] != _ZIP_MAGIC:
        return Tables({name: Table(name, partial(opened, content), limits)}, None)
    try:
        return _members(zipfile.ZipFile(opened(content)), limits)
    except (*_DAMAGED, *_CLOSED):
        raise MalformedList(reason="NOT_WELL_FORMED", element="ZIP", line=None) from None


def _members(archive: zipfile.ZipFile, limits: ListLimits) -> Tables:
    """The files of a ZIP. One that is opened gives no more bytes than the ZIP states of it."""
    files = [info for info in archive.infolist() if not info.is_dir()]
    if sum(info.file_size for info in files) > limits.unpacked_bytes:
        raise MalformedList(reason="LIST_TOO_LARGE", element="ZIP", line=None)
    for info in files:
        archive.open(info).close()
    names = [PurePosixPath(info.filename).name.lower() for info in files]
    tables = {
        name: Table(name, partial(archive.open, info), limits)
        for name, info in zip(names, files, strict=True)
    }
    dates = [datetime(*info.date_time, tzinfo=UTC) for info in files]
    return Tables(tables, max(dates, default=None))
