"""A schedule in IATA's Standard Schedules Information format, chapter 7: records of 200 bytes, types 1 to 5.

Only the fields that tell which flight comes when, and with how many seats, are read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Final

from services.ingest.errors import ScheduleRefused
from services.ingest.formats.schedule import (
    DAY,
    MAX_FAULTS,
    MAX_LEGS,
    FieldRefused,
    Schedule,
    ScheduledLeg,
    ScheduleFault,
    shifted,
)

RECORD_BYTES: Final = 200
TITLE: Final = "AIRLINE STANDARD SCHEDULE DATA SET"
#: Service types that carry passengers through the air (SSIM appendix C); a setting would be nobody's to set.
PASSENGER_SERVICES: Final = frozenset("JSQGBRCLO")
_OPEN_END: Final = "00XXX00"
_FOREVER: Final = date(2099, 12, 31)
_CENTURY: Final = 2000
_MINUTES_A_DAY: Final = 24 * 60
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DATE: Final = re.compile(r"(\d\d)([A-Z]{3})(\d\d)", re.ASCII)
_TIME: Final = re.compile(r"([01]\d|2[0-4])([0-5]\d)", re.ASCII)
_VARIATION: Final = re.compile(r"([+-])([01]\d)([0-5]\d)", re.ASCII)
_WEEKDAYS: Final = re.compile(r"(?! {7})[1 ][2 ][3 ][4 ][5 ][6 ][7 ]")
_CARRIER: Final = re.compile(r"[A-Z0-9]{2,3}")
_NUMBER: Final = re.compile(r"0*(\d{1,4})", re.ASCII)
_AIRPORT: Final = re.compile(r"[A-Z0-9]{3}")
_CABIN: Final = re.compile(r"[A-Z](\d{1,3})", re.ASCII)
_CONFIGURATION: Final = re.compile(r"(?:[A-Z]\d{1,3})+", re.ASCII)
_PARTNER: Final = re.compile(r"([A-Z0-9]{2,3}) *0*(\d{1,4})[A-Z]? *", re.ASCII)
_SHARED_WITH, _SHARED_OF = "010", "050"


def read_ssim_schedule(content: bytes) -> Schedule:
    """Read a schedule data set.

    Times in local time come with their difference from UTC, times in UTC are turned to local by it. The day
    of arrival is the first on which the arrival lies after the departure. Bytes 193 (date variation of the
    departure) is taken as relative to the days of operation. A leg that repeats another carrier's flight
    (data element 050) is left out; the designators of a leg's code shares (010) become its partners.

    Returns:
        Legs of passenger services; a leg record that cannot be read is a fault, and the others are read.

    Raises:
        ScheduleRefused: No such data set, one cut short (a record's number is missing, a carrier's has no
            trailer), or more than `MAX_LEGS` legs. Half a schedule would take flights from the watch.

    Source:
        IATA SSIM, chapter 7 (presentation and transfer of schedule data sets), record types 1 to 5.
    """
    reader = _Reader()
    for line, record in _records(content):
        reader.take(line, record)
    return reader.ended()


@dataclass(slots=True)
class _Reader:
    """What has been read so far."""

    legs: list[ScheduledLeg] = field(default_factory=list)
    faults: list[ScheduleFault] = field(default_factory=list)
    left_out: int = 0
    line: int = 0
    serial: int | None = None
    is_utc: bool = False
    is_open: bool = False
    has_carrier: bool = False
    is_last_leg_kept: bool = False

    def take(self, line: int, record: str) -> None:
        """One record, with the number of its line."""
        if self.line == 0 and (record[0] != "1" or record[1:35] != TITLE):
            raise ScheduleRefused("HEADER_MISSING", 1)
        self.line = line
        self._count(record)
        kind = record[0]
        if kind == "2":
            self._begin_carrier(record)
        elif kind in "345" and not self.is_open:
            raise ScheduleRefused("RECORD_OUT_OF_PLACE", line)
        elif kind == "3":
            self._take_leg(record)
        elif kind == "4":
            self._take_segment(record)
        elif kind == "5":
            self.is_open = False
        elif kind != "1":
            raise ScheduleRefused("RECORD_UNKNOWN", line)

    def ended(self) -> Schedule:
        """Everything, once every carrier's schedule has its trailer."""
        if self.is_open or not self.has_carrier:
            raise ScheduleRefused("SCHEDULE_CUT_SHORT", self.line)
        return Schedule(tuple(self.legs), tuple(self.faults), self.left_out)

    def _count(self, record: str) -> None:
        """Refuse a file in which a record is missing; after 999999 the count goes on at 2."""
        text = record[194:200]
        if not (text.isascii() and text.isdecimal()):
            self.serial = None
            return
        serial = int(text)
        is_next = self.serial is None or serial in {self.serial + 1, self.serial - 999_997}
        if not is_next:
            raise ScheduleRefused("RECORD_MISSING", self.line)
        self.serial = serial

    def _begin_carrier(self, record: str) -> None:
        if self.is_open:
            raise ScheduleRefused("SCHEDULE_CUT_SHORT", self.line)
        if record[1] not in "UL":
            raise ScheduleRefused("TIME_MODE_UNKNOWN", self.line)
        self.is_utc, self.is_open, self.has_carrier = record[1] == "U", True, True

    def _take_leg(self, record: str) -> None:
        if len(self.legs) >= MAX_LEGS or len(self.faults) >= MAX_FAULTS:
            raise ScheduleRefused("TOO_MANY_LINES", self.line)
        self.is_last_leg_kept = False
        if record[13] not in PASSENGER_SERVICES:
            self.left_out += 1
            return
        try:
            self.legs.append(_leg(record, is_utc=self.is_utc))
            self.is_last_leg_kept = True
        except FieldRefused as refused:
            self.faults.append(ScheduleFault(self.line, refused.code, refused.field))

    def _take_segment(self, record: str) -> None:
        """What a segment record says of the leg before it."""
        if not self.is_last_leg_kept:
            return
        if record[30:33] == _SHARED_OF:
            self.legs.pop()
            self.left_out += 1
            self.is_last_leg_kept = False
        elif record[30:33] == _SHARED_WITH:
            shapes = (_PARTNER.fullmatch(each.strip()) for each in record[39:194].split("/"))
            partners = [(shape[1], shape[2]) for shape in shapes if shape is not None]
            leg = self.legs[-1]
            self.legs[-1] = replace(leg, partners=tuple(dict.fromkeys((*leg.partners, *partners))))


