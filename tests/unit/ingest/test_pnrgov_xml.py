"""PNRGOV in XML: the spellings that occur, what each element becomes, and what is refused."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.errors import DoctypeForbidden, MalformedMessage, RefusedMessage, UnsupportedMessage
from services.ingest.formats.pnrgov_xml.message import parse_pnrgov_xml
from services.ingest.formats.pnrgov_xml.tree import DEFAULT_LIMITS, XmlLimits, plain_name
from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.travel.message import Change, MessageKind, ParsedMessage
from shared.travel.reservation import Reservation
from shared.travel.reservation_parts import ContactKind, WhereSent
from tests.unit.ingest.samples import MESSAGES, RECEIVED_AT, codes

XML = (MESSAGES / "pnrgov-a.xml").read_bytes()
LEG = (
    '<FlightLeg CarrierCode="XA" FlightNumber="418" DepartureDateTime="2027-11-14T05:30:00">'
    '<DepartureAirport LocationCode="DXB"/><ArrivalAirport LocationCode="ATH"/></FlightLeg>'
)
FLIGHT = (
    '<Flight DepartureDateTime="2027-11-14T05:30:00" FlightNumber="418">'
    '<DepartureAirport LocationCode="DXB"/><ArrivalAirport LocationCode="ATH"/>'
    '<MarketingAirline Code="XA"/>{}</Flight>'
)
NAME = "<Surname>OSEI</Surname><GivenName>KOFI</GivenName>"


def document(pnr: str = "", *, leg: str = LEG, root: str = "", count: str = "1") -> bytes:
    body = f'<PNRs NumberOfPnrs="{count}"><PNR><BookingRefID ID="Q7KD2M"/>{pnr}</PNR></PNRs>'
    return f"<IATA_PNRGOV_NotifRQ{root}>{leg}{body}</IATA_PNRGOV_NotifRQ>".encode()


def parsed(body: bytes, limits: XmlLimits = DEFAULT_LIMITS) -> ParsedMessage:
    return parse_pnrgov_xml(body, RECEIVED_AT, state_of={"DXB": "ARE", "ATH": "GRC"}.get, limits=limits)


def pnr(content: str) -> Reservation:
    message = parsed(document(content))
    assert not message.is_rejected
    return message.reservations[0]


def passenger(content: str = "", attributes: str = ' RPH="1"') -> str:
    return f"<Passenger{attributes}>{NAME}{content}</Passenger>"


def refusal(body: bytes, limits: XmlLimits = DEFAULT_LIMITS) -> tuple[str, str | None, int | None]:
    message = parsed(body, limits)
    assert (message.kind, message.reservations) == (MessageKind.PNRGOV_XML, ())
    (fault,) = message.faults
    assert message.is_rejected
    return fault.code, fault.segment, fault.position


# --- Spellings that occur (pnrgov.md §13).


@pytest.mark.parametrize(
    "tag", ["SSR_Code", "SSRCode", "ssrcode", "{http://www.iata.org/IATA/2007/00}SSR-Code", "x:SSRCODE"]
)
def test_name_is_told_without_namespace_case_underscore_and_hyphen(tag: str) -> None:
    assert plain_name(tag) == "ssrcode"


def test_namespace_may_be_on_everything_on_some_or_on_nothing() -> None:
    plain = parsed(document(passenger()))
    bound = document(passenger()).replace(
        b"NotifRQ>", b"NotifRQ xmlns='http://www.iata.org/IATA/2007/00'>", 1
    )
    prefixed = (
        document(passenger()).replace(b"<PNR>", b"<i:PNR xmlns:i='urn:i'>").replace(b"</PNR>", b"</i:PNR>")
    )
    assert plain.reservations == parsed(bound).reservations == parsed(prefixed).reservations


def test_fact_may_be_an_attribute_or_a_child_element() -> None:
    by_attribute = pnr('<Passenger RPH="1" Surname="OSEI" GivenName="KOFI"/>')
    by_child = pnr("<Passenger><RPH>1</RPH><SurName>OSEI</SurName><GIVENNAME>KOFI</GIVENNAME></Passenger>")
    assert by_attribute.travellers == by_child.travellers
    assert by_child.travellers[0].given_names == "KOFI"


def test_dash_stands_for_nothing() -> None:
    (contact,) = pnr(
        '<ContactInfo PhoneNumber="-"><AddressLine>ODOS ERMOU</AddressLine>'
        "<CityName>-</CityName></ContactInfo>"
    ).contacts
    assert contact.address is not None
    assert (contact.address.street, contact.address.city, contact.phone) == ("ODOS ERMOU", None, None)


def test_country_is_told_by_its_code_whatever_it_is_called() -> None:
    (contact,) = pnr(
        '<ContactInfo><CityName>ATHINA</CityName><StateProv StateCode="A1">ATTIKI</StateProv>'
        '<CountryName Code="GR">HELLAS</CountryName></ContactInfo>'
    ).contacts
    assert contact.address is not None
    assert (contact.address.region, contact.address.country) == ("A1", "GRC")


def test_unknown_elements_are_passed_over() -> None:
    sent = f"<Unknown><Passenger>{NAME}</Passenger></Unknown>{passenger('<Other/>')}"
    assert [each.surname for each in pnr(sent).travellers] == ["OSEI"]


def test_comments_and_processing_instructions_are_no_text() -> None:
    assert (
        pnr("<Passenger><Surname>OS<!-- no -->EI<?x y?></Surname></Passenger>").travellers[0].surname
        == "OSEI"
    )


def test_separators_of_edifact_are_data_in_xml() -> None:
    (traveller,) = pnr(
        "<Passenger><Surname>O'NEIL+A:B?C</Surname><GivenName>D</GivenName></Passenger>"
    ).travellers
    assert traveller.surname == "O'NEIL+A:B?C"


def test_flight_leg_may_follow_the_reservations() -> None:
    first = document(passenger(), leg="").replace(b"</IATA", LEG.encode() + b"</IATA")
    assert parsed(first).reservations == parsed(document(passenger())).reservations


def test_reservations_may_stand_inside_the_flight_leg() -> None:
    leg = LEG.replace("</FlightLeg>", "")
    body = document(passenger(), leg=leg).replace(b"</IATA", b"</FlightLeg></IATA")
    assert [each.locator for each in parsed(body).reservations] == ["Q7KD2M"]


def test_byte_order_marks_and_encodings_are_told_from_the_bytes() -> None:
    text = document(passenger()).decode().replace("OSEI", "ÖSEI")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (message,) = read_messages(text.encode(encoding), "", RECEIVED_AT)
        assert message.reservations[0].travellers[0].surname == "ÖSEI"
    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("latin-1")
    assert parsed(declared).reservations[0].travellers[0].surname == "ÖSEI"


# --- What the root says.


def test_root_tells_version_references_and_test() -> None:
    root = ' Version="13.1" EchoToken="E1" Target="Test"'
    message = parsed(document(leg=f'<Originator SystemCode="1A"/>{LEG}', root=root))
    assert (message.version, message.sender, message.is_test) == ("13.1", "1A", True)
    assert (message.transaction_reference, message.message_reference) == ("E1", "E1")


@pytest.mark.parametrize(
    ("function", "change"),
    [("", Change.NEW), ("22", Change.NEW), ("141", Change.CHANGE), ("Update", Change.CHANGE)],
)
def test_push_is_full_unless_it_says_otherwise(function: str, change: Change) -> None:
    assert parsed(document(passenger(), root=f' MessageFunction="{function}"')).change is change


def test_flight_of_two_legs_is_read() -> None:
    second = LEG.replace("DXB", "ATH").replace('"ATH"/></F', '"ZRH"/></F')
    flight = parsed(document(leg=LEG + second)).flight
    assert flight is not None
    assert [leg.destination for leg in flight.legs] == ["ATH", "ZRH"]


# --- What each element becomes.


def test_instants_with_an_offset_are_utc_and_flight_times_stay_local() -> None:
    sent = document(FLIGHT.format("")).replace(b"05:30:00", b"05:30:00+04:00")
    reservation = parsed(
        sent.replace(b"<PNR>", b'<PNR PNR_TransDate="2027-11-14T01:40:00+04:00">')
    ).reservations[0]
    assert reservation.changed_at == datetime.fromisoformat("2027-11-13T21:40")
    assert reservation.itinerary[0].departure == datetime.fromisoformat("2027-11-14T05:30")


@pytest.mark.parametrize("text", ["1984-11-14T05:30:00", "2127-11-14", "SOON"])
def test_date_of_no_flight_is_a_fault_and_no_guess(text: str) -> None:
    message = parsed(document(FLIGHT.format("").replace("2027-11-14T05:30:00", text)))
    assert message.reservations[0].itinerary[0].departure is None
    assert message.faults != ()


def test_birth_date_keeps_its_century() -> None:
    docs = '<DOC_SSR><DOCS TravelDocNbr="X1" DateOfBirth="1923-03-04" ExpiryDate="20NOV31"/></DOC_SSR>'
    (traveller,) = pnr(passenger(docs)).travellers
    assert (str(traveller.birth_date), str(traveller.documents[0].expiry)) == ("1923-03-04", "2031-11-20")


def test_address_on_the_ground_is_read() -> None:
    doca = (
        '<DOC_SSR SSRCode="DOCA"><DOCA AddressType="D" Address="5/7 STADIOU" CityName="ATHINA" '
        'PostalCode="10562" StateProvCounty="ATTIKI" Country="GRC"/></DOC_SSR>'
    )
    destination = pnr(passenger(doca)).travellers[0].destination
    assert destination is not None
    assert (destination.street, destination.city, destination.country) == ("5 7 STADIOU", "ATHINA", "GRC")


@pytest.mark.parametrize("element", ["SSR", "DOC_SSR"])
def test_document_as_text_is_read_like_one_in_attributes(element: str) -> None:
    sent = f'<{element} SSRCode="DOCS"><Text>/P/GHA/G1048826/GHA/11JUL90/M</Text></{element}>'
    assert pnr(passenger(sent)).travellers[0].documents[0].number == "G1048826"


def test_text_of_a_service_may_be_an_attribute() -> None:
    assert pnr(passenger('<SSR SSRCode="CTCM" FreeText="/306945550100"/>')).phones == ("306945550100",)


def test_service_for_several_travellers_names_each() -> None:
    (service,) = pnr(FLIGHT.format('<SSR SSRCode="GRPS" RPH="1 2"/>')).services
    assert [each.traveller_reference for each in service.data] == ["1", "2"]


def test_texts_go_where_the_sensitive_data_filter_sees_them() -> None:
    sent = (
        '<SSR SSRCode="SPML"><Text>KOSHER PLEASE</Text></SSR><OSI AirlineCode="XA">VIP</OSI>'
        "<Remarks><Remark>WHEELCHAIR</Remark></Remarks>"
        "<UnstructuredPNR_History>NAME HALAL</UnstructuredPNR_History>"
    )
    message = parsed(document(sent + passenger("<Remark>BLIND</Remark>")))
    reservation = message.reservations[0]
    assert [(each.text, each.where) for each in reservation.remarks if each.kind == "LTS"] == [
        ("NAME HALAL", WhereSent.HISTORY)
    ]
    filtered = filter_message(replace(message))
    kept = repr(filtered.reservations[0].as_record())
    for word in ("KOSHER", "VIP", "WHEELCHAIR", "HALAL", "BLIND", "SPML"):
        assert word not in kept
    assert sum(filtered.dropped.as_json().values()) >= 5


def test_card_number_is_masked_by_the_filter() -> None:
    ticket = (
        '<TicketDocument TicketDocumentNbr="9992400100200"><PaymentInfo PaymentType="CC" '
        'AccountNbr="4111111111111111" ExpiryDate="09/29" PaymentUse="Old"/></TicketDocument>'
    )
    message = parsed(document(passenger(ticket)))
    (payment,) = filter_message(message).reservations[0].payments
    assert (payment.card, payment.expiry, payment.indicator) == ("XXXXXXXXXXXX1111", "0929", "2")


def test_payment_without_a_ticket_and_with_an_address_is_read() -> None:
    payment = '<PaymentInfo PaymentType="CA"><AddressLine>ODOS ERMOU</AddressLine></PaymentInfo>'
    (paid,) = pnr(passenger(payment)).payments
    assert paid.payer is not None
    assert paid.payer.address is not None


def test_email_in_the_telephones_place_is_an_email() -> None:
    sent = '<ContactInfo PhoneNumber="E+ANIKA@MAIL.EXAMPLE" EmailAddress="B@MAIL.EXAMPLE"/>'
    reservation = pnr(sent)
    assert reservation.emails == ("B@MAIL.EXAMPLE", "ANIKA@MAIL.EXAMPLE")
    assert {each.kind for each in reservation.contacts} == {ContactKind.EMAIL}


@pytest.mark.parametrize(
    ("kind", "found"), [("5", "T"), ("Travel Agency", "T"), ("2", "A"), ("Airlines", "A"), ("9", None)]
)
def test_requestor_is_an_agency_or_an_airline(kind: str, found: str | None) -> None:
    sent = f'<POS><Source AgentSine="GT77"><RequestorID Type="{kind}" ID="GULF"/></Source></POS>'
    office = pnr(sent + passenger()).booked_by
    assert office is not None
    assert (office.kind, office.agency_number) == (found, None)


def test_reservation_that_holds_nothing_but_its_locator_is_cancelled() -> None:
    assert pnr("").is_cancelled
    assert not pnr(passenger()).is_cancelled


def test_baggage_without_number_or_price_is_none() -> None:
    assert pnr('<PrepaidBag BagDestination="ATH"/>').excess_baggage == ()


def test_tagged_bag_that_was_paid_for_is_both() -> None:
    bag = '<ExcessBaggage SerialNumber="0999118204" IssuerCode="XA" Amount="50.00" CurrencyCode="EUR"/>'
    (traveller,) = pnr(passenger(bag) + FLIGHT.format("")).travellers
    assert (traveller.bag_tags, traveller.excess_baggage[0].rate) == (("0999118204",), "50.00")


@pytest.mark.parametrize(("unit", "kilograms"), [("KG", 34), ("LB", 15), ("PC", None)])
def test_weight_of_bags_is_in_kilograms(unit: str, kilograms: int | None) -> None:
    bag = f'<ExcessBaggage SerialNumber="1" UnitOfMeasureQuantity="34" UnitOfMeasureCode="{unit}"/>'
    (traveller,) = pnr(passenger(bag) + FLIGHT.format("")).travellers
    assert traveller.bags[0].weight_kg == kilograms


def test_bags_stand_with_the_leg_that_was_checked_in() -> None:
    bag = '<ExcessBaggage SerialNumber="0999118204"/>'
    checked_in = '<CheckInInfo><BoardingNumber RPH="1">041</BoardingNumber></CheckInInfo>'
    (traveller,) = pnr(passenger(bag) + FLIGHT.format("") + FLIGHT.format(checked_in)).travellers
    assert (traveller.bags[0].leg, traveller.check_ins[0].sequence) == (1, "041")


def test_check_in_tells_its_travellers_by_reference_or_place() -> None:
    info = (
        '<CheckInInfo Time="2027-11-14T01:02:00" AgentSine="A1"><BoardingNumber Number="041" RPH="1"/>'
        '<SeatNumber CabinClass="Y">12A</SeatNumber><SeatNumber RPH="2" Number="12B"/></CheckInInfo>'
    )
    first, second = pnr(passenger() + passenger(attributes=' RPH="2"') + FLIGHT.format(info)).travellers
    assert [(each.seat, each.sequence) for each in first.check_ins + second.check_ins] == [
        ("12A", "041"),
        ("12B", None),
    ]


def test_operating_carrier_alone_is_the_carrier() -> None:
    sent = FLIGHT.format('<OperatingAirline Code="QZ" FlightNumber="7"/>').replace(
        '<MarketingAirline Code="XA"/>', ""
    )
    (leg,) = pnr(sent).itinerary
    assert (leg.carrier, leg.operating_carrier) == ("QZ", None)


def test_flight_number_keeps_its_suffix_and_open_is_no_number() -> None:
    suffixed, unnumbered = pnr(
        FLIGHT.format("").replace('"418"', '"0418A"') + FLIGHT.format("").replace('"418"', '"OPEN"')
    ).itinerary
    assert (suffixed.number, suffixed.suffix, unnumbered.number) == ("418", "A", "OPEN")


def test_locator_of_a_departure_control_system_keeps_its_kind() -> None:
    sent = '<BookingRefID ID="AAAAAA" Type="C"/><BookingRefID ID="BBBBBB" Type="14"/>'
    assert [each.kind for each in pnr(sent).locators] == [None, "C", None]


# --- What is refused, and where it says so.


def test_faults_name_the_element_and_its_line() -> None:
    sent = document(f'\n{passenger()}\n<Passenger RPH="2"/>')
    (fault,) = parsed(sent).rejected_travellers
    assert (fault.segment, fault.position, fault.traveller, fault.locator) == ("Passenger", 3, 2, "Q7KD2M")


def test_count_that_is_absent_names_the_element_that_would_say_it() -> None:
    message = parsed(document(passenger()).replace(b' NumberOfPnrs="1"', b""))
    assert [(each.code, each.segment, each.position) for each in message.faults] == [
        ("COUNT_MISSING", "PNRs", None)
    ]


@pytest.mark.parametrize(
    ("leg", "place"),
    [
        ("", ("FLIGHT_MISSING", "FlightLeg", None)),
        (LEG.replace('"DXB"', '""'), ("LEG_MISSING", "FlightLeg", 1)),
        (LEG.replace("2027-11-14T05:30:00", "SOON"), ("FLIGHT_TIME_UNREADABLE", "FlightLeg", 1)),
    ],
)
def test_message_without_a_readable_flight_is_refused(leg: str, place: tuple[str, str, int | None]) -> None:
    assert refusal(document(passenger(), leg=leg)) == place


def test_message_cut_off_is_refused_under_its_references() -> None:
    message = parsed(XML[:2_000])
    (fault,) = message.faults
    assert (fault.code, message.transaction_reference) == ("XML_UNREADABLE", "271114/0522/XA/418")
    assert message.sender == "XA"
    assert fault.position == XML[:2_000].count(b"\n") + 1


@pytest.mark.parametrize(
    "broken",
    [
        document("&undefined;"),
        document("<a></b>"),
        document("\x00"),
        document("<a b='1' b='2'/>"),
        document("&#0;"),
        document("&#xD800;"),
        document("<x:a/>").replace(b"x:a", b"x:a:b"),
        document("Ö").replace("Ö".encode(), b"\xff"),
    ],
)
def test_xml_that_is_not_well_formed_is_refused(broken: bytes) -> None:
    assert refusal(broken)[0] == "XML_UNREADABLE"


@pytest.mark.parametrize(
    "declared",
    [
        b"<!DOCTYPE IATA_PNRGOV_NotifRQ [<!ENTITY a 'b'>]>",
        b"<!DOCTYPE IATA_PNRGOV_NotifRQ SYSTEM 'file:///etc/hostname'>",
        b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_is_refused_in_every_encoding(declared: bytes, encoding: str) -> None:
    body = (declared + document(passenger())).decode().encode(encoding)
    with pytest.raises(DoctypeForbidden):
        parsed(body)


@pytest.mark.parametrize("body", [b"<x/>", b"<IATA_AcknowledgementRS/>", b"<html/>", b"hello"])
def test_other_xml_is_unsupported(body: bytes) -> None:
    with pytest.raises(UnsupportedMessage):
        parsed(body)


@pytest.mark.parametrize("body", [b"", b"<", b"<?xml version='1.0' encoding='nonsense'?><a/>"])
def test_xml_without_a_first_element_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMessage) as caught:
        parsed(body)
    assert (caught.value.fault_code, caught.value.segment) == ("XML_UNREADABLE", "XML")


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be opened")

    monkeypatch.setattr("builtins.open", opened)
    included = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'
    located = ' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a file:///etc/hostname"'
    assert pnr(included + passenger()).travellers[0].surname == "OSEI"
    assert not parsed(document(passenger(), root=located)).is_rejected


# --- Each limit, on both sides.


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


@pytest.mark.parametrize(
    ("limits", "taken", "refused", "code"),
    [
        (XmlLimits(depth=5), nested(2), nested(3), "MAX_DEPTH"),
        (XmlLimits(elements_a_reservation=4), "<a/>" * 3, "<a/>" * 4, "MAX_ELEMENTS"),
        (XmlLimits(attributes_an_element=2), "<a b='' c=''/>", "<a b='' c='' d=''/>", "MAX_ATTRIBUTES"),
        (XmlLimits(characters_a_value=40), f"<a>{'b' * 40}</a>", f"<a>{'b' * 41}</a>", "MAX_CHARACTERS"),
        (XmlLimits(characters_a_value=40), f"<a b='{'b' * 40}'/>", f"<a b='{'b' * 41}'/>", "MAX_CHARACTERS"),
        (XmlLimits(reservations=2), "</PNR><PNR>", "</PNR><PNR/><PNR>", "MAX_RESERVATIONS"),
        (XmlLimits(elements_outside=6), "</PNR><a/><PNR>", "</PNR><a/><a/><PNR>", "MAX_ELEMENTS"),
    ],
)
def test_limit_is_kept(limits: XmlLimits, taken: str, refused: str, code: str) -> None:
    short = {"leg": LEG if limits.attributes_an_element > 2 else ""}
    assert code not in codes(parsed(document(taken, **short), limits))
    assert refusal(document(refused, **short), limits)[0] == code


def test_message_over_the_largest_size_is_refused() -> None:
    body = document(passenger())
    assert not parsed(body, XmlLimits(message_bytes=len(body))).is_rejected
    with pytest.raises(MalformedMessage, match="MAX_MESSAGE_BYTES"):
        parsed(body, XmlLimits(message_bytes=len(body) - 1))


def test_nested_reservation_belongs_to_the_one_around_it() -> None:
    assert [each.locator for each in parsed(document("<PNR><BookingRefID ID='X'/></PNR>")).reservations] == [
        "Q7KD2M"
    ]


def test_bomb_of_depth_is_refused_early() -> None:
    assert refusal(document("<a>" * 100_000))[0] == "MAX_DEPTH"


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    try:
        message = parsed(document("@").replace(b"@", body))
    except RefusedMessage:
        return
    assert message.as_json()["kind"] == "PNRGOV_XML"
