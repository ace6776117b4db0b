"""Texts of special services, code by code."""

from datetime import date
from typing import Any

import pytest

from services.ingest.formats.pnrgov import service_texts
from shared.travel.partial_date import PartialDate
from shared.travel.reservation_parts import FrequentFlyer, TicketLimit
from shared.travel.traveller import Address, Place, Sex, TravelDocument

TODAY = date(2027, 11, 14)


def test_docs_with_every_field() -> None:
    stated = service_texts.read_docs("/P/KOR/JR3364288/KOR/10SEP72/M/05JUL16/PARK/SE/JOON/H-1PARK/SE", TODAY)
    assert stated is not None
    assert stated.document == TravelDocument("P", "JR3364288", "KOR", date(2016, 7, 5))
    assert (stated.nationality, stated.birth_date, stated.sex) == ("KOR", PartialDate(1972, 9, 10), Sex.MALE)
    assert (stated.surname, stated.given_names, stated.is_infant, stated.problems) == (
        "PARK",
        "SE JOON",
        False,
        (),
    )


def test_docs_with_empty_fields() -> None:
    stated = service_texts.read_docs("////GBR/12JUL64/M//JONES/WILLIAM", TODAY)
    assert stated is not None
    assert (stated.document, stated.nationality, stated.birth_date) == (None, "GBR", PartialDate(1964, 7, 12))
    assert (stated.surname, stated.given_names) == ("JONES", "WILLIAM")


def test_docs_without_its_first_slash() -> None:
    stated = service_texts.read_docs("P/GBR/123456789/GB/12JUL1964/F/01JAN30/JONES/ANNE-MARIE", TODAY)
    assert stated is not None
    assert stated.document == TravelDocument("P", "123456789", "GBR", date(2030, 1, 1))
    assert (stated.nationality, stated.given_names) == ("GBR", "ANNE-MARIE")


@pytest.mark.parametrize("start", ["HK1/", "hk12/", "/"])
def test_status_that_is_repeated_in_a_text_is_no_field_of_it(start: str) -> None:
    stated = service_texts.read_docs(f"{start}P/GBR/123456789/GBR/12JUL64/F/01JAN30/JONES/ANNE", TODAY)
    assert stated is not None
    assert (stated.document, stated.problems) == (
        TravelDocument("P", "123456789", "GBR", date(2030, 1, 1)),
        (),
    )


def test_number_that_ends_like_a_status_is_whole() -> None:
    stated = service_texts.read_docs("/P/GBR/9HHN5/GBR/12JUL64/F/01JAN30/JONES/ANNE", TODAY)
    assert stated is not None
    assert stated.document == TravelDocument("P", "9HHN5", "GBR", date(2030, 1, 1))
    assert stated.birth_date == PartialDate(1964, 7, 12)


@pytest.mark.parametrize(("born", "ends"), [("12 JUL 64", "01 JAN 30"), ("12-JUL-1964", "1-JAN-30")])
def test_blanks_and_hyphens_of_a_converter_cost_no_date(born: str, ends: str) -> None:
    stated = service_texts.read_docs(f"/P/GBR/A1/GBR/{born}/F/{ends}/JONES/ANNE", TODAY)
    assert stated is not None
    assert stated.document == TravelDocument("P", "A1", "GBR", date(2030, 1, 1))
    assert (stated.birth_date, stated.problems) == (PartialDate(1964, 7, 12), ())


def test_docs_of_the_holder_of_a_passport_for_several() -> None:
    stated = service_texts.read_docs("/P/GRC/A1/GRC/12JUL64/F/01JAN30/JONES/ANN/H", TODAY)
    assert stated is not None
    assert stated.given_names == "ANN"


@pytest.mark.parametrize(
    ("sent", "kept"), [("IP", "P"), ("I", "I"), ("A", "I"), ("C", "I"), ("F", "O"), ("PD", "PD"), ("", None)]
)
def test_docs_kinds_of_document(sent: str, kept: str | None) -> None:
    stated = service_texts.read_docs(f"/{sent}/GRC/A1", TODAY)
    assert stated is not None
    assert stated.document is not None
    assert stated.document.type == kept


@pytest.mark.parametrize(
    ("sent", "sex", "is_infant"),
    [
        ("M", Sex.MALE, False),
        ("FI", Sex.FEMALE, True),
        ("MI", Sex.MALE, True),
        ("XI", Sex.UNSPECIFIED, True),
        ("X", Sex.UNSPECIFIED, False),
        ("U", Sex.UNKNOWN, False),
        ("", None, False),
    ],
)
def test_docs_sexes(sent: str, sex: Sex | None, is_infant: bool) -> None:
    stated = service_texts.read_docs(f"////GRC//{sent}", TODAY)
    assert stated is not None
    assert (stated.sex, stated.is_infant) == (sex, is_infant)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("/P/GRC//GRC", ("DOCUMENT_NUMBER_MISSING",)),
        ("/P/QQQ/A1", ("STATE_UNKNOWN",)),
        ("/P//A1//31FEB84", ("BIRTH_DATE_IMPOSSIBLE",)),
        ("/P//A1///Q", ("SEX_UNKNOWN",)),
        ("/P//A1////99XXX30", ("DOCUMENT_DATE_IMPOSSIBLE",)),
    ],
)
def test_docs_problems_are_named(text: str, problems: tuple[str, ...]) -> None:
    stated = service_texts.read_docs(text, TODAY)
    assert stated is not None
    assert stated.problems == problems


