"""IATA_AcknowledgementRS: the answer in XML to PNRs that came in XML."""

from datetime import UTC, datetime
from typing import Final

from lxml import etree

from services.ingest.replies.ackres import DEFAULT_ERRORS, ErrorTable
from shared.travel.message import Fault, ParsedMessage, Severity

NAMESPACE: Final = "http://www.iata.org/IATA/2007/00"
ROOT: Final = "IATA_AcknowledgementRS"


def build_xml_acknowledgement(
    message: ParsedMessage,
    *,
    own_name: str,
    prepared_at: datetime,
    errors: ErrorTable = DEFAULT_ERRORS,
) -> bytes:
    """Say whether a PNRGOV XML message was taken, and what could not be read.

    `Success` says that the message was taken; reservations or travellers in it that could not be read stand
    under `Warnings`. `Errors` stands in its place where nothing was taken. An error names its code in ERC
    9321, our fault code, the element and its line; never what stood there.

    Args:
        message: The message as it was read and judged.
        own_name: This State's address.
        prepared_at: When the answer is written, aware.
        errors: How our faults are told.

    Returns:
        XML in UTF-8 with its declaration.

    Source:
        `spec/pnrgov.md` §13 for the name; the form is OpenTravel's, which IATA's schema of 2007 shares.
    """
    root = etree.fromstring(f'<{ROOT} xmlns="{NAMESPACE}"/>')
    for name, value in _header(message, prepared_at).items():
        if value:
            root.set(name, value)
    _add(root, "Originator", SystemCode=own_name)
    rejected = _faults(message, Severity.MESSAGE_REJECTED)
    partly = [] if rejected else _faults(message, Severity.TRAVELLER_REJECTED)
    if rejected:
        listed = _add(root, "Errors")
        for fault in rejected:
            _add(listed, "Error", **_facts(fault, errors))
    else:
        _add(root, "Success")
    if partly:
        listed = _add(root, "Warnings")
        for fault in partly:
            _add(listed, "Warning", **_facts(fault, errors))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _header(message: ParsedMessage, prepared_at: datetime) -> dict[str, str | None]:
    moment = prepared_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "Version": message.version,
        "TimeStamp": moment,
        "Target": "Test" if message.is_test else "Production",
        "TransactionIdentifier": message.transaction_reference,
        "CorrelationID": message.message_reference,
    }


def _faults(message: ParsedMessage, severity: Severity) -> list[Fault]:
    return [fault for fault in message.faults if fault.severity is severity]


def _facts(fault: Fault, errors: ErrorTable) -> dict[str, str | None]:
    return {
        "Code": errors.code_of(fault.code),
        "ShortText": fault.code,
        "Tag": fault.segment,
        "RecordID": None if fault.position is None else str(fault.position),
    }


def _add(parent: etree._Element, name: str, **facts: str | None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for key, value in facts.items():
        if value:
            child.set(key, value)
    return child
