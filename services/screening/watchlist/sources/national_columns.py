"""The columns of a State's own nominations as a sheet: titles, hints and a fictional example. Pure."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font

from shared.sheets.cells import HELP_SHEET, column_letter
from shared.sheets.template import csv_bytes, workbook_bytes

GROUNDS: Final = 3
_WIDTH: Final = 26
_TEXT_FORMAT: Final = "@"
_FORMATTED_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title as it is read (case and blanks aside), what belongs there, an example."""

    title: str
    hint: str
    example: str = ""


_PERSON: Final = (
    Column("Reference", "Your own file number, the same each time: letters, digits, . _ -", "XAA-2027-0001"),
    Column("Family name", "As the document has it.", "BEISPIEL"),
    Column("Given names", "As the document has them.", "GRETA"),
    Column("Full name", "Only where you do not know which part is which."),
    Column("Original script", "The name in its own script.", "Грета Байшпиль"),
    Column(
        "Aliases", "Other names, parted by semicolons; (weak) after one that says little.", "GRETA B. (weak)"
    ),
    Column("Sex", "F or M.", "F"),
    Column(
        "Date of birth",
        "1980-01-02, 1980-01, 1980, c. 1980 or 1978-1982; several by semicolons.",
        "1980-01-02",
    ),
    Column("Birth city", "", "Qasr"),
    Column("Birth State", "Three letters, or the State's name.", "XCC"),
    Column("Nationalities", "States, parted by semicolons.", "XCC; XBB"),
    Column("Documents", "Kind, number, State; kinds P, I, V, L, O; several by semicolons.", "P XC77 XCC"),
)
_TERMS: Final = (
    Column("Category", "CONVICTED, CHARGED_OR_WARRANT or REASONABLY_SUSPECTED.", "REASONABLY_SUSPECTED"),
)
_AFTER_GROUNDS: Final = (
    Column("Offence", "The terrorist offence as the law defines it.", "Penal Code art. 141a: travel"),
    Column("Summary", "What may be told to a counterpart: no sources.", "Named for travel in a story."),
    Column("Tear-line", "At most 280 characters for the counter: who to call, what not to do.",
           "Verify the document. Call the duty desk. Do not detain on this alone."),
    Column("Recommendation", "Yours; the second person does not see it.", "List for six months."),
    Column("Review due", "YYYY-MM-DD; at most a year, six months with one source.", "2028-01-31"),
    Column("Expires", "YYYY-MM-DD; at most five years.", "2029-12-31"),
    Column("Best interests", "For a child: the record of the assessment."),
    Column("Child specialist", "For a child: who approved."),
)  # fmt: skip
_GROUND_EXAMPLES: Final = (
    ("CONDUCT", "Bought tickets in a story.", "S1", "1A", "2027-01-01", "yes"),
    ("CONDUCT", "Met recruiters in a story.", "S2", "2B", "2027-02-01", "no"),
    ("",) * 6,
)
_HINTS: Final = (
    "Each row becomes a DRAFT of yours: nobody is compared with it before you submit it and another person",
    "has decided. Replace the fictional example. Columns may be moved or left out; empty means not known.",
    "Never write ethnicity, religion, opinions, health or family: a row of that kind cannot be approved.",
)


def ground_columns(number: int) -> tuple[Column, ...]:
    """The six columns of the first, second or third ground."""
    kind, words, source, grade, as_of, is_fact = _GROUND_EXAMPLES[number - 1]
    return (
        Column(f"Ground {number} kind", "CONDUCT, COURT, WARRANT or UN_LISTING.", kind),
        Column(f"Ground {number} words", "What this person did; no sources.", words),
        Column(f"Ground {number} source", "Grounds of one source count once.", source),
        Column(f"Ground {number} grade", "Source 1 to 3, then information A to E.", grade),
        Column(f"Ground {number} as of", "YYYY-MM-DD.", as_of),
        Column(f"Ground {number} fact", "yes for a fact, no for an assessment.", is_fact),
    )


COLUMNS: Final = (
    *_PERSON,
    *_TERMS,
    *(column for number in range(1, GROUNDS + 1) for column in ground_columns(number)),
    *_AFTER_GROUNDS,
)


@cache
def template_csv() -> bytes:
    """The template as CSV with one fictional person."""
    return csv_bytes(_rows())


@cache
def template_workbook() -> bytes:
    """The template as an xlsx workbook, every cell a text, with a sheet that says how to fill it in."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Nominations"
    for row in _rows():
        sheet.append(row)
    for cells in sheet.iter_rows(max_row=_FORMATTED_ROWS, max_col=len(COLUMNS)):
        for cell in cells:
            cell.number_format = _TEXT_FORMAT
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number in range(len(COLUMNS)):
        sheet.column_dimensions[column_letter(number)].width = _WIDTH
    guide = workbook.create_sheet(HELP_SHEET)
    for hint in (*_HINTS, ""):
        guide.append([hint])
    for column in COLUMNS:
        guide.append([column.title, column.hint, column.example])
    guide.column_dimensions["A"].width = _WIDTH
    guide.column_dimensions["B"].width = 3 * _WIDTH
    return workbook_bytes(workbook)


def _rows() -> list[list[str]]:
    return [[column.title for column in COLUMNS], [column.example for column in COLUMNS]]
