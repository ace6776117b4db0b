"""The readers of what people fill in: sheets of travellers, CSV and xlsx, and schedules of flights."""

import io
from collections.abc import Callable, Iterator
from functools import cache, partial
from random import Random
from typing import Final
from zipfile import ZIP_STORED, ZipFile

from deploy.local.fuzzing.harness import Reader
from deploy.local.fuzzing.messages import WORKED_EXAMPLES, keep, made_bytes, read_message
from deploy.local.fuzzing.mutation import mixed, mutated_bytes, noise
from services.ingest.errors import RefusedMessage, ScheduleRefused
from services.ingest.formats.schedule import Schedule
from services.ingest.formats.schedule_csv import TEMPLATE, read_csv_schedule
from services.ingest.formats.schedule_ssim import read_ssim_schedule
from services.ingest.formats.sheet_template import template_csv, template_workbook

SSIM: Final = WORKED_EXAMPLES / "schedule-a.ssim"
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: Final = "xl/worksheets/sheet1.xml"
_MEND: Final = (
    b"</sheetData>",
    b"</row>",
    b"<row ",
    b"<c ",
    b"</c>",
    b"<v>",
    b't="s"',
    b't="e"',
    b"<f>1</f>",
)


def sheet_readers() -> Iterator[Reader]:
    """Sheets as the upload takes them, and both kinds of schedule."""
    table = template_csv()
    yield Reader(
        "sheet_csv",
        (RefusedMessage,),
        partial(read_message, "text/csv"),
        mixed((45, partial(made_bytes, [table])), (1, noise)),
        table,
    )
    workbook = _bare_workbook()
    yield Reader(
        "sheet_xlsx",
        (RefusedMessage,),
        partial(read_message, _WORKBOOK),
        mixed((3, partial(made_bytes, [workbook])), (7, _made_workbook)),
        workbook,
    )
    yield _schedule_reader("schedule_csv", read_csv_schedule, TEMPLATE.encode())
    yield _schedule_reader("schedule_ssim", read_ssim_schedule, SSIM.read_bytes())


def _schedule_reader(name: str, read: Callable[[bytes], Schedule], good: bytes) -> Reader:
    def read_legs(content: bytes) -> None:
        schedule = read(content)
        keep([[leg.carrier, leg.number, leg.origin, leg.destination] for leg in schedule.legs])
        keep([[fault.line, fault.code, fault.field] for fault in schedule.faults])

    makers = mixed((45, partial(made_bytes, [good])), (1, noise))
    return Reader(name, (ScheduleRefused,), read_legs, makers, good)


def _made_workbook(random: Random) -> bytes:
    """A workbook whose archive is whole and one of whose parts is not."""
    parts = dict(_parts())
    name = random.choice((_SHEET, _SHEET, _SHEET, *parts))
    parts[name] = mutated_bytes(parts[name], [parts[_SHEET], *_MEND], random)
    return _packed(parts)


@cache
def _bare_workbook() -> bytes:
    return _packed(dict(_parts()))


@cache
def _parts() -> tuple[tuple[str, bytes], ...]:
    """The template's parts; its sheet without the five hundred empty rows, which would take all the edits."""
    with ZipFile(io.BytesIO(template_workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = parts[_SHEET].split(b"</row>")
    filled = [row for row in rows[:-1] if b"<t>" in row]
    parts[_SHEET] = b"</row>".join([*filled, rows[-1]])
    return tuple(parts.items())


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
