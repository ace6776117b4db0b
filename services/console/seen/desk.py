"""What the console reads of the exchange: messages with their clocks and conditions, nothing of a person."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words


class Clock(Seen):
    """One clock of a message; times are UTC."""

    clock: str = ""
    due_at: datetime | None = None
    met_at: datetime | None = None
    is_overdue: bool = False


class DeskMessage(Seen):
    """A message of the exchange without its content."""

    message_id: str
    direction: str = "IN"
    type: str = ""
    authority_id: str = ""
    thread_id: str | None = None
    in_reply_to: str | None = None
    target_id: str | None = None
    state: str = ""
    purpose: str = ""
    necessity: Words = ""
    urgency: str = "ROUTINE"
    handling: dict[str, Any] = Field(default={})
    caveats: dict[str, str] = Field(default={})
    digest: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    retention_until: date | None = None
    tries: int = 0
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    last_fault: str | None = None
    reasons: list[str] = Field(default=[])
    seen_at: datetime | None = None
    seen_by: str | None = None
    answer_due_at: datetime | None = None
    clocks: list[Clock] = Field(default=[])

    @property
    def next_clock(self) -> Clock | None:
        """The clock that runs out first among those not yet met."""
        running = [each for each in self.clocks if each.met_at is None and each.due_at is not None]
        return min(running, key=lambda each: str(each.due_at), default=None)


class CourtOrder(Seen):
    """The court's order on which something rests; another State's request tells its number at most."""

    reference: str | None = None
    court: Words = ""
    dated: date | None = None
    scope: Words = ""


class MessageFile(Seen):
    """A message, what answers it, either way, and what one of ours rests on."""

    message: DeskMessage
    replies: list[DeskMessage] = Field(default=[])
    statement: Words | None = None
    court_order: CourtOrder | None = None


class MessageContent(Seen):
    """What a received message says, or one that waits will."""

    message: DeskMessage
    payload: dict[str, Any] = Field(default={})


class Verdict(Seen):
    """What the safeguards said as a message was let go."""

    permits: bool = False
    reasons: list[str] = Field(default=[])
