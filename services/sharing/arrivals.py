"""What becomes of a message that is kept: a task, a state of what we sent, an erasure, a suspension.

All of it happens in the transaction that keeps the message, so that an acknowledgement is never given for
what was not done.

Source: sharing-protocol.md §3, §6; safeguards.md SG-37, SG-38; workflow.md §6.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.envelope import Envelope
from services.sharing.exchange_records import Direction, ExchangeMessage, MessageState
from services.sharing.message_types import TYPES, WITHDRAWALS
from services.sharing.payloads import (
    Correct,
    Done,
    Part,
    Recall,
    Suspension,
    WatchlistRemoval,
)
from services.sharing.post import Post
from services.sharing.registry_entries import Agreement, Authority
from services.sharing.registry_entries import Suspension as Suspended
from services.sharing.share_records import NoticeState
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Register, RegisterStore
from services.sharing.withdrawals import Withdrawals, done_letter

#: Requests are answered at this distance from their receipt, whatever the answer is, so that the time of an
#: answer tells nothing (SG-35).
ANSWER_AFTER: Final = timedelta(hours=4)
ANSWERED_LATER: Final = frozenset({"PNR_REQUEST", "IDENTITY_QUERY"})
ACTOR: Final = "sharing"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that may be kept, with what it said and who sent it."""

    message: ExchangeMessage
    envelope: Envelope
    payload: Part
    sender: Authority
    now: datetime


class Arrivals:
    """Carries out what a message asks of us, in the transaction that keeps it.

    Args:
        post: Queues our replies.
        withdrawals: Withdraws from others what came from the sender.
    """

    def __init__(self, post: Post, withdrawals: Withdrawals) -> None:
        self._post = post
        self._withdrawals = withdrawals

    async def take(self, connection: AsyncConnection, arrival: Arrival) -> ExchangeMessage:
        """Carry it out; gives the message as it is to be kept."""
        kind = arrival.message.type
        if kind in WITHDRAWALS:
            return await self._withdraw(connection, arrival)
        if kind == "DONE":
            return await self._done(connection, arrival)
        if kind == "SUSPEND":
            await self._suspend(connection, arrival)
        elif kind in ("ACK", "FEEDBACK"):
            await self._advance(connection, arrival)
        if kind in ANSWERED_LATER:
            return replace(arrival.message, answer_due_at=arrival.now + ANSWER_AFTER)
        # What needs nobody's hand is no task of the desk.
        is_settled = TYPES[kind].is_control and kind != "RESUME"
        return replace(arrival.message, state=MessageState.SEEN) if is_settled else arrival.message

    async def _withdraw(self, connection: AsyncConnection, arrival: Arrival) -> ExchangeMessage:
        """Erase or restrict here and onward; DONE leaves once everyone onward has said it.

        A message that we never had, or that another one sent, is answered alike: it is not here any more.
        """
        payload = cast("Recall | Correct | WatchlistRemoval", arrival.payload)
        exchange = ExchangeStore(connection)
        target = await exchange.find(payload.target_message_id)
        is_theirs = (
            target is not None
            and target.direction is Direction.IN
            and target.authority_id == arrival.sender.id
        )
        message = replace(arrival.message, target_id=payload.target_message_id, state=MessageState.SEEN)
        if is_theirs:
            if isinstance(payload, Recall) and payload.kind == "RESTRICT":
                await exchange.move(
                    payload.target_message_id,
                    MessageState.RESTRICTED,
                    *(MessageState.RECEIVED, MessageState.SEEN, MessageState.ANSWERED),
                )
            else:
                await exchange.erase(payload.target_message_id)
        waiting = await self._withdrawals.onward(connection, payload) if is_theirs else 0
        if not waiting:
            await self._reply_done(connection, arrival, payload.target_message_id)
            message = replace(message, done_at=arrival.now)
        return message

    async def _reply_done(self, connection: AsyncConnection, arrival: Arrival, target: UUID) -> None:
        letter = done_letter(arrival.message, target, arrival.now, onward=())
        await self._post.queue(connection, letter, actor=ACTOR)

    async def _done(self, connection: AsyncConnection, arrival: Arrival) -> ExchangeMessage:
        """A withdrawal of ours is carried out at its recipient; what waited for it goes on."""
        payload = cast(Done, arrival.payload)
        ours = arrival.message.in_reply_to
        assert ours is not None, "the envelope refuses an answer without its question"
        exchange = ExchangeStore(connection)
        asked = await exchange.find(ours)
        message = replace(arrival.message, target_id=payload.target_message_id, state=MessageState.SEEN)
        if asked is None or asked.authority_id != arrival.sender.id or asked.type not in WITHDRAWALS:
            return message
        await exchange.complete(asked.message_id, arrival.now)
        await self._withdrawals.onward_done(connection, asked, arrival.now)
        return message

    async def _advance(self, connection: AsyncConnection, arrival: Arrival) -> None:
        """A person at the recipient has seen our notice, or tells what became of it."""
        ours = arrival.message.in_reply_to
        assert ours is not None, "the envelope refuses an answer without its question"
        state = NoticeState.SEEN if arrival.message.type == "ACK" else NoticeState.FEEDBACK
        notices = NoticeStore(connection)
        await notices.advance(ours, arrival.sender.id, state)

    async def _suspend(self, connection: AsyncConnection, arrival: Arrival) -> None:
        """Stop at once what the sender says of itself or of an agreement with it; only two people resume."""
        payload = cast(Suspension, arrival.payload)
        registers = RegisterStore(connection)
        suspended = Suspended(at=arrival.now, by=arrival.sender.id, why=payload.reason_code)
        if payload.object == "AGREEMENT":
            body = await registers.one(Register.AGREEMENT, payload.object_id)
            agreement = None if body is None else Agreement.model_validate(body)
            if agreement is None or arrival.sender.state not in agreement.parties:
                return
            entry: Agreement | Authority = agreement.model_copy(update={"suspended": suspended})
            register, entry_id = Register.AGREEMENT, agreement.id
        else:
            entry = _without_key(arrival.sender, payload, arrival.now)
            register, entry_id = Register.AUTHORITY, arrival.sender.id
        await registers.add(register, entry_id, entry.as_json(), approval_id=None, activated_at=arrival.now)


def _without_key(sender: Authority, payload: Suspension, now: datetime) -> Authority:
    if payload.object == "KEY":
        keys = tuple(
            key.model_copy(update={"status": "REVOKED"}) if key.kid == payload.object_id else key
            for key in sender.keys
        )
        return sender.model_copy(update={"keys": keys})
    return sender.model_copy(
        update={"status": "SUSPENDED", "suspended_reason": f"{payload.reason_code} {now.isoformat()}"}
    )
