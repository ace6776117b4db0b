"""Dates and times of PAXLST: two-digit years resolved, unknown parts kept unknown."""

import re
from datetime import date, datetime, time

from shared.travel.partial_date import PartialDate

FIRST_EXPIRY_YEAR_OF_1900S = 80
HOURS_OF_A_DAY = 24
_UNKNOWN = re.compile("[Xx<]")
_YEAR_DIGITS = {6: 2, 8: 4, 10: 2, 12: 4}
_DATE_LENGTHS = (6, 8)


def read_birth_date(text: str, today: date) -> PartialDate | None:
    """A birth date as `YYMMDD` or `CCYYMMDD`; `00`, `XX` or `<<` stands for an unknown part.

    The century is the latest that does not put the birth after `today`.

    Args:
        text: As sent, without blanks around it.
        today: The flight's local date, or the day of receipt where the flight has none.

    Returns:
        A full or partial date, of a day in an unknown month the year alone; `None` where the year, or all of
        it, is unknown.

    Raises:
        ValueError: The text has another shape, names no day of the calendar, or a day after `today`.

    Source:
        PAXLST guide, DTM+329; ICAO Doc 9303 part 3 (unknown parts).
    """
    digits = text if text.isdecimal() else _UNKNOWN.sub("0", text)
    if len(digits) not in _DATE_LENGTHS or not digits.isdecimal():
        raise ValueError("a birth date is YYMMDD or CCYYMMDD")
    if not int(digits) or (digits is not text and _UNKNOWN.search(text[:-4])):
        return None
    year, month = int(digits[:-4]), int(digits[-4:-2]) or None
    day = (int(digits[-2:]) or None) if month else None
    if len(digits) == len("CCYYMMDD"):
        return _not_after(PartialDate(year, month, day), today)
    year += today.year - today.year % 100
    if (year, month or 1, day or 1) > (today.year, today.month, today.day):
        return PartialDate(year - 100, month, day)
    try:
        return PartialDate(year, month, day)
    except ValueError:
        # The 29th of February of a year that only the century before had.
        return PartialDate(year - 100, month, day)


def _not_after(birth: PartialDate, today: date) -> PartialDate:
    if (birth.year, birth.month or 1, birth.day or 1) > (today.year, today.month, today.day):
        raise ValueError("a birth date lies in the future")
    return birth


def read_document_date(text: str) -> date | None:
    """A document's expiry or issue as `YYMMDD` (00 to 79 are this century's) or `CCYYMMDD`.

    Returns:
        The day; `None` for `000000` and `<<<<<<`, which say that there is none.

    Raises:
        ValueError: The text has another shape or names no day of the calendar.
    """
    digits = text.replace("<", "0")
    if len(digits) not in _DATE_LENGTHS or not digits.isdecimal():
        raise ValueError("a document's date is YYMMDD or CCYYMMDD")
    if not int(digits):
        return None
    year = int(digits[:-4])
    if len(digits) == len("YYMMDD"):
        year += 1900 if year >= FIRST_EXPIRY_YEAR_OF_1900S else 2000
    return date(year, int(digits[-4:-2]), int(digits[-2:]))


def read_local_time(text: str) -> tuple[datetime, bool]:
    """A leg's local time, naive, and whether the time of day was sent or only the date (then midnight).

    `2400`, as schedules write an arrival at midnight, is the next day's beginning.

    Raises:
        ValueError: The text is none of `YYMMDD`, `CCYYMMDD`, `YYMMDDHHMM`, `CCYYMMDDHHMM`.
    """
    if len(text) not in _YEAR_DIGITS or not text.isdecimal():
        raise ValueError("a leg's time is YYMMDDHHMM, or a date alone")
    full = text if _YEAR_DIGITS[len(text)] == len("CCYY") else "20" + text
    parts = [int(full[:4]), *(int(full[at : at + 2]) for at in range(4, len(full), 2))]
    return moment_at(*parts), len(text) not in _DATE_LENGTHS


def moment_at(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, second: int = 0
) -> datetime:
    """A naive moment; 24:00 is the next day's beginning.

    Raises:
        ValueError: There is no such moment.
    """
    if hour == HOURS_OF_A_DAY and not minute and not second:
        return datetime.combine(date.fromordinal(date(year, month, day).toordinal() + 1), time.min)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - local or UTC as its reader says.
