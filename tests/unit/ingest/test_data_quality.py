"""Counts of flights added up: shares, timeliness, and no small count of people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.quality.figures import (
    HIDDEN,
    Causes,
    FlightQuality,
    Rejected,
    flight_report,
    report,
    share,
    shown,
)

DEPARTS = datetime(2027, 11, 14, 6, 0, tzinfo=UTC)


def a_flight(**changes: Any) -> FlightQuality:
    values: dict[str, Any] = {
        "flight_id": "1",
        "carrier": "XA",
        "number": "418",
        "day": date(2027, 11, 14),
        "departs_at": DEPARTS,
        "first_report_at": DEPARTS - timedelta(hours=2),
        "last_report_at": DEPARTS - timedelta(minutes=20),
        "messages": 2,
        "travellers": 100,
        "verified": 80,
        "present": {"birth_date": 100, "seat": 50},
        "faults": {"DATE_IMPOSSIBLE": 11},
        "duplicates": 0,
        "parts_missing": False,
    }
    return FlightQuality(**(values | changes))


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, HIDDEN), (9, HIDDEN), (10, 10)])
def test_small_counts_are_hidden(count: int, told: int | str) -> None:
    assert shown(count) == told


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_share_never_gives_a_hidden_count_away(part: int, rest: int) -> None:
    told = share(part, part + rest)
    if HIDDEN in {shown(part), shown(rest)}:
        assert told is None


def test_flights_of_a_carrier_are_added_up() -> None:
    late = a_flight(number="420", day=date(2027, 11, 15), first_report_at=DEPARTS + timedelta(minutes=5))
    (carrier,) = report([a_flight(), late], [], [])
    assert (carrier["flights"], carrier["travellers"], carrier["verified_percent"]) == (2, 200, 80.0)
    assert carrier["elements"]["seat"] == {"missing": 100, "complete_percent": 50.0}
    assert carrier["faults"] == {"DATE_IMPOSSIBLE": 22}
    assert [day["day"].day for day in carrier["days"]] == [14, 15]
    assert (carrier["timeliness"]["in_time"], carrier["timeliness"]["late"]) == (1, 1)


def test_flight_without_departure_or_list_has_no_timeliness() -> None:
    unknown = [a_flight(departs_at=None), a_flight(first_report_at=None, last_report_at=None)]
    (carrier,) = report(unknown, [], None)
    assert carrier["timeliness"]["known"] == 0
    assert carrier["timeliness"]["in_time_percent"] is None
    assert "different_person" not in carrier


def test_carrier_of_whom_only_refusals_or_matches_are_known_is_told_too() -> None:
    rejected = [Rejected("XB", {"TRUNCATED": 3})]
    found = report([], rejected, [Causes("XC", {"ALL": 40, "sex": 12, "birth_date": 2})])
    assert [each["carrier"] for each in found] == ["XB", "XC"]
    assert found[0]["rejected_messages"] == {"TRUNCATED": 3}
    assert found[1]["different_person"] == {"matches": 40, "elements": {"birth_date": "<10", "sex": 12}}


def test_flights_are_told_newest_first() -> None:
    newer = a_flight(number="420", day=date(2027, 11, 15))
    first, second = flight_report([a_flight(), newer])
    assert (first["number"], second["number"]) == ("420", "418")
    assert (second["first_report_minutes_before"], second["last_report_minutes_before"]) == (120, 20)
