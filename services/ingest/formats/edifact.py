"""EDIFACT syntax: bytes to segments. Knows separators, release characters and envelopes; knows no travel.

Tolerant where airlines are known to slip (Type-B lines, lost release characters, wrong counts), strict where
something is missing: an interchange or a message without its trailer is truncated and refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from services.ingest.errors import MalformedMessage
from services.ingest.formats.repertoires import ASCII, decoded
from services.ingest.formats.separators import (
    SERVICE_TAGS,
    STRAY_RELEASE,
    Segment,
    Separators,
    find_separators,
    mark_released,
    raw_segments,
    split_segment,
)
from services.ingest.formats.type_b import MAX_HEADER_CHARACTERS, TypeBHeader, read_type_b_header
from shared.travel.message import Addresses, Fault, Severity

MAX_INTERCHANGE_BYTES = 32 * 1024 * 1024
MAX_INTERCHANGES = 1_000
MAX_MESSAGES = 10_000
MAX_SEGMENTS = 2_500_000
MAX_SEGMENT_CHARACTERS = 1024 * 1024
MAX_COMPONENTS = 10_000
MAX_WARNINGS = 1_000
MAX_ADDRESS_COMPONENTS = 4
USUAL_HEADER_BYTES = 4_096

_CONTROL_BYTES = bytes([*range(0x20), 0x7F])
# Without IGNORECASE, under which the search could not skip from U to U.
_INTERCHANGE_START = re.compile(
    r"[Uu][Nn][Bb](?P<element>[!-/:-@\[-`{-~])(?P<syntax>[A-Za-z]{4})"
    r"(?P<component>[!-/:-@\[-`{-~])(?P<version>[0-9])"
)
_ADVICE = re.compile(r"UNA([^A-Za-z0-9]{5,6}?)\s*$", re.IGNORECASE)
_ADVICE_CHARACTERS = 24
_STRIDE = 65_536


@dataclass(frozen=True, slots=True)
class Envelope:
    """What UNB says: who sends to whom, under which reference, and whether a CONTRL is asked for."""

    syntax: str
    sender: str | None
    recipient: str | None
    reference: str | None
    is_test: bool
    separators: Separators
    addresses: Addresses
    wants_acknowledgement: bool = False

    @classmethod
    def of(cls, header: Segment, separators: Separators) -> "Envelope":
        """Read UNB; absent elements are `None`."""
        return cls(
            syntax=header.get(0).upper(),
            sender=header.get(1) or None,
            recipient=header.get(2) or None,
            reference=header.get(4) or None,
            is_test=header.get(10) == "1",
            separators=separators,
            addresses=_addresses(header),
            wants_acknowledgement=header.get(8) == "1",
        )


@dataclass(frozen=True, slots=True, repr=False)
class EdifactMessage:
    """One message, UNH to UNT, as raw segments: components are split when they are read."""

    header: Segment
    raw_segments: tuple[str, ...]
    separators: Separators
    group_version: str | None = None
    warnings: tuple[Fault, ...] = ()
    group_addresses: Addresses | None = None

    def segments(self) -> Iterator[Segment]:
        """Each segment from UNH to UNT, split, release characters resolved."""
        separators = self.separators
        for position, raw in enumerate(self.raw_segments, start=1):
            yield split_segment(raw, position, separators)


@dataclass(frozen=True, slots=True, repr=False)
class Interchange:
    """One interchange: its envelope, and its messages or, where the syntax breaks, the fault.

    `broken` is the message in which it breaks, or the last one before, as far as its UNH. `encoding` is the
    codec that its bytes were read with, `transport` the Type-B header before it.
    """

    envelope: Envelope | None
    messages: tuple[EdifactMessage, ...] = ()
    failure: MalformedMessage | None = None
    encoding: str = ASCII
    transport: TypeBHeader | None = None
    broken: EdifactMessage | None = None


def _addresses(header: Segment) -> Addresses:
    """From whom to whom a UNB or a UNG goes: its second and third elements."""
    return Addresses(_address(header, 1), _address(header, 2))


def _address(header: Segment, element: int) -> tuple[str, ...]:
    parts = [header.get(element, component) for component in range(MAX_ADDRESS_COMPONENTS)]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def looks_like_edifact(body: bytes) -> bool:
    """Whether an interchange starts somewhere in these bytes."""
    return any(
        _INTERCHANGE_START.search(_without_controls(part).decode("latin-1")) is not None
        for part in (body[:USUAL_HEADER_BYTES], body)
    )


def read_interchanges(body: bytes) -> list[Interchange]:
    """Read every interchange of a body, which may have Type-B lines around and inside them.

    Control characters and line breaks are not data and are removed first. Text before the first UNA or UNB
    is read as a Type-B header, text after UNZ is ignored. An interchange whose syntax breaks is returned with
    its `failure`; the others are not touched by it.

    Args:
        body: At most `MAX_INTERCHANGE_BYTES`.

    Returns:
        At least one interchange and at most `MAX_INTERCHANGES`, in the order sent.

    Raises:
        MalformedMessage: No interchange starts in the body, or there are more than one of the limits allows.

    Source:
        ISO 9735 as restated in `spec/edifact.md`.
    """
    if len(body) > MAX_INTERCHANGE_BYTES:
        raise MalformedMessage("MAX_INTERCHANGE_BYTES", "UNB", 1)
    visible = _without_controls(body)
    found = _INTERCHANGE_START.finditer(visible.decode("latin-1"))
    starts = [_Start.of(visible, each) for each in islice(found, MAX_INTERCHANGES + 1)]
    if not starts:
        raise MalformedMessage("INTERCHANGE_MISSING", "UNB", 1)
    if len(starts) > MAX_INTERCHANGES:
        raise MalformedMessage("MAX_INTERCHANGES", "UNB", 1)
    ends = [*(start.first for start in starts[1:]), len(visible)]
    transport = read_type_b_header(_before(body, starts[0].first))
    return [
        _read_interchange(visible[start.header : end], start, transport if start is starts[0] else None)
        for start, end in zip(starts, ends, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where an interchange starts: at its advice if it has one (`first`), and at UNB (`header`)."""

    first: int
    header: int
    advice: str
    match: re.Match[str]

    @classmethod
    def of(cls, visible: bytes, match: re.Match[str]) -> "_Start":
        header = match.start()
        window = visible[max(0, header - _ADVICE_CHARACTERS) : header].decode("latin-1")
        advice = _ADVICE.search(window)
        if advice is None:
            return cls(header, header, "", match)
        return cls(header - len(window) + advice.start(), header, advice[1], match)


