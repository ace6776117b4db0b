"""What becomes of a message that is kept: a task, a state of what we sent, an erasure, a suspension.

All of it happens in the transaction that keeps the message, so that an acknowledgement is never given for
what was not done.

Source: sharing-protocol.md §3, §6; safeguards.md SG-37, SG-38; workflow.md §6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.exchange.content import SealingKeys, opened
from services.sharing.exchange.notices_in import (
    NOTICES,
    RECEIVED_KIND,
    WITHDRAWN_KIND,
    corrected,
    notices_of,
    received_notices,
    withdrawn_notice,
)
from services.sharing.exchange.post import Post
from services.sharing.exchange.records import Direction, ExchangeMessage, MessageState
from services.sharing.protocol.envelope import Envelope
from services.sharing.protocol.message_types import TYPES, WITHDRAWALS
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import (
    Consent,
    Correct,
    Done,
    Notify,
    Recall,
    Suspension,
    WatchlistRemoval,
)
from services.sharing.registers.entries import Agreement, Authority
from services.sharing.registers.entries import Suspension as Suspended
from services.sharing.shares.records import NoticeState
from services.sharing.shares.withdrawals import Withdrawals, done_letter
from services.sharing.store.consents import ConsentStore, StoredConsent
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Register, RegisterStore
from shared.bus.outbox import Outbox
from shared.contracts import NoticeReceivedV1, NoticeWithdrawnV1

#: Requests are answered at this distance from their receipt, whatever the answer is, so that the time of an
#: answer tells nothing (SG-35).
ANSWER_AFTER: Final = timedelta(hours=4)
ANSWERED_LATER: Final = frozenset({"PNR_REQUEST", "IDENTITY_QUERY"})
ACTOR: Final = "sharing"
SCREENING: Final = "screening"
READABLE: Final = (MessageState.RECEIVED, MessageState.SEEN, MessageState.ANSWERED)


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
        sealing_keys: Open a kept notice that is corrected.
    """

    def __init__(self, post: Post, withdrawals: Withdrawals, sealing_keys: SealingKeys) -> None:
        self._post = post
        self._withdrawals = withdrawals
        self._sealing_keys = sealing_keys

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
        elif kind == "CONSENT":
            await _consented(connection, arrival)
        elif kind in NOTICES:
            await _tell_screening(connection, arrival, notices_of(arrival.payload))
        if kind in ANSWERED_LATER:
            return replace(arrival.message, answer_due_at=arrival.now + ANSWER_AFTER)
        # What needs nobody's hand is no task of the desk.
        is_settled = TYPES[kind].is_control and kind != "RESUME"
        return replace(arrival.message, state=MessageState.SEEN) if is_settled else arrival.message

    async def _withdraw(self, connection: AsyncConnection, arrival: Arrival) -> ExchangeMessage:
        """Erase or restrict here and onward; DONE leaves once everyone onward has said it.

        A message that we never had, or that another one sent, is answered alike: it is not here any more.
        A notice that is corrected is a new one from here on, for two people to compare anew.
        """
        payload = cast("Recall | Correct | WatchlistRemoval", arrival.payload)
        target = await ExchangeStore(connection).find(payload.target_message_id)
        is_theirs = (
            target is not None
            and target.direction is Direction.IN
            and target.authority_id == arrival.sender.id
        )
        message = replace(arrival.message, target_id=payload.target_message_id, state=MessageState.SEEN)
        waiting = 0
        if target is not None and is_theirs:
            corrections = await _corrections(connection, target)
            notices = self._corrected(target, corrections, payload)
            for gone in (target, *corrections):
                await self._take_out(connection, arrival, gone)
                waiting += await self._withdrawals.onward(connection, gone.message_id, payload)
            await _tell_screening(connection, arrival, notices)
        if not waiting:
            await self._reply_done(connection, arrival, payload.target_message_id)
            message = replace(message, done_at=arrival.now)
        return message

    async def _take_out(self, connection: AsyncConnection, arrival: Arrival, gone: ExchangeMessage) -> None:
        """Nothing of a withdrawn message can be read or used here, nor the matches that rest on it."""
        payload = cast("Recall | Correct | WatchlistRemoval", arrival.payload)
        exchange = ExchangeStore(connection)
        if _keeps_it(payload):
            await exchange.move(gone.message_id, MessageState.RESTRICTED, *READABLE)
        else:
            await exchange.erase(gone.message_id)
        if gone.type in NOTICES:
            told = withdrawn_notice(
                gone.message_id,
                arrival.sender,
                payload.reason_code,
                by=arrival.message.message_id,
                now=arrival.now,
            )
            await _send(connection, WITHDRAWN_KIND, told)

    def _corrected(
        self,
        target: ExchangeMessage,
        corrections: Sequence[ExchangeMessage],
        payload: Recall | Correct | WatchlistRemoval,
    ) -> tuple[Notify, ...]:
        """What a corrected message says from now on; nothing of one that is taken back."""
        if not isinstance(payload, Correct) or target.envelope is None or target.type not in NOTICES:
            return ()
        made = [cast(Correct, opened(each, self._sealing_keys)) for each in corrections if each.envelope]
        notices = notices_of(opened(target, self._sealing_keys))
        for correction in (*made, payload):
            notices = tuple(corrected(notice, correction) for notice in notices)
        return notices

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
        await NoticeStore(connection).advance(ours, arrival.sender.id, state, arrival.now)
        await ExchangeStore(connection).seen_there(ours, arrival.sender.id, arrival.now)

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


