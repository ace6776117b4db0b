"""CUSRES: the answer to each PAXLST, and the change of an earlier one; CONTRL for what nobody could read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count, groupby

from services.ingest.interactive.directives import DEFAULT_TABLE, Directive, DirectiveTable, Meaning
from services.ingest.replies.contrl import build_contrl
from services.ingest.replies.segments import (
    ADVICE,
    group_reply_addresses,
    join_segments,
    part_element,
    reply_addresses,
    write_segment,
)
from shared.travel.flight import Flight
from shared.travel.message import FUNCTIONS_WITHOUT_FLIGHT, Change, Fault, ParsedMessage, Severity

MAX_TRAVELLERS_A_MESSAGE = 99
DEFAULT_VERSION = ("D", "05B")
_DIRECTORY = re.compile(r"D:\d\d[A-Z]")
_TAG = re.compile(r"[A-Z]{3}")
APPLICATION = "APIS"

_REFERENCE_CHARACTERS = 14

# A close-out names people whom the State has answered before, and who is taken off is not told to board: such
# a message is acknowledged as a whole.
_ACKNOWLEDGED = frozenset(
    {
        Change.CANCEL,
        Change.REDUCTION,
        Change.FLIGHT_CANCELLED,
        Change.CLOSE,
        Change.CLOSE_ON_BOARD,
        Change.CLOSE_NOT_ON_BOARD,
    }
)


class Document(StrEnum):
    """What a CUSRES is (BGM 1001): an answer, a change of an earlier one that nobody asked for, a receipt."""

    ANSWER = "962"
    CHANGE = "132"
    ACKNOWLEDGEMENT = "312"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one traveller of a message is answered, with the carrier's own references."""

    locator: str | None
    carrier_reference: str | None
    directive: Directive
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What one message is answered: the document, and its travellers in the order sent."""

    answers: tuple[Answer, ...]
    document: Document = Document.ANSWER


def reply_to(message: ParsedMessage, table: DirectiveTable = DEFAULT_TABLE) -> Reply:
    """The reply to a message as far as the message itself decides it: who was read may board.

    Every traveller that could be read is answered alike, whatever screening finds (SG-08). A traveller that
    was merged with an earlier one is answered once; one that could not be read is asked for again, while the
    others get theirs. A close-out or a cancellation is acknowledged, and names only whom it cannot take; so
    is a list of people who are on no flight.

    Source:
        `spec/cusres.md` §3.
    """
    board, resubmit = table.sent_for(Meaning.BOARD), table.sent_for(Meaning.RESUBMIT)
    is_acknowledged = message.change in _ACKNOWLEDGED or message.function in FUNCTIONS_WITHOUT_FLIGHT
    answers = {
        ordinal: Answer(traveller.record_locator, traveller.carrier_reference, board)
        for ordinal, traveller in zip(message.ordinals, message.travellers, strict=True)
        if not is_acknowledged
    }
    for fault in message.rejected_travellers:
        assert fault.traveller is not None, "a traveller's fault says which"
        answers[fault.traveller] = Answer(fault.locator, fault.carrier_reference, resubmit, fault)
    document = Document.ACKNOWLEDGEMENT if is_acknowledged else Document.ANSWER
    return Reply(tuple(answers[ordinal] for ordinal in sorted(answers)), document)


@dataclass(frozen=True, slots=True)
class _Replied:
    """A message beside its reply, under one table."""

    message: ParsedMessage
    reply: Reply
    table: DirectiveTable


def build_reply(
    messages: Sequence[ParsedMessage],
    *,
    own_name: str,
    reference: str,
    prepared_at: datetime,
    table: DirectiveTable = DEFAULT_TABLE,
    replies: Sequence[Reply] | None = None,
) -> str:
    """One text with the answers to all messages of a body: CUSRES, or CONTRL for what could not be read.

    Args:
        messages: As `read_messages` gave them, in order; at least one.
        own_name: This State's address, used where a message names no recipient.
        reference: The control reference of our interchange; 14 characters of it are used.
        prepared_at: When the answer is written, UTC.
        table: The State's directives and error codes.
        replies: One for each message where they are decided already; else `reply_to` says them.

    Returns:
        One interchange for each interchange answered, default separators, printable ASCII.

    Source:
        UN/EDIFACT CUSRES D.05B as `spec/cusres.md` describes it; CONTRL of ISO 9735-4.
    """
    if replies is None:
        replies = [reply_to(message, table) for message in messages]
    replied = [_Replied(message, reply, table) for message, reply in zip(messages, replies, strict=True)]
    texts: list[str] = []
    for number, (_, group) in enumerate(groupby(replied, key=_interchange_of)):
        of_one, control = list(group), _control(reference, number)
        first = of_one[0].message
        if first.is_syntax_failure:
            texts.append(build_contrl(first, own_name=own_name, reference=control, prepared_at=prepared_at))
        else:
            texts.append(join_segments(_interchange(of_one, own_name, control, prepared_at)))
    return "".join(texts)


def _interchange_of(replied: _Replied) -> tuple[object, ...]:
    message = replied.message
    return message.sender, message.recipient, message.interchange_reference, message.is_syntax_failure


def _control(reference: str, number: int) -> str:
    suffix = f"-{number}" if number else ""
    return reference[: _REFERENCE_CHARACTERS - len(suffix)] + suffix


def _interchange(
    replied: list[_Replied], own_name: str, reference: str, prepared_at: datetime
) -> Iterator[str]:
    first = replied[0].message
    between = reply_addresses(first, own_name)
    prepared = (prepared_at.strftime("%y%m%d"), prepared_at.strftime("%H%M"))
    # UNB: the test indicator is the fourth element after the application reference.
    test = ("", "", "", "1") if first.is_test else ()
    yield ADVICE
    envelope = (between.sender, between.recipient, prepared, reference)
    yield write_segment("UNB", ("UNOA", "4"), *envelope, "", APPLICATION, *test)
    groups = [list(group) for _, group in groupby(replied, key=lambda each: each.message.group_addresses)]
    numbers = count(1)
    for place, group in enumerate(groups):
        message, control = group[0].message, _control(reference, place)
        among = group_reply_addresses(message, own_name)
        named = (among.sender, among.recipient, prepared, control)
        yield write_segment("UNG", "CUSRES", *named, "UN", _version(message))
        yield from _group(group, numbers, control)
    yield write_segment("UNZ", str(len(groups)), reference)


def _group(replied: list[_Replied], numbers: Iterator[int], control: str) -> Iterator[str]:
    """The messages of a group, numbered on, and its UNE."""
    written = 0
    for each in replied:
        bodies = _bodies(each)
        written += len(bodies)
        for body, part in zip(bodies, _parts(each.message, len(bodies)), strict=True):
            yield from _numbered(each.message, body, next(numbers), part)
    yield write_segment("UNE", str(written), control)


def _version(message: ParsedMessage) -> tuple[str, ...]:
    """The directory that the sender uses; PNRGOV's own versions are none that CUSRES has."""
    version = message.version or ""
    return tuple(version.split(":")) if _DIRECTORY.fullmatch(version) else DEFAULT_VERSION


