"""From the messages of a body to the one EDIFACT text that answers them: CUSRES, ACKRES, CONTRL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.ingest.interactive.directives import DEFAULT_TABLE, DirectiveTable
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
    writer = _Writer(own_name, reference, prepared_at, errors, table)
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, message in enumerate(messages):
        groups.setdefault(_interchange_of(message), []).append(place)
    for interchange, places in groups.items():
        group = [messages[place] for place in places]
        writer.acknowledge_syntax(group[0], interchange[:-1])
        if _is_acknowledged(group[0]):
            writer.write_ackres(group)
        else:
            writer.write_cusres(group, None if replies is None else [replies[place] for place in places])
    return "".join(writer.texts)


@dataclass
class _Writer:
    """The interchanges written so far, and what all of them say of ourselves."""

    own_name: str
    reference: str
    prepared_at: datetime
    errors: ErrorTable
    table: DirectiveTable
    texts: list[str] = field(default_factory=list)
    acknowledged: set[tuple[object, ...]] = field(default_factory=set)

    def acknowledge_syntax(self, first: ParsedMessage, interchange: tuple[object, ...]) -> None:
        """Write the CONTRL that was asked for: once for an interchange, also where it holds both kinds."""
        if not first.wants_acknowledgement or first.is_syntax_failure or interchange in self.acknowledged:
            return
        self.acknowledged.add(interchange)
        self.texts.append(
            build_contrl(
                first, own_name=self.own_name, reference=self._control(), prepared_at=self.prepared_at
            )
        )

    def write_ackres(self, group: Sequence[ParsedMessage]) -> None:
        """Answer reservations."""
        self.texts.append(
            ackres.build_acknowledgement(
                group,
                own_name=self.own_name,
                reference=self._control(),
                prepared_at=self.prepared_at,
                errors=self.errors,
            )
        )

    def write_cusres(self, group: Sequence[ParsedMessage], replies: Sequence[cusres.Reply] | None) -> None:
        """Answer lists of travellers, and by CONTRL what is no readable interchange."""
        self.texts.append(
            cusres.build_reply(
                group,
                own_name=self.own_name,
                reference=self._control(),
                prepared_at=self.prepared_at,
                table=self.table,
                replies=replies,
            )
        )

    def _control(self) -> str:
        """The control reference of the next interchange: the one given, with a number from the second on."""
        suffix = f"-{len(self.texts)}" if self.texts else ""
        return self.reference[: REFERENCE_CHARACTERS - len(suffix)] + suffix


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
