import json

from shared.travel import Fault, MessageKind, ParsedMessage, Reservation, Severity

RESERVATION = {
    "locator": "2LS6KP",
    "carrier": "XA",
    "other_locators": ["EDP2RW"],
    "booked_at": "2027-05-20T04:39",
    "is_cancelled": False,
    "is_split": True,
    "travellers": [
        {
            "reference": "1",
            "surname": "PARK",
            "given_names": "SEJOON",
            "kind": "ADULT",
            "birth_date": "1972-09-10",
            "sex": "M",
            "nationality": "KOR",
            "documents": [
                {"type": "P", "number": "JR3364288", "issuer": "KOR", "expiry": "2016-07-05", "issued": None}
            ],
            "tickets": ["6180123456789"],
            "frequent_flyer": [],
            "seats": ["039G"],
            "bag_tags": [],
        }
    ],
    "itinerary": [
        {
            "carrier": "XA",
            "operating_carrier": None,
            "number": "609",
            "origin": "ICN",
            "destination": "SIN",
            "departure": "2027-05-27T16:40",
            "arrival": "2027-05-27T22:00",
            "class": "B",
            "status": "HK",
        }
    ],
    "phones": [],
    "emails": ["A.AT.B"],
    "addresses": [{"street": None, "city": "SEOUL", "region": None, "postal_code": None, "country": "KOR"}],
    "payments": [{"form": "CC", "card": "XXXXXXXXXXXX1111", "amount": None, "currency": None}],
    "service_codes": ["DOCS"],
    "agency": None,
}


def test_reservation_prints_as_it_was_read() -> None:
    assert Reservation.from_json(RESERVATION).as_json() == RESERVATION


def test_smallest_message_prints_every_key() -> None:
    printed = ParsedMessage.from_json({}).as_json()
    assert (printed["kind"], printed["part"], printed["is_last_part"], printed["flight"]) == (
        "MANIFEST",
        1,
        True,
        None,
    )
    assert ParsedMessage.from_json(printed).as_json() == printed


def test_values_about_people_print_without_content() -> None:
    message = ParsedMessage.from_json({"reservations": [RESERVATION], "travellers": [{"surname": "PARK"}]})
    for value in (
        message,
        message.reservations[0],
        message.reservations[0].travellers[0],
        message.travellers,
    ):
        assert "PARK" not in f"{value!r} {value}"


def test_rejected_message_keeps_its_envelope_and_nobody() -> None:
    message = ParsedMessage.from_json({"sender": "XADCS", "travellers": [{"surname": "PARK"}]})
    fault = Fault(Severity.MESSAGE_REJECTED, "FLIGHT_MISSING", "TDT", 3)
    rejected = message.rejected(fault)
    assert (rejected.sender, rejected.travellers, rejected.is_rejected) == ("XADCS", (), True)
    assert not message.is_rejected
    assert "PARK" not in json.dumps(rejected.as_json())


def test_ordinals_leave_out_who_was_rejected_or_merged() -> None:
    faults = (
        Fault(Severity.TRAVELLER_REJECTED, "NAME_MISSING", traveller=1),
        Fault(Severity.WARNING, "TRAVELLER_MERGED", traveller=3),
        Fault(Severity.WARNING, "SEX_UNKNOWN", traveller=2),
    )
    message = ParsedMessage(
        kind=MessageKind.PAXLST,
        travellers=ParsedMessage.from_json({"travellers": [{"surname": "A"}, {"surname": "B"}]}).travellers,
        faults=faults,
    )
    assert message.ordinals == (2, 4)
