"""From the messages of a body to the one EDIFACT text that answers them: CUSRES, ACKRES, CONTRL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.ingest.directives import DEFAULT_TABLE, DirectiveTable
from services.ingest.replies import ackres, cusres
from services.ingest.replies.ackres import DEFAULT_ERRORS, ErrorTable
from services.ingest.replies.contrl import build_contrl
from shared.travel.message import MessageKind, ParsedMessage

REFERENCE_CHARACTERS: Final = 14
_PNR_KINDS: Final = frozenset({MessageKind.PNRGOV, MessageKind.PNRGOV_XML})


def build_reply(
    messages: Sequence[ParsedMessage],
    *,
    own_name: str,
    reference: str,
    prepared_at: datetime,
    errors: ErrorTable = DEFAULT_ERRORS,
    table: DirectiveTable = DEFAULT_TABLE,
    replies: Sequence[cusres.Reply] | None = None,
) -> str:
    """The answers to all messages of a body, an interchange for each interchange sent.

    PNR messages are answered by ACKRES, lists of travellers by CUSRES, and what could not be read as EDIFACT
    at all by CONTRL; a sender who asks for a CONTRL (UNB 0031) gets it before the answer. Where an
    interchange mixes both kinds, each kind is answered by an interchange of its own.

    Args:
        messages: As `read_messages` gave them, in order; at least one.
        own_name: This State's address, used where a message names no recipient.
        reference: The control reference of our first interchange; the others get it with their number.
        prepared_at: When the answer is written, UTC.
        errors: How ACKRES tells our faults.
        table: The directives of CUSRES.
        replies: What CUSRES says to each message where that is decided already; unused where ACKRES answers.

    Source:
        `spec/cusres.md`; `spec/pnrgov.md` §12; `spec/edifact.md` §11.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, message in enumerate(messages):
        groups.setdefault(_interchange_of(message), []).append(place)
    texts: list[str] = []
    acknowledged: set[tuple[object, ...]] = set()
    for interchange, places in groups.items():
        group = [messages[place] for place in places]
        first = group[0]
        if first.wants_acknowledgement and not first.is_syntax_failure:
            # Once for an interchange, also where its messages are of both kinds.
            if interchange[:-1] not in acknowledged:
                control = _control(reference, len(texts))
                texts.append(
                    build_contrl(first, own_name=own_name, reference=control, prepared_at=prepared_at)
                )
            acknowledged.add(interchange[:-1])
        control = _control(reference, len(texts))
        if _is_acknowledged(first):
            texts.append(
                ackres.build_acknowledgement(
                    group, own_name=own_name, reference=control, prepared_at=prepared_at, errors=errors
                )
            )
        else:
            texts.append(
                cusres.build_reply(
                    group,
                    own_name=own_name,
                    reference=control,
                    prepared_at=prepared_at,
                    table=table,
                    replies=None if replies is None else [replies[place] for place in places],
                )
            )
    return "".join(texts)


def _is_acknowledged(message: ParsedMessage) -> bool:
    """Whether ACKRES answers the message; an unreadable interchange is CONTRL's, whatever it was to hold."""
    return message.kind in _PNR_KINDS and not message.is_syntax_failure


def _interchange_of(message: ParsedMessage) -> tuple[object, ...]:
    return (
        message.sender,
        message.recipient,
        message.interchange_reference,
        message.is_syntax_failure,
        _is_acknowledged(message),
    )


def _control(reference: str, number: int) -> str:
    suffix = f"-{number}" if number else ""
    return reference[: REFERENCE_CHARACTERS - len(suffix)] + suffix
