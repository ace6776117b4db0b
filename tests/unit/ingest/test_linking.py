from dataclasses import replace
from datetime import date, datetime

import pytest

from services.ingest.elements import ELEMENTS, elements_of, keep_allowed
from services.ingest.linking import LinkingKeys, flight_key
from shared.travel.flight import Flight, Leg
from shared.travel.partial_date import PartialDate
from shared.travel.traveller import Address, Bags, Place, TravelDocument, Traveller
from tests.unit.ingest.samples import EXAMPLE_A, read_one

KEYS = LinkingKeys(b"k" * 32)
DAY = date(2027, 11, 13)
FLIGHT = Flight("XA", "418", None, (Leg("DXB", "ATH", datetime.fromisoformat("2027-11-14T05:30")),))
KOFI = Traveller(surname="OSEI", given_names="KOFI", birth_date=PartialDate(1990, 7, 11))
PASSPORT = TravelDocument("P", "G1048826", "GHA")


def same(first: Traveller, second: Traveller) -> bool:
    return KEYS.person_keys([first]) == KEYS.person_keys([second])


def test_carriers_reference_links_reports_whatever_else_changed() -> None:
    first = replace(KOFI, carrier_reference="R1")
    assert same(first, replace(first, surname="OSEY", documents=(PASSPORT,)))
    assert not same(first, replace(first, carrier_reference="R2"))


def test_without_a_reference_the_document_links() -> None:
    first = replace(KOFI, documents=(PASSPORT,))
    assert same(first, replace(first, surname="OSEY"))
    assert same(first, replace(first, documents=(replace(PASSPORT, number="g104 8826"),)))
    assert not same(first, replace(first, documents=(replace(PASSPORT, issuer="GRC"),)))


def test_without_a_document_name_and_birth_date_link() -> None:
    assert same(KOFI, replace(KOFI, surname="OS EI"))
    assert not same(KOFI, replace(KOFI, birth_date=PartialDate(1990, 7, 12)))


def test_nobody_is_lost_over_a_reference_used_twice() -> None:
    first, second = replace(KOFI, carrier_reference="R1"), Traveller(surname="MENSAH", carrier_reference="R1")
    keys = KEYS.person_keys([first, second])
    assert len(set(keys)) == 2
    assert KEYS.person_keys([second, first]) == keys[::-1]


def test_namesakes_of_one_message_are_told_apart_by_their_place() -> None:
    twin = Traveller(surname="OSEI")
    assert len(set(KEYS.person_keys([twin, twin, twin]))) == 3


def test_keys_and_digests_depend_on_the_deployments_secret() -> None:
    other = LinkingKeys(b"o" * 32)
    assert KEYS.person_keys([KOFI]) != other.person_keys([KOFI])
    assert KEYS.digest(b"x", 0) != other.digest(b"x", 0)
    assert KEYS.digest(b"x", 0) != KEYS.digest(b"x", 1)


def test_parts_of_a_key_do_not_run_together() -> None:
    first = replace(KOFI, documents=(TravelDocument("P", "AB", "C"),))
    assert not same(first, replace(KOFI, documents=(TravelDocument("P", "A", "BC"),)))


def test_journey_is_the_person_and_the_booking() -> None:
    booked = replace(KOFI, record_locator="Q7KD2M")
    onward = Flight("XA", "7", None, (Leg("ATH", "ZRH", datetime.fromisoformat("2027-11-16T05:30")),))
    assert KEYS.journey_key(booked, FLIGHT, DAY) == KEYS.journey_key(booked, onward, DAY)
    assert KEYS.journey_key(KOFI, FLIGHT, DAY) != KEYS.journey_key(KOFI, onward, DAY)
    other = replace(booked, birth_date=PartialDate(1991, 1, 1))
    assert KEYS.journey_key(booked, FLIGHT, DAY) != KEYS.journey_key(other, FLIGHT, DAY)


@pytest.mark.parametrize(
    ("flight", "key"),
    [
        (FLIGHT, "XA|418||DXB|2027-11-14"),
        (replace(FLIGHT, suffix="A", carrier=None), "XB|418|A|DXB|2027-11-14"),
        (replace(FLIGHT, legs=(Leg("DXB", "ATH"),)), "XA|418||DXB|2027-11-13"),
        (replace(FLIGHT, legs=()), "XA|418|||2027-11-13"),
    ],
)
def test_flight_is_known_by_designator_origin_and_local_date(flight: Flight, key: str) -> None:
    assert flight_key(flight, "XB", DAY) == key


def test_every_fact_of_a_traveller_belongs_to_an_element() -> None:
    facts = [fact for each in ELEMENTS.values() for fact in each]
    assert sorted([*facts, "role"]) == sorted(Traveller.__dataclass_fields__)


def test_elements_are_counted_by_travellers_that_have_them() -> None:
    counted = elements_of(read_one(EXAMPLE_A).travellers)
    assert (counted["surname"], counted["address"], counted["place_of_birth"], counted["phones"]) == (
        3,
        1,
        1,
        0,
    )


def test_dropped_elements_are_empty_and_the_rest_stays() -> None:
    full = replace(
        KOFI,
        name_sent="OSEI:KOFI",
        phones=("1",),
        documents=(PASSPORT,),
        address=Address(city="ACCRA"),
        birth_place=Place(country="GHA"),
        bags=Bags(1),
    )
    (kept,) = keep_allowed([full], {"phones", "address", "doc_number", "given_names"})
    assert (kept.phones, kept.address, kept.documents, kept.given_names, kept.name_sent) == (
        (),
        None,
        (),
        None,
        None,
    )
    assert (kept.surname, kept.birth_place, kept.bags) == ("OSEI", full.birth_place, full.bags)
    assert keep_allowed([full], set()) == (full,)
