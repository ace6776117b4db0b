from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.acknowledgements import Acknowledgement, AnswerHeader, SyntaxReport, read_answers
from services.ingest.formats.edifact import read_interchanges
from services.ingest.formats.registry import read_messages
from services.ingest.replies.ackres import DEFAULT_ERRORS, ErrorTable, build_acknowledgement
from services.ingest.replies.reply import build_reply
from shared.travel.message import Addresses, Fault, MessageKind, ParsedMessage, Severity
from tests.unit.ingest.samples import EXAMPLE_A, RECEIVED_AT, read_one

PREPARED = datetime(2027, 11, 14, 5, 23, tzinfo=UTC)
PUSH = ParsedMessage(
    kind=MessageKind.PNRGOV,
    version="13:1",
    sender="XA",
    recipient="GRGOVPNR",
    interchange_reference="27111400418",
    message_reference="1",
    access_reference="271114/0522/XA/418",
)


def refused(code: str) -> ParsedMessage:
    return PUSH.rejected(Fault(Severity.MESSAGE_REJECTED, code, "TVL", 4))


def lines(*messages: ParsedMessage, errors: ErrorTable = DEFAULT_ERRORS) -> list[str]:
    text = build_reply(messages, own_name="XAAGOV", reference="ACK00418", prepared_at=PREPARED, errors=errors)
    return text.split("\r\n")[:-1]


def test_processed_push_is_acknowledged_as_the_worked_example() -> None:
    assert lines(PUSH) == [
        "UNB+IATA:1+GRGOVPNR+XA+271114:0523+ACK00418'",
        "UNH+1+ACKRES:13:1:IA+271114/0522/XA/418'",
        "MSG+:23+3'",
        "UNT+3+1'",
        "UNZ+1+ACK00418'",
    ]


def test_rejected_flight_number_is_told_as_the_worked_example() -> None:
    assert lines(refused("FLIGHT_NUMBER_UNREADABLE"))[2:5] == ["MSG+:23+7'", "ERC+114'", "UNT+4+1'"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("DATE_UNREADABLE", "1"),
        ("TIME_UNREADABLE", "2"),
        ("AIRPORT_UNREADABLE", "4"),
        ("SUFFIX_UNREADABLE", "6"),
        ("DATE_VARIATION_UNREADABLE", "16"),
        ("FLIGHT_TIME_UNREADABLE", "103"),
        ("FLIGHT_UNREADABLE", "114"),
        ("SENDER_UNKNOWN", "118"),
    ],
)
def test_each_fault_is_told_by_its_code(fault: str, code: str) -> None:
    assert f"ERC+{code}'" in lines(refused(fault))


def test_a_state_may_tell_faults_by_other_codes() -> None:
    table = DEFAULT_ERRORS.with_codes({"SENDER_UNKNOWN": "700"}, otherwise="701")
    assert "ERC+700'" in lines(refused("SENDER_UNKNOWN"), errors=table)
    assert "ERC+701'" in lines(refused("WRONG_CARRIER"), errors=table)
    assert "ERC+114'" in lines(refused("FLIGHT_UNREADABLE"), errors=table)


def test_push_with_an_unreadable_reservation_is_processed_and_says_so_once() -> None:
    fault = Fault(Severity.TRAVELLER_REJECTED, "NAME_MISSING", "TIF", 9)
    warning = Fault(Severity.WARNING, "FLIGHT_UNREADABLE", "TVL", 9)
    told = lines(replace(PUSH, faults=(fault, warning, fault)))
    assert told[2:5] == ["MSG+:23+3'", "ERC+118'", "UNT+4+1'"]


def test_each_part_of_a_split_push_is_acknowledged() -> None:
    parts = [
        replace(PUSH, part=number, is_last_part=number == 3, message_reference=str(number))
        for number in (1, 2, 3)
    ]
    told = lines(*parts)
    assert [line for line in told if line.startswith("UNH")] == [
        "UNH+1+ACKRES:13:1:IA+271114/0522/XA/418+01:C'",
        "UNH+2+ACKRES:13:1:IA+271114/0522/XA/418+02'",
        "UNH+3+ACKRES:13:1:IA+271114/0522/XA/418+03:F'",
    ]
    assert told[-1] == "UNZ+3+ACK00418'"


