"""PNRGOV in XML: reservations that carriers push, to the same values as from EDIFACT.

Each element is written as the segment that it stands for, and those are read by the reader of segments, so
that a service text, a name or a bag means the same whichever way it came.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.ingest.errors import MalformedMessage
from services.ingest.formats.edifact import EdifactMessage
from services.ingest.formats.flights import StateOf
from services.ingest.formats.pnrgov import parse_pnrgov
from services.ingest.formats.pnrgov_xml.leg_rows import add_leg, add_pushed_leg
from services.ingest.formats.pnrgov_xml.office_rows import add_addresses, add_excess_baggage, add_office
from services.ingest.formats.pnrgov_xml.rows import Rows, utc_time
from services.ingest.formats.pnrgov_xml.service_rows import (
    add_remarks,
    add_services,
    add_unstructured_history,
)
from services.ingest.formats.pnrgov_xml.traveller_rows import add_traveller, reference_of
from services.ingest.formats.pnrgov_xml.tree import DEFAULT_LIMITS, Node, XmlLimits, read_nodes
from services.ingest.formats.separators import Separators, split_segment
from shared.travel.message import Fault, MessageKind, ParsedMessage, Severity

PUSH, UPDATE = "22", "141"
# Segments that a fault names because they are not there, and the elements that would say the same.
_MISSING: Final = {"EQN": "PNRs", "TVL": "FlightLeg"}
_UPDATES: Final = frozenset({UPDATE, "UPDATE", "CHANGE", "CHANGED", "DELTA"})


def parse_pnrgov_xml(
    body: bytes,
    received_at: datetime,
    *,
    state_of: StateOf,
    own_state: str | None = None,
    limits: XmlLimits = DEFAULT_LIMITS,
) -> ParsedMessage:
    """Read one IATA_PNRGOV_NotifRQ message.

    Names of elements and attributes are matched without namespace, case, underscores and hyphens; a fact may
    be an attribute or a child element; unknown elements are passed over. Times are local, an offset beside
    them is left out; instants of the reservation system are UTC.

    Args:
        body: The XML as received.
        received_at: When it arrived, aware.
        state_of: The State of an airport, to find whether the leg crosses a border.
        own_state: The receiving State, three letters, for the same purpose.
        limits: What the message may hold at most.

    Returns:
        The message; its faults name the element in place of the segment, and the line in place of the
        position. One that breaks off, is over a limit or has no readable flight is returned with a
        `MESSAGE_REJECTED` fault and what could be read of its envelope.

    Raises:
        UnsupportedMessage: XML of another kind.
        DoctypeForbidden: A document type is declared.
        MalformedMessage: Not even the first element can be read.

    Source:
        IATA PNRGOV XML 13.1 as `spec/pnrgov.md` §13 restates it.
    """
    nodes = read_nodes(body, limits)
    root = next(nodes)
    reservations = Rows()
    try:
        for node in nodes:
            _add_reservation(reservations, node)
        return _read_rows(root, reservations, received_at, state_of, own_state)
    except MalformedMessage as refusal:
        fault = Fault(Severity.MESSAGE_REJECTED, refusal.fault_code, refusal.segment, refusal.position)
        return _envelope_of(root).rejected(fault)


def _read_rows(
    root: Node, reservations: Rows, received_at: datetime, state_of: StateOf, own_state: str | None
) -> ParsedMessage:
    """Let the reader of segments read what was written, and tell its faults by element and line."""
    rows = _header_rows(root)
    rows.extend(reservations)
    rows.add(root, "UNT", str(len(rows.raw) + 1), "1")
    separators = Separators()
    message = EdifactMessage(split_segment(rows.raw[0], 1, separators), tuple(rows.raw), separators)
    try:
        read = parse_pnrgov(message, _envelope_of(root), received_at, state_of=state_of, own_state=own_state)
    except MalformedMessage as refusal:
        fault = _placed(Fault(Severity.WARNING, "", refusal.segment, refusal.position), rows)
        raise MalformedMessage(refusal.fault_code, fault.segment, fault.position) from None
    return replace(read, faults=tuple(_placed(fault, rows) for fault in read.faults))


def _envelope_of(root: Node) -> ParsedMessage:
    """What the root says of the message as such.

    Source:
        OpenTravel message header attributes, which IATA's schema of 2007 shares.
    """
    reference = root.value("transactionidentifier", "echotoken", "correlationid")
    return ParsedMessage(
        kind=MessageKind.PNRGOV_XML,
        version=root.value("version") or None,
        sender=root.first("originator").value("airlinecode", "systemcode") or None,
        message_reference=root.value("correlationid", "echotoken") or None,
        transaction_reference=reference or None,
        access_reference=reference or None,
        is_test=root.value("target").upper() == "TEST",
    )


def _header_rows(root: Node) -> Rows:
    rows = Rows()
    originator = root.first("originator")
    function = root.value("messagefunction", "messagetype").upper()
    rows.add(root, "UNH", "1", ("PNRGOV", "13", "1", "IA"))
    rows.add(root, "MSG", ("", UPDATE if function in _UPDATES else PUSH))
    rows.add_filled(originator, "ORG", originator.value("airlinecode", "systemcode"))
    for leg in root.all("flightleg"):
        add_pushed_leg(rows, leg)
    for pnrs in root.below("pnrs"):
        rows.add_filled(pnrs, "EQN", pnrs.value("numberofpnrs"))
    return rows


def _add_reservation(rows: Rows, node: Node) -> None:
    """One PNR as segment group 1."""
    rows.add(node, "SRC")
    created = utc_time(node.value("pnrcreationdate"))
    locators = [
        (ref.first("companyname").value("code") or ref.value("companycode"), ref.value("id"), _kind_of(ref))
        for ref in node.all("bookingrefid")
    ]
    dated = [(*locator, *created) if place == 0 else locator for place, locator in enumerate(locators)]
    rows.add_filled(node, "RCI", *dated)
    add_services(rows, node)
    moments = {"700": utc_time(node.value("pnrtransdate")), "710": utc_time(node.value("lasttktdate"))}
    rows.add_filled(node, "DAT", *((code, *moment) for code, moment in moments.items() if moment[0]))
    add_remarks(rows, node)
    add_office(rows, node)
    add_addresses(rows, node)
    for bags in node.all("prepaidbag"):
        add_excess_baggage(rows, bags)
    passengers = node.all("passenger")
    for passenger in passengers:
        add_traveller(rows, passenger)
    flights = node.all("flight")
    tagged = _tagged_bags(passengers)
    for place, flight in enumerate(flights):
        add_leg(rows, flight, tagged if place == _leg_of_bags(flights) else {})
    add_unstructured_history(rows, node)


def _kind_of(locator: Node) -> str:
    """`C` for the reference of a departure control system; the other types are OTA's own."""
    kind = locator.value("type").upper()
    return kind if kind == "C" else ""


def _tagged_bags(passengers: list[Node]) -> dict[str, list[Node]]:
    """The bags with a tag number, by their traveller's reference."""
    tagged = {
        reference_of(passenger): [bag for bag in passenger.all("excessbaggage") if bag.value("serialnumber")]
        for passenger in passengers
    }
    return {reference: bags for reference, bags in tagged.items() if bags}


def _leg_of_bags(flights: list[Node]) -> int:
    """The leg on which tagged bags were checked in: the first with a check-in, else the first."""
    return next((place for place, flight in enumerate(flights) if flight.all("checkininfo")), 0)


def _placed(fault: Fault, rows: Rows) -> Fault:
    """The same fault, told by element and line in place of segment and position.

    A segment that is not there has no line; the element that would have said the same is named alone.
    """
    place = (fault.position or 1) - 1
    if fault.position is None or rows.raw[place][:3] != fault.segment:
        missing = _MISSING.get(fault.segment or "", fault.segment)
        return replace(fault, segment=missing, position=None, element=None)
    segment, line = rows.places[place]
    return replace(fault, segment=segment, position=line, element=None)
