"""CSV and xlsx: bytes to rows of texts. Knows files and cells; knows no travel and no list. Pure.

A workbook is a program as much as a table. Macros, links, hidden sheets and formulas are refused: what a
person saw when they sent it would not be what we read.
"""

import csv
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from shared.errors import DomainError

MAX_PARTS: Final = 200
MAX_UNPACKED_BYTES: Final = 16 * 1024 * 1024
ZIP_START: Final = b"PK\x03\x04"
#: The one sheet beside the first that a workbook may have: a template's own instructions.
HELP_SHEET: Final = "How to fill this in"

FORMULA, CELL_ERROR, CELL_TOO_LONG, NUMBER = "FORMULA", "CELL_ERROR", "CELL_TOO_LONG", "NUMBER"
_NO_MARKS: Final[Mapping[int, str]] = MappingProxyType({})
_DELIMITERS: Final = ",;\t"
_FOREIGN_PARTS: Final = {
    "xl/vbaproject": "MACRO",
    "xl/macrosheets/": "MACRO",
    "xl/activex/": "MACRO",
    "xl/externallinks/": "EXTERNAL_LINK",
    "xl/connections": "EXTERNAL_LINK",
    "xl/querytables/": "EXTERNAL_LINK",
    "xl/embeddings/": "EMBEDDED_OBJECT",
}
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    LxmlError,
    zlib.error,
    struct.error,
    # openpyxl meets a damaged part with whatever its code stumbles over; the file is broken all the same.
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    TypeError,
    EOFError,
    RuntimeError,
    OSError,
)


class SheetUnreadable(DomainError):
    """The bytes are no table that we take; `fault` is a stable word, `row` 1-based where it is known."""

    code = "SHEET_UNREADABLE"
    sentence = "The sheet cannot be read: {fault}."

    def __init__(self, fault: str, row: int | None = None) -> None:
        super().__init__(fault=fault, row=row)
        self.fault = fault
        self.row = row


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What a sheet may hold at most; a row's number is counted from the first line of the file."""

    rows: int
    columns: int
    cell_characters: int