async def _corrections(connection: AsyncConnection, target: ExchangeMessage) -> list[ExchangeMessage]:
    """The corrections of a message that came before: each stands for it, and goes with it."""
    before = await ExchangeStore(connection).with_target(target.message_id, Direction.IN)
    before = sorted(before, key=lambda each: (each.created_at, each.message_id))
    return [each for each in before if each.type == "CORRECT" and each.authority_id == target.authority_id]


async def _consented(connection: AsyncConnection, arrival: Arrival) -> None:
    """Keep a consent that answers a request of ours about a message of the sender's own (SG-33)."""
    payload = cast(Consent, arrival.payload)
    exchange = ExchangeStore(connection)
    asked = await exchange.find(payload.request_id)
    target = await exchange.find(payload.target_message_id)
    is_an_answer = (
        asked is not None
        and asked.direction is Direction.OUT
        and asked.type == "CONSENT_REQUEST"
        and asked.authority_id == arrival.sender.id
        and asked.target_id == payload.target_message_id
        and arrival.message.in_reply_to == asked.message_id
    )
    is_theirs = target is not None and target.authority_id == arrival.sender.id
    if not (payload.granted and payload.names and payload.expires and is_an_answer and is_theirs):
        return
    consent = StoredConsent(
        arrival.message.message_id, payload.names, payload.data_classes, payload.purposes, payload.expires
    )
    await ConsentStore(connection).add(consent, target_id=payload.target_message_id, at=arrival.now)


def _keeps_it(payload: Recall | Correct | WatchlistRemoval) -> bool:
    """Whether the old version stays, sealed and unused: it is restricted, or a correction rests on it."""
    return isinstance(payload, Correct) or (isinstance(payload, Recall) and payload.kind == "RESTRICT")


async def _tell_screening(connection: AsyncConnection, arrival: Arrival, notices: Sequence[Notify]) -> None:
    """Whoever a notice tells of is looked for on the named flight, now and while it waits (§6)."""
    for told in received_notices(arrival.envelope, notices, arrival.sender, arrival.now):
        await _send(connection, RECEIVED_KIND, told)


async def _send(connection: AsyncConnection, kind: str, body: NoticeReceivedV1 | NoticeWithdrawnV1) -> None:
    await Outbox.add(
        connection, destination=SCREENING, kind=kind, message_id=body.message_id, body=body.as_json()
    )


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
