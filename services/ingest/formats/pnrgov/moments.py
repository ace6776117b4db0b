"""Dates and times of PNRGOV: DDMMYY and HHMM in segments, DDMMMYY in service texts."""

import re
from datetime import datetime

from services.ingest.formats.dates import moment_at
from services.ingest.formats.separators import Segment

_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], start=1
    )
}
NAMED_DAY = rf"\d{{1,2}}(?:{'|'.join(_MONTHS)})"
# A converter that made blanks of line breaks leaves them anywhere in it.
NAMED_DATE = rf"\d{{1,2}}[ -]?(?:{'|'.join(_MONTHS)})[ -]?(?:\d{{4}}|\d{{2}})"
_NAMED_DATE = re.compile(r"(\d{1,2})[ -]?([A-Z]{3})[ -]?(\d{4}|\d{2})")
_STAMP = re.compile(rf"({NAMED_DAY}\d{{2}})(\d{{4}})Z?")
_DATE_DIGITS, _MINUTE_DIGITS, _SECOND_DIGITS = 6, 4, 6


def read_moment(date_text: str, time_text: str) -> datetime | None:
    """A date DDMMYY of this century with a time HHMM or HHMMSS; midnight where no time was sent.

    `2400` is the next day's beginning.

    Returns:
        The naive moment; `None` where no date was sent.

    Raises:
        ValueError: The texts have another shape or name no moment.
    """
    if not date_text:
        return None
    if len(date_text) != _DATE_DIGITS or not date_text.isdecimal():
        raise ValueError("a date is DDMMYY")
    if time_text and (len(time_text) not in {_MINUTE_DIGITS, _SECOND_DIGITS} or not time_text.isdecimal()):
        raise ValueError("a time is HHMM or HHMMSS")
    return moment_at(
        2000 + int(date_text[4:]),
        int(date_text[2:4]),
        int(date_text[:2]),
        int(time_text[:2] or 0),
        int(time_text[2:4] or 0),
        second=int(time_text[4:] or 0),
    )


def moment_of(segment: Segment, element: int, component: int) -> datetime | None:
    """The moment whose date stands in a component and whose time stands in the next.

    Raises:
        ValueError: They name no moment.
    """
    return read_moment(segment.get(element, component), segment.get(element, component + 1))


def read_stamp(text: str) -> datetime | None:
    """The moment of a check-in that is told in free text: the fifth word, `12AUG121423Z`.

    Source: `spec/pnrgov.md` §4, DAT 3.
    """
    words = text.upper().split()
    shape = _STAMP.fullmatch(words[4]) if len(words) > len("LWWDZ") - 1 else None
    if shape is None:
        return None
    digits = digits_of(shape[1])
    return None if digits is None else read_moment(digits[4:] + digits[2:4] + digits[:2], shape[2])


def digits_of(text: str) -> str | None:
    """A date `05JAN27`, `05 JAN 27` or `05JAN2027` as `270105` or `20270105`; `None` of another shape."""
    shape = _NAMED_DATE.fullmatch(text.strip().upper())
    if shape is None or shape[2] not in _MONTHS:
        return None
    return f"{shape[3]}{_MONTHS[shape[2]]}{shape[1]:0>2}"
