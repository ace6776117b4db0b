"""A carrier's schedule: legs that come again on some days of the week, for some weeks. Values only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

MAX_LEGS: Final = 200_000
MAX_FAULTS: Final = 1_000
DAY: Final = timedelta(days=1)
DAYS_A_WEEK: Final = 7
EVERY_DAY: Final = frozenset(range(1, DAYS_A_WEEK + 1))


class ScheduleFormat(StrEnum):
    """How a schedule is written: our CSV template, or IATA SSIM chapter 7."""

    CSV = "csv"
    SSIM = "ssim"


@dataclass(frozen=True, slots=True)
class ScheduleFault:
    """Why one line was left out: its 1-based number, a code, and the column or field at fault."""

    line: int
    code: str
    field: str


class FieldRefused(Exception):
    """A field of one line cannot be read; the line is left out, the others are not."""

    def __init__(self, name: str, code: str = "FIELD_UNREADABLE") -> None:
        super().__init__(name)
        self.field = name
        self.code = code


@dataclass(frozen=True, slots=True)
class ScheduledLeg:
    """One leg in one period. Times and days are local to the airport of departure.

    `weekdays` are 1 for Monday to 7 for Sunday; `every_weeks` is 2 for a fortnightly flight; `arrival_days`
    is how many days after the departure's local date the arrival's is; `partners` are carrier and number
    of code shares; `departure_offset` is what the schedule itself says local time is ahead of UTC.
    """

    carrier: str
    number: str
    suffix: str | None
    origin: str
    destination: str
    first_day: date
    last_day: date
    weekdays: frozenset[int]
    departure: time
    arrival: time | None = None
    arrival_days: int = 0
    every_weeks: int = 1
    departure_offset: timedelta | None = None
    arrival_offset: timedelta | None = None
    capacity: int | None = None
    partners: tuple[tuple[str, str], ...] = ()

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days of departure in `[first, last]`, in order."""
        day = max(first, self.first_day)
        end = min(last, self.last_day)
        while day <= end:
            weeks = (day - self.first_day).days // DAYS_A_WEEK
            if day.isoweekday() in self.weekdays and weeks % self.every_weeks == 0:
                yield day
            day += DAY

    def departs(self, day: date) -> datetime:
        """The departure on a day, local and naive."""
        return datetime.combine(day, self.departure)

    def arrives(self, day: date) -> datetime | None:
        """The arrival of the leg that departs on a day, local to the airport of arrival and naive."""
        return None if self.arrival is None else datetime.combine(day + self.arrival_days * DAY, self.arrival)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a file holds: legs with passengers, lines that cannot be read, and how many are none of ours.

    `left_out` counts legs that carry no passengers or that another flight's record tells already.
    """

    legs: tuple[ScheduledLeg, ...]
    faults: tuple[ScheduleFault, ...] = field(default=())
    left_out: int = 0


def shifted(weekdays: frozenset[int], days: int) -> frozenset[int]:
    """Days of the week, some days later (or, negative, earlier)."""
    return frozenset((day - 1 + days) % DAYS_A_WEEK + 1 for day in weekdays)
