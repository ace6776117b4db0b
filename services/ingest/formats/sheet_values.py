"""What one cell says: dates, sex, role, yes or no. A value that may mean two things is none."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from shared.travel.partial_date import PartialDate
from shared.travel.traveller import CrewDuty, Sex, TravellerRole

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMED: Final = re.compile(r"(\d{1,2})[ \-.]?([A-Za-z]{3,9})\.?[ \-.,]?(\d{4})")
_DOTTED: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_SLASHED: Final = re.compile(r"(\d{1,2})[/\-](\d{1,2})[/\-](\d{4})")
_ISO_LIKE: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_LINE_BREAK: Final = re.compile(r"[\t\r\n]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
# How a spreadsheet shows a long number in a column that is not text, and writes it into CSV.
_SHORTENED: Final = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_WEIGHT: Final = re.compile(r"([0-9]+)(?:[.,][0-9]+)?(?:\s?kg)?", re.IGNORECASE)
_MONTHS_OF_A_YEAR: Final = 12
_YES: Final = frozenset(["yes", "y", "true", "1", "x"])
_NO: Final = frozenset(["no", "n", "false", "0"])
_SEXES: Final = {
    "f": Sex.FEMALE,
    "female": Sex.FEMALE,
    "m": Sex.MALE,
    "male": Sex.MALE,
    "x": Sex.UNSPECIFIED,
    "unspecified": Sex.UNSPECIFIED,
    "u": Sex.UNKNOWN,
    "unknown": Sex.UNKNOWN,
}
_ROLES: Final = {
    "passenger": TravellerRole.PASSENGER,
    "pax": TravellerRole.PASSENGER,
    "crew": TravellerRole.CREW,
    "transit": TravellerRole.TRANSIT_PASSENGER,
    "transitpassenger": TravellerRole.TRANSIT_PASSENGER,
    "transitcrew": TravellerRole.TRANSIT_CREW,
}
_DOCUMENT_TYPES: Final = {
    "passport": "P",
    "identitycard": "I",
    "idcard": "I",
    "id": "I",
    "visa": "V",
    "licence": "L",
    "license": "L",
    "other": "O",
}


class AmbiguousDate(ValueError):
    """A date of two numbers that each may be the month."""


class ShortenedNumber(ValueError):
    """A number of which the spreadsheet left only the first digits: `1.23457E+11`."""


def read_text(text: str) -> str:
    """The text itself, a line break within the cell as a blank.

    Raises:
        ShortenedNumber: What was typed is lost.
        ValueError: It holds a control character, which no keyboard writes and no answer could repeat.
    """
    line = _LINE_BREAK.sub(" ", text)
    if _CONTROL.search(line):
        raise ValueError("control character")
    if _SHORTENED.fullmatch(line):
        raise ShortenedNumber("digits are lost")
    return line


def read_partial_date(text: str) -> str:
    """A date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    `1984-02-29`, `29 Feb 1984`, `29-FEB-1984`, `29.02.1984` and `1984/02/29` are read; `29/02/1984` too,
    because there is no month 29.

    Raises:
        AmbiguousDate: `03/04/1984`, the third of April or the fourth of March.
        ValueError: It is no date, or no day of the calendar.
    """
    named = _NAMED.fullmatch(text)
    if named is not None:
        month = named[2][:3].upper()
        return date(int(named[3]), _MONTHS.index(month) + 1, int(named[1])).isoformat()
    for shape in (_DOTTED, _SLASHED):
        found = shape.fullmatch(text)
        if found is not None:
            return _day_and_month(int(found[1]), int(found[2]), int(found[3]), is_day_first=shape is _DOTTED)
    whole = _ISO_LIKE.fullmatch(text)
    if whole is not None:
        return date(*(int(part) for part in whole.groups())).isoformat()
    return str(PartialDate.parse(text))


def read_day(text: str) -> str:
    """A full date, `YYYY-MM-DD`.

    Raises:
        ValueError: As `read_partial_date`, or the day is not said.
    """
    return date.fromisoformat(read_partial_date(text)).isoformat()


def read_moment(text: str) -> datetime:
    """A local moment: a date as above, a blank or `T`, and `HH:MM`; seconds are left out.

    Raises:
        ValueError: It is no date, or has no time of day.
    """
    day, separator, time_of_day = text.replace("T", " ", 1).rpartition(" ")
    if not separator or not re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", time_of_day):
        raise ValueError("a moment is a date and a time of day")
    hour, minute = time_of_day.split(":")[:2]
    return datetime.fromisoformat(f"{read_day(day.strip())}T{int(hour):02}:{minute}")


def read_flag(text: str) -> bool:
    """Yes or no.

    Raises:
        ValueError: It is neither.
    """
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError("yes or no")
    return word in _YES


def _day_and_month(first: int, second: int, year: int, *, is_day_first: bool) -> str:
    if not is_day_first:
        if first == second:
            return date(year, first, second).isoformat()
        if first <= _MONTHS_OF_A_YEAR and second <= _MONTHS_OF_A_YEAR:
            raise AmbiguousDate("which is the month?")
        if second > _MONTHS_OF_A_YEAR:
            first, second = second, first
    return date(year, second, first).isoformat()


def _one_of(words: Mapping[str, Any]) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = "".join(text.casefold().replace("-", "").replace("_", "").split())
        if word not in words:
            raise ValueError("none of the words that the template names")
        return str(words[word])

    return read


def _document_type(text: str) -> str:
    word = "".join(text.casefold().split())
    return _DOCUMENT_TYPES.get(word, text.upper())


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError("a whole number")
    return int(text)


def _kilograms(text: str) -> int:
    shape = _WEIGHT.fullmatch(text)
    if shape is None:
        raise ValueError("a weight in kilograms")
    return int(shape[1])


def _tags(text: str) -> list[str]:
    return text.replace(";", " ").replace(",", " ").split()


#: How the cells of a column are read; a column that is not here is a text.
READERS: Final[Mapping[str, Callable[[str], Any]]] = MappingProxyType(
    {
        "birth_date": read_partial_date,
        "expiry": read_day,
        "second_expiry": read_day,
        "sex": _one_of(_SEXES),
        "role": _one_of(_ROLES),
        "crew_duty": _one_of({duty.value.casefold(): duty for duty in CrewDuty}),
        "document_type": _document_type,
        "second_type": _document_type,
        "verified": read_flag,
        "bag_count": _number,
        "bag_weight": _kilograms,
        "bag_tags": _tags,
    }
)
