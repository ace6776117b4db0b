from dataclasses import replace
from datetime import datetime

import pytest

from services.ingest.intake.reservation_travellers import (
    journey,
    locators_of,
    merged,
    pushed_leg,
    travellers_of,
)
from services.ingest.reading.elements import (
    ELEMENTS,
    KNOWN_ELEMENTS,
    RESERVATION_ELEMENTS,
    keep_allowed_of_reservations,
    reservation_elements_of,
)
from shared.travel.flight import Flight, Leg
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import ItineraryLeg, Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import (
    BagTag,
    CheckedBags,
    CheckIn,
    Contact,
    ContactKind,
    Locator,
)
from shared.travel.traveller import Address, Bags, Place, TravelDocument, Traveller


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-11-{text}")


FLIGHT = Flight("XA", "418", None, (Leg("DXB", "ATH", at("14T05:30"), at("14T09:05"), True),))
BOM = ItineraryLeg(
    carrier="XA",
    number="502",
    origin="BOM",
    destination="DXB",
    departure=at("14T00:10"),
    arrival=at("14T01:50"),
)
PUSHED = ItineraryLeg(
    carrier="XA",
    number="418",
    origin="DXB",
    destination="ATH",
    departure=at("14T05:30"),
    arrival=at("14T09:05"),
)
ZRH = ItineraryLeg(
    carrier="XA",
    number="770",
    origin="ATH",
    destination="ZRH",
    departure=at("14T12:00"),
    arrival=at("14T13:55"),
)
BACK = ItineraryLeg(origin="ZRH", destination="BOM", departure=at("20T12:00"), arrival=at("20T20:00"))
ANIKA = ReservationTraveller(reference="1", surname="MEHTA", given_names="ANIKA", kind="ADULT")
BOOKING = Reservation(locator="TZ4X9B", carrier="XA", travellers=(ANIKA,), itinerary=(BOM, PUSHED, ZRH, BACK))


def only(reservation: Reservation) -> Traveller:
    (traveller,) = travellers_of(reservation, FLIGHT)
    return traveller


def test_journey_reaches_over_connections_and_ends_at_a_stay() -> None:
    traveller = only(BOOKING)
    assert (traveller.embarkation, traveller.debarkation) == ("BOM", "ZRH")
    assert journey(BOOKING.itinerary, None) == (None, None)


@pytest.mark.parametrize(
    "before",
    [
        replace(BOM, destination="AUH"),
        replace(BOM, destination=None),
        replace(BOM, arrival=None),
        replace(BOM, arrival=at("14T06:00")),
        replace(BOM, arrival=at("12T05:00")),
    ],
)
def test_what_does_not_connect_is_another_journey(before: ItineraryLeg) -> None:
    assert only(replace(BOOKING, itinerary=(before, PUSHED))).embarkation == "DXB"


def test_reservation_without_an_itinerary_travels_on_the_flight_alone() -> None:
    traveller = only(replace(BOOKING, itinerary=()))
    assert (traveller.embarkation, traveller.debarkation) == ("DXB", "ATH")
    assert travellers_of(replace(BOOKING, itinerary=()), Flight("XA", "418"))[0].embarkation is None


@pytest.mark.parametrize(
    ("leg", "is_it"),
    [
        (PUSHED, True),
        (replace(PUSHED, departure=None), True),
        (replace(PUSHED, departure=None, carrier="QZ", operating_carrier="XA"), True),
        (replace(PUSHED, departure=None, number="419"), False),
        (replace(PUSHED, departure=None, number="OPEN"), False),
        (replace(PUSHED, departure=at("18T05:30")), False),
        (replace(PUSHED, destination="ZRH"), False),
    ],
)
def test_pushed_leg_is_found_by_places_and_time_or_number(leg: ItineraryLeg, is_it: bool) -> None:
    assert (pushed_leg((BOM, leg), FLIGHT) == 1) is is_it


def test_groups_and_withdrawn_reservations_give_nobody_and_infants_do() -> None:
    group = ReservationTraveller(surname="SEETHE WORLD", kind="GROUP")
    infant = ReservationTraveller(surname="MEHTA", given_names="ROHAN", kind="INFANT")
    people = travellers_of(replace(BOOKING, travellers=(group, ANIKA, infant)), FLIGHT)
    assert [each.given_names for each in people] == ["ANIKA", "ROHAN"]
    assert travellers_of(replace(BOOKING, is_cancelled=True), FLIGHT) == []
    assert travellers_of(replace(BOOKING, is_withdrawn=True), FLIGHT) == []


def test_every_fact_of_a_person_reaches_the_traveller() -> None:
    passport = TravelDocument("P", "Z5521093", "IND")
    person = replace(
        ANIKA,
        birth_date=PartialDate(1975, 12, 3),
        nationality="IND",
        documents=(passport,),
        residence=Address(country="IND"),
        destination=Address(city="ATHINA"),
        birth_place=Place("PUNE", "IND"),
        redress_number="R77",
        name_sent="MEHTA/ANIKAMS",
    )
    traveller = only(replace(BOOKING, travellers=(person,), phones=("1",), emails=("a@mail.example",)))
    assert (traveller.birth_date, traveller.documents) == (PartialDate(1975, 12, 3), (passport,))
    assert (traveller.residence, traveller.address) == ("IND", Address(city="ATHINA"))
    assert (traveller.phones, traveller.emails) == (("1",), ("a@mail.example",))
    assert (traveller.record_locator, traveller.redress_number) == ("TZ4X9B", "R77")
    assert (traveller.birth_place, traveller.name_sent) == (Place("PUNE", "IND"), "MEHTA/ANIKAMS")


