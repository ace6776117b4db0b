import pytest

from services.ingest.errors import (
    DoctypeForbidden,
    MalformedMessage,
    ManifestMalformed,
    RefusedMessage,
    UnknownFormat,
    UnsupportedMessage,
)
from services.ingest.formats.registry import read_messages
from shared.travel.message import MessageKind
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B, MESSAGES, RECEIVED_AT, codes

PUSH = (MESSAGES / "pnrgov-a.edi").read_bytes()


@pytest.mark.parametrize(
    "content_type", ["application/edifact", "text/plain; charset=us-ascii", "", "nonsense"]
)
def test_edifact_is_known_by_its_first_bytes(content_type: str) -> None:
    assert len(read_messages(EXAMPLE_A, content_type, RECEIVED_AT)) == 1


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8", ""])
def test_doctype_is_refused_in_a_full_sentence(content_type: str) -> None:
    with pytest.raises(DoctypeForbidden) as caught:
        read_messages(b"<?xml version='1.0'?>\n<!docTYPE a []><a/>", content_type, RECEIVED_AT)
    assert caught.value.detail.startswith("The XML declares a document type (DOCTYPE)")


def test_other_xml_than_pnrgov_is_not_taken() -> None:
    with pytest.raises(UnsupportedMessage, match="XML"):
        read_messages(b"<a/>", "", RECEIVED_AT)
    with pytest.raises(UnsupportedMessage, match="XML"):
        read_messages(b"not even", "application/xml", RECEIVED_AT)


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"hello"])
def test_anything_else_is_an_unknown_format(body: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read_messages(body, "application/edifact", RECEIVED_AT)


def test_broken_interchange_becomes_a_rejected_message_beside_the_others() -> None:
    broken, whole = read_messages(EXAMPLE_A[:700] + EXAMPLE_B, "", RECEIVED_AT)
    assert (broken.is_rejected, broken.is_syntax_failure, codes(broken)) == (True, True, ["TRUNCATED"])
    assert (broken.sender, broken.interchange_reference) == ("XADCS", "XA0418271114A")
    assert not whole.is_rejected


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (EXAMPLE_A[:700], (MessageKind.PAXLST, "PAX001", "XA418/271114/0530")),
        (EXAMPLE_A[:-30], (MessageKind.PAXLST, "PAX001", "XA418/271114/0530")),
        (PUSH[: PUSH.index(b"UNT+")], (MessageKind.PNRGOV, "1", "271114/0522/XA/418")),
        (b"UNB+UNOA:4+A+B+271114:0410+R1'", (MessageKind.PAXLST, None, None)),
    ],
    ids=["in a list", "behind a list", "in a push", "before any"],
)
def test_broken_interchange_is_known_by_the_message_it_breaks_in(
    body: bytes, known: tuple[MessageKind, str | None, str | None]
) -> None:
    (message,) = read_messages(body, "", RECEIVED_AT)
    assert message.is_syntax_failure
    assert (message.kind, message.message_reference, message.access_reference) == known


def test_interchange_without_a_readable_envelope_is_rejected() -> None:
    (message,) = read_messages(b"UNB+UNOA:4+A+B", "", RECEIVED_AT)
    assert (message.is_rejected, message.sender, message.is_test) == (True, None, False)


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (
            MalformedMessage("TRUNCATED", "UNT", 7),
            "The message could not be read: TRUNCATED in UNT, number 7.",
        ),
        (
            ManifestMalformed("MEMBER_MISSING", "function"),
            "The JSON manifest breaks its schema: MEMBER_MISSING in function.",
        ),
        (
            ManifestMalformed("JSON_UNREADABLE"),
            "The JSON manifest breaks its schema: JSON_UNREADABLE.",
        ),
    ],
)
def test_refusal_is_a_whole_sentence(refusal: RefusedMessage, sentence: str) -> None:
    assert refusal.detail == sentence