def test_test_push_is_answered_as_a_test() -> None:
    (answer,) = read_answers("".join(lines(replace(PUSH, is_test=True))).encode())
    assert answer.header.is_test


@pytest.mark.parametrize("version", [None, "D:15B", "13"])
def test_message_without_a_version_of_pnrgov_is_answered_in_the_oldest_in_use(version: str | None) -> None:
    assert "ACKRES:11:1:IA" in lines(replace(PUSH, version=version))[1]


def test_message_without_addresses_is_answered_under_our_own() -> None:
    bare = ParsedMessage(kind=MessageKind.PNRGOV_XML)
    assert lines(bare)[:2] == ["UNB+IATA:1+XAAGOV++271114:0523+ACK00418'", "UNH+1+ACKRES:11:1:IA'"]


def test_interchange_with_both_kinds_is_answered_by_one_interchange_a_kind() -> None:
    manifest = replace(read_one(EXAMPLE_A), sender="XA", recipient="GRGOVPNR")
    mixed = [PUSH, replace(manifest, interchange_reference=PUSH.interchange_reference), PUSH]
    text = "".join(lines(*mixed))
    acknowledged, answered = read_interchanges(text.encode())
    assert [each.header.get(1) for each in acknowledged.messages] == ["ACKRES", "ACKRES"]
    assert [each.header.get(1) for each in answered.messages] == ["CUSRES"]
    assert text.count("UNZ+2+ACK00418'") == 1
    assert "UNZ+1+ACK00418-1'" in text


def test_unreadable_interchange_is_reported_by_contrl_whatever_it_held() -> None:
    broken = replace(refused("TRUNCATED"), is_syntax_failure=True)
    (report,) = read_answers("".join(lines(broken)).encode())
    assert isinstance(report, SyntaxReport)
    assert (report.interchange_reference, report.action, report.error) == ("27111400418", "4", "13")


def test_each_interchange_is_answered_by_its_own() -> None:
    other = EXAMPLE_A.replace(b"XA0418271114A", b"XA0418271114B")
    messages = read_messages(EXAMPLE_A + other, "", RECEIVED_AT)
    assert len(read_interchanges("".join(lines(*messages, PUSH)).encode())) == 3


REFERENCES = st.none() | st.text("ABCXYZ0189/+:?' -", min_size=1, max_size=20).map(str.strip).filter(bool)


@st.composite
def pushes(draw: st.DrawFn) -> ParsedMessage:
    part = draw(st.integers(1, 99))
    message = ParsedMessage(
        kind=MessageKind.PNRGOV,
        version=draw(st.sampled_from(["11:1", "13:1", "14:1", "21:1"])),
        sender=draw(REFERENCES),
        recipient=draw(REFERENCES),
        access_reference=draw(REFERENCES),
        part=part,
        is_last_part=draw(st.booleans()),
        is_test=draw(st.booleans()),
    )
    codes = draw(st.lists(st.sampled_from([*DEFAULT_ERRORS.codes, "SENDER_UNKNOWN"]), max_size=3))
    for code in codes:
        message = message.rejected(Fault(Severity.MESSAGE_REJECTED, code))
    return message


@given(pushes())
def test_our_own_reader_reads_back_what_was_acknowledged(message: ParsedMessage) -> None:
    text = build_acknowledgement([message], own_name="XAAGOV", reference="ACK00418", prepared_at=PREPARED)
    codes = dict.fromkeys(DEFAULT_ERRORS.code_of(fault.code) for fault in message.faults)
    assert read_answers(text.encode()) == [
        Acknowledgement(
            AnswerHeader(
                sender=message.recipient or "XAAGOV",
                recipient=message.sender,
                interchange_reference="ACK00418",
                is_test=message.is_test,
                message_reference="1",
                version=message.version,
                access_reference=message.access_reference,
                part=message.part,
                is_last_part=message.is_last_part,
            ),
            not message.is_rejected,
            tuple(codes),
        )
    ]


def test_acknowledgement_goes_back_to_the_address_it_came_from() -> None:
    sent = Addresses(sender=("1A", "TS"), recipient=("GRGOVPNR", "ZZ", "PNR1"))
    push = replace(PUSH, sender="1A", addresses=sent)
    assert lines(push)[0] == "UNB+IATA:1+GRGOVPNR:ZZ:PNR1+1A:TS+271114:0523+ACK00418'"
