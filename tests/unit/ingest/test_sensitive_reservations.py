"""What stays of a reservation: facts that the law names, and never what only reveals."""

from dataclasses import replace
from typing import Any

import pytest

from services.ingest.sensitive import DEFAULT_RULES, Rules, filter_message
from shared.travel.message import Dropped, MessageKind, ParsedMessage
from shared.travel.reservation import HistoryItem, Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import (
    CheckIn,
    Contact,
    ContactKind,
    Fare,
    OtherService,
    OtherServiceKind,
    Remark,
    SeatData,
    ServiceItem,
    UnaccompaniedMinor,
)
from shared.travel.traveller import Address, Traveller

EVERYWHERE = Rules(scrubs_group_names=True, scrubs_fare_bases=True, scrubs_agencies=True)


def filtered(rules: Rules = DEFAULT_RULES, **facts: object) -> tuple[Reservation, Dropped]:
    reservation = Reservation(locator="Q7KD2M", **facts)  # type: ignore[arg-type]
    message = ParsedMessage(kind=MessageKind.PNRGOV, reservations=(reservation,))
    kept = filter_message(message, rules)
    return kept.reservations[0], kept.dropped


def services(*items: ServiceItem) -> tuple[tuple[ServiceItem, ...], Dropped]:
    reservation, dropped = filtered(services=items)
    return reservation.services, dropped


def test_service_that_reveals_goes_with_all_that_was_said_of_it() -> None:
    kept, dropped = services(
        ServiceItem(code="KSML", text="STRICT", status="HK"),
        ServiceItem(code="wchr"),
        ServiceItem(code="MAAS"),
    )
    assert kept == ()
    assert dropped == Dropped(religion=1, health=2)


def test_unknown_code_keeps_its_status_and_loses_its_text() -> None:
    kept, dropped = services(ServiceItem(code="QQQQ", status="HK", carrier="XA", board="DXB", text="VIP"))
    assert kept == (ServiceItem(code="QQQQ", status="HK", carrier="XA", board="DXB"),)
    assert dropped == Dropped(free_text=1)


def test_text_of_a_kept_code_is_counted_by_what_it_reveals() -> None:
    kept, dropped = services(
        ServiceItem(code="EXST", text="MEDICAL"), ServiceItem(code="OTHS", text="KOSHER")
    )
    assert [each.text for each in kept] == [None, None]
    assert dropped == Dropped(religion=1, health=1)


@pytest.mark.parametrize("code", ["NUN", "DEAF1", "HALAL FOOD", "WCHR/1"])
def test_text_in_the_place_of_a_code_goes(code: str) -> None:
    assert services(ServiceItem(code=code))[0] == ()


def test_words_in_the_places_of_codes_go() -> None:
    item = ServiceItem(
        code="SEAT",
        status="KOSHER",
        carrier="HALAL",
        board="IMAMS",
        off="ATH",
        data=(SeatData(value="HALAL", unit="KOSHER", characteristic="N HALAL"),),
    )
    kept, _ = services(item)
    assert kept == (ServiceItem(code="SEAT", off="ATH", data=(SeatData(characteristic="N"),)),)


def test_marked_word_as_short_as_a_code_goes_but_where_a_place_is_so_called() -> None:
    item = ServiceItem(
        code="SEAT",
        status="gay",
        carrier="NUN",
        board="GAY",
        off="HAJ",
        data=(SeatData(value="12A", unit="NUN", characteristic="N GAY"),),
    )
    kept, _ = services(item)
    seat = SeatData(value="12A", characteristic="N")
    assert kept == (ServiceItem(code="SEAT", board="GAY", off="HAJ", data=(seat,)),)


@pytest.mark.parametrize(
    ("sent", "kept", "health"),
    [
        (SeatData(value="12A", characteristic="N"), SeatData(value="12A", characteristic="N"), 0),
        (SeatData(value="12A", characteristic="H"), SeatData(value="12A"), 1),
        (SeatData(value="12AH"), SeatData(value="12A"), 1),
        (SeatData(value="12H"), SeatData(value="12H"), 0),
        (SeatData(traveller_reference="1"), SeatData(traveller_reference="1"), 0),
    ],
)
def test_seat_stays_and_its_mark_for_the_disabled_goes(sent: SeatData, kept: SeatData, health: int) -> None:
    items, dropped = services(ServiceItem(code="NSST", data=(sent,)))
    assert items[0].data == (kept,)
    assert dropped.health == health


