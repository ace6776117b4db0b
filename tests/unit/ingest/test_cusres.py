from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.edifact import read_interchanges
from services.ingest.formats.registry import read_messages
from services.ingest.interactive.directives import DEFAULT_TABLE, DirectiveTable, Meaning
from services.ingest.replies.cusres import (
    MAX_TRAVELLERS_A_MESSAGE,
    Answer,
    Document,
    Reply,
    build_reply,
    reply_to,
)
from services.ingest.replies.segments import write_segment
from shared.travel.message import Fault, ParsedMessage, Severity
from tests.unit.ingest.samples import EXAMPLE_A, RECEIVED_AT, Written, person, read_one

PREPARED = datetime(2027, 11, 14, 4, 10, tzinfo=UTC)


def reply(*messages: ParsedMessage) -> str:
    return build_reply(messages, own_name="XAAGOV", reference="GR90012233", prepared_at=PREPARED)


def lines(*messages: ParsedMessage) -> list[str]:
    return reply(*messages).split("\r\n")[:-1]


def test_answer_to_the_worked_example() -> None:
    message = read_one(EXAMPLE_A.replace(b"DTM+329:900711", b"DTM+329:901311"))
    assert lines(message) == [
        "UNA:+.? '",
        "UNB+UNOA:4+GRGOVAPI+XADCS+271114:0410+GR90012233++APIS'",
        "UNG+CUSRES+GRGOVAPI+XADCS+271114:0410+GR90012233+UN+D:15B'",
        "UNH+RES001+CUSRES:D:15B:UN:IATA+XA418/271114/0530+01:F'",
        "BGM+962'",
        "RFF+TN:XA0418A27111401:::1'",
        "RFF+AF:XA418'",
        "DTM+189:2711140530:201'",
        "DTM+232:2711140905:201'",
        "LOC+125+DXB'",
        "LOC+87+ATH'",
        "ERP+2'",
        "RFF+AVF:Q7KD2M'",
        "RFF+ABO:XA418-0001'",
        "ERC+0Z'",
        "FTX+AAP+++OK TO BOARD'",
        "ERP+2+DTM:31'",
        "RFF+AVF:Q7KD2M'",
        "RFF+ABO:XA418-0002'",
        "ERC+4Z'",
        "ERC+106'",
        "FTX+AAP+++BIRTH DATE IMPOSSIBLE. DATA NOT READABLE. CORRECT AND RESEND'",
        "ERP+2'",
        "RFF+AVF:TZ4X9B'",
        "RFF+ABO:XA418-0003'",
        "ERC+0Z'",
        "FTX+AAP+++OK TO BOARD'",
        "UNT+25+RES001'",
        "UNE+1+GR90012233'",
        "UNZ+1+GR90012233'",
    ]


def test_our_own_reader_finds_no_fault_with_the_answer() -> None:
    people = "".join(person(f"RFF+ABO:R{each}") for each in range(250))
    for message in (read_one(EXAMPLE_A), read_one(str(Written(people=people))), read_one(EXAMPLE_A[:600])):
        for interchange in read_interchanges(reply(message).encode()):
            assert interchange.failure is None
            assert [each.warnings for each in interchange.messages if each.warnings] == []


def test_answers_of_more_than_99_travellers_are_split() -> None:
    people = "".join(person(f"RFF+ABO:R{each}") for each in range(MAX_TRAVELLERS_A_MESSAGE + 1))
    written = lines(read_one(str(Written(people=people))))
    assert sum(line.startswith("UNH") for line in written) == 2
    assert written[-2:] == ["UNE+2+GR90012233'", "UNZ+1+GR90012233'"]
    assert written.count("ERC+0Z'") == MAX_TRAVELLERS_A_MESSAGE + 1
    assert [line.rpartition("+")[2] for line in written if line.startswith("UNH")] == ["01:C'", "02:F'"]
    at_the_limit = lines(read_one(str(Written(people=people.rpartition("NAD")[0]))))
    assert sum(line.startswith("UNH") for line in at_the_limit) == 1


@pytest.mark.parametrize(("sent", "answered"), [("01:C", "01:C'"), ("02", "02'"), ("03:F", "03:F'")])
def test_part_of_a_list_is_answered_in_its_place(sent: str, answered: str) -> None:
    body = str(Written(people="".join(person() for _ in range(MAX_TRAVELLERS_A_MESSAGE + 1))))
    message = read_one(body.replace("UN:IATA'", f"UN:IATA+XA418+{sent}'"))
    written = [line.rpartition("+")[2] for line in lines(message) if line.startswith("UNH")]
    assert written == [answered, answered]


