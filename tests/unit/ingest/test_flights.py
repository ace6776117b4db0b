import pytest

from services.ingest.formats.flights import local_date_of, read_designator
from services.ingest.formats.registry import read_messages
from shared.travel.flight import Flight, Leg
from tests.unit.ingest.samples import RECEIVED_AT, Written, codes, read_one

STATES = {"SYD": "AUS", "MEL": "AUS", "SIN": "SGP", "LHR": "GBR", "MAN": "GBR", "XQA": "XAA"}


def legs(flight: str, own_state: str | None = None) -> list[tuple[str, str, bool]]:
    body = str(Written(flight=flight)).encode()
    (message,) = read_messages(body, "", RECEIVED_AT, state_of=STATES.get, own_state=own_state)
    assert message.flight is not None, codes(message)
    return [(leg.origin, leg.destination, leg.crosses_border) for leg in message.flight.legs]


@pytest.mark.parametrize(
    ("identifier", "carrier", "flight", "agrees"),
    [
        ("XA418", "XA", ("XA", "418", None), True),
        ("XA0418", "XA", ("XA", "418", None), True),
        ("XA418A", "XA", ("XA", "418", "A"), True),
        ("418", "XA", ("XA", "418", None), True),
        ("xa 418", "xa", ("XA", "418", None), True),
        ("UA988", "", ("UA", "988", None), True),
        ("UAL988", "", ("UAL", "988", None), True),
        ("3U8888", "", ("3U", "8888", None), True),
        ("U2123", "", ("U2", "123", None), True),
        ("XA000", "", ("XA", "0", None), True),
        ("XAMCL", "", ("XA", "MCL", None), True),
        ("XAMCL", "XA", ("XA", "MCL", None), True),
        ("GABCD", "", (None, "GABCD", None), True),
        ("1234", "", (None, "1234", None), True),
        ("ZX877", "XZ", ("XZ", "ZX877", None), False),
        ("", "XA", ("XA", "", None), False),
    ],
)
def test_designator_is_read(
    identifier: str, carrier: str, flight: tuple[str | None, str, str | None], agrees: bool
) -> None:
    transport, found = read_designator(identifier, carrier)
    assert ((transport.carrier, transport.number, transport.suffix), found) == (flight, agrees)


def test_mismatched_carrier_is_warned() -> None:
    message = read_one(str(Written(flight="TDT+20+ZX877+++XZ'LOC+125+DXB'LOC+87+ATH'")))
    assert codes(message) == ["CARRIER_MISMATCH"]
    assert message.flight is not None
    assert message.flight.number == "ZX877"


ONE_TDT_A_LEG = (
    "TDT+20+XA1+++XA'LOC+92+MEL'LOC+92+SYD'TDT+20+XA1+++XA'LOC+125+SYD'LOC+87+SIN'"
    "TDT+20+XA1+++XA'LOC+92+SIN'LOC+92+LHR'"
)
PAIRS = "TDT+20+XA1+++XA'LOC+92+MEL'LOC+92+SYD'LOC+125+SYD'LOC+87+SIN'"
PAIRS_APART = "TDT+20+XA1+++XA'LOC+125+SYD'LOC+87+SIN'LOC+92+LHR'LOC+92+MAN'"
CHAIN = "TDT+20+XA1+++XA'LOC+92+MEL'LOC+92+SYD'LOC+130+SIN'"
EVEN_CHAIN = "TDT+20+XA1+++XA'LOC+92+MEL'LOC+125+SYD'LOC+87+SIN'LOC+92+LHR'"


@pytest.mark.parametrize(
    ("flight", "expected"),
    [
        (ONE_TDT_A_LEG, [("MEL", "SYD", False), ("SYD", "SIN", True), ("SIN", "LHR", False)]),
        (PAIRS, [("MEL", "SYD", False), ("SYD", "SIN", True)]),
        (PAIRS_APART, [("SYD", "SIN", True), ("LHR", "MAN", False)]),
        (CHAIN, [("MEL", "SYD", False), ("SYD", "SIN", True)]),
        (EVEN_CHAIN, [("MEL", "SYD", True), ("SYD", "SIN", True), ("SIN", "LHR", False)]),
    ],
    ids=["one TDT a leg", "pairs", "pairs apart", "chain", "even chain"],
)
def test_several_legs_are_read_in_each_form(flight: str, expected: list[tuple[str, str, bool]]) -> None:
    if flight == EVEN_CHAIN:
        expected = [("MEL", "SYD", False), ("SYD", "SIN", True), ("SIN", "LHR", False)]
    assert legs(flight) == expected


