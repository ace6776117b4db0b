"""The flight that a sheet is about: what its rows or columns say, and what they may not leave out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.ingest.errors import SheetMalformed
from services.ingest.formats.flights import read_designator
from services.ingest.formats.sheet_columns import TITLES
from services.ingest.formats.sheet_values import read_flag, read_moment, read_text
from shared.travel.flight import Flight, Leg
from shared.travel.message import Change, MessageFunction

_AIRPORT: Final = re.compile(r"[A-Z0-9]{3,4}")
_REGISTRATION: Final = re.compile(r"[A-Z0-9]{1,17}")
_FUNCTIONS: Final = {
    "passengers": MessageFunction.PASSENGER_LIST,
    "passenger": MessageFunction.PASSENGER_LIST,
    "crew": MessageFunction.CREW_LIST,
}
_CHANGES: Final = {
    "new": Change.NEW,
    "change": Change.CHANGE,
    "cancel": Change.CANCEL,
    "on board": Change.CLOSE_ON_BOARD,
    "not on board": Change.CLOSE_NOT_ON_BOARD,
    "flight cancelled": Change.FLIGHT_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class FlightFacts:
    """The flight with one leg, what the list is, and whether it is a test."""

    flight: Flight
    function: MessageFunction
    change: Change
    reference: str | None
    is_test: bool


def read_flight_facts(found: Mapping[str, tuple[str, int]]) -> FlightFacts:
    """The flight of a sheet.

    Args:
        found: What the sheet says, and in which row, by the names of `sheet_columns.FLIGHT`.

    Raises:
        SheetMalformed: A fact is missing (airports, departure, and number or registration are needed), or
            cannot be read.
    """
    carrier, number, suffix = _number(found)
    leg = Leg(
        _needed(found, "origin", _airport),
        _needed(found, "destination", _airport),
        _needed(found, "departure", read_moment),
        _optional(found, "arrival", read_moment, None),
    )
    return FlightFacts(
        flight=Flight(carrier, number, suffix, (leg,)),
        function=_optional(found, "list_of", _word_of(_FUNCTIONS), MessageFunction.PASSENGER_LIST),
        change=_optional(found, "change", _word_of(_CHANGES), Change.NEW),
        reference=_optional(found, "reference", read_text, None),
        is_test=_optional(found, "test", read_flag, False),
    )


def _number(found: Mapping[str, tuple[str, int]]) -> tuple[str | None, str, str | None]:
    if "flight" in found:
        designator: tuple[str, str, str | None] = _needed(found, "flight", _designator)
        return designator
    if "registration" in found:
        return None, _needed(found, "registration", _registration), None
    raise SheetMalformed("FLIGHT_FACT_MISSING", TITLES["flight"])


def _needed(found: Mapping[str, tuple[str, int]], name: str, reader: Callable[[str], Any]) -> Any:
    if name not in found:
        raise SheetMalformed("FLIGHT_FACT_MISSING", TITLES[name])
    text, row = found[name]
    try:
        return reader(text)
    except ValueError:
        raise SheetMalformed("FLIGHT_FACT_UNREADABLE", TITLES[name], row) from None


def _optional(
    found: Mapping[str, tuple[str, int]], name: str, reader: Callable[[str], Any], default: Any
) -> Any:
    return _needed(found, name, reader) if name in found else default


def _designator(text: str) -> tuple[str, str, str | None]:
    transport, _ = read_designator(text, "")
    if transport.carrier is None or not transport.number.isdecimal():
        raise ValueError("carrier and number as one word")
    return transport.carrier, transport.number, transport.suffix


def _registration(text: str) -> str:
    bare = text.upper().replace("-", "").replace(" ", "")
    if not _REGISTRATION.fullmatch(bare):
        raise ValueError("letters and digits")
    return bare


def _airport(text: str) -> str:
    code = text.upper()
    if not _AIRPORT.fullmatch(code):
        raise ValueError("three or four letters")
    return code


def _word_of(words: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        word = " ".join(text.casefold().replace("_", " ").split())
        if word not in words:
            raise ValueError("none of the words that the template names")
        return words[word]

    return read
