"""PNR messages over HTTP: ACKRES where EDIFACT is asked for, IATA_AcknowledgementRS where XML is."""

import pytest
from lxml import etree

from services.ingest.formats.acknowledgements import Acknowledgement, read_answers
from services.ingest.formats.pnrgov.reader import MAX_PNR_SEGMENT_CHARACTERS
from tests.integration.ingest.conftest import MESSAGES, Ingest
from tests.integration.ingest.test_interactive import check_in
from tests.integration.ingest.test_reservations import Push, pnr, pnr_ingest

__all__ = ["pnr_ingest"]

PUSH = (MESSAGES / "pnrgov-a.edi").read_bytes()
XML = (MESSAGES / "pnrgov-a.xml").read_bytes()


def acknowledgement(text: str) -> Acknowledgement:
    (answer,) = read_answers(text.encode())
    assert isinstance(answer, Acknowledgement)
    return answer


async def test_push_without_a_readable_flight_is_answered_by_ackres(ingest: Ingest) -> None:
    body = PUSH.replace(b"+DXB+ATH+XA+418'", b"+DXB+ATH+XA'", 1)
    answer = await ingest.submit(body, Accept="application/edifact")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/edifact")
    read = acknowledgement(answer.text)
    assert (read.is_processed, read.errors) == (False, ("114",))
    assert read.header.access_reference == "271114/0522/XA/418"
    assert answer.headers["location"].startswith("/v1/receipts/")


async def test_broken_xml_is_answered_in_xml_where_xml_is_asked_for(ingest: Ingest) -> None:
    answer = await ingest.submit(XML[:3_000], Content_Type="application/xml", Accept="application/xml")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/xml")
    root = etree.fromstring(answer.content)
    assert root.get("TransactionIdentifier") == "271114/0522/XA/418"
    assert [error.get("ShortText") for error in root.iter("{*}Error")] == ["XML_UNREADABLE"]


async def test_broken_xml_is_a_problem_with_its_receipt_for_everyone_else(ingest: Ingest) -> None:
    answer = await ingest.submit(XML[:3_000], Content_Type="application/xml")
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_MESSAGE")
    assert answer.json()["receipt"]["kind"] == "PNRGOV_XML"


@pytest.mark.parametrize("accepted", ["application/xml", "application/edifact"])
async def test_document_type_is_a_problem_whoever_asks(ingest: Ingest, accepted: str) -> None:
    body = b"<!DOCTYPE a []>" + XML.partition(b"?>")[2]
    answer = await ingest.submit(body, Content_Type="application/xml", Accept=accepted)
    assert (answer.status_code, answer.json()["code"]) == (400, "DOCTYPE_FORBIDDEN")


async def test_check_in_desk_that_sends_reservations_gets_their_acknowledgement(pnr_ingest: Ingest) -> None:
    spoilt = pnr("AAA111", "OSEI+KOFI").replace("TIF+", f"ADD++{'X' * MAX_PNR_SEGMENT_CHARACTERS}'TIF+", 1)
    response = await check_in(pnr_ingest, bytes(Push((spoilt, pnr("BBB222", "MENSAH+AMA")))))
    (answer,) = read_answers(response.content)
    assert isinstance(answer, Acknowledgement)
    assert (response.status_code, answer.is_processed, answer.errors) == (202, True, ("118",))
