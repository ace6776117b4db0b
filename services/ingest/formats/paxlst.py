"""PAXLST: passenger and crew lists, from EDIFACT segments to one parsed message."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from services.ingest.errors import MalformedMessage, UnsupportedMessage
from services.ingest.formats.dates import read_local_time
from services.ingest.formats.edifact import MAX_WARNINGS, EdifactMessage
from services.ingest.formats.flights import (
    FIRST_AFTER_BORDER,
    FLIGHT_STOPS,
    StateOf,
    Stop,
    Transport,
    build_flight,
    local_date_of,
    read_designator,
)
from services.ingest.formats.message_header import is_transaction, read_transaction
from services.ingest.formats.people import People
from services.ingest.formats.separators import Segment, split_repeated, split_segment
from services.ingest.formats.traveller_draft import Fact, TravellerDraft, is_free_text
from shared.travel.flight import Flight
from shared.travel.message import (
    FUNCTIONS_WITHOUT_FLIGHT,
    Change,
    Counted,
    Fault,
    MessageFunction,
    ParsedMessage,
    Severity,
)
from shared.travel.traveller import TravellerRole

MAX_TRAVELLERS = 99_999
MAX_STOPS = 99
MAX_TRAVEL_SEGMENT_CHARACTERS = 4_096
MAX_KNOWN_CHARACTERS = 16
MAX_KNOWN_SEGMENTS = 1_000
FIRST_VERSION, LAST_VERSION = "02B", "17A"

_GROUP_STARTS = frozenset(["NAD", "TDT", "CNT", "BGM", "UNT"])
_VERSION = re.compile(r"\d\d[AB]")
_AIRPORT = re.compile(r"[A-Z0-9]{3,4}")
# DTM+554 is a departure or an arrival, as its airport is.
_ARRIVED_AT = frozenset([FIRST_AFTER_BORDER, "130"])
_ROLES = {
    "FL": TravellerRole.PASSENGER,
    "FM": TravellerRole.CREW,
    "DDU": TravellerRole.TRANSIT_PASSENGER,
    "DDT": TravellerRole.TRANSIT_CREW,
}
_FUNCTIONS = {
    "745": MessageFunction.PASSENGER_LIST,
    "250": MessageFunction.CREW_LIST,
    "266": MessageFunction.FLIGHT_STATUS,
    "336": MessageFunction.MASTER_CREW_LIST,
    "655": MessageFunction.GATE_PASS,
}
_CLOSES = {
    "CL": Change.CLOSE,
    "CLNB": Change.CLOSE_NOT_ON_BOARD,
    "CLOB": Change.CLOSE_ON_BOARD,
    "XF": Change.FLIGHT_CANCELLED,
    "CF": Change.FLIGHT_CHANGED,
}
_CREW_REPORTS = dict.fromkeys(("", "A", "B", "C", "D", "E", "F"), Change.NEW)
_CREW_CHANGES = dict.fromkeys(("BC", "CC", "EC", "FC"), Change.CHANGE)
_CHANGES: dict[MessageFunction, dict[str, Change]] = {
    MessageFunction.PASSENGER_LIST: {
        "": Change.NEW,
        "CP": Change.CHANGE,
        "XR": Change.CANCEL,
        "RP": Change.REDUCTION,
    },
    MessageFunction.CREW_LIST: {**_CREW_REPORTS, **_CREW_CHANGES, **_CLOSES},
    MessageFunction.MASTER_CREW_LIST: {
        "": Change.NEW,
        "G": Change.NEW,
        "H": Change.CANCEL,
        "I": Change.CHANGE,
    },
    MessageFunction.GATE_PASS: {"": Change.NEW},
    MessageFunction.FLIGHT_STATUS: _CLOSES,
}


def parse_paxlst(
    message: EdifactMessage,
    header: ParsedMessage,
    received_at: datetime,
    *,
    state_of: StateOf,
    own_state: str | None = None,
) -> ParsedMessage:
    """Read one PAXLST message.

    Travellers keep the order of the message, names the spelling sent. A traveller that cannot be read becomes
    a fault and the others stand; the same person sent twice becomes one. A birth date's two-digit year is
    resolved against the flight's date, or `received_at` where the flight has none.

    Args:
        message: Segments from UNH to UNT.
        header: What `read_header` made of it.
        received_at: When the body arrived, aware.
        state_of: The State of an airport, to find the crossing leg where the sender marks none.
        own_state: The receiving State, three letters, for the same purpose.

    Returns:
        A message with at least one leg and 0 to `MAX_TRAVELLERS` travellers. A gate pass and a master crew
        list, which are about no flight, may be without a leg or without a flight.

    Raises:
        MalformedMessage: A mandatory group is absent, the flight cannot be read, or a limit is exceeded;
            `position` counts from UNH = 1.
        UnsupportedMessage: The directory version or the list's function is none that is known.

    Source:
        WCO/IATA/ICAO API Guidelines, PAXLST implementation guide; `spec/paxlst.md`.
    """
    _check_version(header.version)
    reading = _PaxlstReading(header, received_at.date(), state_of, own_state)
    separators = message.separators
    repetition = separators.repetition
    # Most short segments (the airport, the nationality, the sex) come again with every traveller.
    known: dict[str, Fact] = {}
    for position, raw in enumerate(message.raw_segments, start=1):
        fact, draft = known.get(raw), reading.draft
        if fact is not None and draft is not None:
            draft.learn(fact)
        elif len(raw) > MAX_TRAVEL_SEGMENT_CHARACTERS:
            reading.take_too_long(raw[:3].upper(), position)
        elif repetition and repetition in raw:
            for segment in split_repeated(raw, position, separators):
                reading.take(segment)
        else:
            fact = reading.take(split_segment(raw, position, separators))
            if fact is not None and len(raw) <= MAX_KNOWN_CHARACTERS and len(known) < MAX_KNOWN_SEGMENTS:
                known[raw] = fact
    return reading.result()


def _check_version(version: str | None) -> None:
    """Accept the directories D.02B to D.17A, and a message that names none."""
    release = (version or "").rpartition(":")[2]
    if release and not (_VERSION.fullmatch(release) and FIRST_VERSION <= release <= LAST_VERSION):
        raise UnsupportedMessage("VERSION_UNSUPPORTED", "UNH", 1, 2)


class _PaxlstReading:
    """One pass over a message: which group is open, and what was read so far."""

    def __init__(self, header: ParsedMessage, today: date, state_of: StateOf, own_state: str | None) -> None:
        self._header = header
        self._today = today
        self._state_of = state_of
        self._own_state = own_state
        self._faults: list[Fault] = []
        self._function: MessageFunction | None = None
        self._change: Change | None = None
        self._transaction: str | None = None
        self._revision: int | None = None
        self._transports: list[Transport] = []
        self._is_passed_over = False
        self.draft: TravellerDraft | None = None
        self._ordinal = 0
        self._people = People()
        self._stated: int | None = None
        self._free_texts: list[str] = []
        self._flight: Flight | None = None
        self._last_position = 1

    def take(self, segment: Segment) -> Fact | None:
        """Read one segment; tags that this State does not know are passed over.

        Returns:
            What it says of a traveller, where it would say the same of another.
        """
        self._last_position = segment.position
        tag = segment.tag
        if tag == "FTX" and is_free_text(segment):
            self._free_texts.append(" ".join(text for element in segment.elements[1:] for text in element))
        elif self.draft is not None and tag not in _GROUP_STARTS:
            return self.draft.take(segment)
        elif not self._is_passed_over or tag in _GROUP_STARTS or tag == "RFF":
            # The transaction's reference is nobody's, and may stand behind the address of whom to call.
            handler = self._HANDLERS.get(tag)
            if handler is not None:
                handler(self, segment)
        return None

    def take_too_long(self, tag: str, position: int) -> None:
        """Refuse what holds a segment longer than the guide allows: one traveller, or the message."""
        if self.draft is None or tag in _GROUP_STARTS:
            raise MalformedMessage("MAX_TRAVEL_SEGMENT_CHARACTERS", tag, position)
        self.draft.reject("MAX_TRAVEL_SEGMENT_CHARACTERS", tag, position)

    def result(self) -> ParsedMessage:
        """The message, once every segment was taken."""
        self._close_traveller()
        if self._function is None:
            raise MalformedMessage("FUNCTION_MISSING", "BGM", 2)
        flight = self._flight or self._build_flight()
        return replace(
            self._header,
            transaction_reference=self._transaction,
            revision=self._revision,
            function=self._function,
            change=self._change,
            flight=flight,
            travellers=tuple(self._people.travellers),
            counted=Counted(self._stated, len(self._people.travellers)),
            faults=(*self._header.faults, *self._faults),
            free_texts=tuple(self._free_texts),
        )

    def _warn(self, code: str, segment: Segment, element: int) -> None:
        if len(self._faults) < MAX_WARNINGS:
            fault = Fault(Severity.WARNING, code, segment.tag, segment.position, element=element)
            self._faults.append(fault)

    def _take_bgm(self, segment: Segment) -> None:
        function = _FUNCTIONS.get(segment.get(0))
        if function is None:
            raise UnsupportedMessage("FUNCTION_UNKNOWN", segment.tag, segment.position, 1)
        self._function = function
        self._change = _CHANGES[function].get(segment.get(1).upper())
        if self._change is None:
            self._warn("CHANGE_UNKNOWN", segment, 2)

    def _take_rff(self, segment: Segment) -> None:
        if self._transaction is not None or not is_transaction(segment):
            return
        self._transaction, self._revision = read_transaction(segment)
        if self._revision is None and segment.get(0, 4):
            self._warn("REVISION_UNREADABLE", segment, 1)

    def _take_tdt(self, segment: Segment) -> None:
        self._close_traveller()
        self._is_passed_over = False
        transport, agrees = read_designator(segment.get(1), segment.get(4))
        if not transport.number:
            raise MalformedMessage("FLIGHT_UNREADABLE", segment.tag, segment.position, 2)
        if not agrees:
            self._warn("CARRIER_MISMATCH", segment, 5)
        if self._transports and transport.number != self._transports[0].number:
            self._warn("FLIGHT_NUMBER_DIFFERS", segment, 2)
        self._transports.append(transport)

    def _take_loc(self, segment: Segment) -> None:
        qualifier, airport = segment.get(0), segment.get(1).upper()
        if not self._transports or qualifier not in FLIGHT_STOPS:
            return
        if not _AIRPORT.fullmatch(airport):
            raise MalformedMessage("FLIGHT_UNREADABLE", segment.tag, segment.position, 2)
        if sum(len(transport.stops) for transport in self._transports) >= MAX_STOPS:
            raise MalformedMessage("MAX_STOPS", segment.tag, segment.position)
        self._transports[-1].stops.append(Stop(qualifier, airport))

    def _take_dtm(self, segment: Segment) -> None:
        qualifier = segment.get(0)
        stops = self._transports[-1].stops if self._transports else []
        if not stops or qualifier not in {"189", "232", "554"}:
            return
        try:
            moment, has_time = read_local_time(segment.get(0, 1) or segment.get(1))
        except ValueError:
            raise MalformedMessage("FLIGHT_TIME_UNREADABLE", segment.tag, segment.position, 1) from None
        if not has_time:
            self._warn("FLIGHT_TIME_MISSING", segment, 1)
        if qualifier == "232" or (qualifier == "554" and stops[-1].qualifier in _ARRIVED_AT):
            stops[-1].arrival = moment
        else:
            stops[-1].departure = moment

    def _take_nad(self, segment: Segment) -> None:
        self._close_traveller()
        qualifier = segment.get(0).upper()
        role = _ROLES.get(qualifier)
        has_name = bool(segment.get(3) or segment.get(3, 1))
        if role is None and (qualifier == "MS" or not self._transports or not has_name):
            # Whom to call about this message, or an address of no traveller: their segments are not kept.
            self._is_passed_over = True
            return
        self._is_passed_over = False
        self._ordinal += 1
        if self._ordinal > MAX_TRAVELLERS:
            raise MalformedMessage("MAX_TRAVELLERS", segment.tag, segment.position)
        if self._flight is None and self._transports:
            self._flight = self._build_flight()
            flown = self._flight
            self._today = (None if flown is None else local_date_of(flown)) or self._today
        self.draft = TravellerDraft(self._ordinal, role or TravellerRole.PASSENGER, segment, self._today)
        if role is None:
            self.draft.reject("ROLE_UNKNOWN", segment.tag, segment.position, 1)

    def _take_cnt(self, segment: Segment) -> None:
        self._close_traveller()
        self._is_passed_over = False
        stated = segment.get(0, 1)
        if stated.isdecimal():
            self._stated = int(stated[:6])

    def _build_flight(self) -> Flight | None:
        needs_legs = self._function not in FUNCTIONS_WITHOUT_FLIGHT
        if not self._transports:
            if needs_legs:
                raise MalformedMessage("FLIGHT_MISSING", "TDT", self._last_position)
            return None
        flight = build_flight(self._transports, self._state_of, self._own_state)
        if flight is None and needs_legs:
            raise MalformedMessage("LEG_MISSING", "LOC", self._last_position)
        named = self._transports[0]
        return flight or Flight(named.carrier, named.number, named.suffix)

    def _close_traveller(self) -> None:
        draft, self.draft = self.draft, None
        if draft is None:
            return
        traveller = draft.build()
        faults = draft.faults()
        if len(self._faults) >= MAX_WARNINGS:
            faults = [each for each in faults if each.severity is not Severity.WARNING]
        self._faults.extend(faults)
        if traveller is not None:
            # Whom the reply leaves out hangs on this warning, so it is never over the limit.
            self._faults.extend(self._people.add(traveller, draft.ordinal))

    _HANDLERS: ClassVar[dict[str, Callable[["_PaxlstReading", Segment], None]]] = {
        "BGM": _take_bgm,
        "RFF": _take_rff,
        "TDT": _take_tdt,
        "LOC": _take_loc,
        "DTM": _take_dtm,
        "NAD": _take_nad,
        "CNT": _take_cnt,
    }