@dataclass(frozen=True, slots=True, repr=False)
class SheetRow:
    """One row that holds anything: its 1-based number in the file, its texts, what is odd about some cells.

    `marks` is `FORMULA`, `CELL_ERROR` or `CELL_TOO_LONG`, whose text is empty, or `NUMBER`, a text that was
    stored as a number, by 0-based column.
    """

    number: int
    cells: tuple[str, ...]
    marks: Mapping[int, str] = field(default_factory=lambda: _NO_MARKS)

    def text(self, column: int) -> str:
        """The text of a column; empty where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


def read_rows(body: bytes, limits: SheetLimits) -> list[SheetRow]:
    """The rows of a CSV file or of the first sheet of an xlsx workbook; empty rows are left out.

    Dates become `YYYY-MM-DD`, moments `YYYY-MM-DDTHH:MM`, times `HH:MM`, whole numbers their digits.

    Args:
        body: CSV in UTF-8 (or UTF-16 with its mark), separated by comma, semicolon or tab; or xlsx.
        limits: What it may hold.

    Raises:
        SheetUnreadable: Too many rows or columns; another encoding; a workbook that is damaged, holds a
            macro, a link, an embedded object, a hidden or a second sheet, or unpacks to more than
            `MAX_UNPACKED_BYTES`.
    """
    rows = _of_workbook(body, limits) if body.startswith(ZIP_START) else _of_csv(body, limits)
    return [row for row in rows if row.marks or any(row.cells)]


def column_letter(column: int) -> str:
    """What a spreadsheet program calls a 0-based column."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _of_csv(body: bytes, limits: SheetLimits) -> Iterator[SheetRow]:
    text = _decoded(body)
    first_line = text.partition("\n")[0]
    # Flight rows come first and are short; the separator that splits most of the file's lines is meant.
    delimiter = max(_DELIMITERS, key=lambda each: (text.count(each), first_line.count(each)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield _row(number, cells, limits)
    except csv.Error:
        raise SheetUnreadable("CSV_UNREADABLE", reader.line_num) from None


def _decoded(body: bytes) -> str:
    encoding = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        raise SheetUnreadable("ENCODING_UNKNOWN") from None
    if "\x00" in text:
        raise SheetUnreadable("ENCODING_UNKNOWN")
    return text


def _of_workbook(body: bytes, limits: SheetLimits) -> list[SheetRow]:
    try:
        _look_inside(body)
        with warnings.catch_warnings():
            # openpyxl quotes what a cell holds where it warns of it, and that belongs in nobody's log.
            warnings.simplefilter("ignore")
            return _rows_of(body, limits)
    except _BROKEN:
        raise SheetUnreadable("WORKBOOK_UNREADABLE") from None


def _rows_of(body: bytes, limits: SheetLimits) -> list[SheetRow]:
    # Formulas are wanted as formulas, so that they can be refused: `data_only` would hide them.
    workbook = load_workbook(io.BytesIO(body), read_only=True, keep_links=False)
    values = _values(_only_sheet(workbook))
    return [_row(number, cells, limits) for number, cells in enumerate(values, start=1)]


def _look_inside(body: bytes) -> None:
    """Refuse what no table of travellers needs, before anything of it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = archive.infolist()
        # zipfile gives no more bytes of a part than it announces, so that the announced sizes bound the work.
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise SheetUnreadable("WORKBOOK_TOO_LARGE")
        for part in parts:
            name = part.filename.lower().lstrip("/")
            for start, fault in _FOREIGN_PARTS.items():
                if name.startswith(start):
                    raise SheetUnreadable(fault)
            if name.endswith((".xml", ".rels")) and b"<!" in archive.read(part).replace(b"<!--", b""):
                raise SheetUnreadable("WORKBOOK_UNREADABLE")


def _only_sheet(workbook: Any) -> Any:
    sheets = workbook.worksheets
    if any(sheet.sheet_state != "visible" for sheet in workbook._sheets):  # noqa: SLF001 - chart sheets too.
        raise SheetUnreadable("HIDDEN_SHEET")
    if any(sheet.title != HELP_SHEET for sheet in sheets[1:]):
        raise SheetUnreadable("SECOND_SHEET")
    # The size that a workbook states is its own claim: without it the rows themselves are counted.
    sheets[0].reset_dimensions()
    return sheets[0]


def _values(sheet: Any) -> Iterator[list[Any]]:
    for cells in sheet.iter_rows():
        yield [_Formula if cell.data_type == "f" else _value(cell) for cell in cells]


class _Formula:
    """Stands for a cell whose content is computed."""


class _Error:
    """Stands for a cell that shows an error, such as #N/A."""


def _value(cell: Any) -> Any:
    return _Error if cell.data_type == "e" else cell.value


def _row(number: int, values: Iterable[Any], limits: SheetLimits) -> SheetRow:
    if number > limits.rows:
        raise SheetUnreadable("TOO_MANY_ROWS", number)
    cells: list[str] = []
    marks: dict[int, str] = {}
    for column, value in enumerate(values):
        text, mark = _text(value, limits)
        if column >= limits.columns and (text or mark):
            raise SheetUnreadable("TOO_MANY_COLUMNS", number)
        cells.append(text)
        if mark is not None:
            marks[column] = mark
    return SheetRow(number, tuple(cells[: limits.columns]), marks)


def _text(value: Any, limits: SheetLimits) -> tuple[str, str | None]:
    """A cell's text without blanks around it, and its mark."""
    if value is None:
        return "", None
    if value is _Formula or (isinstance(value, str) and value.startswith("=")):
        return "", FORMULA
    if value is _Error:
        return "", CELL_ERROR
    if isinstance(value, bool):
        return "yes" if value else "no", None
    if isinstance(value, int | float):
        return _digits(value), NUMBER
    text = _moment(value) if isinstance(value, date | time) else str(value).strip()
    return ("", CELL_TOO_LONG) if len(text) > limits.cell_characters else (text, None)


def _digits(number: int | float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _moment(value: date | time) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()[:5] if isinstance(value, time) else value.isoformat()
    # Spreadsheets know no day without a time: midnight is how they store one.
    return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="minutes")
