"""ACKRES: whether a push of PNRs was received and processed, and which error stopped it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from services.ingest.replies.segments import join_segments, part_element, reply_addresses, write_segment
from shared.travel.message import ParsedMessage, Severity

ACKNOWLEDGE: Final = "23"
PROCESSED, NOT_PROCESSED = "3", "7"
DEFAULT_VERSION: Final = ("11", "1")
_VERSION = re.compile(r"\d{2}:\d")
_REFERENCE_CHARACTERS: Final = 14

INVALID_DATE, INVALID_TIME, INVALID_AIRPORT, INVALID_SUFFIX = "1", "2", "4", "6"
INVALID_DATE_VARIATION, INVALID_DEPARTURE_TIME, INVALID_FLIGHT_NUMBER = "16", "103", "114"
UNABLE_TO_PROCESS = "118"
_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DATE_UNREADABLE": INVALID_DATE,
        "FLIGHT_DATE_UNREADABLE": INVALID_DATE,
        "TIME_UNREADABLE": INVALID_TIME,
        "AIRPORT_UNREADABLE": INVALID_AIRPORT,
        "LEG_MISSING": INVALID_AIRPORT,
        "SUFFIX_UNREADABLE": INVALID_SUFFIX,
        "DATE_VARIATION_UNREADABLE": INVALID_DATE_VARIATION,
        "FLIGHT_TIME_UNREADABLE": INVALID_DEPARTURE_TIME,
        "FLIGHT_TIME_MISSING": INVALID_DEPARTURE_TIME,
        "FLIGHT_NUMBER_UNREADABLE": INVALID_FLIGHT_NUMBER,
        "FLIGHT_UNREADABLE": INVALID_FLIGHT_NUMBER,
        "FLIGHT_MISSING": INVALID_FLIGHT_NUMBER,
    }
)


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """Which code of ERC 9321 a fault of ours is told as; `otherwise` for every fault not named.

    A State that agreed on other codes with its carriers gives a table of its own.

    Source:
        IATA PADIS code set 9321; `spec/pnrgov.md` §12, where only 103 and 114 are taken from the guide.
    """

    codes: Mapping[str, str] = field(default_factory=lambda: _CODES)
    otherwise: str = UNABLE_TO_PROCESS

    def code_of(self, fault_code: str) -> str:
        """The code that a fault is told as."""
        return self.codes.get(fault_code, self.otherwise)

    def with_codes(self, codes: Mapping[str, str], otherwise: str) -> "ErrorTable":
        """The same table with some codes replaced or added."""
        return ErrorTable({**self.codes, **codes}, otherwise)


DEFAULT_ERRORS: Final = ErrorTable()


def build_acknowledgement(
    messages: Sequence[ParsedMessage],
    *,
    own_name: str,
    reference: str,
    prepared_at: datetime,
    errors: ErrorTable = DEFAULT_ERRORS,
) -> str:
    """One interchange that acknowledges the PNR messages of another, each part by a message of its own.

    Response 3 says that a message was taken, 7 that it was not. An error beside a 3 says that some PNR in it
    could not be read; which one stands in the receipt.

    Args:
        messages: The messages of one interchange, in the order sent; at least one.
        own_name: This State's address, used where a message names no recipient.
        reference: The control reference of our interchange; 14 characters of it are used.
        prepared_at: When the answer is written, UTC.
        errors: How our faults are told.

    Returns:
        A segment a line, default separators, printable ASCII.

    Source:
        `spec/pnrgov.md` §12; PADIS ACKRES.
    """
    first = messages[0]
    control = reference[:_REFERENCE_CHARACTERS]
    prepared = (prepared_at.strftime("%y%m%d"), prepared_at.strftime("%H%M"))
    # UNB: the test indicator is the fourth element after the application reference.
    test = ("", "", "", "", "", "1") if first.is_test else ()
    between = reply_addresses(first, own_name)
    envelope = (between.sender, between.recipient, prepared, control, *test)
    lines = [write_segment("UNB", ("IATA", "1"), *envelope)]
    for number, message in enumerate(messages, start=1):
        lines.extend(_message(message, str(number), errors))
    lines.append(write_segment("UNZ", str(len(messages)), control))
    return join_segments(lines)


def _message(message: ParsedMessage, number: str, errors: ErrorTable) -> Iterator[str]:
    """One ACKRES, from UNH to UNT."""
    response, severity = PROCESSED, Severity.TRAVELLER_REJECTED
    if message.is_rejected:
        response, severity = NOT_PROCESSED, Severity.MESSAGE_REJECTED
    told = dict.fromkeys(errors.code_of(each.code) for each in message.faults if each.severity is severity)
    kind = ("ACKRES", *_version(message), "IA")
    yield write_segment("UNH", number, kind, message.access_reference, _part(message))
    yield write_segment("MSG", (None, ACKNOWLEDGE), response)
    for code in told:
        yield write_segment("ERC", code)
    yield write_segment("UNT", str(len(told) + 3), number)


def _version(message: ParsedMessage) -> tuple[str, ...]:
    """The version that the sender uses, where it is one of PNRGOV's."""
    version = message.version or ""
    return tuple(version.split(":")) if _VERSION.fullmatch(version) else DEFAULT_VERSION


def _part(message: ParsedMessage) -> tuple[str, str] | None:
    """Which part is acknowledged; nothing for a message that was sent whole."""
    if message.part == 1 and message.is_last_part:
        return None
    return part_element(message.part, is_last=message.is_last_part)