@pytest.mark.parametrize("text", ["", "/", "//////////"])
def test_docs_without_anything(text: str) -> None:
    assert service_texts.read_docs(text, TODAY) is None


def test_doco_visa() -> None:
    stated = service_texts.read_doco("/ACCRA GHA/V/GRC009914477/ABU DHABI/02MAR27/GRC")
    assert stated is not None
    assert stated.birth_place == Place("ACCRA", "GHA")
    assert stated.document == TravelDocument("V", "GRC009914477", "GRC", None, date(2027, 3, 2))
    assert not stated.is_infant


@pytest.mark.parametrize(
    ("text", "kind", "number", "place"),
    [
        ("/ACCRA/K/KTN1", "K", "KTN1", Place("ACCRA", None)),
        ("/GHA/R/RED1", "R", "RED1", Place(None, "GHA")),
        ("/ACCRA", "", "", Place("ACCRA", None)),
        ("//R/RED1///USA/I", "R", "RED1", None),
    ],
)
def test_doco_traveller_numbers_and_birth_places(
    text: str, kind: str, number: str, place: Place | None
) -> None:
    stated = service_texts.read_doco(text)
    assert stated is not None
    assert (stated.kind, stated.number, stated.birth_place, stated.document) == (kind, number, place, None)
    assert stated.is_infant is text.endswith("/I")


def test_doco_without_anything() -> None:
    assert service_texts.read_doco("//V") is None


def test_doca_address() -> None:
    read = service_texts.read_doca("/D/GRC/14 ODOS ERMOU/ATHINA/ATTIKI/10563/I")
    assert read == ("D", Address("14 ODOS ERMOU", "ATHINA", "ATTIKI", "10563", "GRC"), True)


@pytest.mark.parametrize(
    ("text", "street", "city"),
    [
        ("/D/JPN/2-3 MARUNOUCHI/TOKYO", "2-3 MARUNOUCHI", "TOKYO"),
        ("/R/USA/12-4A MAIN STREET/NEW YORK/NY/10001", "12-4A MAIN STREET", "NEW YORK"),
        ("/D/GRC/14 ODOS ERMOU/ATHINA-1PAPADAKI/ELENI", "14 ODOS ERMOU", "ATHINA"),
    ],
)
def test_number_in_an_address_is_no_traveller(text: str, street: str, city: str) -> None:
    read = service_texts.read_doca(text)
    assert read is not None
    assert (read[1].street, read[1].city) == (street, city)


@pytest.mark.parametrize("text", ["", "/D", "//GRC/STREET"])
def test_doca_without_kind_or_address(text: str) -> None:
    assert service_texts.read_doca(text) is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("/306945550100", "306945550100"),
        ("/306945550100/EN", "306945550100"),
        ("/306945550100-1PAPADAKI/ELENI", "306945550100"),
        ("DXB 971 4 555 0199 GULF TOURS A", "971 4 555 0199"),
        ("+44-20-7946-0991", "+44-20-7946-0991"),
        ("/33-1-99-00-67-89", "33-1-99-00-67-89"),
        ("/306945550100-1", "306945550100"),
        ("HK1 306945550100", "306945550100"),
        ("HK1/306945550100", "306945550100"),
        ("NONE", None),
        ("12", None),
    ],
)
def test_phone_in_a_text(text: str, phone: str | None) -> None:
    assert service_texts.read_phone(text) == phone


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("/ELENI..P//MAIL.EXAMPLE", "ELENI_P@MAIL.EXAMPLE"),
        ("/A./B//MAIL.EXAMPLE/EN", "A-B@MAIL.EXAMPLE"),
        ("/A//MAIL.EXAMPLE-1PAPADAKI", "A@MAIL.EXAMPLE"),
        ("A.AT.MAIL.EXAMPLE", "A@MAIL.EXAMPLE"),
        ("A@MAIL.EXAMPLE", "A@MAIL.EXAMPLE"),
        ("HK1/A//MAIL.EXAMPLE", "A@MAIL.EXAMPLE"),
        ("/A//LOCALHOST", None),
        ("//MAIL.EXAMPLE", None),
        ("", None),
    ],
)
def test_email_in_a_text(text: str, email: str | None) -> None:
    assert service_texts.read_email(text) == email


