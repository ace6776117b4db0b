"""The elements of a collection profile: what a State's published law lets it collect of a traveller."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, TypeVar

from shared.travel.reservation import Reservation, ReservationTraveller
from shared.travel.traveller import Traveller

Value = TypeVar("Value", Reservation, ReservationTraveller)

#: Element names of a collection profile, and the facts of a traveller that each one is.
ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "surname": ("surname", "name_sent"),
    "given_names": ("given_names",),
    "date_of_birth": ("birth_date", "birth_date_sent"),
    "sex": ("sex",),
    "nationality": ("nationality",),
    "residence": ("residence",),
    "place_of_birth": ("birth_place",),
    "address": ("address",),
    "phones": ("phones",),
    "emails": ("emails",),
    "crew_duty": ("crew_duty",),
    "embarkation": ("embarkation",),
    "debarkation": ("debarkation",),
    "clearance": ("clearance",),
    "doc_number": ("documents",),
    "record_locator": ("record_locator",),
    "carrier_reference": ("carrier_reference",),
    "redress_number": ("redress_number",),
    "seat": ("seat",),
    "verified": ("verified",),
    "bags": ("bags",),
}
#: Element names of a PNR profile: the facts of a reservation and of its travellers that each one is.
#: Beside them the locator, the itinerary and the surname are what a reservation cannot be one without.
#: Source: Directive (EU) 2016/681 Annex I, ICAO Doc 9944 appendix; `spec/pnrgov.md` §10 (its headings).
RESERVATION_ELEMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "surname": ((), ("surname", "name_sent")),
    "given_names": ((), ("given_names",)),
    "date_of_birth": ((), ("birth_date",)),
    "sex": ((), ("sex",)),
    "nationality": ((), ("nationality",)),
    "residence": ((), ("residence",)),
    "place_of_birth": ((), ("birth_place",)),
    "doc_number": ((), ("documents",)),
    "redress_number": ((), ("redress_number", "known_traveller_number")),
    "record_locator": (("other_locators", "locators"), ()),
    "booking_dates": (("booked_at", "changed_at", "ticketed_at", "ticket_limits"), ()),
    "itinerary": (("itinerary",), ()),
    # A contact may hold each of the three, and goes with any of them.
    "address": (("addresses", "contacts"), ("destination", "contacts")),
    "phones": (("phones", "contacts"), ("contacts",)),
    "emails": (("emails", "contacts"), ("contacts",)),
    "payment": (("payments",), ()),
    "frequent_flyer": ((), ("frequent_flyer", "memberships")),
    "travel_agency": (("agency", "booked_by"), ()),
    "travel_status": (("check_ins",), ("check_ins", "unique_id")),
    "split": (("splits",), ()),
    "services": (("services", "other_services"), ()),
    "general_remarks": (("remarks",), ("minor",)),
    "ticketing": ((), ("tickets", "ticket_details", "fares")),
    "seat": ((), ("seats",)),
    "bags": (("bags", "excess_baggage"), ("bag_tags", "bags", "excess_baggage")),
    "co_travellers": (("party_size",), ("has_infant",)),
    "pnr_history": (("history",), ()),
}
KNOWN_ELEMENTS = frozenset(ELEMENTS) | frozenset(RESERVATION_ELEMENTS)
#: Without a surname nobody can be told from anybody else: every profile has it.
REQUIRED_ELEMENTS = frozenset({"surname"})
_FACTS = tuple((element, fact) for element, facts in ELEMENTS.items() for fact in facts)
_values_of = attrgetter(*(fact for _, fact in _FACTS))


def elements_of(travellers: Iterable[Traveller]) -> Counter[str]:
    """The elements that a message holds, and of how many travellers."""
    found: Counter[str] = Counter()
    # Nearly all travellers of a list hold the same, which is looked up once.
    for filled, count in Counter(map(_filled_facts, travellers)).items():
        facts = zip(_FACTS, filled, strict=True)
        # Some elements are more than one fact, and count once.
        found.update(dict.fromkeys((element for (element, _), is_filled in facts if is_filled), count))
    return found


def _filled_facts(traveller: Traveller) -> tuple[bool, ...]:
    """Which of `_FACTS` a traveller has; `False` is a fact, an empty tuple is none."""
    return tuple([value is not None and value != () for value in _values_of(traveller)])


def reservation_elements_of(reservations: Iterable[Reservation]) -> Counter[str]:
    """The elements that reservations hold, and how many reservations hold each."""
    found: Counter[str] = Counter()
    for reservation in reservations:
        found.update(
            element
            for element, (own, of_people) in RESERVATION_ELEMENTS.items()
            if any(_is_filled(reservation, fact) for fact in own)
            or any(_is_filled(person, fact) for person in reservation.travellers for fact in of_people)
        )
    return found


def keep_allowed_of_reservations(
    reservations: Sequence[Reservation], dropped: Set[str]
) -> tuple[Reservation, ...]:
    """The reservations without these elements; the order and number of people stay.

    Source:
        safeguards.md SG-04.
    """
    if not dropped:
        return tuple(reservations)
    own = {fact for element in dropped for fact in RESERVATION_ELEMENTS[element][0]}
    of_people = {fact for element in dropped for fact in RESERVATION_ELEMENTS[element][1]}
    if "given_names" in dropped:
        of_people.add("name_sent")
    kept = []
    for reservation in reservations:
        people = tuple(_without(person, of_people) for person in reservation.travellers)
        kept.append(replace(_without(reservation, own), travellers=people))
    return tuple(kept)


def _is_filled(value: Reservation | ReservationTraveller, fact: str) -> bool:
    found = getattr(value, fact)
    return found is not None and found != ()


def _without(value: Value, facts: Set[str]) -> Value:
    emptied: dict[str, Any] = {
        each.name: None if each.default is None else () for each in fields(value) if each.name in facts
    }
    return replace(value, **emptied) if emptied else value


def keep_allowed(travellers: Sequence[Traveller], dropped: Set[str]) -> tuple[Traveller, ...]:
    """The travellers without these elements.

    Source:
        safeguards.md SG-04: elements outside the profile are dropped before the first write.
    """
    if not dropped:
        return tuple(travellers)
    facts = {fact for element in dropped for fact in ELEMENTS[element]}
    if "given_names" in dropped:
        facts.add("name_sent")
    emptied: dict[str, Any] = {
        fact: () if fact in {"phones", "emails", "documents"} else None for fact in sorted(facts)
    }
    return tuple(replace(traveller, **emptied) for traveller in travellers)
