"""ACKRES, CUSRES and CONTRL back into values: how a carrier's own system reads what a State answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.ingest.errors import MalformedMessage, UnsupportedMessage
from services.ingest.formats.dates import read_local_time
from services.ingest.formats.edifact import EdifactMessage, Envelope, read_interchanges
from services.ingest.formats.flights import Stop, Transport, read_designator
from services.ingest.formats.separators import Segment
from shared.travel.flight import Flight, Leg
from shared.travel.message import Fault

ACKNOWLEDGE = "23"
PROCESSED, NOT_PROCESSED = "3", "7"
_CROSSING = frozenset({"125", "87"})
_MAX_LEGS = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHeader:
    """What UNB and UNH say of an answer; `access_reference` is that of the message answered."""

    sender: str | None = None
    recipient: str | None = None
    interchange_reference: str | None = None
    is_test: bool = False
    message_reference: str | None = None
    version: str | None = None
    access_reference: str | None = None
    part: int = 1
    is_last_part: bool = True
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One ACKRES: whether a push of PNRs was processed, and the codes of ERC 9321 in the order sent."""

    header: AnswerHeader
    is_processed: bool
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderError:
    """What stands against the message as a whole: the segment's tag and position, codes and texts."""

    segment: str | None
    position: int | None
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TravellerDirective:
    """What one traveller is answered; the first of `codes` is the directive, the others are errors."""

    locator: str | None
    carrier_reference: str | None
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomsResponse:
    """One CUSRES. `function` is BGM 1001: 962 an answer, 132 a change of an earlier one, 312 a receipt."""

    header: AnswerHeader
    function: str
    transaction_reference: str | None = None
    revision: int | None = None
    flight: Flight | None = None
    errors: tuple[HeaderError, ...] = ()
    travellers: tuple[TravellerDirective, ...] = ()


@dataclass(frozen=True, slots=True)
class SyntaxReport:
    """One CONTRL: the interchange it speaks of, the action taken, the error and the segment."""

    header: AnswerHeader
    interchange_reference: str
    action: str
    error: str | None
    segment: str | None


Answer = Acknowledgement | CustomsResponse | SyntaxReport


def read_answers(body: bytes) -> list[Answer]:
    """Read every answer of a body.

    Args:
        body: Interchanges with ACKRES, CUSRES or CONTRL messages, as `read_interchanges` takes them.

    Returns:
        At least one answer, in the order sent.

    Raises:
        MalformedMessage: The syntax breaks, or an answer lacks what it must say; `position` counts from
            UNH = 1.
        UnsupportedMessage: A message of another type.

    Source:
        `spec/cusres.md` §1; `spec/pnrgov.md` §12; ISO 9735-4 (CONTRL).
    """
    answers: list[Answer] = []
    for interchange in read_interchanges(body):
        envelope = interchange.envelope
        if interchange.failure is not None:
            raise interchange.failure
        assert envelope is not None, "an interchange that was read to its end has an envelope"
        answers.extend(_read(message, envelope) for message in interchange.messages)
    return answers


def _read(message: EdifactMessage, envelope: Envelope) -> Answer:
    header = _header(message, envelope)
    match message.header.get(1).upper():
        case "ACKRES":
            return _read_ackres(message, header)
        case "CUSRES":
            return _CusresReading(header).read(message)
        case "CONTRL":
            return _read_contrl(message, header)
    raise UnsupportedMessage("MESSAGE_TYPE_UNSUPPORTED", "UNH", 1)


def _header(message: EdifactMessage, envelope: Envelope) -> AnswerHeader:
    header = message.header
    part, letter = header.get(3), header.get(3, 1).upper()
    return AnswerHeader(
        sender=envelope.sender,
        recipient=envelope.recipient,
        interchange_reference=envelope.reference,
        is_test=envelope.is_test,
        message_reference=header.get(0) or None,
        version=f"{header.get(1, 1)}:{header.get(1, 2)}".strip(":") or None,
        access_reference=header.get(2) or None,
        part=_whole(part) or 1,
        is_last_part=letter == "F" if part else True,
        warnings=message.warnings,
    )


def _whole(text: str) -> int | None:
    """A short whole number; `None` for anything else."""
    return int(text) if text.isdecimal() and len(text) <= len("999999") else None


