"""The rows of a carrier's sheet, within ingest's limits; the reading itself is `shared/sheets`."""

from typing import Final

from services.ingest.errors import SheetMalformed
from shared.sheets import cells
from shared.sheets.cells import (
    CELL_ERROR,
    CELL_TOO_LONG,
    FORMULA,
    HELP_SHEET,
    MAX_PARTS,
    MAX_UNPACKED_BYTES,
    NUMBER,
    ZIP_START,
    SheetLimits,
    SheetRow,
    SheetUnreadable,
    column_letter,
)

# Sheets are for small carriers and general aviation: no aircraft carries more, and a row costs 60 µs to take.
MAX_ROWS: Final = 1_000
MAX_COLUMNS: Final = 100
MAX_CELL_CHARACTERS: Final = 512
LIMITS: Final = SheetLimits(MAX_ROWS, MAX_COLUMNS, MAX_CELL_CHARACTERS)

__all__ = [
    "CELL_ERROR",
    "CELL_TOO_LONG",
    "FORMULA",
    "HELP_SHEET",
    "MAX_PARTS",
    "MAX_UNPACKED_BYTES",
    "NUMBER",
    "ZIP_START",
    "SheetRow",
    "column_letter",
    "read_rows",
]


def read_rows(body: bytes) -> list[SheetRow]:
    """The rows of a CSV file or of the first sheet of an xlsx workbook, as `shared/sheets` gives them.

    Raises:
        SheetMalformed: It cannot be read, or exceeds ingest's limits.
    """
    try:
        return cells.read_rows(body, LIMITS)
    except SheetUnreadable as fault:
        raise SheetMalformed(fault.fault, None, fault.row) from None
