from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.reading.elements import ELEMENTS, elements_of, keep_allowed
from services.ingest.reading.linking import LinkingKeys, journey_day
from services.ingest.reading.same_person import KEY_OCTETS, first_mentions, match_people, split_keys
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
    return match_people([KEYS.traveller_keys(second)], [KEYS.traveller_keys(first)]) == [0]


def test_carriers_reference_links_reports_whatever_else_changed() -> None:
    first = replace(KOFI, carrier_reference="R1", birth_date=None)
    assert same(first, replace(first, surname="OSEY", documents=(PASSPORT,)))
    assert not same(first, replace(first, carrier_reference="R2"))


def test_the_document_links_whatever_name_it_is_sent_with() -> None:
    first = replace(KOFI, documents=(PASSPORT,))
    assert same(first, replace(first, surname="OSEY", birth_date=None))
    assert same(first, replace(first, documents=(replace(PASSPORT, number="g104 8826"),)))
    other = replace(first, surname="MENSAH", documents=(replace(PASSPORT, issuer="GRC"),))
    assert not same(first, other)


def test_a_child_in_a_parents_passport_is_another_person() -> None:
    parent = replace(KOFI, documents=(PASSPORT,), carrier_reference="R1")
    child = Traveller(surname="OSEI", given_names="AMA", documents=(PASSPORT,), carrier_reference="R2")
    assert not same(parent, child)
    assert match_people(
        [KEYS.traveller_keys(child), KEYS.traveller_keys(parent)], [KEYS.traveller_keys(parent)]
    ) == [None, 0]


def test_a_new_passport_of_the_same_name_and_birth_date_is_the_same_person() -> None:
    first = replace(KOFI, documents=(PASSPORT,))
    assert same(first, replace(KOFI, documents=(TravelDocument("P", "X1", "GHA"),)))


def test_without_a_document_name_and_birth_date_link() -> None:
    assert same(KOFI, replace(KOFI, surname="OS EI"))
    assert not same(KOFI, replace(KOFI, birth_date=PartialDate(1990, 7, 12)))


def test_a_name_alone_links_only_people_of_whom_nothing_else_tells_them_apart() -> None:
    bare = replace(KOFI, birth_date=None)
    assert same(bare, bare)
    documents = (TravelDocument("P", "X1", "GHA"),)
    assert not same(replace(bare, documents=(PASSPORT,)), replace(bare, documents=documents))


def test_the_booking_and_the_first_given_name_link_a_list_to_a_reservation() -> None:
    booked = Traveller(surname="PAPADAKI", given_names="ELENI", record_locator="q7kd2m")
    listed = Traveller(
        surname="PAPADAKI", given_names="ELENI MARIA", record_locator="Q7KD2M", birth_date=PartialDate(1984)
    )
    assert same(booked, listed)
    assert not same(booked, replace(listed, record_locator="OTHER1"))
    assert not same(replace(booked, birth_date=PartialDate(1950)), listed)


def test_every_locator_of_a_reservation_links() -> None:
    listed = replace(KOFI, record_locator="Q7KD2M", birth_date=None)
    booked = replace(KOFI, record_locator="2LS6KP", birth_date=None)
    keys = KEYS.traveller_keys(booked, ("2LS6KP", "Q7KD2M"))
    assert match_people([keys], [KEYS.traveller_keys(listed)]) == [0]


def test_nobody_is_lost_over_a_reference_used_twice() -> None:
    first, second = replace(KOFI, carrier_reference="R1"), Traveller(surname="MENSAH", carrier_reference="R1")
    keys = [KEYS.traveller_keys(each) for each in (first, second)]
    assert match_people(keys[::-1], keys) == [1, 0]
    assert match_people(keys, keys[1:]) == [None, 0]


def test_namesakes_are_matched_one_to_one() -> None:
    twin = KEYS.traveller_keys(Traveller(surname="OSEI"))
    assert match_people([twin, twin, twin], [twin, twin]) == [0, 1, None]


def test_a_person_named_by_two_reservations_is_mentioned_twice() -> None:
    keys = [
        KEYS.traveller_keys(replace(KOFI, record_locator=locator), (locator,)) for locator in ("A1", "B2")
    ]
    other = KEYS.traveller_keys(Traveller(surname="MENSAH", record_locator="A1"))
    assert first_mentions([keys[0], other, keys[1]]) == [0, 1, 0]


SOME_KEYS = [each.ljust(KEY_OCTETS) for each in (b"A1", b"B1", b"B2", b"F1", b"F2", b"H1", b"G1")]


@given(st.lists(st.lists(st.sampled_from(SOME_KEYS), max_size=4).map(b"".join)))
def test_everybody_is_matched_with_one_earlier_report_at_most(people: list[bytes]) -> None:
    half = len(people) // 2
    matched = [each for each in match_people(people[:half], people[half:]) if each is not None]
    assert len(matched) == len(set(matched))


def test_keys_and_digests_depend_on_the_deployments_secret() -> None:
    other = LinkingKeys(b"o" * 32)
    own, others = (set(split_keys(each.traveller_keys(KOFI))) for each in (KEYS, other))
    assert own
    assert not own & others
    assert KEYS.fact_digest("x") != other.fact_digest("x")
    assert KEYS.digest(b"x", 0) != other.digest(b"x", 0)
    assert KEYS.digest(b"x", 0) != KEYS.digest(b"x", 1)


def test_parts_of_a_key_do_not_run_together() -> None:
    first = KEYS.traveller_keys(replace(KOFI, documents=(TravelDocument("P", "AB", "C"),)))
    second = KEYS.traveller_keys(replace(KOFI, documents=(TravelDocument("P", "A", "BC"),)))
    assert {each[:1] for each in {*split_keys(first)} & {*split_keys(second)}} == {b"F"}


def test_journey_is_the_person_and_the_booking() -> None:
    booked = replace(KOFI, record_locator="Q7KD2M")
    onward = Flight("XA", "7", None, (Leg("ATH", "ZRH", datetime.fromisoformat("2027-11-16T05:30")),))
    first, second = journey_day(FLIGHT, DAY), journey_day(onward, DAY)
    assert first != second
    assert KEYS.journey_key(booked, first) == KEYS.journey_key(booked, second)
    assert KEYS.journey_key(KOFI, first) != KEYS.journey_key(KOFI, second)
    other = replace(booked, birth_date=PartialDate(1991, 1, 1))
    assert KEYS.journey_key(booked, first) != KEYS.journey_key(other, first)


def test_journey_on_a_flight_without_time_is_of_the_day_it_was_reported() -> None:
    assert journey_day(Flight("XA", "7", None, ()), DAY) == DAY


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