def _parts(message: ParsedMessage, count: int) -> list[tuple[str, str]]:
    """S010 of each answer to a message: its own part, or parts of the answer where only that was cut."""
    if count > 1 and message.part == 1 and message.is_last_part:
        return [part_element(part, is_last=part == count) for part in range(1, count + 1)]
    return [part_element(message.part, is_last=message.is_last_part)] * count


def _numbered(message: ParsedMessage, body: list[str], number: int, part: tuple[str, str]) -> Iterator[str]:
    """A message from UNH to UNT around its body."""
    reference = f"RES{number:03}"
    yield write_segment(
        "UNH",
        reference,
        ("CUSRES", *_version(message), "UN", "IATA"),
        message.access_reference,
        part,
    )
    yield from body
    yield write_segment("UNT", str(len(body) + 2), reference)


def _bodies(replied: _Replied) -> list[list[str]]:
    """The messages' segments between UNH and UNT: one message for each 99 travellers."""
    message, answers = replied.message, replied.reply.answers
    if message.is_rejected:
        return [[*_head(message, Document.ANSWER), *_refusal(message, replied.table)]]
    head = list(_head(message, replied.reply.document))
    groups = [list(_traveller(each, replied.table)) for each in answers]
    return [
        [*head, *(segment for group in groups[start : start + MAX_TRAVELLERS_A_MESSAGE] for segment in group)]
        for start in range(0, max(len(groups), 1), MAX_TRAVELLERS_A_MESSAGE)
    ]


def _head(message: ParsedMessage, document: Document) -> Iterator[str]:
    yield write_segment("BGM", document.value)
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


def _traveller(answer: Answer, table: DirectiveTable) -> Iterator[str]:
    yield write_segment("ERP", "2", _place(answer.fault))
    if answer.locator:
        yield write_segment("RFF", ("AVF", answer.locator))
    if answer.carrier_reference:
        yield write_segment("RFF", ("ABO", answer.carrier_reference))
    yield write_segment("ERC", answer.directive.code)
    yield from _number(answer.fault, table)
    yield write_segment("FTX", "AAP", "", "", text_of(answer))


def text_of(answer: Answer) -> str:
    """The words for the agent: those of the directive, after the fault's name where there is one."""
    text = answer.directive.text
    return text if answer.fault is None else f"{answer.fault.code.replace('_', ' ')}. {text}"


def _refusal(message: ParsedMessage, table: DirectiveTable) -> Iterator[str]:
    """The whole message in error: which segment, and why."""
    resubmit = table.sent_for(Meaning.RESUBMIT)
    for fault in message.faults:
        if fault.severity is Severity.MESSAGE_REJECTED:
            yield write_segment("ERP", "1", _place(fault))
            yield write_segment("ERC", resubmit.code)
            yield from _number(fault, table)
            yield write_segment("FTX", "AAP", "", "", f"{fault.code.replace('_', ' ')}. MESSAGE NOT TAKEN")


def _number(fault: Fault | None, table: DirectiveTable) -> Iterator[str]:
    """The error's number in the State's table, beside the directive."""
    of_message = fault is not None and fault.severity is Severity.MESSAGE_REJECTED
    number = None if fault is None else table.error_code(fault.code, of_message=of_message)
    if number is not None:
        yield write_segment("ERC", number)


def _place(fault: Fault | None) -> tuple[str | None, ...] | None:
    """C853 of ERP: the segment at fault and its place from UNH = 1; a member of JSON is no segment."""
    if fault is None or fault.segment is None or not _TAG.fullmatch(fault.segment):
        return None
    return fault.segment, None if fault.position is None else str(fault.position)
