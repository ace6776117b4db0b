"""Documents that cannot be: a warning for the carrier, and never a traveller's rejection."""

from dataclasses import replace
from datetime import date

import pytest

from services.ingest.formats.document_checks import CODES, check_message, check_traveller
from services.ingest.formats.edifact import MAX_WARNINGS
from services.ingest.formats.registry import read_messages
from shared.travel.flight import Flight
from shared.travel.message import Fault, MessageKind, ParsedMessage, Severity
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import Reservation, ReservationTraveller
from shared.travel.traveller import TravelDocument, Traveller
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B, RECEIVED_AT, Written, codes, person, read_one

TRAVEL = date(2027, 11, 14)
PASSPORT = TravelDocument("P", "AT3312087", "GRC", date(2031, 5, 18), date(2021, 5, 19))
PAPADAKI = Traveller(surname="PAPADAKI", nationality="GRC", documents=(PASSPORT,), carrier_reference="R1")


def found(traveller: Traveller) -> list[str]:
    codes_found = [fault.code for fault in check_traveller(traveller, TRAVEL, 1)]
    assert set(codes_found) <= CODES | {"STATE_UNKNOWN"}
    return codes_found


@pytest.mark.parametrize("example", [EXAMPLE_A, EXAMPLE_B], ids=["A", "B"])
def test_worked_examples_hold_together(example: bytes) -> None:
    for message in read_messages(example, "application/edifact", RECEIVED_AT):
        assert check_message(message, RECEIVED_AT.date()).faults == message.faults


def test_document_that_holds_together_gives_no_fault() -> None:
    assert found(PAPADAKI) == []
    assert found(replace(PAPADAKI, nationality=None, documents=())) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"expiry": date(2027, 11, 13)}, "DOCUMENT_EXPIRED"),
        ({"expiry": date(2048, 1, 1)}, "DOCUMENT_EXPIRY_IMPLAUSIBLE"),
        ({"issued": date(2031, 5, 19)}, "DOCUMENT_ISSUED_AFTER_EXPIRY"),
        ({"issued": date(2027, 11, 15)}, "DOCUMENT_ISSUED_AFTER_TRAVEL"),
        ({"issuer": "UTO"}, "STATE_SPECIMEN"),
        ({"issuer": "ZZQ"}, "STATE_UNKNOWN"),
        ({"issuer": "XXB"}, "DOCUMENT_ISSUER_IMPOSSIBLE"),
        ({"issuer": "GBN"}, "DOCUMENT_ISSUER_IMPOSSIBLE"),
        ({"number": "AT33.12/087"}, "DOCUMENT_NUMBER_CHARACTERS"),
        ({"number": "A" + "1234567890" * 3}, "DOCUMENT_NUMBER_LENGTH"),
        ({"number": "000000000"}, "DOCUMENT_NUMBER_PLACEHOLDER"),
        ({"number": "L898902C36"}, "DOCUMENT_NUMBER_WITH_CHECK_DIGIT"),
        ({"number": "L898902C37"}, "DOCUMENT_CHECK_DIGIT"),
        ({"number": "L898902C3X"}, "DOCUMENT_NUMBER_LENGTH"),
        ({"number": "L898902C3661"}, "DOCUMENT_NUMBER_LENGTH"),
        ({"number": "L898902C36UTO7408122F1204159"}, "DOCUMENT_NUMBER_IS_ZONE"),
    ],
)
def test_what_a_document_cannot_say_is_a_warning(facts: dict[str, object], code: str) -> None:
    document = replace(PASSPORT, **{"issued": None, **facts})  # type: ignore[arg-type]
    assert code in found(replace(PAPADAKI, documents=(document,)))


@pytest.mark.parametrize(
    "document",
    [
        replace(PASSPORT, expiry=TRAVEL),
        replace(PASSPORT, expiry=date(2047, 12, 31), issued=TRAVEL),
        replace(PASSPORT, number="AT 3312087"),
        replace(PASSPORT, number="AT33120<<"),
        TravelDocument("V", "GRC009914477", "GRC"),
        replace(PASSPORT, number="111"),
        TravelDocument("L", "SE.FCL.55120", "SWE"),
        TravelDocument(None, "?"),
        TravelDocument("PR", "F12345678", "DEU"),
    ],
)
def test_lawful_oddity_gives_no_fault(document: TravelDocument) -> None:
    assert found(replace(PAPADAKI, documents=(document,))) == []


