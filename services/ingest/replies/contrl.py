"""CONTRL: whether an interchange could be read as EDIFACT, apart from what its messages say."""

from datetime import datetime
from typing import Final

from services.ingest.replies.segments import ADVICE, join_segments, reply_addresses, write_segment
from shared.travel.message import Addresses, ParsedMessage, Severity

REJECTED, ACKNOWLEDGED = "4", "7"
# UN code list 0085. What is not here is reported as an error that has no code of its own.
SYNTAX_ERRORS: Final = {
    "TRUNCATED": "13",
    "INTERCHANGE_MISSING": "13",
    "MESSAGE_MISSING": "13",
    "MAX_COMPONENTS": "16",
    "MAX_SEGMENTS": "35",
    "MAX_SEGMENT_CHARACTERS": "39",
}
UNSPECIFIED: Final = "18"


def build_contrl(message: ParsedMessage, *, own_name: str, reference: str, prepared_at: datetime) -> str:
    """One interchange with the CONTRL for the interchange that a message came in.

    It rejects what could not be told apart into messages, and acknowledges everything else: what a message
    says wrongly is for CUSRES or ACKRES to answer, since its syntax is good.

    Args:
        message: Any message of the interchange.
        own_name: This State's address, used where the message names no recipient.
        reference: The control reference of our interchange.
        prepared_at: When the answer is written, UTC.

    Source:
        ISO 9735-4 (UCI), as `spec/edifact.md` §11 wants it.
    """
    between = reply_addresses(message, own_name)
    prepared = (prepared_at.strftime("%y%m%d"), prepared_at.strftime("%H%M"))
    # The test indicator stands six elements after the control reference.
    test = ("", "", "", "", "", "1") if message.is_test else ()
    return join_segments(
        [
            ADVICE,
            write_segment(
                "UNB", ("UNOA", "4"), between.sender, between.recipient, prepared, reference, *test
            ),
            write_segment("UNH", "CTL001", ("CONTRL", "D", "3", "UN")),
            _uci(message, between),
            write_segment("UNT", "3", "CTL001"),
            write_segment("UNZ", "1", reference),
        ]
    )


def _uci(message: ParsedMessage, between: Addresses) -> str:
    answered = (message.interchange_reference or "0", between.recipient, between.sender)
    if not message.is_syntax_failure:
        return write_segment("UCI", *answered, ACKNOWLEDGED)
    fault = next(each for each in message.faults if each.severity is Severity.MESSAGE_REJECTED)
    # ISO 9735 counts the segment's tag as its first element.
    element = None if fault.element is None else str(fault.element + 1)
    error = SYNTAX_ERRORS.get(fault.code, UNSPECIFIED)
    return write_segment("UCI", *answered, REJECTED, error, fault.segment, element)
