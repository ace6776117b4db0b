"""What leaves of the exchange over HTTP, field by field; nothing of a person but in `ContentOut`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.sharing.exchange.clock_views import ClockOut, clocks_out
from services.sharing.exchange.deadlines import deadlines_of
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.protocol.caveats import CAVEAT_WORDS
from services.sharing.shares.court_order import CourtOrderOut


class MessageOut(BaseModel):
    """A message without its content: nothing of a person is here. Times in UTC."""

    message_id: UUID
    direction: str
    type: str
    authority_id: str
    thread_id: UUID
    in_reply_to: UUID | None
    target_id: UUID | None
    state: str
    purpose: str
    necessity: str
    urgency: str
    handling: dict[str, Any]
    caveats: dict[str, str]
    digest: str
    payload_digest: str
    oversight_copy: str
    created_at: datetime
    expires_at: datetime
    retention_until: date
    tries: int
    sent_at: datetime | None
    delivered_at: datetime | None
    last_fault: str | None
    reasons: list[str]
    answer_due_at: datetime | None
    done_due_at: datetime | None
    done_at: datetime | None
    seen_at: datetime | None
    seen_by: str | None
    clocks: list[ClockOut]

    @classmethod
    def of(cls, message: ExchangeMessage, now: datetime) -> "MessageOut":
        """What whoever works with the exchange may see without a purpose."""
        outside = message.outside
        same = {name for name in cls.model_fields if hasattr(message, name)}
        return cls(
            **{name: getattr(message, name) for name in same},
            purpose=outside["purpose"],
            necessity=outside["necessity"],
            urgency=outside["urgency"],
            handling=outside["handling"],
            caveats={code: CAVEAT_WORDS[code] for code in outside["handling"]["caveats"]},
            digest=message.envelope_digest,
            payload_digest=outside["payload_hash"],
            oversight_copy=outside["oversight_copy"],
            clocks=clocks_out(deadlines_of(message), now),
        )


class MessagesOut(BaseModel):
    """Messages, newest first."""

    messages: list[MessageOut]


class MessageDetailOut(BaseModel):
    """A message, what answers it, either way, and what one of ours rests on.

    `statement` are its author's own words of why; what one person sent alone left without them.
    """

    message: MessageOut
    replies: list[MessageOut]
    statement: str | None
    court_order: CourtOrderOut | None


class ContentOut(BaseModel):
    """What a received message says, or one that waits will, with the conditions that go with it."""

    message: MessageOut
    payload: dict[str, Any]


class ProposedMessageOut(BaseModel):
    """A message that waits for a second person."""

    message: MessageOut
    approval_id: UUID


class MessageVerdictOut(BaseModel):
    """What the safeguards said of a message as it was let go."""

    permits: bool
    reasons: list[str]