def _read_ackres(message: EdifactMessage, header: AnswerHeader) -> Acknowledgement:
    response = ""
    errors = []
    for segment in message.segments():
        if segment.tag == "MSG":
            if segment.get(0, 1) != ACKNOWLEDGE:
                raise UnsupportedMessage("FUNCTION_UNKNOWN", segment.tag, segment.position)
            response = segment.get(1)
        elif segment.tag == "ERC":
            errors.append(segment.get(0))
    if response not in {PROCESSED, NOT_PROCESSED}:
        raise MalformedMessage("RESPONSE_MISSING", "MSG", 2)
    return Acknowledgement(header, response == PROCESSED, tuple(errors))


def _read_contrl(message: EdifactMessage, header: AnswerHeader) -> SyntaxReport:
    for segment in message.segments():
        if segment.tag == "UCI":
            return SyntaxReport(
                header, segment.get(0), segment.get(3), segment.get(4) or None, segment.get(5) or None
            )
    raise MalformedMessage("RESPONSE_MISSING", "UCI", 2)


@dataclass(slots=True)
class _Group:
    """One ERP group as far as it was read."""

    is_header: bool
    segment: str | None
    position: int | None
    locator: str | None = None
    carrier_reference: str | None = None
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class _CusresReading:
    """One pass over a CUSRES: which group is open, and what was read so far."""

    def __init__(self, header: AnswerHeader) -> None:
        self._header = header
        self._function = ""
        self._transaction: str | None = None
        self._revision: int | None = None
        self._transports: list[Transport] = []
        self._groups: list[_Group] = []

    def read(self, message: EdifactMessage) -> CustomsResponse:
        for segment in message.segments():
            if self._groups:
                self._take_in_group(segment)
            else:
                self._take(segment)
        if not self._function:
            raise MalformedMessage("FUNCTION_MISSING", "BGM", 2)
        return CustomsResponse(
            self._header,
            self._function,
            self._transaction,
            self._revision,
            self._flight(),
            tuple(
                HeaderError(each.segment, each.position, tuple(each.codes), tuple(each.texts))
                for each in self._groups
                if each.is_header
            ),
            tuple(
                TravellerDirective(each.locator, each.carrier_reference, tuple(each.codes), tuple(each.texts))
                for each in self._groups
                if not each.is_header
            ),
        )

    def _take(self, segment: Segment) -> None:
        match segment.tag:
            case "BGM":
                self._function = segment.get(0)
            case "RFF":
                self._take_reference(segment)
            case "DTM" | "LOC" if self._transports:
                self._take_stop(segment, self._transports[-1].stops)
            case "ERP":
                self._open(segment)

    def _take_reference(self, segment: Segment) -> None:
        match segment.get(0).upper():
            case "TN":
                self._transaction = segment.get(0, 1) or None
                self._revision = _whole(segment.get(0, 4))
            case "AF":
                if len(self._transports) >= _MAX_LEGS:
                    raise MalformedMessage("MAX_LEGS", segment.tag, segment.position)
                transport, _ = read_designator(segment.get(0, 1), "")
                transport.stops.extend((Stop("", ""), Stop("", "")))
                self._transports.append(transport)

    def _take_stop(self, segment: Segment, stops: list[Stop]) -> None:
        origin, destination = stops
        if segment.tag == "LOC":
            stop = destination if origin.airport else origin
            stop.qualifier, stop.airport = segment.get(0), segment.get(1).upper()
            return
        try:
            moment, _ = read_local_time(segment.get(0, 1))
        except ValueError:
            raise MalformedMessage("FLIGHT_TIME_UNREADABLE", segment.tag, segment.position) from None
        if segment.get(0) == "232":
            destination.arrival = moment
        else:
            origin.departure = moment

    def _take_in_group(self, segment: Segment) -> None:
        group = self._groups[-1]
        match segment.tag, segment.get(0).upper():
            case "ERP", _:
                self._open(segment)
            case "RFF", "AVF":
                group.locator = segment.get(0, 1) or None
            case "RFF", "ABO":
                group.carrier_reference = segment.get(0, 1) or None
            case "ERC", _:
                group.codes.append(segment.get(0))
            case "FTX", _:
                group.texts.append(segment.get(3))

    def _open(self, segment: Segment) -> None:
        self._groups.append(_Group(segment.get(0) == "1", segment.get(1) or None, _whole(segment.get(1, 1))))

    def _flight(self) -> Flight | None:
        if not self._transports:
            return None
        first = self._transports[0]
        return Flight(first.carrier, first.number, first.suffix, tuple(self._legs()))

    def _legs(self) -> Iterator[Leg]:
        for transport in self._transports:
            origin, destination = transport.stops
            if origin.airport and destination.airport:
                crosses = origin.qualifier in _CROSSING or destination.qualifier in _CROSSING
                yield Leg(origin.airport, destination.airport, origin.departure, destination.arrival, crosses)