def test_language_stays_beside_an_unaccompanied_minor_alone() -> None:
    minor = ServiceItem(code="UMNR", text="UM08 LANG EN KSML", traveller_reference="1")
    hers = ServiceItem(code="LANG", text="EN", traveller_reference="1")
    his = ServiceItem(code="LANG", text="AR", traveller_reference="2")
    kept, dropped = services(minor, hers, his)
    assert kept == (replace(minor, text="UM08 LANG EN"), hers)
    assert dropped == Dropped(religion=1, ethnic_origin=1)


def test_minor_of_the_whole_reservation_covers_every_language() -> None:
    kept, _ = services(ServiceItem(code="UMNR"), ServiceItem(code="LANG", text="EN", traveller_reference="2"))
    assert [each.code for each in kept] == ["UMNR", "LANG"]


def test_minor_whose_text_was_all_marked_keeps_no_text() -> None:
    kept, _ = services(ServiceItem(code="UMNR", text="KSML"))
    assert kept == (ServiceItem(code="UMNR"),)


def test_form_of_identification_shows_four_digits_alone() -> None:
    kept, _ = services(
        ServiceItem(code="FOID", text="CC4111111111111111"), ServiceItem(code="FOID", text="PPAB1234567")
    )
    assert [each.text for each in kept] == ["CCXXXXXXXXXXXX1111", "PPABXXX4567"]


def test_remarks_go_and_the_fare_quote_stays() -> None:
    quote = Remark(kind="FARE_CALCULATION", text="DXB XA ATH 200.00 KOSHER NUC200.00END")
    reservation, dropped = filtered(
        remarks=(Remark(kind="OSI", text="VIP"), quote, Remark(kind="FARE_CALCULATION", text="KSML"))
    )
    assert reservation.remarks == (replace(quote, text="DXB XA ATH 200.00 NUC200.00END"),)
    assert dropped == Dropped(religion=2, free_text=1)


def test_payment_keeps_its_form_and_four_digits() -> None:
    payer = Contact(kind=ContactKind.PAYER, name="N PAPADAKIS 4111111111111111")
    sent = Payment("CC KOSHER", "4111111111111111", "416.00", "USD", "VI", "1211", payer=payer)
    reservation, _ = filtered(payments=(sent, Payment("CA"), Payment(payer=Contact(kind=ContactKind.PAYER))))
    assert reservation.payments[0] == replace(
        sent, form=None, card="XXXXXXXXXXXX1111", payer=replace(payer, name="N PAPADAKIS XXXXXXXXXXXX1111")
    )
    assert reservation.payments[1] == Payment("CA")


def test_card_is_masked_in_who_pays_and_where_to_write() -> None:
    sent = Contact(
        kind=ContactKind.PAYER,
        name="N PAPADAKIS 4111111111111111",
        phone="4111 1111 1111 1111",
        address=Address(street="CC VI 4111111111111111", city="ATHINA"),
    )
    kept = replace(
        sent,
        name="N PAPADAKIS XXXXXXXXXXXX1111",
        phone=None,
        address=Address(street="CC VI XXXXXXXXXXXX1111", city="ATHINA"),
    )
    person = ReservationTraveller(
        surname="OSEI", contacts=(sent,), minor=UnaccompaniedMinor(age=8, guardians=(sent,))
    )
    reservation, dropped = filtered(
        contacts=(sent,),
        payments=(Payment(payer=sent),),
        phones=(sent.phone, "302105550144"),
        addresses=(sent.address,),
        travellers=(person,),
    )
    assert reservation.contacts == (kept,)
    assert reservation.payments == (Payment(payer=kept),)
    assert (reservation.phones, reservation.addresses) == (("302105550144",), (kept.address,))
    assert reservation.travellers == (
        replace(person, contacts=(kept,), minor=UnaccompaniedMinor(age=8, guardians=(kept,))),
    )
    assert dropped == Dropped(free_text=4)


