"""The scripted day: officers who judge with care, messages that say what they mean, rows that fit."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.local.installation import AIRPORTS_FILE
from deploy.local.scripted_day import judge
from deploy.local.scripted_world import (
    EDIFACT,
    NAMESAKE,
    TO_BE_SHARED,
    afternoon,
    morning,
    schedule,
)
from deploy.local.seed import STANDING_ORDER, ingest_rows, list_sources, screening_laws
from services.ingest.formats.registry import read_messages
from services.ingest.formats.schedule_csv import read_csv_schedule
from services.ingest.registers.rows import ROW_TYPES, Register
from services.ingest.sensitive import filter_message
from services.screening.hits.deadlines import REVIEW_OTHERWISE, FlightTimes, review_due
from services.screening.registers.forms import LegalRowIn, ListSourceIn, StandingOrderIn
from shared.travel.places import Airports

NOW = datetime(2027, 11, 14, 5, 0, tzinfo=UTC)
TODAY = date(2027, 11, 14)


def a_view(contradictions: tuple[dict[str, str], ...] = (), **relations: str) -> dict[str, Any]:
    usual = {"name": "AGREE", "date_of_birth": "AGREE", "doc_number": "AGREE"}
    evidence = [{"kind": kind, "relation": relation} for kind, relation in (usual | relations).items()]
    return {"evidence": evidence, "compared_fields": [*usual], "contradictions": list(contradictions)}


def test_officer_says_same_when_name_birth_date_and_document_agree() -> None:
    assert judge(a_view())["outcome"] == "SAME"


@pytest.mark.parametrize(
    "view",
    [
        a_view(date_of_birth="DIFFER"),
        a_view(doc_number="MISSING"),
        a_view(name="DIFFER"),
        a_view(contradictions=({"code": "SEX", "words": "The sexes differ."},)),
    ],
)
def test_officer_says_different_when_one_of_them_does_not(view: dict[str, Any]) -> None:
    assert judge(view)["outcome"] == "DIFFERENT"


@pytest.mark.parametrize("posting", [*morning(NOW, 100), *afternoon(NOW, 100)], ids=lambda each: each.title)
def test_message_reads_as_its_title_says(posting: Any) -> None:
    (message,) = (filter_message(each) for each in read_messages(posting.body, posting.content_type, NOW))
    assert message.is_rejected is posting.is_refused
    if not posting.is_refused:
        assert len(message.travellers) == posting.travellers
        assert message.faults == ()


def test_schedule_promises_one_flight_that_nobody_reports() -> None:
    read = read_csv_schedule(schedule(NOW, 100))
    assert read.faults == ()
    titles = " ".join(each.title for each in [*morning(NOW, 100), *afternoon(NOW, 100)])
    silent = [leg.number for leg in read.legs if f"XA{leg.number}" not in titles]
    assert (len(read.legs), silent) == (3, ["109"])


@pytest.mark.parametrize("posting", [*morning(NOW, 100), *afternoon(NOW, 100)], ids=lambda each: each.title)
def test_each_flight_is_three_hours_in_the_air(posting: Any) -> None:
    (message,) = read_messages(posting.body, posting.content_type, NOW)
    airports = Airports.load(AIRPORTS_FILE)
    for leg in [] if message.flight is None else message.flight.legs:
        departure = airports.to_utc(leg.origin, leg.departure)
        arrival = airports.to_utc(leg.destination, leg.arrival)
        assert departure is not None
        assert arrival is not None
        assert arrival - departure == timedelta(hours=3)


def test_schedule_has_a_seat_for_everybody_reported() -> None:
    seats = {leg.number: leg.capacity for leg in read_csv_schedule(schedule(NOW, 100)).legs}
    for posting in [*morning(NOW, 100), *afternoon(NOW, 100)]:
        number = posting.title.split()[0].removeprefix("XA")
        assert posting.travellers <= (seats.get(number) or posting.travellers), posting.title


def test_visitor_has_two_hours_for_the_reviews() -> None:
    now = NOW.replace(second=40)
    (posting,) = afternoon(now, 100)
    (message,) = (filter_message(each) for each in read_messages(posting.body, posting.content_type, now))
    assert message.flight is not None
    (leg,) = message.flight.legs
    zone = Airports.load(AIRPORTS_FILE).zone_of(leg.origin)
    assert leg.departure is not None
    assert zone is not None
    flight = FlightTimes(departure=leg.departure.replace(tzinfo=ZoneInfo(zone)))
    assert review_due(now, flight) - now == REVIEW_OTHERWISE


def test_meal_and_wheelchair_are_dropped_by_the_filter() -> None:
    (posting,) = (each for each in morning(NOW, 100) if each.content_type != EDIFACT)
    assert b"MOML" in posting.body
    (message,) = (filter_message(each) for each in read_messages(posting.body, posting.content_type, NOW))
    assert message.reservations[0].service_codes == ("DOCS",)


def test_namesake_shares_the_name_and_nothing_else() -> None:
    assert NAMESAKE.birth_date != TO_BE_SHARED.birth_date
    assert NAMESAKE.document_number != TO_BE_SHARED.document_number


def test_seeded_rows_fit_the_registers_of_ingest() -> None:
    for register, row in ingest_rows(TODAY):
        ROW_TYPES[Register(register)].model_validate(row)


def test_seeded_rows_fit_the_registers_of_screening() -> None:
    for law in screening_laws(TODAY):
        LegalRowIn.model_validate(law)
    for source in list_sources():
        ListSourceIn.model_validate(source)
    StandingOrderIn.model_validate(STANDING_ORDER)
