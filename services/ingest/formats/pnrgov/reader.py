"""PNRGOV: a carrier's push of reservations, from EDIFACT segments to one parsed message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from services.ingest.errors import MalformedMessage, UnsupportedMessage
from services.ingest.formats.edifact import MAX_WARNINGS, EdifactMessage
from services.ingest.formats.flights import StateOf, local_date_of, with_crossing_leg
from services.ingest.formats.pnrgov.drafts import GROUP, PnrDraft
from services.ingest.formats.pnrgov.itinerary import read_number, read_times
from services.ingest.formats.pnrgov.pnr import TooManyNames, read_pnr
from services.ingest.formats.separators import Segment, split_segment
from shared.travel.flight import Flight, Leg
from shared.travel.message import Change, Counted, Fault, MessageFunction, ParsedMessage, Severity
from shared.travel.reservation import Reservation

MAX_TRAVELLERS = 99_999
MAX_RESERVATIONS = 99_999
MAX_STOPS = 99
MAX_PNR_SEGMENT_CHARACTERS = 16_384

_CHANGES = {"22": Change.NEW, "141": Change.CHANGE}
_PNR_START = "SRC"
_COUNT_DIGITS = 6
# Without one of these a reservation can be joined to nothing and names nobody.
_IDENTIFYING = frozenset(["RCI", "TIF"])
# Remarks and unstructured history: their texts are dropped, so one that is too long to read costs nobody.
_FREE_TEXTS = frozenset(["IFT", "LTS"])


def parse_pnrgov(
    message: EdifactMessage,
    header: ParsedMessage,
    received_at: datetime,
    *,
    state_of: StateOf,
    own_state: str | None = None,
) -> ParsedMessage:
    """Read one PNRGOV message.

    Reservations keep the order of the message, names the spelling sent. What cannot be read of one PNR
    becomes a fault of that PNR, and the others stand. The version is not asked for: bodies under 10, 11,
    13 and 21 do not differ in what their segments mean.

    Args:
        message: Segments from UNH to UNT.
        header: What `read_header` made of it.
        received_at: When the body arrived, aware.
        state_of: The State of an airport, to tell whether the flight crosses the border.
        own_state: The receiving State, three letters, for the same purpose.

    Returns:
        A message with a flight of at least one leg and 0 to `MAX_RESERVATIONS` reservations; no travellers,
        which follow from the reservations. `reservations_stated` is the count over all parts of the push.

    Raises:
        MalformedMessage: A mandatory group is absent, the flight cannot be read, or a limit is exceeded;
            `position` counts from UNH = 1.
        UnsupportedMessage: The message function is none that is known.

    Source:
        IATA PADIS EDIFACT Implementation Guide PNRGOV 11.1 to 21.1; `spec/pnrgov.md`.
    """
    raw = message.raw_segments
    tags = [text[:3].upper() for text in raw]
    starts = [place for place, tag in enumerate(tags) if tag == _PNR_START]
    end = len(raw) - 1 if tags[-1] == "UNT" else len(raw)
    if len(starts) > MAX_RESERVATIONS:
        raise MalformedMessage("MAX_RESERVATIONS", _PNR_START, starts[MAX_RESERVATIONS] + 1)
    level_0 = _LevelZero(message, starts[0] if starts else end)
    flight = with_crossing_leg(level_0.flight(), state_of, own_state)
    reading = _PnrgovReading(message, tags, flight, local_date_of(flight) or received_at.date())
    for start, stop in pairwise([*starts, end]):
        reading.take_pnr(start, stop)
    return reading.result(header, level_0)


def _too_long(raw: str, position: int) -> MalformedMessage:
    return MalformedMessage("MAX_PNR_SEGMENT_CHARACTERS", raw[:3].upper(), position)


class _LevelZero:
    """What stands before the first PNR: function, flight, and how many PNRs the push has."""

    def __init__(self, message: EdifactMessage, end: int) -> None:
        self.change: Change | None = None
        self.stated: int | None = None
        self.faults: list[Fault] = []
        self.counted_at: Segment | None = None
        self._legs: list[Leg] = []
        self._named: Segment | None = None
        self._end = end
        for place, raw in enumerate(message.raw_segments[1:end], start=2):
            if len(raw) > MAX_PNR_SEGMENT_CHARACTERS:
                raise _too_long(raw, place)
            self._take(split_segment(raw, place, message.separators))

    def _take(self, segment: Segment) -> None:
        if segment.tag == "MSG":
            code = segment.get(0, 1) or segment.get(0)
            self.change = _CHANGES.get(code)
            if self.change is None:
                raise UnsupportedMessage("FUNCTION_UNKNOWN", segment.tag, segment.position)
        elif segment.tag == "TVL":
            self._take_leg(segment)
        elif segment.tag == "EQN":
            self.counted_at = segment
            sent = segment.get(0)
            self.stated = int(sent) if sent.isdecimal() and len(sent) <= _COUNT_DIGITS else None
        elif segment.tag != "ORG":
            self.faults.append(Fault(Severity.WARNING, "SEGMENT_MISPLACED", segment.tag, segment.position))

    def _take_leg(self, segment: Segment) -> None:
        self._named = self._named or segment
        try:
            departure, arrival = read_times(segment)
        except ValueError:
            raise MalformedMessage("FLIGHT_TIME_UNREADABLE", segment.tag, segment.position) from None
        origin, destination = segment.get(1).upper(), segment.get(2).upper()
        if not origin or not destination:
            raise MalformedMessage("LEG_MISSING", segment.tag, segment.position)
        if len(self._legs) >= MAX_STOPS:
            raise MalformedMessage("MAX_STOPS", segment.tag, segment.position)
        self._legs.append(Leg(origin, destination, departure, arrival))

    def flight(self) -> Flight:
        """The flight that is pushed, its crossing leg not yet marked."""
        if self.change is None:
            raise MalformedMessage("FUNCTION_MISSING", "MSG", 2)
        segment = self._named
        if segment is None:
            raise MalformedMessage("FLIGHT_MISSING", "TVL", self._end)
        carrier = segment.get(3).upper() or segment.get(3, 1).upper()
        number, suffix = read_number(segment.get(4).upper(), carrier)
        if number is None:
            raise MalformedMessage("FLIGHT_UNREADABLE", segment.tag, segment.position)
        return Flight(carrier or None, number, segment.get(4, 2).upper() or suffix, tuple(self._legs))


class _PnrgovReading:
    """The PNRs of one message, each read by itself."""

    def __init__(self, message: EdifactMessage, tags: Sequence[str], flight: Flight, today: date) -> None:
        self._message = message
        self._tags = tags
        self._flight = flight
        self._today = today
        self._reservations: list[Reservation] = []
        self._faults: list[Fault] = []
        self._next_ordinal = 1
        self._rejected = 0
        self._has_long_segments = max(map(len, message.raw_segments)) > MAX_PNR_SEGMENT_CHARACTERS

    def take_pnr(self, start: int, end: int) -> None:
        """Read the PNR whose segments stand from `start` to before `end`, counted from UNH = 0."""
        if _IDENTIFYING.isdisjoint(self._tags[start:end]):
            self._rejected += 1
            if len(self._faults) < MAX_WARNINGS:
                self._faults.append(Fault(Severity.WARNING, "RESERVATION_EMPTY", _PNR_START, start + 1))
            return
        too_long = self._too_long(start, end) if self._has_long_segments else []
        for place in too_long:
            if self._tags[place] not in _FREE_TEXTS:
                self._reject(start, end, place, "MAX_PNR_SEGMENT_CHARACTERS")
                return
        raw, separators = self._message.raw_segments, self._message.separators
        draft = PnrDraft(self._today, self._next_ordinal)
        for place in too_long:
            passed_over = Segment(self._tags[place], place + 1, [])
            draft.findings.warn("MAX_PNR_SEGMENT_CHARACTERS", passed_over)
        places = [place for place in range(start, end) if place not in too_long]
        segments = [split_segment(raw[place], place + 1, separators) for place in places]
        try:
            reservation = read_pnr(segments, self._flight, draft)
        except TooManyNames:
            self._reject(start, end, start, "MAX_TRAVELLERS_A_PNR")
            return
        if draft.next_ordinal > MAX_TRAVELLERS + 1:
            raise MalformedMessage("MAX_TRAVELLERS", _PNR_START, start + 1)
        self._next_ordinal = draft.next_ordinal
        self._reservations.append(reservation)
        self._faults.extend(draft.findings.faults(MAX_WARNINGS - len(self._faults)))

    def _too_long(self, start: int, end: int) -> list[int]:
        raw = self._message.raw_segments
        return [each for each in range(start, end) if len(raw[each]) > MAX_PNR_SEGMENT_CHARACTERS]

    def _reject(self, start: int, end: int, place: int, code: str) -> None:
        """Refuse a PNR that exceeds what the guide allows, at the segment of that place."""
        raw, separators = self._message.raw_segments, self._message.separators
        self._rejected += 1
        locator: str | None = None
        for each in range(start, end):
            if self._tags[each] == "RCI" and locator is None and len(raw[each]) <= MAX_PNR_SEGMENT_CHARACTERS:
                locator = split_segment(raw[each], each + 1, separators).get(0, 1).upper() or None
        self._faults.append(
            Fault(
                Severity.TRAVELLER_REJECTED,
                code,
                self._tags[place],
                place + 1,
                locator=locator,
            )
        )

    def result(self, header: ParsedMessage, level_0: "_LevelZero") -> ParsedMessage:
        """The message, once every PNR was read."""
        reservations = tuple(self._reservations)
        faults = [*header.faults, *level_0.faults, *self._faults]
        is_whole = header.part == 1 and header.is_last_part
        counted_at = level_0.counted_at
        read = len(reservations) + self._rejected
        if counted_at is None:
            faults.append(Fault(Severity.WARNING, "COUNT_MISSING", "EQN"))
        elif is_whole and level_0.stated != read:
            faults.append(Fault(Severity.WARNING, "COUNT_MISMATCH", counted_at.tag, counted_at.position))
        travellers = [each for reservation in reservations for each in reservation.travellers]
        are_cancelled = bool(reservations) and all(each.is_cancelled for each in reservations)
        return replace(
            header,
            function=MessageFunction.PNR_CANCELLATION if are_cancelled else MessageFunction.PNR_PUSH,
            change=Change.CANCEL if are_cancelled else level_0.change,
            flight=self._flight,
            reservations=reservations,
            reservations_stated=level_0.stated,
            counted=Counted(None, sum(each.kind != GROUP for each in travellers)),
            faults=tuple(faults),
        )