@pytest.mark.parametrize(
    ("text", "carrier", "membership"),
    [
        ("/DL1234567890-SURNAME/FIRST", "", FrequentFlyer("DL", "1234567890")),
        ("/DL", "", FrequentFlyer("DL", None)),
        ("1234567890", "XA", FrequentFlyer("XA", "1234567890")),
        ("", "XA", FrequentFlyer("XA", None)),
        ("12 34", "", None),
    ],
)
def test_frequent_flyer(text: str, carrier: str, membership: FrequentFlyer | None) -> None:
    assert service_texts.read_frequent_flyer(text, carrier) == membership


@pytest.mark.parametrize(
    ("text", "seats"), [(".03BN03AN", ("03B", "03A")), ("12A", ("12A",)), ("AISLE 12AUG", ())]
)
def test_seats_in_a_text(text: str, seats: tuple[str, ...]) -> None:
    assert service_texts.read_text_seats(text) == seats


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        ("1392178947000C2", ("1392178947000", False)),
        ("INF1392178947001C1", ("1392178947001", True)),
        ("139-2178947001", ("1392178947001", False)),
        ("139 2178947001C2", ("1392178947001", False)),
        ("12345", None),
    ],
)
def test_ticket_in_a_text(text: str, ticket: tuple[str, bool] | None) -> None:
    assert service_texts.read_ticket(text) == ticket


def test_infant_in_a_text() -> None:
    stated = service_texts.read_infant("MEHTA/ROHAN 05JAN27", TODAY)
    assert stated is not None
    assert (stated.surname, stated.given_names, stated.birth_date) == (
        "MEHTA",
        "ROHAN",
        PartialDate(2027, 1, 5),
    )


def test_infant_in_a_text_without_birth_date() -> None:
    stated = service_texts.read_infant("MEHTA/ROHAN", TODAY)
    assert stated is not None
    assert (stated.given_names, stated.birth_date) == ("ROHAN", None)
    assert service_texts.read_infant("INFANT 05JAN27", TODAY) is None


@pytest.mark.parametrize(
    ("text", "surname", "given_names"),
    [
        ("MEHTA/ROHAN RAJ 05JAN27", "MEHTA", "ROHAN RAJ"),
        ("MEHTA/ROHAN-RAJ 05 JAN 27", "MEHTA", "ROHAN-RAJ"),
        ("MEHTA/ROHAN MSTR/05JAN27", "MEHTA", "ROHAN MSTR"),
        ("DE LA CRUZ/ANA MARIA DOB 05JAN2027", "DE LA CRUZ", "ANA MARIA"),
        (".MEHTA/ROHAN.05JAN27", "MEHTA", "ROHAN"),
        ("HK1 MEHTA/ROHAN RAJ 05JAN27-1MEHTA/ANIKA", "MEHTA", "ROHAN RAJ"),
        ("MEHTA/ROHAN 05JAN27/OCCUPYING SEAT", "MEHTA", "ROHAN"),
    ],
)
def test_every_given_name_and_the_birth_date_of_an_infant_are_read(
    text: str, surname: str, given_names: str
) -> None:
    stated = service_texts.read_infant(text, TODAY)
    assert stated is not None
    assert (stated.surname, stated.given_names) == (surname, given_names)
    assert stated.birth_date == PartialDate(2027, 1, 5)


def test_words_after_an_infant_without_a_birth_date_are_no_name() -> None:
    stated = service_texts.read_infant("MEHTA/ROHAN OCCUPYING SEAT", TODAY)
    assert stated is not None
    assert (stated.given_names, stated.birth_date) == ("ROHAN", None)


@pytest.mark.parametrize(
    ("read", "text", "fact"),
    [
        (lambda text: service_texts.read_birth(text, TODAY), "12MAR19", PartialDate(2019, 3, 12)),
        (lambda text: service_texts.read_birth(text, TODAY), "CHILD", None),
        (lambda text: service_texts.read_birth(text, TODAY), "12 MAR 2019", PartialDate(2019, 3, 12)),
        (service_texts.read_age, "UM08", 8),
        (service_texts.read_age, "08YRS", 8),
        (service_texts.read_age, "12MAR19 UM08", 8),
        (service_texts.read_age, "AGE 11 SPEAKS GREEK", 11),
        (service_texts.read_age, "", None),
        (service_texts.read_emergency, "/N PAPADAKIS/302105550144", ("N PAPADAKIS", "302105550144")),
        (service_texts.read_emergency, "REFUSED", ("REFUSED", None)),
    ],
)
def test_facts_of_children_and_emergencies(read: Any, text: str, fact: Any) -> None:
    assert read(text) == fact


@pytest.mark.parametrize(
    ("text", "is_limit", "limit"),
    [
        ("TO XA BY 25MAY 1800", True, TicketLimit(day="25MAY", time="1800")),
        ("AUTO XX IF TKT NBR NOT RCVD BY 05NOV27", False, TicketLimit(day="05NOV27", time=None)),
        ("SEAT CHANGED 25MAY", False, None),
        ("TKT OK", True, None),
    ],
)
def test_ticket_limits(text: str, is_limit: bool, limit: TicketLimit | None) -> None:
    assert service_texts.read_limit(text, is_limit=is_limit) == limit
