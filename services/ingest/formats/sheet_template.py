"""The template that a small carrier fills in, as CSV and as a workbook, made of the words that are read."""

import csv
import io
from datetime import datetime
from functools import cache
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from services.ingest.formats.sheet_cells import HELP_SHEET, column_letter
from services.ingest.formats.sheet_columns import FLIGHT, TRAVELLER

_MADE_AT: Final = datetime(2027, 1, 1)  # noqa: DTZ001 - a file's date has no zone, and this one never moves.
_WIDTH: Final = 24
_TEXT_FORMAT: Final = "@"
_HINTS: Final = (
    "Fill in the first sheet: the flight at the top, then one row for each traveller.",
    "Replace the fictional example. Leave empty what you do not know; columns may be moved or left out.",
    "Send no remarks, meals or medical needs: nothing of the kind may be kept.",
)


@cache
def template_csv() -> bytes:
    """The template as CSV: UTF-8 with its mark, so that spreadsheet programs know it."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerows(_rows())
    return lines.getvalue().encode("utf-8-sig")


@cache
def template_workbook() -> bytes:
    """The template as an xlsx workbook, every cell a text, with a sheet that says how to fill it in."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Travellers"
    for row in _rows():
        sheet.append(row)
    for cells in sheet.iter_rows(max_row=sheet.max_row + 500, max_col=len(TRAVELLER)):
        for cell in cells:
            cell.number_format = _TEXT_FORMAT
    titles = len(FLIGHT) + 2
    for cell in (*sheet[titles], *(sheet.cell(row, 1) for row in range(1, titles - 1))):
        cell.font = Font(bold=True)
    for column in range(len(TRAVELLER)):
        sheet.column_dimensions[column_letter(column)].width = _WIDTH
    guide = workbook.create_sheet(HELP_SHEET)
    for hint in (*_HINTS, ""):
        guide.append([hint])
    for each in (*FLIGHT, *TRAVELLER):
        guide.append([each.title, each.hint, each.example])
    guide.column_dimensions["A"].width = guide.column_dimensions["B"].width = 2 * _WIDTH
    guide["A1"].alignment = Alignment(wrap_text=False)
    workbook.properties.created = workbook.properties.modified = _MADE_AT
    workbook.properties.creator = "Safeconduct"
    made = io.BytesIO()
    workbook.save(made)
    return _with_fixed_dates(made.getvalue())


def _rows() -> list[list[str]]:
    flight = [[each.title, each.example] for each in FLIGHT]
    return [*flight, [], [each.title for each in TRAVELLER], [each.example for each in TRAVELLER]]


def _with_fixed_dates(made: bytes) -> bytes:
    """The same archive without the moment at which it was made, so that every copy is the same file."""
    fixed = io.BytesIO()
    with ZipFile(io.BytesIO(made)) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, _MADE_AT.timetuple()[:6]), old.read(name), ZIP_DEFLATED)
    return fixed.getvalue()
