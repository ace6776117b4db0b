"""CONTRL: rejected interchanges, and those whose sender asks to be told that they could be read."""

from dataclasses import replace

import pytest

from services.ingest.formats.acknowledgements import SyntaxReport, read_answers
from services.ingest.formats.edifact import read_interchanges
from services.ingest.formats.registry import read_messages
from services.ingest.replies.contrl import build_contrl
from services.ingest.replies.reply import build_reply
from shared.travel.message import MessageKind, ParsedMessage
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B, RECEIVED_AT, read_one

ASKING = EXAMPLE_A.replace(b"++APIS'", b"++APIS++1'")


def answer(*messages: ParsedMessage) -> str:
    return build_reply(messages, own_name="XAAGOV", reference="GR90012233", prepared_at=RECEIVED_AT)


def reports(text: str) -> list[SyntaxReport]:
    return [each for each in read_answers(text.encode()) if isinstance(each, SyntaxReport)]


def test_contrl_is_sent_before_the_answer_where_the_sender_asks() -> None:
    text = answer(read_one(ASKING))
    assert (text.index("CONTRL:D:3:UN"), text.count("UNB+")) < (text.index("CUSRES:D"), 3)
    (report,) = reports(text)
    assert (report.interchange_reference, report.action, report.error) == ("XA0418271114A", "7", None)
    assert "UNZ+1+GR90012233'" in text
    assert "UNZ+1+GR90012233-1'" in text


def test_contrl_is_not_sent_where_nobody_asks() -> None:
    assert reports(answer(read_one(EXAMPLE_A))) == []


def test_contrl_acknowledges_the_syntax_of_a_message_whose_meaning_is_refused() -> None:
    refused = read_one(ASKING.replace(b"BGM+745", b"BGM+999"))
    (report,) = reports(answer(refused))
    assert (refused.is_rejected, report.action) == (True, "7")


def test_contrl_is_sent_once_for_an_interchange_of_both_kinds() -> None:
    message = read_one(ASKING)
    text = answer(message, replace(message, kind=MessageKind.PNRGOV), message)
    assert len(reports(text)) == 1
    assert ("CUSRES:D" in text, "ACKRES" in text) == (True, True)


def test_contrl_rejects_a_truncated_interchange_once_even_where_it_is_asked_for() -> None:
    broken, whole = read_messages(ASKING[:700] + EXAMPLE_B, "", RECEIVED_AT)
    (report,) = reports(answer(broken, whole))
    assert (broken.wants_acknowledgement, report.action, report.error) == (True, "4", "13")


@pytest.mark.parametrize(
    ("sent", "uci"),
    [
        (EXAMPLE_A[:600], "UCI+XA0418271114A+XADCS+GRGOVAPI+4+13+UNT'"),
        (EXAMPLE_A.replace(b"UNZ+1+XA0418271114A'", b""), "UCI+XA0418271114A+XADCS+GRGOVAPI+4+13+UNZ'"),
        (b"UNB+UNOA:4+A+B+271114:0410+R'UNZ+0+R'", "UCI+R+A+B+4+13+UNH'"),
        (EXAMPLE_A.replace(b"BGM", b"BGM" + b"+" * 10_001), "UCI+XA0418271114A+XADCS+GRGOVAPI+4+16+BGM'"),
        (
            EXAMPLE_A.replace(b"BGM", b"BGM+" + b"A" * 1024 * 1024),
            "UCI+XA0418271114A+XADCS+GRGOVAPI+4+39+BGM'",
        ),
    ],
    ids=["no UNT", "no UNZ", "no message", "too many components", "too long a segment"],
)
def test_contrl_names_the_error_and_the_segment(sent: bytes, uci: str) -> None:
    assert uci in answer(*read_messages(sent, "", RECEIVED_AT))


def test_contrl_names_the_element_counted_from_the_tag() -> None:
    broken, _ = read_messages(EXAMPLE_A[:700] + EXAMPLE_B, "", RECEIVED_AT)
    (fault,) = broken.faults
    at_element = replace(broken, faults=(replace(fault, code="MAX_SEGMENTS", element=2),))
    written = build_contrl(at_element, own_name="XAAGOV", reference="R", prepared_at=RECEIVED_AT)
    assert "+4+35+UNT+3'" in written
    unknown = replace(broken, faults=(replace(fault, code="MAX_MESSAGES"),))
    assert "+4+18+UNT'" in build_contrl(unknown, own_name="XAAGOV", reference="R", prepared_at=RECEIVED_AT)


def test_contrl_of_a_test_interchange_is_a_test_itself() -> None:
    message = read_one(EXAMPLE_A.replace(b"++APIS'", b"++APIS++1++1'"))
    text = build_contrl(message, own_name="XAAGOV", reference="R", prepared_at=RECEIVED_AT)
    (interchange,) = read_interchanges(text.encode())
    assert interchange.envelope is not None
    assert (message.is_test, interchange.envelope.is_test) == (True, True)


def test_contrl_names_both_sides_with_their_qualifiers() -> None:
    sent = EXAMPLE_A.replace(b"UNOA:4+XADCS+GRGOVAPI", b"UNOA:4+XADCS:ZZ+GRGOVAPI:14")
    text = answer(*read_messages(sent[:600], "", RECEIVED_AT))
    assert "UNB+UNOA:4+GRGOVAPI:14+XADCS:ZZ+" in text
    assert "UCI+XA0418271114A+XADCS:ZZ+GRGOVAPI:14+4+13+" in text
