"""How an expected flight stands at an instant, and which flights habit promises."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.ingest.expected.flights import (
    Basis,
    Expectation,
    PastFlight,
    Reported,
    WatchTerms,
    expectation,
    learned,
    percent,
    standing,
)
from services.ingest.formats.schedule_csv import read_csv_schedule

DEPARTS = datetime(2027, 11, 14, 6, 0, tzinfo=UTC)
LOCAL = datetime(2027, 11, 14, 10, 0)  # noqa: DTZ001 - an airport's own time has no zone.
FLIGHT = Expectation(
    carrier="XA",
    number="418",
    suffix=None,
    names=frozenset({"XA|418"}),
    origin="DXB",
    destination="ATH",
    departure=LOCAL,
    arrival=None,
    departs_at=DEPARTS,
    arrives_at=None,
    basis=Basis.SCHEDULE,
    capacity=100,
)
TERMS = WatchTerms(due_minutes=60, partial_percent=50)


def came(minutes_before: int, travellers: int = 80, **changes: object) -> Reported:
    first_at = DEPARTS - timedelta(minutes=minutes_before)
    return replace(Reported(UUID(int=1), first_at, travellers), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes_before", "reported", "state"),
    [
        (61, None, "EXPECTED"),
        (60, None, "MISSING"),
        (60, came(0, first_at=None), "MISSING"),
        (61, came(90, 1), "RECEIVED"),
        (60, came(90, 50), "RECEIVED"),
        (60, came(90, 49), "PARTIAL"),
        (-5, came(0), "RECEIVED"),
        (-5, came(-1), "LATE"),
        (-5, came(-1, departs_at=DEPARTS + timedelta(hours=2)), "RECEIVED"),
        (-5, came(-1, departs_at=DEPARTS - timedelta(hours=2)), "LATE"),
        (60, came(0, is_cancelled=True), "CANCELLED"),
    ],
)
def test_state_follows_from_what_came_and_when(
    minutes_before: int, reported: Reported | None, state: str
) -> None:
    stands = standing(FLIGHT, reported, DEPARTS - timedelta(minutes=minutes_before), TERMS)
    assert stands.state == state


def test_late_and_partial_flight_raises_both_alarms() -> None:
    stands = standing(FLIGHT, came(-1, 3), DEPARTS + timedelta(minutes=5), TERMS)
    assert (stands.state, sorted(stands.alarms)) == ("LATE", ["LATE", "PARTIAL"])


def test_time_alone_asks_for_a_look_when_the_manifest_is_due() -> None:
    early = DEPARTS - timedelta(hours=3)
    assert standing(FLIGHT, None, early, TERMS).look_at == DEPARTS - TERMS.due
    assert standing(FLIGHT, came(200), early, TERMS).look_at == DEPARTS - TERMS.due
    assert standing(FLIGHT, came(200), DEPARTS, TERMS).look_at is None


def test_size_is_the_seats_or_else_what_usually_travels() -> None:
    usual = replace(FLIGHT, capacity=None, usual=40)
    assert standing(usual, came(90, 19), DEPARTS, TERMS).state == "PARTIAL"
    unknown = replace(FLIGHT, capacity=None)
    assert standing(unknown, came(90, 0), DEPARTS, TERMS).state == "RECEIVED"


DAY = date(2027, 11, 14)


def past(weeks: int, travellers: int | None = 100, **changes: object) -> PastFlight:
    departure = LOCAL - timedelta(weeks=weeks)
    flight = PastFlight("XA", "418", None, "DXB", "ATH", departure, departure, travellers)
    return replace(flight, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("weeks", "is_expected"),
    [((1, 2, 3), True), ((1, 2, 4), True), ((1, 2), False), ((1, 1, 1), False), ((1, 2, 5), False)],
)
def test_three_of_the_last_four_weeks_make_a_habit(weeks: tuple[int, ...], is_expected: bool) -> None:
    assert bool(learned([past(week) for week in weeks], DAY)) is is_expected


def test_habit_has_the_latest_times_and_the_median_of_travellers() -> None:
    history = [past(1, 90, departure=LOCAL - timedelta(weeks=1, minutes=-5)), past(2, 120), past(3, None)]
    (flight,) = learned(history, DAY)
    assert (flight.departure, flight.travellers) == (LOCAL + timedelta(minutes=5), 105)
    (uncounted,) = learned([past(week, None, arrival=None) for week in (1, 2, 3)], DAY)
    assert (uncounted.travellers, uncounted.arrival) == (None, None)


def test_flights_of_other_numbers_and_airports_are_other_habits() -> None:
    others = [past(1), past(2, number="419"), past(3, origin="AUH")]
    assert learned(others, DAY) == []


def test_scheduled_flight_is_known_by_its_partners_names_too() -> None:
    titles = b"Flight,Origin,Destination,Departure,Arrival,Days,From,To\n"
    line = b"XA418,DXB,ATH,10:00,13:35,daily,2027-11-01,2027-12-01\n"
    (leg,) = read_csv_schedule(titles + line).legs
    flight = expectation(replace(leg, partners=(("XB", "2418"),)), DAY, DEPARTS, None)
    assert flight.sighting().names == {"XA|418", "XB|2418"}
    assert flight.sighting().day == DAY


def test_share_of_nothing_is_none() -> None:
    assert (percent(1, 3), percent(0, 0)) == (33.3, None)