def _without_controls(body: bytes) -> bytes:
    return body.translate(None, _CONTROL_BYTES)


def _before(body: bytes, visible: int) -> str:
    """The end of the text before the byte that so many visible ones precede, its line breaks kept."""
    end = _place_of(body, visible)
    return body[max(0, end - MAX_HEADER_CHARACTERS) : end].decode("latin-1")


def _place_of(body: bytes, visible: int) -> int:
    """Where the byte stands that so many visible ones precede; each byte is looked at once."""
    start, left = 0, visible
    while left > (seen := len(_without_controls(body[start : start + _STRIDE]))):
        start, left = start + _STRIDE, left - seen
    places = (place for place in range(start, len(body)) if body[place] not in _CONTROL_BYTES)
    return next(islice(places, left, None))


def _read_interchange(chunk: bytes, start: _Start, transport: TypeBHeader | None) -> Interchange:
    found = start.match
    text, encoding, notes = decoded(chunk, found["syntax"].upper())
    separators = find_separators(
        text,
        element=found["element"],
        component=found["component"],
        advice=start.advice,
        version=found["version"],
    )
    reading = _InterchangeReading(separators)
    try:
        reading.read(text)
    except MalformedMessage as failure:
        return Interchange(reading.envelope, (), failure, encoding, transport, reading.broken())
    if transport is not None and transport.is_possible_duplicate:
        notes = [*notes, "POSSIBLE_DUPLICATE"]
    for code in notes:
        reading.warn_last(code, "UNB", 1)
    return Interchange(reading.envelope, tuple(reading.messages), None, encoding, transport)


def _check_size(raw: str, separators: Separators, position: int) -> None:
    tag = raw[:3].upper()
    if len(raw) > MAX_SEGMENT_CHARACTERS:
        raise MalformedMessage("MAX_SEGMENT_CHARACTERS", tag, position)
    if raw.count(separators.component) + raw.count(separators.element) > MAX_COMPONENTS:
        raise MalformedMessage("MAX_COMPONENTS", tag, position)


