"""Every worked example: what was sent, what `./run parse` prints of it, what the sender is answered."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.ingest.formats.mrz import parse_mrz
from services.ingest.formats.registry import read_messages
from services.ingest.interactive.directives import Directive, Meaning
from services.ingest.replies.acknowledgement_xml import build_xml_acknowledgement
from services.ingest.replies.cusres import Answer, Reply, build_reply, reply_to
from services.ingest.replies.reply import build_reply as build_any_reply
from services.ingest.sensitive import filter_message
from shared.travel.message import ParsedMessage
from tests.unit.ingest.samples import MESSAGES

RECEIVED_AT = datetime(2027, 11, 14, 5, 23, tzinfo=UTC)
STATES = {"DXB": "ARE", "ATH": "GRC", "BOM": "IND", "ZRH": "CHE", "AUH": "ARE"}
EXAMPLES = ("paxlst-a", "paxlst-b", "paxlst-c", "type-b", "pnrgov-a")


def read(name: str) -> list[ParsedMessage]:
    body = (MESSAGES / name).read_bytes()
    messages = read_messages(body, "", RECEIVED_AT, state_of=STATES.get)
    return [filter_message(message) for message in messages]


def expected(name: str) -> list[Any]:
    value = json.loads((MESSAGES / f"{name}.json").read_text())
    return value if isinstance(value, list) else [value]


def text_of(name: str) -> str:
    return (MESSAGES / name).read_text().replace("\n", "\r\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_example_prints_as_it_is_written_down(name: str) -> None:
    assert [message.as_json() for message in read(f"{name}.edi")] == expected(name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_example_is_answered_as_it_is_written_down(name: str) -> None:
    messages = read(f"{name}.edi")
    reply = build_any_reply(messages, own_name="XAAGOV", reference="ACK00418", prepared_at=RECEIVED_AT)
    assert reply == text_of(f"{name}.reply.edi")


def test_answer_of_the_cusres_guide_is_written_as_it_stands_there() -> None:
    """The State asks for one traveller's visa again, in its own words; the others may board."""
    (message,) = read("paxlst-a.edi")
    first, second, third = reply_to(message).answers
    words = Directive("4Z", Meaning.RESUBMIT, "VISA NUMBER NOT FOUND. CHECK DOCUMENT AND RESEND")
    asked = Answer(second.locator, second.carrier_reference, words)
    text = build_reply(
        [message],
        own_name="XAAGOV",
        reference="GR90012233",
        prepared_at=datetime(2027, 11, 14, 4, 10, tzinfo=UTC),
        replies=[Reply((first, asked, third))],
    )
    # Our group's control reference is the interchange's own; the guide leaves its first two letters out.
    written = text.replace("+GR90012233+UN+", "+90012233+UN+").replace("UNE+1+GR", "UNE+1+")
    assert written == text_of("paxlst-a.cusres.edi")


def test_push_in_xml_prints_as_it_is_written_down() -> None:
    assert [message.as_json() for message in read("pnrgov-a.xml")] == expected("pnrgov-a.xml")


def test_push_in_xml_is_acknowledged_as_it_is_written_down() -> None:
    (message,) = read("pnrgov-a.xml")
    xml = build_xml_acknowledgement(message, own_name="XAA-PIU-01", prepared_at=RECEIVED_AT)
    assert xml.decode() == (MESSAGES / "pnrgov-a.reply.xml").read_text()


def test_specimen_of_doc_9303_is_read_as_it_is_written_down() -> None:
    """Utopia, the specimen's State, is none, so that issuer and nationality are absent."""
    zone = parse_mrz((MESSAGES / "mrz-td3.txt").read_text(), date(2027, 11, 14))
    assert [
        {
            "type": zone.type,
            "number": zone.number,
            "issuer": zone.issuer,
            "surname": zone.surname,
            "given_names": zone.given_names,
            "nationality": zone.nationality,
            "birth_date": str(zone.birth_date),
            "sex": zone.sex,
            "expiry": str(zone.expiry),
            "optional": zone.optional,
            "wrong_checks": list(zone.wrong_checks),
        }
    ] == expected("mrz-td3")
