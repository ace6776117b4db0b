"""Tables that people fill in: the same bytes each time, as CSV and as a workbook with instructions."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

MADE_AT: Final = datetime(2027, 1, 1)  # noqa: DTZ001 - a file's date has no zone, and this one never moves.
CREATOR: Final = "Safeconduct"
_PROPERTIES: Final = "docProps/core.xml"
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_STAMP: Final = rb"\g<1>" + MADE_AT.isoformat().encode() + b"Z"


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV: UTF-8 with its mark, so that spreadsheet programs know it."""
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode("utf-8-sig")


def workbook_bytes(workbook: Workbook) -> bytes:
    """A workbook as bytes, without the moment at which it was made, so that every copy is the same file."""
    workbook.properties.created = MADE_AT
    workbook.properties.creator = CREATOR
    made, fixed = io.BytesIO(), io.BytesIO()
    workbook.save(made)
    with ZipFile(io.BytesIO(made.getvalue())) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            # openpyxl stamps the moment of saving, whatever the workbook says.
            part = _MODIFIED.sub(_STAMP, old.read(name)) if name == _PROPERTIES else old.read(name)
            new.writestr(ZipInfo(name, MADE_AT.timetuple()[:6]), part, ZIP_DEFLATED)
    return fixed.getvalue()
