"""From a body and its content type to a reader."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.ingest.errors import (
    DoctypeForbidden,
    MalformedMessage,
    RefusedMessage,
    UnknownFormat,
    UnsupportedMessage,
)
from services.ingest.formats import edifact, manifest, paxlst
from services.ingest.formats.collection import without_collecting
from services.ingest.formats.document_checks import check_message
from services.ingest.formats.edifact import EdifactMessage, Envelope, Interchange
from services.ingest.formats.flights import StateOf
from services.ingest.formats.message_header import read_header, with_transaction
from services.ingest.formats.pnrgov import parse_pnrgov
from services.ingest.formats.pnrgov_xml.message import parse_pnrgov_xml
from services.ingest.formats.sheet_cells import ZIP_START
from services.ingest.formats.spreadsheet import SHEET_TYPES, looks_like_sheet, parse_spreadsheet
from shared.travel.message import Fault, MessageKind, ParsedMessage, Severity

JSON_TYPES = frozenset(["application/json"])
XML_TYPES = frozenset(["application/xml", "text/xml"])
SNIFFED_BYTES = 4_096
# XML in one-byte encodings and in UTF-16 with its mark, either byte order.
_XML_STARTS = (b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")

_EDIFACT_READERS = {MessageKind.PAXLST.value: paxlst.parse_paxlst, MessageKind.PNRGOV.value: parse_pnrgov}


def _no_state(_: str) -> None:
    return None


def read_messages(
    body: bytes,
    content_type: str,
    received_at: datetime,
    *,
    state_of: StateOf = _no_state,
    own_state: str | None = None,
) -> list[ParsedMessage]:
    """Read every message of a body.

    The first bytes decide, because airlines send EDIFACT under many names; the content type decides only
    between a JSON, an XML and a CSV body that is neither.

    Args:
        body: As received.
        content_type: The media type, parameters allowed.
        received_at: When the body arrived, aware.
        state_of: The State of an airport (see `parse_paxlst`).
        own_state: The receiving State, three letters.

    Returns:
        At least one message, in the order sent. An EDIFACT or PNRGOV XML message that must be refused is
        returned with a `MESSAGE_REJECTED` fault, so that its neighbours are not lost over it.

    Raises:
        UnknownFormat: Neither EDIFACT, nor JSON, nor XML, nor a sheet of travellers.
        DoctypeForbidden: XML that declares a document type.
        UnsupportedMessage: XML of any other kind than PNRGOV.
        MalformedMessage: XML of which not even the first element can be read.
        ManifestMalformed: JSON that is no manifest.
        SheetMalformed: A sheet that cannot be taken.
    """
    with without_collecting(len(body)):
        return _read_body(body, content_type, received_at, state_of, own_state)


def _read_body(
    body: bytes, content_type: str, received_at: datetime, state_of: StateOf, own_state: str | None
) -> list[ParsedMessage]:
    # What a document cannot say is the same warning in every format; a sheet names the cell itself.
    today = received_at.date()
    media_type = content_type.partition(";")[0].strip().lower()
    start = body[:SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if media_type in JSON_TYPES or start[:1] == b"{":
        posted = manifest.parse_manifest(body, received_at, state_of=state_of, own_state=own_state)
        return [check_message(posted, today)]
    if media_type in XML_TYPES or start.startswith(_XML_STARTS):
        if b"<!doctype" in body.lower():
            raise DoctypeForbidden("DOCTYPE")
        push = parse_pnrgov_xml(body, received_at, state_of=state_of, own_state=own_state)
        return [check_message(push, today)]
    if body.startswith(ZIP_START) or not edifact.looks_like_edifact(body):
        if media_type not in SHEET_TYPES and not looks_like_sheet(body):
            raise UnknownFormat("FORMAT")
        return [parse_spreadsheet(body, received_at, state_of=state_of, own_state=own_state)]
    messages: list[ParsedMessage] = []
    for interchange in edifact.read_interchanges(body):
        messages.extend(_read_interchange(interchange, received_at, state_of, own_state))
    return [check_message(message, today) for message in messages]


def _read_interchange(
    interchange: Interchange, received_at: datetime, state_of: StateOf, own_state: str | None
) -> Iterator[ParsedMessage]:
    envelope, failure = interchange.envelope, interchange.failure
    if failure is not None or envelope is None:
        assert failure is not None
        yield _unreadable(interchange, failure)
        return
    for message in interchange.messages:
        yield _read_message(message, envelope, received_at, state_of, own_state)


def _read_message(
    message: EdifactMessage,
    envelope: Envelope,
    received_at: datetime,
    state_of: StateOf,
    own_state: str | None,
) -> ParsedMessage:
    header = read_header(message, envelope)
    try:
        parse = _EDIFACT_READERS.get(message.header.get(1).upper())
        if parse is None:
            raise UnsupportedMessage("MESSAGE_TYPE_UNSUPPORTED", "UNH", 1)
        return parse(message, header, received_at, state_of=state_of, own_state=own_state)
    except (MalformedMessage, UnsupportedMessage) as refusal:
        return with_transaction(header, message).rejected(_fault_of(refusal))


def _unreadable(interchange: Interchange, failure: MalformedMessage) -> ParsedMessage:
    """What an interchange that broke is known by: its UNB, and the UNH of the message in which it broke."""
    unread = ParsedMessage(kind=MessageKind.PAXLST)
    if interchange.envelope is not None and interchange.broken is not None:
        unread = read_header(interchange.broken, interchange.envelope)
    return replace(unread, is_syntax_failure=True).rejected(_fault_of(failure))


def _fault_of(refusal: RefusedMessage) -> Fault:
    return Fault(
        Severity.MESSAGE_REJECTED,
        refusal.fault_code,
        refusal.segment,
        refusal.position,
        element=refusal.element,
    )
