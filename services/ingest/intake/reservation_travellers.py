"""The people of a reservation as travellers of the flight that it was sent for. Pure.

A PNR says little of a person until check-in; where an API list names the same person too, its facts win and
the PNR fills the gaps.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import TypeVar

from services.ingest.intake.flight_identity import flight_name
from shared.travel.flight import Flight
from shared.travel.reservation import ItineraryLeg, Reservation, ReservationTraveller
from shared.travel.reservation_parts import CheckedBags, CheckIn, Contact
from shared.travel.traveller import Bags, Traveller

GROUP = "GROUP"
#: A longer stop ends one journey and begins another.
LONGEST_CONNECTION = timedelta(hours=24)
_NO_FLIGHT = frozenset({"OPEN", "ARNK"})
Item = TypeVar("Item", CheckIn, CheckedBags)


def is_person(traveller: ReservationTraveller) -> bool:
    """Whether an entry of a reservation names a person; the name of a group is nobody's."""
    return traveller.kind != GROUP


def locators_of(reservation: Reservation) -> tuple[str, ...]:
    """Every record locator that a reservation goes by, the sender's own first, each once."""
    more = (each.locator for each in reservation.locators)
    every = (reservation.locator, *reservation.other_locators, *more)
    plain = (each.strip().upper() for each in every if each is not None)
    return tuple(dict.fromkeys(each for each in plain if each))


def travellers_of(reservation: Reservation, flight: Flight) -> list[Traveller]:
    """The named people of a reservation, infants too, as travellers of a flight, in the order sent.

    A reservation that is withdrawn from the flight has none.

    Source: `spec/pnrgov.md` §5, §6, §10; `spec/parsed-message.md`.
    """
    if reservation.is_cancelled or reservation.is_withdrawn:
        return []
    place = pushed_leg(reservation.itinerary, flight)
    people = [each for each in reservation.travellers if is_person(each)]
    return [_traveller(each, reservation, flight, place, is_alone=len(people) == 1) for each in people]


def pushed_leg(itinerary: Sequence[ItineraryLeg], flight: Flight) -> int | None:
    """The place in the itinerary of the flight that a message is about; `None` where it is not booked."""
    leg = flight.crossing_leg
    if leg is None:
        return None
    for place, booked in enumerate(itinerary):
        if (booked.origin, booked.destination) != (leg.origin, leg.destination):
            continue
        if booked.departure is not None and leg.departure is not None:
            if abs(booked.departure - leg.departure) < LONGEST_CONNECTION:
                return place
        elif _is_flight(booked, flight):
            return place
    return None


def merged(api: Traveller, pnr: Traveller) -> Traveller:
    """One record of one person: what the API list says, and of the PNR what the list leaves open."""
    gaps = {
        each.name: getattr(pnr, each.name)
        for each in fields(Traveller)
        if getattr(api, each.name) in (None, ())
    }
    if api.name_sent is not None or api.given_names is not None:
        gaps.pop("name_sent", None)
    return replace(api, **gaps)


def journey(itinerary: Sequence[ItineraryLeg], place: int | None) -> tuple[str | None, str | None]:
    """Where the journey around one leg begins and ends: connections of less than a day belong to it."""
    if place is None:
        return None, None
    first = last = place
    while first > 0 and _connects(itinerary[first - 1], itinerary[first]):
        first -= 1
    while last + 1 < len(itinerary) and _connects(itinerary[last], itinerary[last + 1]):
        last += 1
    return itinerary[first].origin, itinerary[last].destination


def _traveller(
    person: ReservationTraveller,
    reservation: Reservation,
    flight: Flight,
    place: int | None,
    *,
    is_alone: bool,
) -> Traveller:
    leg = flight.crossing_leg
    origin, destination = journey(reservation.itinerary, place)
    residence = person.residence
    contacts = (*person.contacts, *_contacts_of(person, reservation))
    return Traveller(
        surname=person.surname,
        given_names=person.given_names,
        name_sent=person.name_sent,
        birth_date=person.birth_date,
        sex=person.sex,
        nationality=person.nationality,
        residence=None if residence is None else residence.country,
        birth_place=person.birth_place,
        address=person.destination,
        phones=_phones(contacts, reservation.phones if is_alone else ()),
        emails=_emails(contacts, reservation.emails if is_alone else ()),
        embarkation=origin or (None if leg is None else leg.origin),
        debarkation=destination or (None if leg is None else leg.destination),
        documents=person.documents,
        record_locator=reservation.locator,
        redress_number=person.redress_number,
        seat=_seat(person, place),
        bags=_bags(person, place),
    )


def _is_flight(booked: ItineraryLeg, flight: Flight) -> bool:
    if booked.number is None or booked.number in _NO_FLIGHT or flight.carrier is None:
        return False
    names = {flight_name(booked.carrier or "", booked.number)}
    names.add(flight_name(booked.operating_carrier or "", booked.operating_number or booked.number))
    return flight_name(flight.carrier, flight.number) in names


def _connects(before: ItineraryLeg, after: ItineraryLeg) -> bool:
    if before.destination is None or before.destination != after.origin:
        return False
    if before.arrival is None or after.departure is None:
        return False
    return timedelta(0) <= after.departure - before.arrival < LONGEST_CONNECTION


def _seat(person: ReservationTraveller, place: int | None) -> str | None:
    """The seat given at check-in for this leg, else the one asked for where no other leg could be meant."""
    own = _of_leg(person.check_ins, place)
    seat = next((each.seat for each in own if each.seat), None)
    asked = person.seats[0] if person.seats and (place in (None, 0) or len(person.seats) == 1) else None
    return seat or asked


def _bags(person: ReservationTraveller, place: int | None) -> Bags | None:
    own = _of_leg(person.bags, place)
    tags = tuple(number for bags in own for tag in bags.tags for number in tag.numbers) or person.bag_tags
    pieces = [bags.pieces for bags in own if bags.pieces is not None]
    weights = [bags.weight_kg for bags in own if bags.weight_kg is not None]
    if not (tags or pieces or weights):
        return None
    return Bags(sum(pieces) if pieces else len(tags) or None, sum(weights) if weights else None, tags)


def _of_leg(items: Sequence[Item], place: int | None) -> list[Item]:
    return [each for each in items if place is None or each.leg is None or each.leg == place]


def _contacts_of(person: ReservationTraveller, reservation: Reservation) -> list[Contact]:
    """The reservation's contacts that name this person as theirs."""
    if person.reference is None:
        return []
    return [each for each in reservation.contacts if each.traveller_reference == person.reference]


def _phones(contacts: Sequence[Contact], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(each.phone for each in contacts if each.phone), *more]))


def _emails(contacts: Sequence[Contact], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(each.email for each in contacts if each.email), *more]))