def test_message_without_travellers_is_acknowledged() -> None:
    written = lines(read_one(str(Written(function="BGM+266+CL'", head="RFF+TN:T1'"))))
    assert "RFF+TN:T1'" in written
    assert not any(line.startswith("ERP") for line in written)


def test_leg_without_times_and_without_crossing_is_answered() -> None:
    written = lines(read_one(str(Written(flight="TDT+20+XA1'LOC+92+SYD'LOC+92+MEL'"))))
    assert written[5:8] == ["RFF+AF:XA1'", "LOC+92+SYD'", "LOC+92+MEL'"]


def test_traveller_sent_twice_is_answered_once() -> None:
    message = read_one(str(Written(people=person("RFF+ABO:R1") * 2 + person("RFF+ABO:R2"))))
    assert [each.carrier_reference for each in reply_to(message).answers] == ["R1", "R2"]


def test_rejected_message_is_answered_with_its_fault() -> None:
    message = read_one(str(Written(flight="")))
    written = lines(message)
    assert written[5:9] == [
        "ERP+1+TDT:3'",
        "ERC+4Z'",
        "ERC+201'",
        "FTX+AAP+++FLIGHT MISSING. MESSAGE NOT TAKEN'",
    ]


def test_rejection_without_a_place_is_answered() -> None:
    (fault,) = read_one(str(Written(flight=""))).faults
    message = read_one(str(Written()))
    placeless = message.rejected(type(fault)(fault.severity, "SENDER_UNKNOWN"))
    assert "ERP+1'" in lines(placeless)
    unnumbered = message.rejected(type(fault)(fault.severity, "SENDER_UNKNOWN", "UNH"))
    assert "ERP+1+UNH'" in lines(unnumbered)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (EXAMPLE_A[:600], "UCI+XA0418271114A+XADCS+GRGOVAPI+4+13+UNT'"),
        (b"UNB+UNOA:4+A", "UCI+0++XAAGOV+4+13+UNZ'"),
        (
            EXAMPLE_A.replace(b"BGM+745", b"BGM" + b"+" * 10_001),
            "UCI+XA0418271114A+XADCS+GRGOVAPI+4+16+BGM'",
        ),
    ],
)
def test_syntax_failure_is_answered_by_contrl(body: bytes, error: str) -> None:
    written = lines(*read_messages(body, "", RECEIVED_AT))
    assert written[2:5] == ["UNH+CTL001+CONTRL:D:3:UN'", error, "UNT+3+CTL001'"]


def test_each_interchange_is_answered_by_its_own() -> None:
    other = EXAMPLE_A.replace(b"XA0418271114A", b"XA0418271114B")
    written = reply(*read_messages(EXAMPLE_A + other + EXAMPLE_A[:600], "", RECEIVED_AT))
    assert written.count("UNB+") == 3
    assert "UNZ+1+GR90012233-2'" in written
    assert "CONTRL" in written


def test_messages_of_one_interchange_are_answered_together() -> None:
    message = read_one(EXAMPLE_A)
    written = lines(message, message)
    assert written[-2] == "UNE+2+GR90012233'"
    assert sum(line.startswith("UNB") for line in written) == 1


def test_test_message_is_answered_as_a_test() -> None:
    message = read_one(EXAMPLE_A.replace(b"A++APIS'", b"A++APIS++++1'"))
    assert lines(message)[1].endswith("++APIS++++1'")
    assert read_interchanges(reply(message).encode())[0].envelope is not None


def test_message_without_version_is_answered_in_the_oldest_that_has_an_answer() -> None:
    message = read_one(str(Written()).replace("PAXLST:D:15B:UN:IATA", "PAXLST"))
    assert "CUSRES:D:05B:UN:IATA" in reply(message)


def test_nothing_but_printable_ascii_goes_out() -> None:
    message = read_one(str(Written(people=person("RFF+ABO:Ж?'+:1"))))
    assert reply(message).isascii()


@given(st.lists(st.text(max_size=8) | st.none() | st.tuples(st.text(max_size=5), st.none()), max_size=4))
def test_written_segment_has_one_terminator_of_its_own(elements: list[str | None]) -> None:
    written = write_segment("FTX", *elements)
    body = written.replace("??", "").replace("?'", "")
    assert body.count("'") == 1
    assert body.endswith("'")


