"""Inputs that once brought an undeclared error out of a reader, each by what was wrong with it."""

from services.ingest.formats.registry import read_messages
from shared.travel.message import ParsedMessage
from shared.travel.reservation_parts import BagTag
from tests.unit.ingest.samples import MESSAGES, RECEIVED_AT, codes

PUSH = (MESSAGES / "pnrgov-a.edi").read_bytes()
XML = (MESSAGES / "pnrgov-a.xml").read_bytes()


def read(body: bytes) -> ParsedMessage:
    (message,) = read_messages(body, "", RECEIVED_AT)
    return message


def test_reservation_opened_by_a_tag_that_only_begins_like_one_is_read() -> None:
    message = read(PUSH.replace(b"SRC'\nRCI+XA:Q7KD2M::010927:0812+1A:M3P9RT'", b"SRC'REF:X'"))
    assert "LOCATOR_MISSING" in codes(message)
    assert len(message.reservations) == 2


def test_traveller_rejected_among_reservations_costs_nobody_else() -> None:
    message = read(PUSH.replace(b"TIF+OSEI+KOFIMR:A:2'", b"TIF++:A:2'", 1))
    assert message.rejected_travellers != ()
    assert message.ordinals == ()
    assert len(message.reservations) == 2


def test_bag_tag_with_more_digits_than_any_has_is_one_tag() -> None:
    number = "9" * 5_000
    assert BagTag(number=number, count=2).numbers == (number,)


def test_element_whose_name_no_namespace_admits_is_refused_by_its_line() -> None:
    message = read(XML.replace(b"<POS>", b"<POS xmlns:a='&#39;}b'><a:x/>", 1))
    (fault,) = message.faults
    assert (fault.code, fault.position) == ("XML_UNREADABLE", 14)
