"""Whether two messages speak of the same flight. Pure.

Airlines name a flight by its carrier and number, or by a partner's; with an operational suffix or without;
by local time, or by UTC where local was asked; before midnight or, delayed, after it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.ingest.formats.flights import local_date_of
from shared.travel.flight import Flight, Leg
from shared.travel.reservation import Reservation

ToUtc = Callable[[str, datetime | None], datetime | None]

#: A flight of a day has another number, or is a day away: within this, two departures are one that moved.
SAME_DEPARTURE = timedelta(hours=4)
#: A sender that took UTC for local time is wrong by the zone's offset to the minute.
ZONE_CONFUSION = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A flight as one message names it: its designators (`XA|418`), suffix, legs and local day."""

    names: frozenset[str]
    suffix: str | None
    legs: tuple[Leg, ...]
    day: date

    @property
    def leg(self) -> Leg | None:
        """The leg that the message is about."""
        return next((leg for leg in self.legs if leg.crosses_border), self.legs[0] if self.legs else None)


def sighting(
    flight: Flight, sender: str, reported_on: date, reservations: Sequence[Reservation] = ()
) -> Sighting:
    """A message's flight, with the code shares that its reservations know it by.

    A flight without any time is the one of the day on which it was reported.
    """
    names = {flight_name(flight.carrier or sender, flight.number)}
    for reservation in reservations:
        names.update(_shared_names(flight, reservation))
    return Sighting(frozenset(names), flight.suffix, flight.legs, local_date_of(flight) or reported_on)


def flight_key(seen: Sighting, name: str) -> str:
    """What is unique to a flight: designator, suffix, origin, local date."""
    origin = "" if seen.leg is None else seen.leg.origin
    return "|".join((name, seen.suffix or "", origin, str(seen.day)))


def flight_name(carrier: str, number: str) -> str:
    """A designator as it is looked up: carrier and number, without leading zeros or suffix."""
    digits = number.lstrip("0") or number
    return f"{carrier}|{digits}"


def same_flight(seen: Sighting, known: Collection[Sighting], to_utc: ToUtc) -> int | None:
    """The place of the known flight that a message speaks of; `None` for a flight not heard of before.

    The one that departs nearest wins where several could be meant.
    """
    best: tuple[timedelta, int] | None = None
    for place, each in enumerate(known):
        distance = _distance(seen, each, to_utc)
        if distance is not None and (best is None or distance < best[0]):
            best = (distance, place)
    return None if best is None else best[1]


def _distance(first: Sighting, second: Sighting, to_utc: ToUtc) -> timedelta | None:
    """How far two sightings of one flight lie apart; `None` where they are of two flights."""
    if not first.names & second.names or not _share_a_leg(first, second):
        return None
    apart = _departures_apart(first.leg, second.leg, to_utc)
    is_near = apart is not None and apart <= SAME_DEPARTURE
    if first.suffix == second.suffix:
        if first.day == second.day:
            return timedelta(0) if apart is None else apart
        return apart if is_near else None
    # A suffix marks the flight of another day that departs today: two different ones are two flights, and one
    # beside none is the same flight where it departs at the same time.
    return apart if is_near and None in (first.suffix, second.suffix) else None


def _share_a_leg(first: Sighting, second: Sighting) -> bool:
    if first.leg is None or second.leg is None:
        return first.leg is second.leg
    if first.leg.origin == second.leg.origin:
        return True
    pairs = {(leg.origin, leg.destination) for leg in second.legs}
    return any((leg.origin, leg.destination) in pairs for leg in first.legs)


def _departures_apart(first: Leg | None, second: Leg | None, to_utc: ToUtc) -> timedelta | None:
    """The time between two departures, read as one of: both local, either one UTC by mistake."""
    if first is None or second is None or first.departure is None or second.departure is None:
        return None
    if first.origin != second.origin:
        return None
    apart = abs(first.departure - second.departure)
    return min(apart, ZONE_CONFUSION) if is_zone_confused(first, second, to_utc) else apart


def is_zone_confused(first: Leg, second: Leg, to_utc: ToUtc) -> bool:
    """Whether two departures from one airport are the same instant, one of them stated in UTC by mistake."""
    if first.departure is None or second.departure is None or first.departure == second.departure:
        return False
    for stated, other in ((first, second), (second, first)):
        instant = to_utc(stated.origin, stated.departure)
        stated_as_utc = other.departure
        if instant is None or stated_as_utc is None:
            continue
        if abs(instant - stated_as_utc.replace(tzinfo=UTC)) <= ZONE_CONFUSION:
            return True
    return False


def _shared_names(flight: Flight, reservation: Reservation) -> set[str]:
    """The designators under which a reservation knows the flight: marketing and operating."""
    leg = flight.crossing_leg
    if leg is None:
        return set()
    for booked in reservation.itinerary:
        if (booked.origin, booked.destination) != (leg.origin, leg.destination):
            continue
        if booked.departure is None or leg.departure is None or booked.departure != leg.departure:
            continue
        return {
            flight_name(carrier, number)
            for carrier, number in (
                (booked.carrier, booked.number),
                (booked.operating_carrier, booked.operating_number),
            )
            if carrier and number
        }
    return set()
