"""What a message says of itself before it tells of a flight: UNB, UNH, and the transaction of RFF+TN."""

import re
from dataclasses import replace

from services.ingest.formats.edifact import EdifactMessage, Envelope
from services.ingest.formats.separators import Segment, split_segment
from shared.travel.message import MessageKind, ParsedMessage

MAX_HEADER_SEGMENTS = 100
MAX_TRANSACTION_CHARACTERS = 4_096

_PART = re.compile(r"[0-9]{1,2}")


def read_header(message: EdifactMessage, envelope: Envelope) -> ParsedMessage:
    """What UNB and UNH alone say of a message, so that a refused one can be answered."""
    header = message.header
    version = f"{header.get(1, 1)}:{header.get(1, 2)}".strip(":") or message.group_version
    part = header.get(3)
    letter = header.get(3, 1).upper()
    return ParsedMessage(
        kind=MessageKind.PNRGOV if header.get(1).upper() == MessageKind.PNRGOV else MessageKind.PAXLST,
        version=version.upper() if version else None,
        sender=envelope.sender,
        recipient=envelope.recipient,
        addresses=envelope.addresses,
        group_addresses=message.group_addresses,
        interchange_reference=envelope.reference,
        message_reference=header.get(0) or None,
        access_reference=header.get(2) or None,
        part=int(part) or 1 if _PART.fullmatch(part) else 1,
        is_last_part=letter == "F" if part or letter else True,
        is_test=envelope.is_test,
        wants_acknowledgement=envelope.wants_acknowledgement,
        faults=message.warnings,
    )


def with_transaction(header: ParsedMessage, message: EdifactMessage) -> ParsedMessage:
    """The header with the reference of its RFF+TN, so that a sender can tell which message was refused."""
    for position, raw in enumerate(message.raw_segments[:MAX_HEADER_SEGMENTS], start=1):
        if raw[:3].upper() == "RFF" and len(raw) <= MAX_TRANSACTION_CHARACTERS:
            segment = split_segment(raw, position, message.separators)
            if is_transaction(segment):
                reference, revision = read_transaction(segment)
                return replace(header, transaction_reference=reference, revision=revision)
    return header


def is_transaction(segment: Segment) -> bool:
    """Whether an RFF has the reference of the exchange, and not another one."""
    return segment.get(0).upper() == "TN" and bool(segment.get(0, 1))


def read_transaction(segment: Segment) -> tuple[str, int | None]:
    """The reference of an RFF+TN and its revision, which is `None` where it is absent or no number."""
    revision = segment.get(0, 4)
    return segment.get(0, 1), int(revision[:6]) if revision.isdecimal() else None
