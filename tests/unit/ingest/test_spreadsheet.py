"""Sheets of travellers: tolerant titles, row-level faults, nothing guessed, nothing hidden."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.ingest.errors import RefusedMessage, SheetMalformed
from services.ingest.formats import sheet_cells
from services.ingest.formats.registry import read_messages
from services.ingest.formats.sheet_cells import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, column_letter
from services.ingest.formats.sheet_columns import FLIGHT, TRAVELLER, plain
from services.ingest.formats.sheet_template import template_csv, template_workbook
from services.ingest.formats.sheet_values import (
    AmbiguousDate,
    read_day,
    read_flag,
    read_moment,
    read_partial_date,
)
from services.ingest.formats.spreadsheet import looks_like_sheet, parse_spreadsheet
from shared.travel.message import Change, Fault, MessageFunction, MessageKind, ParsedMessage, Severity
from shared.travel.traveller import TravellerRole

NOW = datetime(2027, 11, 14, 4, 0, tzinfo=UTC)
FLIGHT_ROWS = [["Flight", "XA 418"], ["From", "xqb"], ["To", "XQA"], ["Departure", "2027-11-14 05:30"]]
STATES = {"XQA": "XAA", "XQB": "XBB"}


def read(body: bytes) -> ParsedMessage:
    return parse_spreadsheet(body, NOW, state_of=STATES.get, own_state="XAA")


def csv_of(*rows: list[str], flight: list[list[str]] | None = None, separator: str = ",") -> bytes:
    above = FLIGHT_ROWS if flight is None else flight
    return "\r\n".join(separator.join(row) for row in [*above, *rows]).encode()


def workbook_of(*rows: list[Any], change: Callable[[Workbook], object] | None = None) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in [*FLIGHT_ROWS, *rows]:
        sheet.append(row)
    if change is not None:
        change(workbook)
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def refusal(body: bytes) -> tuple[str, str | None, int | None]:
    with pytest.raises(SheetMalformed) as refused:
        read(body)
    return refused.value.fault_code, refused.value.segment, refused.value.position


def only_fault(*rows: list[str]) -> Fault:
    (fault,) = read(csv_of(*rows)).faults
    return fault


@pytest.mark.parametrize("body", [template_csv(), template_workbook()], ids=["csv", "xlsx"])
def test_template_is_read_whole(body: bytes) -> None:
    message = read(body)
    assert (message.kind, message.function) == (MessageKind.MANIFEST, MessageFunction.PASSENGER_LIST)
    assert message.change is Change.NEW
    assert (message.transaction_reference, message.is_test, message.faults) == ("XA418-1", False, ())
    assert message.flight is not None
    assert message.flight.as_json() == {
        "carrier": "XA",
        "number": "418",
        "suffix": None,
        "legs": [
            {
                "origin": "XQB",
                "destination": "XQA",
                "departure": "2027-11-14T05:30",
                "arrival": "2027-11-14T09:05",
                "crosses_border": True,
            }
        ],
    }
    (traveller,) = message.travellers
    assert traveller.as_json() == {
        "role": "PASSENGER",
        "surname": "PAPADAKI",
        "given_names": "ELENI MARIA",
        "birth_date": "1984-02-29",
        "birth_date_sent": None,
        "sex": "F",
        "nationality": "GRC",
        "residence": "GRC",
        "birth_place": None,
        "address": None,
        "phones": [],
        "emails": [],
        "crew_duty": None,
        "embarkation": "XQB",
        "debarkation": "XQA",
        "clearance": None,
        "documents": [
            {"type": "P", "number": "AT3312087", "issuer": "GRC", "expiry": "2031-05-18", "issued": None}
        ],
        "record_locator": "Q7KD2M",
        "carrier_reference": "XA418-0001",
        "redress_number": None,
        "seat": "12A",
        "verified": True,
        "bags": {"count": 2, "weight_kg": 34, "tags": ["XA118204", "XA118205"]},
    }


def test_both_templates_are_the_same_list() -> None:
    assert read(template_csv()) == read(template_workbook())


def test_no_two_titles_mean_different_things() -> None:
    """A word that could be the flight's or the traveller's would send a fact to the wrong place."""
    titles = [plain(title) for column in (*FLIGHT, *TRAVELLER) for title in {column.title, *column.others}]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "title", ["Surname", " FAMILY NAME ", "last_name", "Surname (as in passport) *", "Súrname"]
)
def test_titles_and_separators_are_tolerated(title: str, separator: str) -> None:
    message = read(csv_of([title, "First name", "DOB"], ["Roe", "Jo", "1990"], separator=separator))
    (traveller,) = message.travellers
    assert (traveller.surname, traveller.given_names, str(traveller.birth_date)) == ("Roe", "Jo", "1990")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(encoding: str) -> None:
    body = csv_of(["Surname"], ["ŁĘCKA"]).decode().encode(encoding)
    assert read(body).travellers[0].surname == "ŁĘCKA"


def test_flight_beside_the_travellers() -> None:
    titles = ["Flight", "From", "To", "STD", "List of", "Surname"]
    row = ["XA418", "XQB", "XQA", "14 Nov 2027 5:30", "crew", "Roe"]
    message = read(csv_of(titles, row, [*row[:5], "Doe"], flight=[]))
    assert message.function is MessageFunction.CREW_LIST
    assert [each.role for each in message.travellers] == [TravellerRole.CREW] * 2
    assert message.flight is not None
    assert message.flight.legs[0].departure == datetime(2027, 11, 14, 5, 30)  # noqa: DTZ001


def test_two_flights_in_one_file_are_refused() -> None:
    titles = ["Flight", "Surname"]
    body = csv_of(titles, ["XA418", "Roe"], ["", "Doe"], ["XA419", "Poe"], flight=FLIGHT_ROWS[1:])
    assert refusal(body) == ("FLIGHTS_DIFFER", "Flight number", 7)


def test_aircraft_of_general_aviation_has_a_registration_and_no_carrier() -> None:
    flight = [["Tail number", "D-EXAB"], ["From", "XQB"], ["To", "EDQA"], ["STD", "2027-11-14T05:30:00"]]
    message = read(csv_of(["Surname"], ["Roe"], flight=flight))
    assert message.flight is not None
    assert (message.flight.carrier, message.flight.number) == (None, "DEXAB")


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("Flight", None, ("FLIGHT_FACT_MISSING", "Flight number", None)),
        ("From", None, ("FLIGHT_FACT_MISSING", "Departure airport", None)),
        ("Flight", "the early one", ("FLIGHT_FACT_UNREADABLE", "Flight number", 1)),
        ("From", "Heathrow", ("FLIGHT_FACT_UNREADABLE", "Departure airport", 2)),
        ("Departure", "2027-11-14", ("FLIGHT_FACT_UNREADABLE", "Departure (local time)", 4)),
        ("Departure", "=NOW()", ("FORMULA", "Departure (local time)", 4)),
        ("Change", "perhaps", ("FLIGHT_FACT_UNREADABLE", "Change", 5)),
        ("Message reference", "R\x01", ("FLIGHT_FACT_UNREADABLE", "List reference", 5)),
        ("Tail number", "?!", ("FLIGHT_FACT_UNREADABLE", "Aircraft registration", 4)),
    ],
)
def test_flight_that_cannot_be_read_refuses_the_file(
    name: str, value: str | None, fault: tuple[str, str, int | None]
) -> None:
    flight = {row[0]: row[1] for row in FLIGHT_ROWS} | ({name: value} if value else {})
    if value is None or name == "Tail number":
        flight.pop("Flight" if name == "Tail number" else name)
    assert refusal(csv_of(["Surname"], ["Roe"], flight=[list(row) for row in flight.items()])) == fault


def test_what_else_the_flight_rows_may_say() -> None:
    rows = [["Our list of today"], ["Change", "Not on board"], ["Test", "YES"], ["Arrival", ""]]
    message = read(csv_of(["Surname"], ["Roe"], flight=[*FLIGHT_ROWS, *rows]))
    assert (message.change, message.is_test) == (Change.CLOSE_NOT_ON_BOARD, True)
    assert message.flight is not None
    assert message.flight.legs[0].arrival is None


def test_every_column_reaches_its_fact() -> None:
    titles = [
        "Surname", "Role", "Crew duty", "Visa number", "Second document type", "Visa expiry",
        "Town of nothing", "Place of birth", "Country of birth", "Phone", "E-mail", "Street", "Town",
        "Region", "ZIP", "Country", "Redress", "Boarded at", "Leaves at", "Passport number", "Document type",
    ]  # fmt: skip
    values = [
        "Roe", "transit crew", "Cockpit", "V1", "visa", "2030-01-02", "?", "Bor", "XBB", "+1 2",
        "a@b.example",         "1 Road", "Bor", "North", "9", "xcc", "R1", "XQC", "XQD", "P1", "PD",
    ]  # fmt: skip
    message = read(csv_of(titles, values))
    (traveller,) = message.travellers
    assert [(document.type, document.number) for document in traveller.documents] == [
        ("PD", "P1"),
        ("V", "V1"),
    ]
    found = traveller.as_json()
    assert (found["role"], found["crew_duty"], found["redress_number"]) == ("TRANSIT_CREW", "COCKPIT", "R1")
    assert found["birth_place"] == {"city": "Bor", "country": "XBB"}
    assert found["address"] == {
        "street": "1 Road",
        "city": "Bor",
        "region": "North",
        "postal_code": "9",
        "country": "XCC",
    }
    assert (found["phones"], found["emails"]) == (["+1 2"], ["a@b.example"])
    assert (found["embarkation"], found["debarkation"]) == ("XQC", "XQD")
    (unknown,) = message.faults
    assert (unknown.code, unknown.severity, unknown.segment, unknown.position) == (
        "COLUMN_UNKNOWN",
        Severity.WARNING,
        "G",
        5,
    )


@pytest.mark.parametrize(
    ("title", "cell", "code", "column"),
    [
        ("DOB", "03/04/1984", "DATE_AMBIGUOUS", "Date of birth"),
        ("DOB", "soon", "BIRTH_DATE_UNREADABLE", "Date of birth"),
        ("DOB", "1984-02-30", "BIRTH_DATE_UNREADABLE", "Date of birth"),
        ("DOB", "29 Foo 1984", "BIRTH_DATE_UNREADABLE", "Date of birth"),
        ("DOB", "2027-11-15", "BIRTH_DATE_IMPOSSIBLE", "Date of birth"),
        ("DOB", "=A1", "FORMULA", "Date of birth"),
        ("Expiry", "2031", "CELL_UNREADABLE", "Expiry date"),
        ("Sex", "maybe", "CELL_UNREADABLE", "Sex"),
        ("Bags", "two", "CELL_UNREADABLE", "Bags"),
        ("Bag weight", "29999991820", "CELL_UNREADABLE", "Bag weight (kg)"),
        ("Seat", "12\x01", "CELL_UNREADABLE", "Seat"),
        ("Document seen", "perhaps", "CELL_UNREADABLE", "Document seen"),
        ("Boarded at", "Heathrow", "CELL_UNREADABLE", "Boarded at"),
        ("Document type", "passport of State", "CELL_UNREADABLE", "Document number"),
        ("Issuer", "GRC", "DOCUMENT_NUMBER_MISSING", "Document number"),
        ("Seat", "x" * (MAX_CELL_CHARACTERS + 1), "CELL_TOO_LONG", "Seat"),
        ("Surname", "", "NAME_MISSING", "Surname"),
    ],
)
def test_cell_that_cannot_be_read_rejects_its_row_alone(
    title: str, cell: str, code: str, column: str
) -> None:
    number = "P1" if title == "Document type" else ""
    titles = ["Surname", "Your reference", "PNR", *([] if title == "Surname" else [title]), "Passport number"]
    bad = [cell, "R-1", "LOC123", ""] if title == "Surname" else ["Roe", "R-1", "LOC123", cell, number]
    message = read(csv_of(titles, bad, ["Doe", "R-2", "LOC456"]))
    assert [each.surname for each in message.travellers] == ["Doe"]
    (fault,) = message.faults
    assert fault == Fault(Severity.TRAVELLER_REJECTED, code, column, 6, 1, "R-1", "LOC123")
    assert (message.counted.travellers_stated, message.counted.travellers_read) == (2, 1)


def test_line_break_within_a_cell_is_a_blank() -> None:
    (traveller,) = read(csv_of(["Surname", "Street"], ["Roe", '"1 Quay\r\nStairs"'])).travellers
    assert traveller.address is not None
    assert traveller.address.street == "1 Quay Stairs"


def test_column_without_a_title_holds_nothing() -> None:
    assert read(csv_of(["Surname", "", "Sex"], ["Roe", "", "F"])).faults == ()


def test_longest_cell_is_taken() -> None:
    assert read(csv_of(["Surname"], ["x" * MAX_CELL_CHARACTERS])).faults == ()


def test_state_that_nobody_knows_is_a_warning() -> None:
    fault = only_fault(["Surname", "Passport", "Issuer"], ["Roe", "P1", "Ruritania"])
    assert (fault.code, fault.severity, fault.segment) == ("STATE_UNKNOWN", Severity.WARNING, "Issuing State")


def test_person_sent_twice_is_one_traveller() -> None:
    fault = only_fault(["Surname", "DOB"], ["Roe", "1990-01-01"], ["Roe", "1990-01-01"])
    assert (fault.code, fault.position, fault.traveller) == ("TRAVELLER_MERGED", 7, 2)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1984-02-29", "1984-02-29"),
        ("1984/2/9", "1984-02-09"),
        ("29 Feb 1984", "1984-02-29"),
        ("29-FEB-1984", "1984-02-29"),
        ("9.February 1984", "1984-02-09"),
        ("29FEB1984", "1984-02-29"),
        ("3.4.1984", "1984-04-03"),
        ("29/02/1984", "1984-02-29"),
        ("02/29/1984", "1984-02-29"),
        ("04/04/1984", "1984-04-04"),
        ("1984-02", "1984-02"),
        ("1984", "1984"),
    ],
)
def test_dates_that_mean_one_day_only(text: str, day: str) -> None:
    assert read_partial_date(text) == day


@pytest.mark.parametrize("text", ["03/04/1984", "12-11-1984"])
def test_date_that_may_mean_two_days_is_never_guessed(text: str) -> None:
    with pytest.raises(AmbiguousDate):
        read_day(text)


def test_moments_and_flags() -> None:
    assert read_moment("14.11.2027 5:30:59") == datetime(2027, 11, 14, 5, 30)  # noqa: DTZ001
    assert (read_flag("Yes"), read_flag("n")) == (True, False)
    for text in ("05:30", "2027-11-14 noon", "2027-11-14"):
        with pytest.raises(ValueError, match="date"):
            read_moment(text)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", ("HEADER_MISSING", None, None)),
        (b"Name,Age\r\nRoe,3\r\n", ("HEADER_MISSING", None, None)),
        (csv_of(["Surname"]), ("NO_TRAVELLERS", None, 5)),
        (csv_of(["Surname"], ["", ""]), ("NO_TRAVELLERS", None, 5)),
        (csv_of(["Surname", "Family name"], ["Roe", "Roe"]), ("COLUMN_REPEATED", "Surname", 5)),
        (csv_of(["Surname"], ['"Roe']), ("CSV_UNREADABLE", None, 6)),
        ("Surname\r\nŁ".encode("cp1250"), ("ENCODING_UNKNOWN", None, None)),
        (b"Surname\r\nR\x00e", ("ENCODING_UNKNOWN", None, None)),
        (b"Surname\n" * (MAX_ROWS + 1), ("TOO_MANY_ROWS", None, MAX_ROWS + 1)),
        (csv_of(["Surname"], ["x"] * (MAX_COLUMNS + 1)), ("TOO_MANY_COLUMNS", None, 6)),
    ],
)
def test_csv_that_cannot_be_taken(body: bytes, fault: tuple[str, str | None, int | None]) -> None:
    assert refusal(body) == fault


def test_limits_are_reached_and_not_passed() -> None:
    rows = csv_of(["Surname"], *(["Roe"] for _ in range(MAX_ROWS - len(FLIGHT_ROWS) - 1)))
    assert len(read(rows).travellers) == MAX_ROWS - len(FLIGHT_ROWS) - 1
    assert read(csv_of(["Surname"], ["Roe", *[""] * (MAX_COLUMNS + 10)])).faults == ()


def test_workbook_cells_of_every_kind() -> None:
    titles = [
        "Surname",
        "Expiry",
        "Passport number",
        "Document seen",
        "DOB",
        "Bags",
        "Seat",
        "Your reference",
    ]
    moment = datetime(2031, 5, 18, 0, 0)  # noqa: DTZ001
    message = read(
        workbook_of(titles, ["Roe", moment, 123456, True, date(1990, 1, 2), 2.0, time(5, 30), 1.5])
    )
    (traveller,) = message.travellers
    assert traveller.documents[0].as_json()["expiry"] == "2031-05-18"
    assert (traveller.documents[0].number, traveller.verified) == ("123456", True)
    assert (traveller.seat, traveller.carrier_reference) == ("05:30", "1.5")
    assert [(fault.code, fault.segment) for fault in message.faults] == [
        ("NUMBER_NOT_TEXT", "Document number")
    ]


def test_formula_and_error_in_a_workbook_reject_their_rows() -> None:
    message = read(workbook_of(["Surname", "Seat"], ["Roe", "=1+1"], ["Doe", "#N/A"], ["Poe", False]))
    assert [each.surname for each in message.travellers] == ["Poe"]
    assert [(fault.code, fault.position) for fault in message.faults] == [("FORMULA", 6), ("CELL_ERROR", 7)]
    assert message.travellers[0].seat == "no"


def test_departure_may_be_a_moment_of_the_spreadsheet_program() -> None:
    def set_departure(workbook: Workbook) -> None:
        workbook.worksheets[0]["B4"] = datetime(2027, 11, 14, 5, 30)  # noqa: DTZ001

    flight = read(workbook_of(["Surname"], ["Roe"], change=set_departure)).flight
    assert flight is not None
    assert flight.legs[0].departure == datetime(2027, 11, 14, 5, 30)  # noqa: DTZ001


def _hide(workbook: Workbook) -> None:
    workbook.create_sheet("More").sheet_state = "hidden"


def _second(workbook: Workbook) -> None:
    workbook.create_sheet("More")


@pytest.mark.parametrize(("change", "code"), [(_hide, "HIDDEN_SHEET"), (_second, "SECOND_SHEET")])
def test_sheet_that_would_not_be_read_refuses_the_workbook(
    change: Callable[[Workbook], None], code: str
) -> None:
    assert refusal(workbook_of(["Surname"], ["Roe"], change=change)) == (code, None, None)


def with_part(name: str, content: bytes = b"x", *, compress: bool = True) -> bytes:
    body = io.BytesIO(workbook_of(["Surname"], ["Roe"]))
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(body, "a", kind) as archive:
        archive.writestr(name, content)
    return body.getvalue()


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "MACRO"),
        ("xl/macrosheets/sheet1.xml", "MACRO"),
        ("XL/activeX/activeX1.xml", "MACRO"),
        ("xl/externalLinks/externalLink1.xml", "EXTERNAL_LINK"),
        ("xl/connections.xml", "EXTERNAL_LINK"),
        ("xl/embeddings/oleObject1.bin", "EMBEDDED_OBJECT"),
    ],
)
def test_workbook_that_is_a_program_is_refused(part: str, code: str) -> None:
    assert refusal(with_part(part)) == (code, None, None)


def test_entity_bomb_in_a_part_is_refused_unread() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;&b;</a>'
    assert refusal(with_part("xl/more.xml", bomb)) == ("WORKBOOK_UNREADABLE", None, None)
    assert read(with_part("xl/more.xml", b"<a><!-- a remark --></a>")).faults == ()


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(*_: object) -> bytes:
        raise AssertionError("it was unpacked")

    bomb = with_part("xl/media/image1.png", b"\x00" * (sheet_cells.MAX_UNPACKED_BYTES + 1))
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "read", unpack)
    assert refusal(bomb) == ("WORKBOOK_TOO_LARGE", None, None)


def test_too_many_parts_are_refused() -> None:
    body = io.BytesIO(workbook_of(["Surname"], ["Roe"]))
    with zipfile.ZipFile(body, "a") as archive:
        for number in range(sheet_cells.MAX_PARTS):
            archive.writestr(f"xl/{number}", b"")
    assert refusal(body.getvalue()) == ("WORKBOOK_TOO_LARGE", None, None)


def test_workbook_without_a_sheet_is_refused() -> None:
    def only_a_chart(workbook: Workbook) -> None:
        workbook.remove(workbook.worksheets[0])
        workbook.create_chartsheet("Chart")

    assert refusal(workbook_of(change=only_a_chart))[0] == "WORKBOOK_UNREADABLE"


def test_row_far_below_the_last_is_no_reason_to_read_a_million() -> None:
    def far_away(workbook: Workbook) -> None:
        workbook.worksheets[0].cell(1_048_576, 1, "x")

    assert refusal(workbook_of(["Surname"], ["Roe"], change=far_away))[0] == "TOO_MANY_ROWS"


@given(st.data())
def test_damaged_workbook_is_refused_or_read_and_never_crashes(data: st.DataObject) -> None:
    body = bytearray(template_workbook())
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(4, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(body[: data.draw(st.integers(5, len(body)))]))
    except SheetMalformed:
        return


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=8))
def test_any_cells_below_the_titles_are_read_or_refused(rows: list[list[str]]) -> None:
    body = csv_of(["Surname", "DOB", "Sex", "Passport", "Expiry", "Bags"], *rows)
    try:
        message = read(body)
    except SheetMalformed:
        return
    stated = message.counted.travellers_stated or 0
    merged = sum(fault.code == "TRAVELLER_MERGED" for fault in message.faults)
    assert stated == len(message.travellers) + len(message.rejected_travellers) + merged


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(template_csv(), ""), (template_csv(), "text/csv"), (template_workbook(), "application/octet-stream")],
)
def test_registry_knows_a_sheet_by_its_bytes(body: bytes, content_type: str) -> None:
    (message,) = read_messages(body, content_type, NOW)
    assert message.kind is MessageKind.MANIFEST


def test_text_is_no_sheet_unless_it_says_so() -> None:
    assert not looks_like_sheet(b"dear authority, please find attached")
    with pytest.raises(RefusedMessage, match="neither EDIFACT"):
        read_messages(b"dear authority", "text/plain", NOW)
    with pytest.raises(SheetMalformed):
        read_messages(b"dear authority", "text/csv", NOW)


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_spreadsheet_programs_do(column: int, letters: str) -> None:
    assert column_letter(column) == letters


def test_check_of_a_document_names_the_cell_that_it_is_about() -> None:
    titles = ["Surname", "Nationality", "Document type", "Document number", "Issuing State", "Expiry date"]
    sound = ["WEBER", "DEU", "P", "C01X00T47", "DEU", "2031-05-18"]
    expired = ["NOWAK", "POL", "P", "EA1234567", "POL", "2027-05-18"]
    body = csv_of(titles, ["", "", "", "", "", ""], sound, ["", *sound[1:]], expired)
    _, warning = read_messages(body, "text/csv", NOW)[0].faults
    assert (warning.severity, warning.code) == (Severity.WARNING, "DOCUMENT_EXPIRED")
    assert (warning.segment, warning.position, warning.traveller) == ("Document number", 9, 3)


@pytest.mark.parametrize("number", ["1.23457E+11", "1,23457E+11", "1e+11"])
def test_number_that_the_spreadsheet_cut_short_is_no_number(number: str) -> None:
    body = csv_of(["Surname", "Document number"], ["WEBER", f'"{number}"'])
    (fault,) = read(body).faults
    assert (fault.severity, fault.code) == (Severity.TRAVELLER_REJECTED, "NUMBER_SHORTENED")
    assert fault.segment == "Document number"


@pytest.mark.parametrize("number", ["1E11", "12E456", "E1234567"])
def test_letter_in_a_number_is_not_taken_for_an_exponent(number: str) -> None:
    (traveller,) = read(csv_of(["Surname", "Document number"], ["WEBER", number])).travellers
    assert [document.number for document in traveller.documents] == [number]


@pytest.mark.parametrize("weight", ["34", "34.5", '"34,5"', "34 kg"])
def test_weight_of_bags_costs_nobody_the_flight(weight: str) -> None:
    (traveller,) = read(csv_of(["Surname", "Bag weight (kg)"], ["WEBER", weight])).travellers
    assert traveller.bags is not None
    assert traveller.bags.weight_kg == 34


def test_weight_that_is_none_is_told_by_its_cell() -> None:
    fault = only_fault(["Surname", "Bag weight (kg)"], ["WEBER", "heavy"])
    assert (fault.code, fault.segment, fault.position) == ("CELL_UNREADABLE", "Bag weight (kg)", 6)