def test_wrong_check_digit_of_a_zone_sent_as_the_number_is_named() -> None:
    zone = TravelDocument("P", "L898902C37UTO7408122F1204159", "GRC")
    assert found(replace(PAPADAKI, documents=(zone,))) == ["DOCUMENT_NUMBER_IS_ZONE", "DOCUMENT_CHECK_DIGIT"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"surname": "PAPADAK1"}, ["NAME_CHARACTERS"]),
        ({"given_names": "ELENI/MARIA"}, ["NAME_CHARACTERS"]),
        ({"surname": "Παπαδάκη"}, ["NAME_CHARACTERS"]),
        ({"surname": "O'CONNOR-SMITH", "given_names": "J. R."}, []),
        ({"birth_date": PartialDate(2027, 11, 15)}, ["BIRTH_DATE_IN_FUTURE"]),
        ({"birth_date": PartialDate(2027)}, []),
        ({"birth_date": PartialDate(1906)}, ["BIRTH_DATE_IMPLAUSIBLE"]),
        ({"birth_date": PartialDate(1907, 1, 1)}, []),
        ({"nationality": "UTO"}, ["STATE_SPECIMEN"]),
        ({"nationality": "QQ"}, ["STATE_UNKNOWN"]),
        ({"nationality": "XXB"}, []),
        ({"nationality": "GBN"}, ["NATIONALITY_ISSUER_MISMATCH"]),
    ],
)
def test_what_a_person_cannot_be_is_a_warning(facts: dict[str, object], expected: list[str]) -> None:
    assert found(replace(PAPADAKI, **facts)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "document", [replace(PASSPORT, issuer="GBR"), replace(PASSPORT, issuer=None), replace(PASSPORT, type="V")]
)
def test_british_kind_of_nationality_fits_a_british_passport(document: TravelDocument) -> None:
    assert found(replace(PAPADAKI, nationality="GBO", documents=(document,))) == []


def test_refugee_with_the_papers_of_a_state_is_no_mismatch() -> None:
    document = replace(PASSPORT, type="PR", issuer="DEU")
    assert found(replace(PAPADAKI, nationality="SYR", documents=(document,))) == []


@pytest.mark.parametrize(
    ("kind", "segment", "position"),
    [
        (MessageKind.PAXLST, "DOC", None),
        (MessageKind.PNRGOV, "SSR", None),
        (MessageKind.PNRGOV_XML, "DOCS", None),
        (MessageKind.MANIFEST, "documents", 2),
    ],
)
def test_fault_names_the_segment_of_its_format(kind: MessageKind, segment: str, position: int | None) -> None:
    expired = replace(PASSPORT, expiry=date(2027, 1, 1))
    traveller = replace(PAPADAKI, documents=(expired, expired), record_locator="Q7KD2M")
    assert check_traveller(traveller, TRAVEL, 2, kind=kind) == (
        Fault(Severity.WARNING, "DOCUMENT_EXPIRED", segment, position, 2, "R1", "Q7KD2M"),
    )


def test_traveller_of_a_reservation_is_checked_too() -> None:
    named = ReservationTraveller(surname="PARK", documents=(replace(PASSPORT, expiry=date(2027, 1, 1)),))
    message = ParsedMessage(
        kind=MessageKind.PNRGOV, reservations=(Reservation(locator="2LS6KP", travellers=(named,)),)
    )
    (fault,) = check_message(message, TRAVEL).faults
    assert (fault.code, fault.traveller, fault.locator) == ("DOCUMENT_EXPIRED", 1, "2LS6KP")


def test_name_of_a_group_is_no_persons_and_is_not_checked() -> None:
    group = ReservationTraveller(surname="SEE THE WORLD 27", kind="GROUP")
    reservation = Reservation(locator="Q7KD2M", travellers=(group, replace(group, kind="ADULT")))
    message = ParsedMessage(kind=MessageKind.PNRGOV, reservations=(reservation,))
    assert [each.traveller for each in check_message(message, date(2027, 11, 14)).faults] == [2]


def test_fault_of_the_second_traveller_names_the_second_and_rejects_nobody() -> None:
    body = str(Written(people=person() + person("DOC+P+AT3312087", "DTM+36:200101", name="MEHTA:ANIKA")))
    message = check_message(read_one(body), RECEIVED_AT.date())
    assert "DOCUMENT_EXPIRED" in codes(message)
    assert {fault.traveller for fault in message.faults if fault.code == "DOCUMENT_EXPIRED"} == {2}
    assert len(message.travellers) == 2


def test_refused_or_empty_message_is_left_alone() -> None:
    empty = ParsedMessage(kind=MessageKind.PAXLST)
    refused = replace(empty, travellers=(PAPADAKI,), faults=(Fault(Severity.MESSAGE_REJECTED, "TRUNCATED"),))
    assert check_message(empty, TRAVEL) is empty
    assert check_message(refused, TRAVEL) is refused


def test_flight_without_a_date_is_checked_against_the_day_of_receipt() -> None:
    traveller = replace(PAPADAKI, documents=(replace(PASSPORT, expiry=date(2027, 11, 13)),))
    for flight in (None, Flight("XA", "418")):
        message = ParsedMessage(kind=MessageKind.PAXLST, flight=flight, travellers=(traveller,))
        assert codes(check_message(message, TRAVEL)) == ["DOCUMENT_EXPIRED"]
        assert codes(check_message(message, date(2026, 1, 1))) == []


def test_warnings_stop_at_their_limit() -> None:
    odd = replace(PAPADAKI, surname="0", documents=())
    message = ParsedMessage(kind=MessageKind.PAXLST, travellers=(odd,) * (MAX_WARNINGS + 1))
    assert len(check_message(message, TRAVEL).faults) == MAX_WARNINGS