class _InterchangeReading:
    """One pass over an interchange: which message is open, and what was counted so far."""

    def __init__(self, separators: Separators) -> None:
        self.separators = separators
        self.envelope: Envelope | None = None
        self.messages: list[EdifactMessage] = []
        self._position = 0
        self._is_closed = False
        self._open: list[str] | None = None
        self._warnings: list[Fault] = []
        self._group: Segment | None = None
        self._groups = 0
        self._group_start = 0

    def read(self, text: str) -> None:
        """Read from UNB to UNZ; what follows is not ours."""
        if text.count(self.separators.terminator) > MAX_SEGMENTS:
            raise MalformedMessage("MAX_SEGMENTS", "UNB", 1)
        marked = mark_released(text, self.separators)
        has_stray = STRAY_RELEASE in marked
        for position, (raw, is_rejoined) in enumerate(raw_segments(marked, self.separators), start=1):
            message = self._open
            # Every service segment begins with a U, and nearly no other.
            if message is None or is_rejoined or has_stray or raw[0] in "Uu" or len(raw) > MAX_COMPONENTS:
                self._position = position
                self._take(raw, is_rejoined)
            else:
                message.append(raw)
        if not self._is_closed:
            raise self._truncated()

    def broken(self) -> EdifactMessage:
        """The message in which the syntax broke; a UNH without elements where none was begun."""
        header = Segment("UNH", 1, [])
        if self._open is not None:
            header = split_segment(self._open[0], 1, self.separators)
        elif self.messages:
            header = self.messages[-1].header
        return EdifactMessage(header, (), self.separators)

    def warn_last(self, code: str, tag: str, position: int) -> None:
        """Attach a warning about the interchange itself to its last message."""
        last = self.messages[-1]
        fault = Fault(Severity.WARNING, code, tag, position)
        self.messages[-1] = replace(last, warnings=(*last.warnings, fault))

    def _truncated(self) -> MalformedMessage:
        if self._open is not None:
            return MalformedMessage("TRUNCATED", "UNT", len(self._open) + 1)
        return MalformedMessage("TRUNCATED", "UNZ", self._position + 1)

    def _take(self, raw: str, is_rejoined: bool) -> None:
        message = self._open
        position = self._position if message is None else len(message) + 1
        tag = raw[:3].upper()
        if len(raw) > MAX_COMPONENTS:
            _check_size(raw, self.separators, position)
        if is_rejoined:
            self._warn("SEGMENT_REJOINED", tag, position)
        if STRAY_RELEASE in raw:
            element = raw[: raw.index(STRAY_RELEASE)].count(self.separators.element)
            self._warn("RELEASE_STRAY", tag, position, element or None)
        if tag in SERVICE_TAGS:
            self._take_service(tag, raw)
        elif message is None:
            self._warn("SEGMENT_OUTSIDE_MESSAGE", tag, position)
        else:
            message.append(raw)

    def _warn(self, code: str, tag: str, position: int, element: int | None = None) -> None:
        if len(self._warnings) < MAX_WARNINGS:
            self._warnings.append(Fault(Severity.WARNING, code, tag, position, element=element))

    def _take_service(self, tag: str, raw: str) -> None:
        if tag == "UNT" and self._open is not None:
            self._close_message(raw)
            return
        if self._open is not None:
            raise self._truncated()
        segment = split_segment(raw, self._position, self.separators)
        if tag == "UNB":
            self.envelope = Envelope.of(segment, self.separators)
        elif tag == "UNG":
            self._group, self._group_start = segment, len(self.messages)
            self._groups += 1
        elif tag == "UNH":
            self._open = [raw]
        elif tag == "UNE" and self._group is not None:
            self._close_group(segment, self._group)
        elif tag == "UNZ":
            self._close(segment)
        else:
            self._warn("SEGMENT_OUTSIDE_MESSAGE", tag, self._position)

    def _close_message(self, raw: str) -> None:
        assert self._open is not None
        self._open.append(raw)
        count = len(self._open)
        header = split_segment(self._open[0], 1, self.separators)
        trailer = split_segment(raw, count, self.separators)
        self._compare(trailer, count, header.get(0))
        if len(self.messages) >= MAX_MESSAGES:
            raise MalformedMessage("MAX_MESSAGES", "UNH", self._position)
        version = None if self._group is None else f"{self._group.get(6)}:{self._group.get(6, 1)}".strip(":")
        addresses = None if self._group is None else _addresses(self._group)
        warnings, self._warnings = tuple(self._warnings), []
        self.messages.append(
            EdifactMessage(header, tuple(self._open), self.separators, version, warnings, addresses)
        )
        self._open = None

    def _compare(self, trailer: Segment, count: int, reference: str | None) -> None:
        stated = trailer.get(0)
        if not stated.isdecimal() or int(stated[:9]) != count:
            self._warn("COUNT_MISMATCH", trailer.tag, trailer.position, 1)
        if trailer.get(1) != (reference or ""):
            self._warn("REFERENCE_MISMATCH", trailer.tag, trailer.position, 2)

    def _close_group(self, trailer: Segment, group: Segment) -> None:
        self._compare(trailer, len(self.messages) - self._group_start, group.get(4))
        self._group = None
        self._give_warnings_to_last()

    def _close(self, trailer: Segment) -> None:
        if not self.messages:
            raise MalformedMessage("MESSAGE_MISSING", "UNH", self._position)
        if self._group is not None:
            self._warn("TRAILER_MISSING", "UNE", self._position)
        assert self.envelope is not None
        self._compare(trailer, self._groups or len(self.messages), self.envelope.reference)
        self._give_warnings_to_last()
        self._is_closed = True

    def _give_warnings_to_last(self) -> None:
        if self.messages and self._warnings:
            last = self.messages[-1]
            self.messages[-1] = replace(last, warnings=(*last.warnings, *self._warnings))
            self._warnings = []
