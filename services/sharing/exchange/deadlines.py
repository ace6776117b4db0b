"""The clocks of a message: until when it has to have left, arrived, been seen and been carried out. Pure.

Source: workflow.md §6 (a withdrawal: 1 h to send, 15 min where someone is held or boards, 4 h to be received,
72 h to be done; a notice: 30 min from the confirmation to the decision, 1 h to send, 15 min to be received,
4 h to be seen by a person, 72 h to be answered).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.sharing.exchange.records import Direction, ExchangeMessage, MessageState
from services.sharing.protocol.message_types import WITHDRAWALS
from services.sharing.shares.records import Channel, Notice, NoticeState, Share, ShareState

SEND_WITHIN: Final = timedelta(hours=1)
SEND_URGENT_WITHIN: Final = timedelta(minutes=15)
RECEIVED_WITHIN: Final = timedelta(hours=4)
DONE_WITHIN: Final = timedelta(hours=72)
SEEN_WITHIN: Final = timedelta(hours=4)
DECIDED_WITHIN: Final = timedelta(minutes=30)
ACKNOWLEDGED_WITHIN: Final = timedelta(minutes=15)
ANSWERED_WITHIN: Final = timedelta(hours=72)
#: What has ended owes nothing more to anybody.
_ENDED: Final = frozenset(
    {NoticeState.CLOSED, NoticeState.RECALLED, NoticeState.REFUSED, NoticeState.EXPIRED}
)
_SEEN_BY_PEOPLE: Final = frozenset({"NOTIFY", "EMERGENCY"})


class Late(StrEnum):
    """What can be late: deciding who is told, leaving, arriving, being seen by a person, being answered,
    being carried out by everyone; and a detained person's being told of consular help.
    """

    DECIDE = "DECIDE"
    SEND = "SEND"
    RECEIVE = "RECEIVE"
    SEE = "SEE"
    ANSWER = "ANSWER"
    DONE = "DONE"
    TELL = "TELL"


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


def deadlines_of_notice(notice: Notice) -> tuple[Deadline, ...]:
    """The clocks of a notice to another authority, soonest first; none of one that our own pages show.

    The recipient's begin when it has left: nobody can acknowledge what never came.
    """
    if notice.channel is not Channel.ENDPOINT or notice.state in _ENDED:
        return ()
    send = Deadline(Late.SEND, notice.created_at + SEND_WITHIN, notice.sent_at)
    if notice.sent_at is None:
        return (send,)
    sent, answered = notice.sent_at, notice.feedback_at
    return (
        send,
        Deadline(Late.RECEIVE, sent + ACKNOWLEDGED_WITHIN, notice.delivered_at),
        Deadline(Late.SEE, sent + SEEN_WITHIN, notice.seen_at or answered),
        Deadline(Late.ANSWER, sent + ANSWERED_WITHIN, answered),
    )


def deadline_of_share(share: Share) -> Deadline | None:
    """Until when it is to be decided who is told, anew after an arrest; `None` once it is decided."""
    if share.state is ShareState.DECIDED:
        return None
    began = share.hit.confirmed_at if share.custody is None else share.custody.at
    return Deadline(Late.DECIDE, max(began, share.hit.confirmed_at) + DECIDED_WITHIN, None)


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
