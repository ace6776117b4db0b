"""What a carrier's own system reads of our answers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.errors import MalformedMessage, RefusedMessage, UnsupportedMessage
from services.ingest.formats.acknowledgements import (
    Acknowledgement,
    CustomsResponse,
    HeaderError,
    TravellerDirective,
    read_answers,
)
from services.ingest.replies.cusres import reply_to
from services.ingest.replies.reply import build_reply
from shared.travel.flight import Flight, Leg
from shared.travel.message import Fault, MessageKind, ParsedMessage, Severity
from shared.travel.traveller import Traveller
from tests.unit.ingest.samples import EXAMPLE_A, Written, person, read_one

PREPARED = datetime(2027, 11, 14, 4, 10, tzinfo=UTC)
WORDS = st.none() | st.text("ABCXYZ0189+:?'-", min_size=1, max_size=8)
TIMES = st.none() | st.datetimes(
    datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2079-01-01")
).map(lambda moment: moment.replace(second=0, microsecond=0))
LEGS = st.builds(Leg, st.sampled_from(["DXB", "XQA"]), st.just("ATH"), TIMES, TIMES, st.booleans())
FLIGHTS = st.builds(
    Flight,
    st.sampled_from(["XA", "XB"]),
    st.integers(1, 9999).map(str),
    st.sampled_from([None, "A"]),
    st.lists(LEGS, min_size=1, max_size=3).map(tuple),
)


@st.composite
def manifests(draw: st.DrawFn) -> ParsedMessage:
    """Messages in which some travellers could not be read."""
    travellers, faults = [], []
    for ordinal in range(1, draw(st.integers(0, 4) | st.integers(95, 105)) + 1):
        locator, reference = draw(WORDS), draw(WORDS)
        if draw(st.booleans()):
            travellers.append(Traveller(surname="OSEI", record_locator=locator, carrier_reference=reference))
        else:
            faults.append(
                Fault(Severity.TRAVELLER_REJECTED, "NAME_MISSING", "NAD", 9, ordinal, reference, locator)
            )
    return ParsedMessage(
        kind=MessageKind.PAXLST,
        transaction_reference=draw(WORDS),
        flight=draw(FLIGHTS),
        travellers=tuple(travellers),
        faults=tuple(faults),
    )


def interchange(kind: str, *segments: str) -> bytes:
    body = "".join(f"{segment}'" for segment in segments)
    return f"UNB+UNOA:4+A+B+271114:0410+R'UNH+1+{kind}'{body}UNT+{len(segments) + 2}+1'UNZ+1+R'".encode()


def answered(message: ParsedMessage) -> list[CustomsResponse]:
    text = build_reply([message], own_name="XAAGOV", reference="REF", prepared_at=PREPARED)
    answers = read_answers(text.encode())
    assert all(isinstance(each, CustomsResponse) for each in answers)
    return [each for each in answers if isinstance(each, CustomsResponse)]


def cusres(*segments: str) -> CustomsResponse:
    (answer,) = read_answers(interchange("CUSRES:D:05B:UN:IATA", *segments))
    assert isinstance(answer, CustomsResponse)
    return answer


def test_worked_example_is_read_back() -> None:
    message = read_one(EXAMPLE_A.replace(b"DTM+329:900711", b"DTM+329:901311"))
    (answer,) = answered(message)
    assert (answer.function, answer.transaction_reference, answer.revision) == ("962", "XA0418A27111401", 1)
    assert answer.flight == message.flight
    assert (answer.header.access_reference, answer.header.version) == ("XA418/271114/0530", "D:15B")
    assert [(each.carrier_reference, each.codes) for each in answer.travellers] == [
        ("XA418-0001", ("0Z",)),
        ("XA418-0002", ("4Z", "106")),
        ("XA418-0003", ("0Z",)),
    ]
    assert answer.travellers[0].texts == ("OK TO BOARD",)


@given(manifests())
@settings(max_examples=50)
def test_our_own_reader_reads_back_every_answer(message: ParsedMessage) -> None:
    answers = answered(message)
    assert all(each.header.warnings == () for each in answers)
    assert {each.flight for each in answers} == {message.flight}
    assert [traveller for each in answers for traveller in _references(each)] == [
        (each.locator, each.carrier_reference, (each.directive.code,)) for each in reply_to(message).answers
    ]


def _references(answer: CustomsResponse) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    return [(each.locator, each.carrier_reference, each.codes[:1]) for each in answer.travellers]


def test_error_of_the_whole_message_is_read() -> None:
    (answer,) = answered(read_one(str(Written(flight=""))))
    assert answer.errors == (HeaderError("TDT", 3, ("4Z", "201"), ("FLIGHT MISSING. MESSAGE NOT TAKEN",)),)
    assert (answer.flight, answer.travellers) == (None, ())


def test_refusal_without_a_place_is_read() -> None:
    message = read_one(EXAMPLE_A).rejected(Fault(Severity.MESSAGE_REJECTED, "SENDER_UNKNOWN"))
    (answer,) = answered(message)
    assert (answer.errors[0].segment, answer.errors[0].position) == (None, None)


def test_more_than_99_travellers_are_read_from_several_messages() -> None:
    people = "".join(person(f"RFF+ABO:R{each}") for each in range(120))
    answers = answered(read_one(str(Written(people=people))))
    assert [len(each.travellers) for each in answers] == [99, 21]


def test_unsolicited_change_is_read() -> None:
    answer = cusres(
        "BGM+132", "RFF+TN:T1", "RFF+XX:9", "ERP+2", "RFF+ABO:R1", "RFF+AEA:A", "ERC+1Z", "ERC+106"
    )
    assert (answer.function, answer.revision) == ("132", None)
    assert answer.travellers == (TravellerDirective(None, "R1", ("1Z", "106")),)


def test_places_and_times_before_any_flight_are_passed_over() -> None:
    assert cusres("BGM+962", "DTM+137:271114", "LOC+22+ATH").flight is None


def test_flight_with_one_airport_has_no_leg() -> None:
    answer = cusres("BGM+962", "RFF+AF:XA418", "LOC+125+DXB")
    assert answer.flight is not None
    assert answer.flight.legs == ()


def test_acknowledgement_is_read() -> None:
    (answer,) = read_answers(interchange("ACKRES:13:1:IA+REF+02", "MSG+:23+7", "ERC+114", "ERC+1"))
    assert isinstance(answer, Acknowledgement)
    assert (answer.is_processed, answer.errors) == (False, ("114", "1"))
    assert (answer.header.part, answer.header.is_last_part) == (2, False)


def test_part_that_is_no_number_is_the_first() -> None:
    (answer,) = read_answers(interchange("ACKRES:13:1:IA+REF+XX:C", "MSG+:23+3"))
    assert (answer.header.part, answer.header.is_last_part) == (1, False)


@pytest.mark.parametrize(
    ("body", "fault", "segment"),
    [
        (interchange("ACKRES", "ERC+1"), "RESPONSE_MISSING", "MSG"),
        (interchange("ACKRES", "MSG+:23+9"), "RESPONSE_MISSING", "MSG"),
        (interchange("CUSRES", "RFF+TN:1"), "FUNCTION_MISSING", "BGM"),
        (interchange("CONTRL", "RFF+TN:1"), "RESPONSE_MISSING", "UCI"),
        (interchange("CUSRES", "BGM+962", "RFF+AF:XA1", "DTM+189:X:201"), "FLIGHT_TIME_UNREADABLE", "DTM"),
        (interchange("CUSRES", "BGM+962", *["RFF+AF:XA1"] * 100), "MAX_LEGS", "RFF"),
        (interchange("CUSRES", "BGM+962")[:-10], "TRUNCATED", "UNT"),
    ],
)
def test_answer_that_says_too_little_is_malformed(body: bytes, fault: str, segment: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        read_answers(body)
    assert (caught.value.fault_code, caught.value.segment) == (fault, segment)


@pytest.mark.parametrize("body", [interchange("PAXLST", "BGM+745"), interchange("ACKRES", "MSG+:22")])
def test_message_that_is_no_answer_is_unsupported(body: bytes) -> None:
    with pytest.raises(UnsupportedMessage):
        read_answers(body)


def test_nothing_is_no_answer() -> None:
    with pytest.raises(RefusedMessage):
        read_answers(b"")
