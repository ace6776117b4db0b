"""The template that a small carrier fills in, as CSV and as a workbook, made of the words that are read."""

from functools import cache
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from services.ingest.formats.sheet_cells import HELP_SHEET, column_letter
from services.ingest.formats.sheet_columns import FLIGHT, TRAVELLER
from shared.sheets.template import csv_bytes, workbook_bytes

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
    return csv_bytes(_rows())


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
    return workbook_bytes(workbook)


def _rows() -> list[list[str]]:
    flight = [[each.title, each.example] for each in FLIGHT]
    return [*flight, [], [each.title for each in TRAVELLER], [each.example for each in TRAVELLER]]
