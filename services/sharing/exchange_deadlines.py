"""The clocks of a message: until when it has to have left, arrived, been seen and been carried out. Pure.

Source: workflow.md §6 (a withdrawal: 1 h to send, 15 min where someone is held or boards, 4 h to be received,
72 h to be done; a notice: seen by a person within 4 h).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.sharing.exchange_records import Direction, ExchangeMessage, MessageState
from services.sharing.message_types import WITHDRAWALS

SEND_WITHIN: Final = timedelta(hours=1)
SEND_URGENT_WITHIN: Final = timedelta(minutes=15)
RECEIVED_WITHIN: Final = timedelta(hours=4)
DONE_WITHIN: Final = timedelta(hours=72)
SEEN_WITHIN: Final = timedelta(hours=4)
_SEEN_BY_PEOPLE: Final = frozenset({"NOTIFY", "EMERGENCY"})


class Late(StrEnum):
    """What can be late: leaving, arriving, being seen by a person, being carried out by everyone."""

    SEND = "SEND"
    RECEIVE = "RECEIVE"
    SEE = "SEE"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a message: what, until when, and when it happened. Instants aware, UTC."""

    clock: Late
    due_at: datetime
    met_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it happened too late, or has not happened though its time is over."""
        return (self.met_at or now) > self.due_at


def deadlines_of(message: ExchangeMessage) -> tuple[Deadline, ...]:
    """The clocks of a message, soonest first; none where nothing waits for it."""
    if message.type in WITHDRAWALS:
        return _withdrawal(message)
    if message.direction is Direction.IN and message.type in _SEEN_BY_PEOPLE:
        is_kept = message.state is not MessageState.NOT_IN_SCOPE
        return (Deadline(Late.SEE, message.created_at + SEEN_WITHIN, message.seen_at),) if is_kept else ()
    return ()


def _withdrawal(message: ExchangeMessage) -> tuple[Deadline, ...]:
    began = message.created_at
    done = Deadline(Late.DONE, began + DONE_WITHIN, message.done_at)
    if message.direction is Direction.IN:
        return (done,)
    is_urgent = message.outside["urgency"] == "IMMEDIATE_THREAT"
    send = began + (SEND_URGENT_WITHIN if is_urgent else SEND_WITHIN)
    return (
        Deadline(Late.SEND, send, message.sent_at),
        Deadline(Late.RECEIVE, began + RECEIVED_WITHIN, message.delivered_at),
        done,
    )