def test_contacts_of_a_party_belong_to_whom_they_name() -> None:
    other = replace(ANIKA, reference="2", given_names="RAVI")
    mobile = Contact(kind=ContactKind.MOBILE, phone="55", traveller_reference="2")
    mail = Contact(kind=ContactKind.EMAIL, email="r@mail.example", traveller_reference="2")
    agency = Contact(kind=ContactKind.AGENCY, phone="99")
    booking = replace(
        BOOKING, travellers=(ANIKA, other), contacts=(mobile, mail, agency), phones=("55", "99")
    )
    anika, ravi = travellers_of(booking, FLIGHT)
    assert (anika.phones, anika.emails) == ((), ())
    assert (ravi.phones, ravi.emails) == (("55",), ("r@mail.example",))
    assert only(replace(booking, travellers=(replace(other, reference=None),))).phones == ("55", "99")


def test_seat_and_bags_are_those_of_the_pushed_leg() -> None:
    tags = (BagTag(carrier="XA", number="0999118311", count=2),)
    person = replace(
        ANIKA,
        seats=("1A", "31F"),
        check_ins=(CheckIn(leg=0, seat="1A"), CheckIn(leg=1, seat="31F")),
        bags=(
            CheckedBags(leg=0, pieces=9),
            CheckedBags(leg=1, pieces=2, weight_kg=18, tags=tags),
            CheckedBags(pieces=1),
        ),
    )
    traveller = only(replace(BOOKING, travellers=(person,)))
    assert traveller.seat == "31F"
    assert traveller.bags == Bags(3, 18, ("0999118311", "0999118312"))


def test_seat_asked_for_counts_where_no_other_leg_is_meant() -> None:
    asked = replace(ANIKA, seats=("31F",), bag_tags=("XA118204",))
    assert only(replace(BOOKING, travellers=(asked,))).seat == "31F"
    assert only(replace(BOOKING, travellers=(asked,))).bags == Bags(1, None, ("XA118204",))
    two = replace(ANIKA, seats=("1A", "31F"))
    assert only(replace(BOOKING, travellers=(two,))).seat is None
    assert only(replace(BOOKING, travellers=(two,), itinerary=(PUSHED, ZRH))).seat == "1A"


def test_the_list_wins_and_the_reservation_fills_gaps() -> None:
    api = Traveller(surname="MEHTA", given_names="ANIKA", seat="31F", documents=(TravelDocument("P", "1"),))
    pnr = Traveller(
        surname="MEHTA-RAO",
        name_sent="MEHTA/ANIKAMS",
        seat="1A",
        phones=("55",),
        documents=(TravelDocument("P", "2"),),
    )
    both = merged(api, pnr)
    assert (both.surname, both.seat, both.documents, both.phones) == ("MEHTA", "31F", api.documents, ("55",))
    # The name as sent belongs to the source of the name.
    assert both.name_sent is None


def test_every_locator_counts_once_and_blanks_do_not() -> None:
    booking = replace(
        BOOKING, other_locators=("m3p9rt", "TZ4X9B"), locators=(Locator("TZ4X9B", "XA"), Locator(" ", "1A"))
    )
    assert locators_of(booking) == ("TZ4X9B", "M3P9RT")


def test_every_fact_of_a_reservation_is_of_an_element_or_makes_it_one() -> None:
    own = {fact for facts, _ in RESERVATION_ELEMENTS.values() for fact in facts}
    of_people = {fact for _, facts in RESERVATION_ELEMENTS.values() for fact in facts}
    essential = {"locator", "carrier", "is_cancelled", "is_withdrawn", "is_split", "travellers"}
    assert own | essential == set(Reservation.__dataclass_fields__)
    assert of_people | {"reference", "kind"} == set(ReservationTraveller.__dataclass_fields__)
    assert set(ELEMENTS) | set(RESERVATION_ELEMENTS) == KNOWN_ELEMENTS


def test_elements_outside_a_profile_leave_reservations_and_people() -> None:
    person = replace(ANIKA, name_sent="MEHTA/ANIKAMS", frequent_flyer=("XA1",), has_infant=True)
    booking = replace(
        BOOKING,
        travellers=(person,),
        payments=(Payment("CC"),),
        contacts=(Contact(kind=ContactKind.MOBILE, phone="55"),),
        booked_at=at("01T00:00"),
    )
    found = reservation_elements_of([booking, BOOKING])
    assert (found["surname"], found["payment"], found["frequent_flyer"], found["seat"]) == (2, 1, 1, 0)
    dropped = {"payment", "frequent_flyer", "given_names", "booking_dates", "phones", "co_travellers"}
    (kept,) = keep_allowed_of_reservations([booking], dropped)
    assert (kept.payments, kept.contacts, kept.booked_at) == ((), (), None)
    (left,) = kept.travellers
    assert (left.frequent_flyer, left.given_names, left.name_sent, left.has_infant) == ((), None, None, None)
    assert (left.surname, kept.itinerary) == ("MEHTA", booking.itinerary)
    assert keep_allowed_of_reservations([booking], set()) == (booking,)
