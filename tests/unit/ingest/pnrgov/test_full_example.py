"""The full example of pnrgov.md §9, and each of its reading notes."""

import json
from datetime import datetime

from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.travel.message import MessageFunction
from shared.travel.reservation_parts import (
    ContactKind,
    FrequentFlyer,
    HistoryAction,
    HistoryKind,
    OtherServiceKind,
    Price,
    Tax,
    WhereSent,
)
from shared.travel.traveller import Address, Place
from tests.unit.ingest.pnrgov.samples import RECEIVED_AT, STATES
from tests.unit.ingest.samples import MESSAGES

(READ,) = read_messages((MESSAGES / "pnrgov-a.edi").read_bytes(), "", RECEIVED_AT, state_of=STATES.get)
FAMILY, MOTHER = READ.reservations
WOMAN, MAN = FAMILY.travellers
ADULT, INFANT = MOTHER.travellers


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_example_prints_as_it_is_written_down() -> None:
    expected = json.loads((MESSAGES / "pnrgov-a.json").read_text())
    assert filter_message(READ).as_json() == expected


def test_push_names_its_flight_in_local_time_and_counts_its_reservations() -> None:
    assert READ.flight is not None
    (leg,) = READ.flight.legs
    assert (READ.flight.designator, leg.departure, leg.crosses_border) == (
        "XA418",
        at("2027-11-14T05:30"),
        True,
    )
    assert (READ.function, READ.reservations_stated, READ.faults) == (MessageFunction.PNR_PUSH, 2, ())
    assert (READ.counted.travellers_stated, READ.counted.travellers_read, READ.travellers) == (None, 4, ())


def test_own_locator_comes_with_its_creation_and_the_other_system_s_second() -> None:
    own, other = FAMILY.locators
    assert (own.owner, own.locator, own.created_at) == ("XA", "Q7KD2M", at("2027-09-01T08:12"))
    assert (other.owner, other.locator, other.created_at) == ("1A", "M3P9RT", None)


def test_last_change_and_ticketing_are_kept() -> None:
    assert (FAMILY.changed_at, FAMILY.ticketed_at) == (at("2027-11-13T21:40"), at("2027-09-02T09:15"))


def test_agency_is_kept_with_number_and_office() -> None:
    office = FAMILY.booked_by
    assert office is not None
    assert (office.agency_number, office.office, office.place, office.agent) == (
        "98765432",
        "DXBXX2145",
        "DXB",
        "GT77",
    )
    assert (office.kind, office.country, office.currency) == ("T", "AE", "AED")
    assert [each.phone for each in FAMILY.contacts if each.kind is ContactKind.AGENCY] == ["971 4 555 0199"]


def test_contact_address_has_its_telephone_in_the_eighth_component() -> None:
    assert FAMILY.addresses == (Address("14 ODOS ERMOU", "ATHINA", None, "10563", "GRC"),)
    assert FAMILY.phones == ("302105550144", "306945550100")
    assert FAMILY.emails == ("ELENI_P@MAIL.EXAMPLE",)


def test_first_traveller_has_every_fact_under_the_name() -> None:
    assert WOMAN.name_sent == "PAPADAKI:ELENI MARIAMRS"
    assert WOMAN.memberships == (FrequentFlyer("XA", "7740012233", "GOLD"),)
    assert WOMAN.unique_id == "00A1B2C3D4E5F601"
    assert [fare.basis for fare in WOMAN.fares] == ["KLRT6M"]


def test_ticket_has_fare_deadline_and_taxes() -> None:
    (ticket,) = WOMAN.ticket_details
    assert (ticket.number, ticket.type, ticket.booklets) == ("9992400100200", "T", "1")
    assert ticket.prices == (Price("B", "1450.00", "AED"), Price("T", "1622.00", "AED"))
    assert ticket.taxes == (
        Tax(code="AE", amount="75.00", country="AE", currency="AED"),
        Tax(code="YQ", amount="97.00", currency="AED"),
    )
    assert (ticket.deadline, ticket.price_indicators) == (at("2027-09-02T23:59"), ("NR",))
    assert (ticket.carrier, ticket.carrier_number, ticket.place) == ("XA", "999", "DXB")
    assert ticket.issued_at == at("2027-09-02T09:15")


