from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.ingest.intake.flight_identity import (
    flight_key,
    flight_name,
    is_zone_confused,
    same_flight,
    sighting,
)
from shared.travel.flight import Flight, Leg
from shared.travel.reservation import ItineraryLeg, Reservation

DAY = date(2027, 11, 13)
GULF = timezone(timedelta(hours=4))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-11-{text}")


LEG = Leg("DXB", "ATH", at("14T05:30"), at("14T09:05"), True)
FLIGHT = Flight("XA", "418", None, (LEG,))


def to_utc(_code: str, local: datetime | None) -> datetime | None:
    return None if local is None else local.replace(tzinfo=GULF).astimezone(UTC)


def is_same(first: Flight, second: Flight, reservations: tuple[Reservation, ...] = ()) -> bool:
    seen = sighting(second, "XA", DAY, reservations)
    return same_flight(seen, [sighting(first, "XA", DAY)], to_utc) == 0


def leaving(moment: str, **facts: str | None) -> Flight:
    return replace(FLIGHT, legs=(replace(LEG, departure=at(moment)),), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("flight", "expected"),
    [
        (FLIGHT, True),
        (replace(FLIGHT, number="0418"), True),
        (replace(FLIGHT, carrier=None), True),
        (replace(FLIGHT, suffix="A"), True),
        (leaving("14T13:00"), True),
        (leaving("14T01:30"), True),
        (leaving("14T13:00", suffix="A"), False),
        (leaving("15T05:30"), False),
        (replace(FLIGHT, number="419"), False),
        (replace(FLIGHT, carrier="QZ"), False),
        (replace(FLIGHT, legs=(replace(LEG, origin="AUH"),)), False),
        (replace(FLIGHT, legs=(replace(LEG, departure=None),)), True),
        (replace(FLIGHT, legs=(Leg("BOM", "DXB", at("14T00:10")), LEG)), True),
        (replace(FLIGHT, legs=(Leg("BOM", "DXB", at("14T00:10")), replace(LEG, crosses_border=False))), True),
        (replace(FLIGHT, legs=()), False),
    ],
)
def test_a_flight_is_known_by_designator_origin_and_departure(flight: Flight, expected: bool) -> None:
    assert is_same(FLIGHT, flight) is expected
    assert is_same(flight, FLIGHT) is expected


def test_a_departure_moved_past_midnight_is_the_same_flight() -> None:
    assert is_same(leaving("14T23:50"), leaving("15T00:20"))
    assert not is_same(leaving("14T23:50"), leaving("15T04:00"))


def test_a_day_that_differs_by_the_zone_alone_is_the_same_flight() -> None:
    assert is_same(leaving("14T02:00"), leaving("13T22:00"))


def test_two_suffixes_are_two_flights() -> None:
    assert not is_same(replace(FLIGHT, suffix="A"), replace(FLIGHT, suffix="D"))
    assert is_same(replace(FLIGHT, suffix="A"), replace(FLIGHT, suffix="A"))


def test_the_nearest_departure_wins() -> None:
    known = [sighting(leaving(each), "XA", DAY) for each in ("14T23:00", "15T01:30")]
    assert same_flight(sighting(leaving("15T01:00"), "XA", DAY), known, to_utc) == 1


def booked(**facts: object) -> Reservation:
    leg = ItineraryLeg(
        carrier="QZ",
        number="6418",
        operating_carrier="XA",
        operating_number="418",
        origin="DXB",
        destination="ATH",
        departure=LEG.departure,
    )
    return Reservation(locator="AAA111", itinerary=(replace(leg, **facts),))  # type: ignore[arg-type]


def test_a_partners_number_in_a_reservation_names_the_flight() -> None:
    partner = replace(FLIGHT, carrier="QZ", number="6418")
    assert not is_same(partner, FLIGHT)
    assert is_same(partner, FLIGHT, (booked(),))


@pytest.mark.parametrize(
    "facts", [{"departure": at("15T05:30")}, {"departure": None}, {"origin": "AUH"}, {"number": None}]
)
def test_another_leg_of_a_reservation_names_nothing(facts: dict[str, object]) -> None:
    assert not is_same(replace(FLIGHT, carrier="QZ", number="6418"), FLIGHT, (booked(**facts),))


def test_a_flight_without_legs_is_the_one_of_its_day() -> None:
    bare = Flight("XA", "418")
    assert is_same(bare, bare)
    assert sighting(bare, "XA", DAY, (booked(),)).names == {"XA|418"}


def test_zone_confusion_is_the_same_instant_and_nothing_else() -> None:
    assert is_zone_confused(LEG, replace(LEG, departure=at("14T01:30")), to_utc)
    assert not is_zone_confused(LEG, LEG, to_utc)
    assert not is_zone_confused(LEG, replace(LEG, departure=None), to_utc)
    assert not is_zone_confused(LEG, replace(LEG, departure=at("14T01:30")), lambda _code, _time: None)


def test_names_have_no_leading_zeros_and_keys_hold_what_is_unique() -> None:
    assert flight_name("XA", "0418") == "XA|418"
    assert flight_name("XA", "000") == "XA|000"
    assert flight_key(sighting(FLIGHT, "XA", DAY), "XA|418") == "XA|418||DXB|2027-11-14"
    assert flight_key(sighting(Flight("XA", "418", "A"), "XA", DAY), "XA|418") == "XA|418|A||2027-11-13"