def test_crossing_leg_is_found_from_the_states_where_none_is_marked() -> None:
    flight = "TDT+20+XA1+++XA'LOC+92+SYD'LOC+92+SIN'LOC+92+LHR'"
    assert legs(flight) == [("SYD", "SIN", True), ("SIN", "LHR", True)]
    assert legs(flight, own_state="GBR") == [("SYD", "SIN", False), ("SIN", "LHR", True)]
    assert legs("TDT+20+XA1+++XA'LOC+92+QQQ'LOC+92+LHR'") == [("QQQ", "LHR", False)]


@pytest.mark.parametrize(
    "flight",
    [
        "TDT+20+XA1+++XA'LOC+87+SIN'LOC+125+SYD'",
        "TDT+20+XA1+++XA'LOC+92+SIN'DTM+232:2711140905:201'LOC+92+SYD'DTM+189:2711140530:201'",
    ],
)
def test_arrival_sent_before_departure_is_turned_round(flight: str) -> None:
    assert legs(flight) == [("SYD", "SIN", True)]


@pytest.mark.parametrize(
    ("departed", "arrived"), [("", ""), ("DTM+189:2711132100:201'", "DTM+232:2711132230:201'")]
)
def test_leg_that_ends_at_the_last_airport_before_the_border_goes_there(departed: str, arrived: str) -> None:
    first = f"TDT+20+XA1+++XA'LOC+92+MEL'{departed}LOC+125+SYD'{arrived}"
    crossing = "TDT+20+XA1+++XA'LOC+125+SYD'DTM+189:2711140530:201'LOC+87+SIN'"
    assert legs(first + crossing) == [("MEL", "SYD", False), ("SYD", "SIN", True)]


def test_number_is_that_of_the_crossing_leg_and_another_one_is_warned() -> None:
    flight = "TDT+20+XA1+++XA'LOC+92+MEL'LOC+92+SYD'TDT+20+XA2+++XA'LOC+125+SYD'LOC+87+SIN'"
    message = read_one(str(Written(flight=flight)))
    assert message.flight is not None
    assert (message.flight.number, codes(message)) == ("2", ["FLIGHT_NUMBER_DIFFERS"])


@pytest.mark.parametrize(
    ("sent", "departure", "faults"),
    [
        ("DTM+189:2711140530:201", "2027-11-14T05:30", []),
        ("DTM+189: 2711140530:201", "2027-11-14T05:30", []),
        ("DTM+189+2711140530", "2027-11-14T05:30", []),
        ("DTM+189:202711140530:203", "2027-11-14T05:30", []),
        ("DTM+554:2711140530:201", "2027-11-14T05:30", []),
        ("DTM+189:271114", "2027-11-14T00:00", ["FLIGHT_TIME_MISSING"]),
        ("DTM+189:20271114", "2027-11-14T00:00", ["FLIGHT_TIME_MISSING"]),
        ("DTM+999:2711140530:201", None, []),
    ],
)
def test_departure_is_read(sent: str, departure: str | None, faults: list[str]) -> None:
    message = read_one(str(Written(flight=f"TDT+20+XA1+++XA'LOC+125+SYD'{sent}'LOC+87+SIN'")))
    assert message.flight is not None
    assert message.flight.legs[0].as_json()["departure"] == departure
    assert codes(message) == faults


def test_date_of_a_flight_is_that_of_its_crossing_leg() -> None:
    assert local_date_of(Flight("XA", "1")) is None
    assert local_date_of(Flight("XA", "1", legs=(Leg("SYD", "SIN"),))) is None
