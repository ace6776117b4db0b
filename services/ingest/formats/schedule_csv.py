"""A schedule in our CSV template: one line a leg and period, as a small carrier or an airport fills it in."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import Final

from services.ingest.errors import ScheduleRefused
from services.ingest.formats.flights import read_designator
from services.ingest.formats.schedule import (
    EVERY_DAY,
    MAX_FAULTS,
    MAX_LEGS,
    FieldRefused,
    Schedule,
    ScheduledLeg,
    ScheduleFault,
)

COLUMNS: Final = ("flight", "origin", "destination", "departure", "arrival", "days", "from", "to", "seats")
_NEEDED: Final = frozenset(COLUMNS) - {"arrival", "seats"}
TEMPLATE: Final = (
    "Flight,Origin,Destination,Departure,Arrival,Days,From,To,Seats\r\n"
    "XA418,XQA,XQB,05:30,09:05,1234567,2027-10-31,2028-03-25,180\r\n"
    "XA911,XQC,ZQA,23:10,06:40+1,1.3.5..,2027-10-31,2028-03-25,\r\n"
)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):?([0-5]\d)(?:\+([012]))?")
_DAYS: Final = re.compile(r"(?!\.{7})[1.][2.][3.][4.][5.][6.][7.]|(?=[1-7])1?2?3?4?5?6?7?")
_AIRPORT: Final = re.compile(r"[A-Z0-9]{3,4}")
_SEATS: Final = re.compile(r"[1-9]\d{0,3}")
_DELIMITERS: Final = ",;\t"


def read_csv_schedule(content: bytes) -> Schedule:
    """Read a schedule in our template.

    The first line names the columns, in any order and case: Flight (XA418, with its suffix), Origin,
    Destination, Departure (HH:MM, local), Arrival (HH:MM, local, `+1` for the next day), Days (1 Monday to
    7 Sunday: `1234567`, `1.3.5..`, `135`, `daily`), From and To (YYYY-MM-DD, both included), Seats.
    Arrival and Seats may be empty. A line that cannot be read is a fault; the others are read.

    Raises:
        ScheduleRefused: No UTF-8, no such header, or more than `MAX_LEGS` lines.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScheduleRefused("ENCODING_UNKNOWN") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    legs: list[ScheduledLeg] = []
    faults: list[ScheduleFault] = []
    try:
        places = _places(next(rows, []))
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(legs) >= MAX_LEGS or len(faults) >= MAX_FAULTS:
                raise ScheduleRefused("TOO_MANY_LINES", rows.line_num)
            try:
                legs.append(_leg(row, places))
            except FieldRefused as refused:
                faults.append(ScheduleFault(rows.line_num, refused.code, refused.field))
    except csv.Error:
        raise ScheduleRefused("CSV_UNREADABLE", rows.line_num) from None
    return Schedule(tuple(legs), tuple(faults))


def _places(header: Sequence[str]) -> Mapping[str, int]:
    titles = [title.strip().casefold() for title in header]
    if not set(titles) >= _NEEDED:
        raise ScheduleRefused("HEADER_MISSING", 1)
    return {name: titles.index(name) for name in COLUMNS if name in titles}


def _leg(row: Sequence[str], places: Mapping[str, int]) -> ScheduledLeg:
    def cell(name: str) -> str:
        place = places.get(name, len(row))
        return row[place].strip().upper() if place < len(row) else ""

    transport, _ = read_designator(cell("flight"), "")
    if transport.carrier is None or not transport.number.isdecimal():
        raise FieldRefused("flight")
    departure, days_on = _time(cell("departure"), "departure")
    if days_on:
        raise FieldRefused("departure")
    arrival, arrival_days = (None, 0) if not cell("arrival") else _time(cell("arrival"), "arrival")
    first_day, last_day = _day(cell("from"), "from"), _day(cell("to"), "to")
    if last_day < first_day:
        raise FieldRefused("to", "PERIOD_ENDS_BEFORE_IT_BEGINS")
    return ScheduledLeg(
        carrier=transport.carrier,
        number=transport.number,
        suffix=transport.suffix,
        origin=_matched(_AIRPORT, cell("origin"), "origin"),
        destination=_matched(_AIRPORT, cell("destination"), "destination"),
        first_day=first_day,
        last_day=last_day,
        weekdays=_weekdays(cell("days")),
        departure=departure,
        arrival=arrival,
        arrival_days=arrival_days,
        capacity=None if not cell("seats") else int(_matched(_SEATS, cell("seats"), "seats")),
    )


def _matched(pattern: re.Pattern[str], text: str, name: str) -> str:
    if not pattern.fullmatch(text) or not text.isascii():
        raise FieldRefused(name)
    return text


def _time(text: str, name: str) -> tuple[time, int]:
    shape = _TIME.fullmatch(text)
    if shape is None or not text.isascii():
        raise FieldRefused(name)
    return time(int(shape[1]), int(shape[2])), int(shape[3] or 0)


def _read(reader: Callable[[str], date], text: str, name: str) -> date:
    try:
        return reader(text)
    except ValueError:
        raise FieldRefused(name) from None


def _day(text: str, name: str) -> date:
    return _read(date.fromisoformat, text, name)


def _weekdays(text: str) -> frozenset[int]:
    if text == "DAILY":
        return EVERY_DAY
    return frozenset(int(digit) for digit in _matched(_DAYS, text, "days") if digit != ".")