def test_close_out_is_acknowledged_and_names_only_whom_it_cannot_take() -> None:
    people = person("RFF+ABO:R1") + person("RFF+ABO:R2", name=":")
    written = lines(read_one(str(Written(function="BGM+266+CLOB'", people=people))))
    assert "BGM+312'" in written
    assert [line for line in written if line.startswith(("RFF+ABO", "ERC"))] == [
        "RFF+ABO:R2'",
        "ERC+4Z'",
        "ERC+101'",
    ]


def test_decided_replies_are_written_as_they_were_decided() -> None:
    message = read_one(str(Written(people=person("RFF+ABO:R1"))))
    reply = Reply((Answer(None, "R1", DEFAULT_TABLE.sent_for(Meaning.DO_NOT_BOARD)),), Document.CHANGE)
    text = build_reply([message], own_name="XAAGOV", reference="REF", prepared_at=PREPARED, replies=[reply])
    assert "BGM+132'" in text
    assert "RFF+ABO:R1'\r\nERC+1Z'\r\nFTX+AAP+++DO NOT BOARD. CONTACT THE AUTHORITY'" in text


def test_state_without_error_numbers_sends_the_directive_alone() -> None:
    message = read_one(str(Written(people=person(name=":"))))
    table = DirectiveTable(DEFAULT_TABLE.directives, {})
    text = build_reply([message], own_name="XAAGOV", reference="REF", prepared_at=PREPARED, table=table)
    assert text.count("ERC+") == 1


def test_member_of_a_manifest_is_no_segment() -> None:
    message = read_one(str(Written(people=person(name=":"))))
    (fault,) = message.faults
    in_json = replace(message, faults=(replace(fault, segment="birth_date"),))
    assert "ERP+2'" in lines(in_json)


def test_warning_beside_a_refusal_is_no_error_of_the_message() -> None:
    message = read_one(str(Written(flight="", people=person("ATT+2++Q"))))
    assert sum(line.startswith("ERP") for line in lines(message)) == 1
    warned = replace(message, faults=(*message.faults, Fault(Severity.WARNING, "SEX_UNKNOWN", "ATT")))
    assert sum(line.startswith("ERP") for line in lines(warned)) == 1


def test_answer_goes_back_to_the_address_it_came_from() -> None:
    sent = EXAMPLE_A.replace(b"UNB+UNOA:4+XADCS+GRGOVAPI", b"UNB+UNOA:4+XADCS:ZZ:GATE7+GRGOVAPI:ZZ:DESK")
    sent = sent.replace(b"UNG+PAXLST+XADCS+GRGOVAPI", b"UNG+PAXLST+XA:ZZ+GRAPI:14")
    written = lines(read_one(sent))
    assert written[1] == "UNB+UNOA:4+GRGOVAPI:ZZ:DESK+XADCS:ZZ:GATE7+271114:0410+GR90012233++APIS'"
    assert written[2] == "UNG+CUSRES+GRAPI:14+XA:ZZ+271114:0410+GR90012233+UN+D:15B'"


def test_answer_without_a_group_to_answer_is_addressed_as_its_interchange() -> None:
    sent = EXAMPLE_A.replace(b"UNG+PAXLST+XADCS+GRGOVAPI+271114:0410+418001+UN+D:15B'", b"")
    sent = sent.replace(b"UNE+1+418001'", b"").replace(b"+XADCS+GRGOVAPI+", b"+1A:TS++")
    assert lines(read_one(sent))[2].startswith("UNG+CUSRES+XAAGOV+1A:TS+")


def test_groups_of_two_carriers_in_one_interchange_are_answered_apart() -> None:
    first, second = read_one(EXAMPLE_A), read_one(EXAMPLE_A.replace(b"PAXLST+XADCS", b"PAXLST+XBDCS"))
    written = lines(first, second)
    assert [line[:22] for line in written if line.startswith("UNG")] == [
        "UNG+CUSRES+GRGOVAPI+XA",
        "UNG+CUSRES+GRGOVAPI+XB",
    ]
    assert written[-1] == "UNZ+2+GR90012233'"
    (interchange,) = read_interchanges(reply(first, second).encode())
    assert [each.warnings for each in interchange.messages] == [(), ()]