def test_contact_without_a_card_stays_as_it_is() -> None:
    telephones = ("+971 4 555 0199 / 0200", "4111111111111112", "373212341234123")
    contacts = (
        *(Contact(kind=ContactKind.MOBILE, phone=phone) for phone in telephones),
        Contact(kind=ContactKind.ADDRESS, address=Address(street="14 CHURCH STREET, FLAT 1234567")),
        Contact(kind=ContactKind.ADDRESS, address=Address(country="GRC")),
    )
    reservation, dropped = filtered(contacts=contacts, phones=telephones)
    assert reservation.contacts is contacts
    assert (reservation.phones, dropped) == (telephones, Dropped())


def test_hotel_loses_its_bed_and_a_car_keeps_its_kind() -> None:
    hotel = OtherService(kind=OtherServiceKind.HOTEL, place_name="HONEYMOON HOTEL SEEBLICK", product="DBL")
    car = OtherService(kind=OtherServiceKind.CAR, product="ECAR", reference="4111 1111 1111 1111")
    reservation, dropped = filtered(
        other_services=(hotel, car, replace(hotel, product=None, place_name=None))
    )
    assert reservation.other_services[0] == replace(hotel, place_name="HOTEL SEEBLICK", product=None)
    assert reservation.other_services[1] == replace(car, reference="XXXX XXXX XXXX 1111")
    assert dropped == Dropped(free_text=1, sexual_life=1)


def test_names_lose_titles_of_clergy_wherever_they_stand() -> None:
    person = ReservationTraveller(
        surname="OSEI",
        given_names="KOFI REV",
        name_sent="OSEI:KOFI REV",
        seats=("12AH",),
        check_ins=(CheckIn(leg=0, seat="12AH", given_names="KOFI RABBI"),),
    )
    reservation, _ = filtered(
        travellers=(person, ReservationTraveller(surname="OSEI")),
        check_ins=(CheckIn(leg=0, surname="OSEI", given_names="REV"),),
        history=(HistoryItem(surname="OSEI", given_names="KOFI FR"),),
    )
    kept = reservation.travellers[0]
    assert (kept.given_names, kept.name_sent, kept.seats) == ("KOFI", "OSEI:KOFI", ("12A",))
    assert kept.check_ins == (CheckIn(leg=0, seat="12A", given_names="KOFI"),)
    assert reservation.check_ins == (CheckIn(leg=0, surname="OSEI"),)
    assert reservation.history == (HistoryItem(surname="OSEI", given_names="KOFI"),)


def test_traveller_of_a_manifest_loses_title_and_mark_too() -> None:
    sent = Traveller(surname="OSEI", given_names="KOFI REV", name_sent="OSEI:KOFI REV", seat="12AH")
    message = filter_message(ParsedMessage(kind=MessageKind.MANIFEST, travellers=(sent,)))
    assert message.travellers == (
        Traveller(surname="OSEI", given_names="KOFI", name_sent="OSEI:KOFI", seat="12A"),
    )


def test_group_fare_and_agency_stay_unless_a_state_scrubs_them() -> None:
    group = ReservationTraveller(
        surname="HAJJ GROUP ALNOOR",
        kind="GROUP",
        name_sent="HAJJ GROUP ALNOOR",
        fares=(Fare(basis="KHAJJ6"),),
    )
    alone = ReservationTraveller(surname="HAJ", fares=(Fare(basis="KLRT"),))
    facts: dict[str, Any] = {"travellers": (group, alone), "agency": "UMRAH TRAVEL"}
    assert filtered(**facts)[0].travellers[0] == group
    reservation, dropped = filtered(EVERYWHERE, **facts)
    first, second = reservation.travellers
    assert (first.surname, first.name_sent, first.fares) == ("GROUP ALNOOR", None, (Fare(),))
    assert second == alone
    assert reservation.agency == "TRAVEL"
    assert dropped == Dropped(religion=3)


def test_group_named_by_its_pilgrimage_alone_is_a_group() -> None:
    reservation, _ = filtered(EVERYWHERE, travellers=(ReservationTraveller(surname="UMRAH", kind="GROUP"),))
    assert reservation.travellers[0].surname == "GROUP"
