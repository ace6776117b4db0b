from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from services.ingest.intake.accept_request import AcceptFacts, accept_request
from services.ingest.registers.rows import (
    CarrierRow,
    CollectionProfileRow,
    LegalRow,
    RegistersInForce,
    RouteRow,
)
from shared.travel.flight import Leg

NOW = datetime(2027, 11, 14, 5, tzinfo=UTC)
STATES = {"XQA": "XAA", "XQB": "XBB"}
LEG = Leg("XQB", "XQA")


def route(origin: str, destination: str) -> RouteRow:
    return RouteRow(
        origin=origin, destination=destination, valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 1)
    )


def law(valid_from: date, valid_to: date, authority: str = "XAA-PIU-01") -> LegalRow:
    return LegalRow(
        authority=authority,
        action="ingest.accept",
        data_class="API",
        purpose_code="TERR_TRAVEL",
        valid_from=valid_from,
        valid_to=valid_to,
        instrument_ref="Act 12/2025 s.4",
        public_url="https://law.example/12-2025",
    )


def registers(*laws: LegalRow, routes: tuple[RouteRow, ...] = ()) -> RegistersInForce:
    return RegistersInForce(carrier=None, profile=None, profile_version=None, routes=routes, legal_rows=laws)


@pytest.mark.parametrize(
    ("origin", "destination", "covers"),
    [
        ("anywhere", "anywhere", True),
        ("state:XBB", "state:XAA", True),
        ("airport:XQB", "anywhere", True),
        ("airport:XQA", "anywhere", False),
        ("anywhere", "state:XCC", False),
    ],
)
def test_route_covers_a_leg_by_airport_or_state(origin: str, destination: str, covers: bool) -> None:
    in_force = registers(routes=(route(origin, destination),))
    assert in_force.is_route_in_force(LEG, date(2027, 11, 14), STATES.get) is covers


@pytest.mark.parametrize(
    ("day", "covers"),
    [
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), True),
        (date(2027, 11, 30), True),
        (date(2027, 12, 1), False),
    ],
)
def test_route_is_in_force_from_its_first_day_until_before_its_last(day: date, covers: bool) -> None:
    assert route("anywhere", "anywhere").covers(LEG, day, STATES.get) is covers


def test_flight_without_a_leg_lies_on_no_route() -> None:
    in_force = registers(routes=(route("anywhere", "anywhere"),))
    assert not in_force.is_route_in_force(None, date(2027, 11, 14), STATES.get)


def test_law_in_force_is_preferred_to_one_that_ends_later() -> None:
    now, later = law(date(2027, 1, 1), date(2028, 1, 1)), law(date(2028, 1, 1), date(2030, 1, 1))
    found = registers(later, now, law(date(2027, 1, 1), date(2031, 1, 1), "XBB-PIU-01")).legal_row(
        "XAA-PIU-01", "API", "TERR_TRAVEL", NOW
    )
    assert found == now
    assert registers(later).legal_row("XAA-PIU-01", "API", "TERR_TRAVEL", NOW) == later
    assert registers(now).legal_row("XAA-PIU-01", "PNR", "TERR_TRAVEL", NOW) is None


def test_sender_reports_its_own_flights_and_those_it_is_registered_for() -> None:
    row = CarrierRow(designator="XA", reports_for=("XB",), notice_confirmed=True, push_max=1)
    assert [row.may_report(carrier) for carrier in ("XA", "XB", None, "XC")] == [True, True, True, False]


@pytest.mark.parametrize("elements", [(), ("given_names",), ("surname", "religion")])
def test_profile_names_known_elements_with_the_surname(elements: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        CollectionProfileRow(
            data_class="API", allowed_elements=elements, instrument_ref="Act", assessment_ref="DPIA"
        )


def test_request_holds_every_fact_that_the_stage_asks_for() -> None:
    facts = AcceptFacts(
        sender="carrier-XA",
        authority="XAA-PIU-01",
        elements={"surname", "address"},
        allowed_elements=("surname", "sex"),
        legal_row=None,
        route_in_force=True,
        push_count=2,
        push_max=5,
        notice_confirmed=True,
        chain_ok=True,
        now=NOW,
    )
    request = accept_request(facts)
    assert request["object"] == {
        "data_class": "API",
        "element_names": ["address", "surname"],
        "fields": ["surname"],
        "tags": [],
    }
    assert request["context"] == {
        "allowed_elements": ["sex", "surname"],
        "legal_row": None,
        "route_in_force": True,
        "push_count": 2,
        "push_max": 5,
        "pull": False,
        "carrier_notice_confirmed": True,
        "log_store": "UP",
        "chain_ok": True,
    }
    assert (request["action"], request["purpose"]["code"]) == ("ingest.accept", "TERR_TRAVEL")
