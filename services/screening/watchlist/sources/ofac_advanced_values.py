"""Numbers and the words that they stand for, and dates, in OFAC's Advanced Sanctions Data Model. Pure."""

import calendar
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from lxml.etree import _Element as Element

from services.screening.watchlist.entry import BirthDate, BirthDateKind
from services.screening.watchlist.sources.xml_rows import refusal, text_of
from shared.travel import PartialDate

ALIAS_TYPES: Final = "AliasTypeValues"
CALENDARS: Final = "CalendarTypeValues"
COUNTRIES: Final = "CountryValues"
DETAILS: Final = "DetailReferenceValues"
DOCUMENT_DATES: Final = "IDRegDocDateTypeValues"
DOCUMENT_TYPES: Final = "IDRegDocTypeValues"
FEATURES: Final = "FeatureTypeValues"
MEASURES: Final = "SanctionsTypeValues"
NAME_PARTS: Final = "NamePartTypeValues"
PARTY_TYPES: Final = "PartyTypeValues"
PLACE_PARTS: Final = "LocPartTypeValues"
SCRIPTS: Final = "ScriptValues"
SUBTYPES: Final = "PartySubTypeValues"
VALIDITIES: Final = "ValidityValues"
SETS: Final = (
    ALIAS_TYPES,
    CALENDARS,
    COUNTRIES,
    DETAILS,
    DOCUMENT_DATES,
    DOCUMENT_TYPES,
    FEATURES,
    MEASURES,
    NAME_PARTS,
    PARTY_TYPES,
    PLACE_PARTS,
    SCRIPTS,
    SUBTYPES,
    VALIDITIES,
)
#: Sets of which a number means another one, or a code, and not the words beside it.
_BY_ATTRIBUTE: Final = {SUBTYPES: "PartyTypeID", SCRIPTS: "ScriptCode"}
_DECEMBER: Final = 12
_GREGORIAN: Final = "gregorian"
_Point = tuple[int, int | None, int | None]


@dataclass(frozen=True, slots=True)
class References:
    """The sets of the file: what each number of each set means."""

    sets: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, row: Element) -> None:
        """Take a set in."""
        name = str(row.tag)
        attribute = _BY_ATTRIBUTE.get(name)
        self.sets[name] = {
            each.get("ID", ""): " ".join((each.get(attribute, "") if attribute else each.text or "").split())
            for each in row
        }

    def word(self, name: str, number: str | None, element: Element) -> str:
        """What a number means.

        Raises:
            MalformedList: The file explains it nowhere; the element is where it was used.
        """
        words = self.sets.get(name, {}).get(number or "")
        if words is None:
            raise refusal("UNKNOWN_REFERENCE", element)
        return words


def day_in(element: Element | None) -> date | None:
    """The day that `Year`, `Month` and `Day` say, or nothing where they say none."""
    if element is None:
        return None
    try:
        return date(*(int(text_of(element, part)) for part in ("Year", "Month", "Day")))
    except ValueError:
        return None


def is_gregorian(period: Element, references: References) -> bool:
    """Whether a period counts in our calendar; other calendars are not ours to convert."""
    number = period.get("CalendarTypeID")
    return number is None or references.word(CALENDARS, number, period).lower() == _GREGORIAN


def birth_in(period: Element) -> BirthDate | None:
    """A birth date from a period, as precise as the period is narrow; nothing where it says no date.

    A day is a period whose four ends are that day, a year one from its first day to its last.
    """
    first = _point(period.find("Start/From"))
    ends = ("End/To", "End/From", "Start/To", "Start/From")
    last = next((point for path in ends if (point := _point(period.find(path))) is not None), None)
    if first is None or last is None or last[0] < first[0]:
        return None
    if first[0] != last[0]:
        return BirthDate(BirthDateKind.BETWEEN, from_year=first[0], to_year=last[0])
    if any(each.get("Approximate") == "true" for each in period.iterfind("*")):
        return BirthDate(BirthDateKind.APPROXIMATE, year=first[0])
    known = _known(first, last)
    if known is None:
        return BirthDate(BirthDateKind.YEAR, year=first[0])
    try:
        return BirthDate(BirthDateKind.EXACT, date=PartialDate(*known))
    except ValueError:
        return None


def _known(first: _Point, last: _Point) -> _Point | None:
    """The day or the month that both ends share, or nothing where only the year is certain."""
    (year, month, day), (_, last_month, last_day) = first, last
    if month is None or month != last_month or not 1 <= month <= _DECEMBER:
        return first if month is not None and month == last_month else None
    if day is None or day == last_day:
        return first
    is_whole = day == 1 and last_day == calendar.monthrange(year, month)[1]
    return (year, month, None) if is_whole else None


def _point(element: Element | None) -> _Point | None:
    if element is None:
        return None
    year, month, day = (_number(text_of(element, part)) for part in ("Year", "Month", "Day"))
    return None if year is None else (year, month, day)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("9999") else None
