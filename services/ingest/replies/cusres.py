"""CUSRES: the State's answer to each PAXLST; CONTRL where an interchange could not be read at all."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services.ingest.replies.segments import ADVICE, join_segments, write_segment
from shared.travel.flight import Flight
from shared.travel.message import Fault, ParsedMessage, Severity

MAX_TRAVELLERS_A_MESSAGE = 99
DEFAULT_VERSION = ("D", "05B")
_DIRECTORY = re.compile(r"D:\d\d[A-Z]")
APPLICATION = "APIS"

# National directive codes. Only 0Z is read as "may board"; what a person decides later goes out by itself.
MAY_BOARD, RESUBMIT = "0Z", "4Z"
_TEXTS = {MAY_BOARD: "OK TO BOARD", RESUBMIT: "DATA NOT READABLE. CORRECT AND RESEND"}
_REFERENCE_CHARACTERS = 14

REJECTED, ACKNOWLEDGED_WITH_FAULTS = "4", "7"
_SYNTAX_ERRORS = {"TRUNCATED": "13", "MESSAGE_MISSING": "13", "INTERCHANGE_MISSING": "13"}
_SYNTAX_ERROR_UNSPECIFIED = "18"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one traveller of a message is answered, with the carrier's own references."""

    locator: str | None
    carrier_reference: str | None
    directive: str
    fault_code: str | None = None


def answers_of(message: ParsedMessage) -> list[Answer]:
    """An answer for each traveller of a message, in the order sent.

    A traveller that was merged with an earlier one is answered once.
    """
    answers = {
        ordinal: Answer(traveller.record_locator, traveller.carrier_reference, MAY_BOARD)
        for ordinal, traveller in zip(message.ordinals, message.travellers, strict=True)
    }
    for fault in message.rejected_travellers:
        assert fault.traveller is not None, "a traveller's fault says which"
        answers[fault.traveller] = Answer(fault.locator, fault.carrier_reference, RESUBMIT, fault.code)
    return [answers[ordinal] for ordinal in sorted(answers)]


def build_reply(
    messages: Sequence[ParsedMessage], *, own_name: str, reference: str, prepared_at: datetime
) -> str:
    """One text with the answers to all messages of a body: CUSRES, or CONTRL for what could not be read.

    Args:
        messages: As `read_messages` gave them, in order; at least one.
        own_name: This State's address, used where a message names no recipient.
        reference: The control reference of our interchange; 14 characters of it are used.
        prepared_at: When the answer is written, UTC.

    Returns:
        One interchange for each interchange answered, default separators, printable ASCII.

    Source:
        UN/EDIFACT CUSRES D.05B as `spec/cusres.md` describes it; CONTRL of ISO 9735-4.
    """
    lines: list[str] = []
    for number, (_, group) in enumerate(groupby(messages, key=_interchange_of)):
        lines.extend(_interchange(list(group), own_name, _control(reference, number), prepared_at))
    return join_segments(lines)


def _interchange_of(message: ParsedMessage) -> tuple[object, ...]:
    return message.sender, message.recipient, message.interchange_reference, message.is_syntax_failure


def _control(reference: str, number: int) -> str:
    suffix = f"-{number}" if number else ""
    return reference[: _REFERENCE_CHARACTERS - len(suffix)] + suffix


def _interchange(
    messages: list[ParsedMessage], own_name: str, reference: str, prepared_at: datetime
) -> Iterator[str]:
    first = messages[0]
    us, them = first.recipient or own_name, first.sender or ""
    prepared = (prepared_at.strftime("%y%m%d"), prepared_at.strftime("%H%M"))
    # UNB: the test indicator is the fourth element after the application reference.
    test = ("", "", "", "1") if first.is_test else ()
    yield ADVICE
    yield write_segment("UNB", ("UNOA", "4"), us, them, prepared, reference, "", APPLICATION, *test)
    if first.is_syntax_failure:
        yield from _contrl(first, us)
        yield write_segment("UNZ", "1", reference)
        return
    version = _version(first)
    group = reference[-_REFERENCE_CHARACTERS:]
    yield write_segment("UNG", "CUSRES", us, them, prepared, group, "UN", version)
    written = 0
    for message in messages:
        for body in _bodies(message):
            written += 1
            yield from _numbered(message, body, written)
    yield write_segment("UNE", str(written), group)
    yield write_segment("UNZ", "1", reference)


