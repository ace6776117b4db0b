"""From TDT, LOC and DTM of PAXLST to one flight with its legs, however airlines write them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise

from shared.travel.flight import Flight, Leg

StateOf = Callable[[str], str | None]

LAST_BEFORE_BORDER = "125"
FIRST_AFTER_BORDER = "87"
FLIGHT_STOPS = frozenset([LAST_BEFORE_BORDER, FIRST_AFTER_BORDER, "92", "130"])
_NUMBER = re.compile(r"0*(\d{1,5})([A-Z]?)")
# No designator is two digits: a bare number is one.
_CARRIER_AND_NUMBER = re.compile(r"([A-Z]{3}|(?!\d\d)[A-Z0-9]{2})0*(\d{1,5})([A-Z]?)")
_MASTER_CREW_LIST = re.compile(r"([A-Z0-9]{2})(MCL)")


@dataclass(slots=True)
class Stop:
    """One airport of a TDT group, with the local times that followed it."""

    qualifier: str
    airport: str
    departure: datetime | None = None
    arrival: datetime | None = None


@dataclass(slots=True)
class Transport:
    """One TDT group: carrier, number and suffix, and its stops in the order sent."""

    carrier: str | None
    number: str
    suffix: str | None
    stops: list[Stop] = field(default_factory=list)


def read_designator(identifier: str, carrier: str) -> tuple[Transport, bool]:
    """A flight from TDT's 8028 and, where sent, its carrier in C040.

    Returns:
        The transport without stops, and whether identifier and carrier agree. Where they do not, or where the
        identifier is a registration or a call sign, it is kept whole as the number.

    Source:
        PAXLST guide, TDT; `spec/paxlst.md` §4 (number rules).
    """
    whole = "".join(identifier.upper().split())
    carrier = carrier.upper()
    if carrier:
        rest = whole.removeprefix(carrier)
        shape = _NUMBER.fullmatch(rest) or re.fullmatch("(MCL)()", rest)
        if shape is None:
            return Transport(carrier, whole, None), False
        return Transport(carrier, shape[1], shape[2] or None), True
    shape = _CARRIER_AND_NUMBER.fullmatch(whole)
    if shape is not None:
        return Transport(shape[1], shape[2], shape[3] or None), True
    shape = _MASTER_CREW_LIST.fullmatch(whole)
    if shape is not None:
        return Transport(shape[1], shape[2], None), True
    return Transport(None, whole, None), True


def build_flight(transports: list[Transport], state_of: StateOf, own_state: str | None) -> Flight | None:
    """One flight of all TDT groups; its number is that of the group with the crossing leg, else of the first.

    Legs come as one TDT a leg with two airports, or as one TDT with airports in pairs or in a chain.
    The crossing leg is the one marked 125/87; where none is marked, each leg whose airports lie
    in different States (of which one is `own_state`, where that is given).

    Returns:
        The flight, or `None` where no leg can be told.
    """
    legs: list[Leg] = []
    named = transports[0]
    for transport in transports:
        for origin, destination in _pairs(transport.stops):
            is_marked = origin.qualifier == LAST_BEFORE_BORDER or destination.qualifier == FIRST_AFTER_BORDER
            if is_marked:
                named = transport
            legs.append(
                Leg(origin.airport, destination.airport, origin.departure, destination.arrival, is_marked)
            )
    if not legs:
        return None
    flight = Flight(named.carrier, named.number, named.suffix, tuple(legs))
    return with_crossing_leg(flight, state_of, own_state)


def with_crossing_leg(flight: Flight, state_of: StateOf, own_state: str | None) -> Flight:
    """The same flight, its crossing legs found from the airports' States where the sender marked none."""
    if any(leg.crosses_border for leg in flight.legs):
        return flight
    return replace(flight, legs=tuple(_marked_by_state(leg, state_of, own_state) for leg in flight.legs))


def local_date_of(flight: Flight) -> date | None:
    """The local date of the crossing leg's departure, or arrival; `None` where no time was sent."""
    leg = flight.crossing_leg
    moment = None if leg is None else leg.departure or leg.arrival
    return None if moment is None else moment.date()


def _marked_by_state(leg: Leg, state_of: StateOf, own_state: str | None) -> Leg:
    states = (state_of(leg.origin), state_of(leg.destination))
    crosses = None not in states and states[0] != states[1] and (own_state is None or own_state in states)
    return Leg(leg.origin, leg.destination, leg.departure, leg.arrival, crosses)


def _pairs(stops: list[Stop]) -> Iterator[tuple[Stop, Stop]]:
    if _is_in_pairs(stops):
        for origin, destination in zip(stops[::2], stops[1::2], strict=True):
            yield (destination, origin) if _is_reversed(origin, destination) else (origin, destination)
    else:
        yield from pairwise(stops)


def _is_in_pairs(stops: list[Stop]) -> bool:
    if len(stops) % 2:
        return False
    joins = zip(stops[1:-1:2], stops[2:-1:2], strict=True)
    return all(before.airport == after.airport for before, after in joins) or any(
        (origin.qualifier, destination.qualifier) == (LAST_BEFORE_BORDER, FIRST_AFTER_BORDER)
        for origin, destination in zip(stops[::2], stops[1::2], strict=True)
    )


def _is_reversed(first: Stop, second: Stop) -> bool:
    # Some name an airport by what it is for the flight, 125 also where the leg before ends there.
    if (first.qualifier, second.qualifier) == (FIRST_AFTER_BORDER, LAST_BEFORE_BORDER):
        return True
    return first.departure is None and first.arrival is not None and second.departure is not None