def test_card_payment_names_the_payer_and_the_payer_s_address() -> None:
    (payment,) = FAMILY.payments
    assert (payment.form, payment.vendor, payment.expiry, payment.ticket) == (
        "CC",
        "VI",
        "0929",
        "9992400100200",
    )
    payer = payment.payer
    assert payer is not None
    assert (payer.name, payer.phone) == ("NIKOS PAPADAKIS", "302105550144")
    assert payer.address == Address("14 ODOS ERMOU", "ATHINA", None, "10563", "GRC")


def test_visa_gives_the_place_of_birth() -> None:
    assert MAN.birth_place == Place("ACCRA", "GHA")


def test_marketing_flight_is_operated_by_another_carrier() -> None:
    out, back = FAMILY.itinerary
    assert (out.carrier, out.number, out.operating_carrier, out.operating_number) == (
        "QZ",
        "6418",
        "XA",
        "418",
    )
    assert (out.party_size, out.status, out.equipment, out.operating_class) == (2, "HK", "32N", "K")
    assert [each.locator for each in out.locators] == ["Q7KD2M"]
    assert (back.origin, back.destination, FAMILY.is_one_way) == ("ATH", "DXB", False)


def test_check_in_is_kept_for_each_traveller() -> None:
    facts = [
        (each.leg, each.at, each.sequence, each.seat, each.cabin)
        for person in FAMILY.travellers
        for each in person.check_ins
    ]
    checked_in_at = at("2027-11-14T01:02")
    assert facts == [(0, checked_in_at, "041", "12A", "Y"), (0, checked_in_at, "042", "12B", "Y")]


def test_bags_keep_pool_weight_and_tags() -> None:
    (bags,) = WOMAN.bags
    assert (bags.pieces, bags.weight_kg, bags.pool) == (2, 34, "HP")
    assert [(tag.carrier, tag.count, tag.destination) for tag in bags.tags] == [("XA", 2, "ATH")]
    assert WOMAN.bag_tags == ("0999118204", "0999118205")


def test_split_names_the_other_reservation() -> None:
    (split,) = FAMILY.splits
    assert (split.count, [each.locator for each in split.locators]) == (1, ["Q7KD9X"])


def test_history_tells_of_a_seat_change() -> None:
    assert [(each.action, each.kind) for each in FAMILY.history] == [
        (HistoryAction.CANCELLED, HistoryKind.SERVICE),
        (HistoryAction.ADDED, HistoryKind.SERVICE),
    ]
    office = FAMILY.history[0].office
    assert office is not None
    assert (office.agent, office.party, office.place, office.company) == ("XA0412", "SU", "DXB", "XA")
    assert FAMILY.history[0].at == at("2027-11-13T21:40")
    past = [each for each in FAMILY.services if each.where is WhereSent.HISTORY]
    assert [[data.value for data in each.data] for each in past] == [["20E", "20F"], ["12A", "12B"]]


def test_airline_booking_has_no_agency() -> None:
    office = MOTHER.booked_by
    assert office is not None
    assert (MOTHER.agency, office.kind, office.agent) == (None, "A", "BM02")


def test_infant_is_typed_and_its_adult_flagged() -> None:
    assert (ADULT.has_infant, INFANT.kind) == (True, "INFANT")
    assert [payment.form for payment in MOTHER.payments] == ["CA"]


def test_bag_is_checked_through() -> None:
    (bags,) = ADULT.bags
    assert (bags.leg, bags.tags[0].destination) == (1, "ZRH")


def test_hotel_is_kept_beside_the_flights() -> None:
    (hotel,) = MOTHER.other_services
    assert (hotel.kind, hotel.place, hotel.place_name, hotel.vendor) == (
        OtherServiceKind.HOTEL,
        "ZRH",
        "HOTEL SEEBLICK",
        "HH",
    )
    assert (hotel.starts_at, hotel.ends_at) == (at("2027-11-14T15:00"), at("2027-11-16T00:00"))


def test_unstructured_history_is_a_remark_for_the_filter() -> None:
    assert [(each.kind, each.where) for each in MOTHER.remarks] == [("LTS", WhereSent.HISTORY)]
    assert filter_message(READ).reservations[1].remarks == ()