def _version(message: ParsedMessage) -> tuple[str, ...]:
    """The directory that the sender uses; PNRGOV's own versions are none that CUSRES has."""
    version = message.version or ""
    return tuple(version.split(":")) if _DIRECTORY.fullmatch(version) else DEFAULT_VERSION


def _numbered(message: ParsedMessage, body: list[str], number: int) -> Iterator[str]:
    """A message from UNH to UNT around its body."""
    reference = f"RES{number:03}"
    yield write_segment(
        "UNH",
        reference,
        ("CUSRES", *_version(message), "UN", "IATA"),
        message.access_reference,
        (f"{message.part:02}", "F" if message.is_last_part else "C"),
    )
    yield from body
    yield write_segment("UNT", str(len(body) + 2), reference)


def _bodies(message: ParsedMessage) -> Iterator[list[str]]:
    """The messages' segments between UNH and UNT: one message for each 99 travellers."""
    head = list(_head(message))
    if message.is_rejected:
        yield [*head, *_refusal(message.faults)]
        return
    answers = answers_of(message)
    for start in range(0, max(len(answers), 1), MAX_TRAVELLERS_A_MESSAGE):
        groups = [_traveller(each) for each in answers[start : start + MAX_TRAVELLERS_A_MESSAGE]]
        yield [*head, *(segment for group in groups for segment in group)]


def _head(message: ParsedMessage) -> Iterator[str]:
    yield write_segment("BGM", "962")
    if message.transaction_reference:
        revision = None if message.revision is None else str(message.revision)
        yield write_segment("RFF", ("TN", message.transaction_reference, None, None, revision))
    if message.flight is not None:
        yield from _flight(message.flight)


def _flight(flight: Flight) -> Iterator[str]:
    for leg in flight.legs:
        yield write_segment("RFF", ("AF", flight.designator))
        if leg.departure is not None:
            yield write_segment("DTM", ("189", leg.departure.strftime("%y%m%d%H%M"), "201"))
        if leg.arrival is not None:
            yield write_segment("DTM", ("232", leg.arrival.strftime("%y%m%d%H%M"), "201"))
        yield write_segment("LOC", "125" if leg.crosses_border else "92", leg.origin)
        yield write_segment("LOC", "87" if leg.crosses_border else "92", leg.destination)


def _traveller(answer: Answer) -> Iterable[str]:
    yield write_segment("ERP", "2")
    if answer.locator:
        yield write_segment("RFF", ("AVF", answer.locator))
    if answer.carrier_reference:
        yield write_segment("RFF", ("ABO", answer.carrier_reference))
    yield write_segment("ERC", answer.directive)
    yield write_segment("FTX", "AAP", "", "", _text(answer))


def _text(answer: Answer) -> str:
    text = _TEXTS[answer.directive]
    return text if answer.fault_code is None else f"{answer.fault_code.replace('_', ' ')}. {text}"


def _refusal(faults: Iterable[Fault]) -> Iterator[str]:
    """The whole message in error: which segment, and why."""
    for fault in faults:
        if fault.severity is Severity.MESSAGE_REJECTED:
            position = None if fault.position is None else str(fault.position)
            yield write_segment("ERP", "1", (None, fault.segment, position) if fault.segment else None)
            yield write_segment("ERC", RESUBMIT)
            yield write_segment("FTX", "AAP", "", "", f"{fault.code.replace('_', ' ')}. MESSAGE NOT TAKEN")


def _contrl(message: ParsedMessage, us: str) -> Iterator[str]:
    """A CONTRL that rejects an interchange, from UNH to UNT."""
    fault = next(each for each in message.faults if each.severity is Severity.MESSAGE_REJECTED)
    error = _SYNTAX_ERRORS.get(fault.code, _SYNTAX_ERROR_UNSPECIFIED)
    yield write_segment("UNH", "CTL001", ("CONTRL", "D", "3", "UN"))
    yield write_segment(
        "UCI", message.interchange_reference or "0", message.sender, us, REJECTED, error, fault.segment
    )
    yield write_segment("UNT", "3", "CTL001")