def _records(content: bytes) -> Iterator[tuple[int, str]]:
    """The records with their line numbers; lines, or nothing but records one after another."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise ScheduleRefused("ENCODING_UNKNOWN") from None
    if "\n" in text:
        lines = text.split("\n")
    else:
        lines = [text[place : place + RECORD_BYTES] for place in range(0, len(text), RECORD_BYTES)]
    for number, line in enumerate(lines, start=1):
        # Blocks of five records are filled up with records of zeros.
        record = line.rstrip("\r\x1a\x00 ")
        if record.strip("0"):
            yield number, record.ljust(RECORD_BYTES)


def _leg(record: str, *, is_utc: bool) -> ScheduledLeg:
    departure = _minutes(record[39:43], "departure")
    if departure >= _MINUTES_A_DAY:
        raise FieldRefused("departure")
    arrival = _minutes(record[61:65], "arrival")
    ahead, ahead_there = _variation(record[47:52], "departure"), _variation(record[65:70], "arrival")
    if is_utc:
        departure, arrival = departure + ahead, arrival + ahead_there
    later, departure = divmod(departure, _MINUTES_A_DAY)
    later += _departure_days(record[192])
    in_the_air = ((arrival - ahead_there) - (departure - ahead)) % _MINUTES_A_DAY or _MINUTES_A_DAY
    arrival_days, arrival = divmod(departure - ahead + in_the_air + ahead_there, _MINUTES_A_DAY)
    first_day, last_day = _day(record[14:21], "from"), _day(record[21:28], "to")
    if last_day < first_day:
        raise FieldRefused("to", "PERIOD_ENDS_BEFORE_IT_BEGINS")
    return ScheduledLeg(
        carrier=_matched(_CARRIER, record[2:5].strip(), "airline designator"),
        number=_matched(_NUMBER, record[5:9].strip(), "flight number").lstrip("0") or "0",
        suffix=record[1].strip() or None,
        origin=_matched(_AIRPORT, record[36:39], "departure station"),
        destination=_matched(_AIRPORT, record[54:57], "arrival station"),
        first_day=first_day + later * DAY,
        last_day=min(last_day, _FOREVER) + later * DAY,
        weekdays=shifted(_weekdays(record[28:35]), later),
        departure=_time(departure),
        arrival=_time(arrival),
        arrival_days=arrival_days,
        every_weeks=2 if record[35] == "2" else 1,
        departure_offset=timedelta(minutes=ahead),
        arrival_offset=timedelta(minutes=ahead_there),
        capacity=_seats(record[172:192]),
    )


def _matched(pattern: re.Pattern[str], text: str, name: str) -> str:
    if not pattern.fullmatch(text):
        raise FieldRefused(name)
    return text


def _minutes(text: str, name: str) -> int:
    """A time of day in minutes; 2400 is the end of the day."""
    shape = _TIME.fullmatch(text)
    minutes = _MINUTES_A_DAY + 1 if shape is None else int(shape[1]) * 60 + int(shape[2])
    if minutes > _MINUTES_A_DAY:
        raise FieldRefused(name)
    return minutes


def _variation(text: str, name: str) -> int:
    shape = _VARIATION.fullmatch(text)
    if shape is None:
        raise FieldRefused(f"{name}, time variation")
    minutes = int(shape[2]) * 60 + int(shape[3])
    return minutes if shape[1] == "+" else -minutes


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def _departure_days(variation: str) -> int:
    """Days between the day of operation and the departure; `A` is the day before."""
    if variation in " 0":
        return 0
    if variation == "A":
        return -1
    if variation in "1234567":
        return int(variation)
    raise FieldRefused("date variation")


def _day(text: str, name: str) -> date:
    if text == _OPEN_END:
        return _FOREVER
    shape = _DATE.fullmatch(text)
    if shape is None or shape[2] not in _MONTHS:
        raise FieldRefused(name)
    try:
        return date(_CENTURY + int(shape[3]), _MONTHS.index(shape[2]) + 1, int(shape[1]))
    except ValueError:
        raise FieldRefused(name) from None


def _weekdays(text: str) -> frozenset[int]:
    return frozenset(int(digit) for digit in _matched(_WEEKDAYS, text, "days of operation") if digit != " ")


def _seats(configuration: str) -> int | None:
    """The seats of all cabins (`C012Y138`); nothing where the field says something else."""
    cabins = configuration.partition("VV")[0].strip()
    if not _CONFIGURATION.fullmatch(cabins):
        return None
    return sum(int(seats) for seats in _CABIN.findall(cabins)) or None
