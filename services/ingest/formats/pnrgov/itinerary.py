"""Flights of a PNR (GR.5), the flight that a message pushes, and booked services that are none (GR.9)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.ingest.formats.pnrgov.drafts import PnrDraft
from services.ingest.formats.pnrgov.grouping import NO_FLIGHT, Group
from services.ingest.formats.pnrgov.header_segments import read_locators
from services.ingest.formats.pnrgov.moments import read_moment
from services.ingest.formats.separators import Segment
from shared.travel.flight import Flight
from shared.travel.reservation import ItineraryLeg
from shared.travel.reservation_parts import Locator, OtherService, OtherServiceKind

_NUMBER = re.compile(r"0*(\d{1,5})([A-Z]?)")
_TIME_DIGITS = 4
_PARTY_DIGITS = 3
_LONGEST_WAIT = timedelta(days=1)
_OTHER_SERVICES = {"2": OtherServiceKind.CAR, "3": OtherServiceKind.HOTEL, "8": OtherServiceKind.HOTEL}


def read_times(segment: Segment) -> tuple[datetime | None, datetime | None]:
    """Departure and arrival of a TVL. An arrival without a date is on the day of departure.

    Four digits where the arrival's date belongs are its time.

    Raises:
        ValueError: The texts name no moments.
    """
    day, departure, arrival_day, arrival = (segment.get(0, component) for component in range(4))
    if len(arrival_day) == _TIME_DIGITS and not arrival:
        arrival_day, arrival = "", arrival_day
    has_arrival = bool(arrival_day or arrival)
    return (
        read_moment(day, departure),
        read_moment(arrival_day or day, arrival) if has_arrival else None,
    )


def _leg_facts(draft: PnrDraft, segment: Segment) -> dict[str, Any]:
    """The facts of a TVL; times that cannot be read are left out with a warning."""
    get = segment.get
    try:
        departure, arrival = read_times(segment)
    except ValueError:
        draft.warn("FLIGHT_TIME_UNREADABLE", segment)
        departure = arrival = None
    carrier = get(3).upper()
    number, suffix = read_number(get(4).upper(), carrier)
    return {
        "carrier": carrier or None,
        "operating_carrier": get(3, 1).upper() or None,
        "number": number,
        "origin": get(1).upper() or None,
        "destination": get(2).upper() or None,
        "departure": departure,
        "arrival": arrival,
        "booking_class": get(4, 1).upper() or None,
        "suffix": get(4, 2).upper() or suffix,
    }


def read_number(sent: str, carrier: str) -> tuple[str | None, str | None]:
    """A flight's number without leading zeros and without its carrier, and the letter after it.

    What is no number (`OPEN`, `ARNK`, a registration) stays whole.
    """
    shape = _NUMBER.fullmatch(sent.removeprefix(carrier))
    return (sent or None, None) if shape is None else (shape[1], shape[2] or None)


def leg_of(draft: PnrDraft, group: Group) -> ItineraryLeg:
    """One leg from the segments of its group: TVL, the operating carrier's flight, status, equipment."""
    facts: dict[str, Any] = {}
    locators: list[Locator] = []
    for segment in group.segments:
        tag = segment.tag
        if tag == "TVL" and not facts:
            facts = _leg_facts(draft, segment)
        elif tag == "TVL":
            facts.update(_operated(segment, 4))
        elif tag == "TRA":
            operator = segment.get(0).upper()
            facts.update(_operated(segment, 1))
            facts["operating_carrier"] = operator or facts["operating_carrier"]
        elif tag == "RPI":
            facts["party_size"], facts["status"] = _count(segment), segment.get(1).upper() or None
        elif tag == "APD":
            facts["equipment"] = segment.get(0).upper() or None
        elif tag == "RCI":
            locators.extend(read_locators(segment, draft.findings))
    return ItineraryLeg(locators=tuple(locators), **facts)


def _operated(segment: Segment, element: int) -> dict[str, Any]:
    """The operating carrier's own number and class."""
    number, _ = read_number(segment.get(element).upper(), "")
    return {
        "operating_number": number,
        "operating_class": segment.get(element, 1).upper() or None,
    }


def _count(segment: Segment) -> int | None:
    sent = segment.get(0)
    return int(sent) if sent.isdecimal() and len(sent) <= _PARTY_DIGITS else None


def leg_on_flight(flight: Flight, legs: Sequence[ItineraryLeg]) -> int | None:
    """Which leg of an itinerary, from 0, is on a flight; `None` where none is.

    The same carrier, or operating carrier, and number within a day; or, where numbers do not tell, the same
    airports on the same day: a code share's number may be known to one side alone.
    """
    for place, leg in enumerate(legs):
        if _is_numbered(flight, leg) and _is_near(flight, leg):
            return place
    for place, leg in enumerate(legs):
        if _is_between(flight, leg):
            return place
    return None


def _is_numbered(flight: Flight, leg: ItineraryLeg) -> bool:
    sold = (leg.carrier, leg.number)
    flown = (leg.operating_carrier, leg.operating_number or leg.number)
    return (flight.carrier, flight.number) in {sold, flown}


def _is_near(flight: Flight, leg: ItineraryLeg) -> bool:
    departures = [each.departure for each in flight.legs if each.departure is not None]
    if leg.departure is None or not departures:
        return True
    return any(abs(leg.departure - departure) <= _LONGEST_WAIT for departure in departures)


def _is_between(flight: Flight, leg: ItineraryLeg) -> bool:
    if leg.number in NO_FLIGHT or leg.departure is None:
        return False
    places = (leg.origin, leg.destination, leg.departure.date())
    return any(
        places == (each.origin, each.destination, each.departure.date())
        for each in flight.legs
        if each.departure is not None
    )


def other_services(draft: PnrDraft, group: Group) -> list[OtherService]:
    """The hotel, car or other service of a GR.9: one for each TVL, or one without a place and time."""
    code = ""
    found: list[OtherService] = []
    party_size: int | None = None
    status: str | None = None
    for segment in group.segments:
        if segment.tag == "MSG":
            code = segment.get(0) or segment.get(0, 1)
        elif segment.tag == "TVL":
            found.append(_other_service(draft, segment))
        else:
            party_size, status = _count(segment), segment.get(1).upper() or None
    kind = _OTHER_SERVICES.get(code, OtherServiceKind.OTHER)
    return [
        replace(each, kind=kind, code=code or None, party_size=party_size, status=status)
        for each in found or [OtherService(kind=kind)]
    ]


def _other_service(draft: PnrDraft, segment: Segment) -> OtherService:
    try:
        starts_at, ends_at = read_times(segment)
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        starts_at = ends_at = None
    return OtherService(
        kind=OtherServiceKind.OTHER,
        place=segment.get(1).upper() or None,
        place_name=segment.get(1, 1) or None,
        second_place=segment.get(2).upper() or None,
        starts_at=starts_at,
        ends_at=ends_at,
        vendor=segment.get(3).upper() or None,
        reference=segment.get(4) or None,
        product=segment.get(4, 1) or None,
    )
