"""What is kept of a message to or from a counterpart. Values only; nobody is named outside the seal."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Direction(StrEnum):
    """Which way a message went."""

    IN = "IN"
    OUT = "OUT"


class MessageState(StrEnum):
    """Where a message stands (sharing-protocol.md §6).

    Ours: PROPOSED waits for the second person, DELIVERED has the technical receipt, DONE is a withdrawal that
    the recipient says is carried out. Theirs: RECEIVED is a task for the desk, SEEN was acknowledged by a
    person, ANSWERED has our feedback or answer; RESTRICTED and ERASED were withdrawn or are over.
    """

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    RECEIVED = "RECEIVED"
    SEEN = "SEEN"
    ANSWERED = "ANSWERED"
    RESTRICTED = "RESTRICTED"
    ERASED = "ERASED"
    NOT_IN_SCOPE = "NOT_IN_SCOPE"


#: States of a received message whose content nobody may use any more.
WITHDRAWN = frozenset({MessageState.RESTRICTED, MessageState.ERASED, MessageState.NOT_IN_SCOPE})


@dataclass(frozen=True, slots=True)
class ExchangeMessage:
    """One message. `authority_id` is the other side; `outside` the envelope without its payload.

    `target_id` is the message that this one withdraws, corrects or reports done; `derived_from` a received
    message whose content we passed on in it; `recall_kind` whether a recall of ours erases or restricts.
    `reasons` are the codes against a refused one, as the log has them; `preview` is what the second person is
    shown of a proposed one, sealed to ourselves; by it we look until it is there for those of whom it tells.
    Instants are aware, UTC.
    """

    message_id: UUID
    direction: Direction
    type: str
    authority_id: str
    thread_id: UUID
    state: MessageState
    outside: dict[str, Any]
    envelope_digest: str
    envelope: str | None = field(repr=False)
    created_at: datetime
    expires_at: datetime
    retention_until: date
    in_reply_to: UUID | None = None
    target_id: UUID | None = None
    derived_from: UUID | None = None
    basis: dict[str, Any] | None = None
    next_try_at: datetime | None = None
    tries: int = 0
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    acknowledgement: str | None = None
    last_fault: str | None = None
    answer_due_at: datetime | None = None
    done_due_at: datetime | None = None
    done_at: datetime | None = None
    seen_at: datetime | None = None
    seen_by: str | None = None
    approval_id: UUID | None = None
    alarms: tuple[str, ...] = ()
    recall_kind: str | None = None
    reasons: tuple[str, ...] = ()
    preview: str | None = field(default=None, repr=False)
