"""Takes back what was sent: from every recipient, and through them from everyone onward.

Source: safeguards.md SG-37, SG-15; sharing-protocol.md §3, §6; workflow.md §6.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.exchange.post import Post
from services.sharing.exchange.records import Direction, ExchangeMessage
from services.sharing.protocol.compose import Letter
from services.sharing.protocol.payload_parts import WithdrawalReason
from services.sharing.protocol.payloads import Correct, Done, Recall, WatchlistRemoval
from services.sharing.shares.records import Channel, Notice, NoticeState
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import ShareStore
from shared.audit.log import AuditLog
from shared.bus.inbox import Inbox
from shared.clock import Clock
from shared.contracts import HitWithdrawnV1

KIND: Final = "HitWithdrawnV1"
ACTOR: Final = "sharing"
ONWARD: Final = "Erase it, and have everyone erase it to whom you passed it; tell us when it is done."
NECESSITY: Final = "What was sent no longer holds and must not be used."
LEGAL_REF: Final = ("LED/7.3", "SG-37")
#: Backups hold what was erased for so long.
BACKUP_DAYS: Final = 30


class Taken(StrEnum):
    """What came of taking a notice back: nothing was out, it is gone at once, or its recipient is asked."""

    NOTHING = "NOTHING"
    AT_ONCE = "AT_ONCE"
    ASKED = "ASKED"


class Withdrawals:
    """Recalls the notices of a hit, and passes recalls of others on.

    Args:
        engine: The service's database.
        post: Queues the recalls.
        audit: The log.
        clock: Tells when.
    """

    def __init__(self, engine: AsyncEngine, *, post: Post, audit: AuditLog, clock: Clock) -> None:
        self._engine = engine
        self._post = post
        self._audit = audit
        self._clock = clock

    async def receive(self, message_id: UUID, hit: HitWithdrawnV1) -> dict[str, object]:
        """Screening says that a hit no longer holds: everything sent of it is taken back, once."""
        async with self._engine.begin() as connection:
            stored = await Inbox.begin(connection, message_id, KIND)
            if stored is not None:
                return stored
            share_id = await ShareStore(connection).of_hit(hit.hit_id)
            recalled = 0
            if share_id is not None:
                for notice in (await NoticeStore(connection).of_shares([share_id]))[share_id]:
                    taken = await self.recall(connection, notice, hit.reason, is_urgent=hit.is_urgent)
                    recalled += taken is not Taken.NOTHING
            reply: dict[str, object] = {"recalled": recalled}
            await Inbox.finish(connection, message_id, reply)
        return reply

    async def recall_by_hand(
        self, notice_id: UUID, reason: WithdrawalReason, *, is_urgent: bool, actor: str
    ) -> None:
        """An officer takes one notice back; the same again changes nothing.

        Raises:
            NoticeNotFound: There is no such notice.
        """
        async with self._engine.begin() as connection:
            notice = await NoticeStore(connection).get(notice_id)
            await self.recall(connection, notice, reason, is_urgent=is_urgent, actor=actor)

    async def recall(
        self,
        connection: AsyncConnection,
        notice: Notice,
        reason: WithdrawalReason,
        *,
        is_urgent: bool,
        actor: str = ACTOR,
    ) -> "Taken":
        """Take one notice back.

        One that has not left yet never leaves; our own pages show a recall by themselves.
        """
        if not await NoticeStore(connection).recall(notice.notice_id):
            return Taken.NOTHING
        await self._record(connection, notice, reason, actor)
        if notice.channel is Channel.PAGES or notice.state is NoticeState.APPROVED:
            return Taken.AT_ONCE
        payload = Recall(
            target_message_id=notice.notice_id,
            kind="ERASE",
            reason_code=reason,
            urgent=is_urgent,
            onward_instructions=ONWARD,
        )
        letter = letter_about(notice, payload, is_urgent=is_urgent)
        await self._post.queue(connection, letter, actor=actor)
        return Taken.ASKED

    async def recall_message(
        self,
        connection: AsyncConnection,
        message: ExchangeMessage,
        reason: WithdrawalReason,
        *,
        is_urgent: bool = False,
    ) -> bool:
        """Take back a message of ours that is no notice of a share; whether its recipient owes us a DONE."""
        if message.sent_at is None:
            await ExchangeStore(connection).erase(message.message_id)
            return False
        letter = Letter(
            type="RECALL",
            recipient=message.authority_id,
            payload=Recall(
                target_message_id=message.message_id,
                kind="ERASE",
                reason_code=reason,
                urgent=is_urgent,
                onward_instructions=ONWARD,
            ),
            purpose=str(message.outside["purpose"]),
            necessity=NECESSITY,
            legal_ref=LEGAL_REF,
            retention_until=message.retention_until,
            thread_id=message.thread_id,
            in_reply_to=message.message_id,
            target_id=message.message_id,
        )
        return await self._post.queue(connection, letter, actor=ACTOR) is not None

    async def onward(
        self, connection: AsyncConnection, received: UUID, payload: Recall | Correct | WatchlistRemoval
    ) -> int:
        """Withdraw a received message from everybody to whom we passed it; how many owe us a DONE.

        Passed on are the messages in which an officer did so, and the notices of hits that rest on it.
        """
        is_urgent = getattr(payload, "urgent", False)
        waiting = 0
        for passed in await ExchangeStore(connection).derived(received):
            waiting += await self.recall_message(connection, passed, payload.reason_code, is_urgent=is_urgent)
        for notice in await _derived_notices(connection, received):
            taken = await self.recall(connection, notice, payload.reason_code, is_urgent=is_urgent)
            waiting += taken is Taken.ASKED
        return waiting

    async def onward_done(self, connection: AsyncConnection, asked: ExchangeMessage, now: datetime) -> None:
        """Somebody onward has carried our recall out; once all have, the one who asked us is told.

        Args:
            connection: The caller's transaction.
            asked: Our own recall, now done.
            now: The present instant.
        """
        exchange = ExchangeStore(connection)
        received = await _received_behind(connection, asked.target_id)
        if received is None:
            return
        passed_on = [
            *(each.message_id for each in await exchange.derived(received)),
            *(each.notice_id for each in await _derived_notices(connection, received)),
        ]
        recalls = [recall for each in passed_on for recall in await exchange.with_target(each, Direction.OUT)]
        if any(recall.done_at is None for recall in recalls):
            return
        onward = tuple(sorted({recall.authority_id for recall in recalls}))
        for asking in await _asking(connection, received):
            letter = done_letter(asking, asking.target_id or received, now, onward=onward)
            await self._post.queue(connection, letter, actor=ACTOR)
            await exchange.carried_out(asking.message_id, now)

    async def _record(self, connection: AsyncConnection, notice: Notice, reason: str, actor: str) -> None:
        await self._audit.append(
            connection,
            actor=actor,
            action="notice.recall",
            object_kind="NOTICE",
            object_id=str(notice.notice_id),
            purpose=notice.basis.purpose_code,
            reasons=(reason,),
            facts={"authority_id": notice.authority_id, "state": NoticeState.RECALLED.value},
        )


def letter_about(notice: Notice, payload: Correct | Recall, *, is_urgent: bool) -> Letter:
    """What tells a notice's recipient to correct, to restrict or to erase it."""
    return Letter(
        type="CORRECT" if isinstance(payload, Correct) else "RECALL",
        recipient=notice.authority_id,
        payload=payload,
        purpose=notice.basis.purpose_code,
        necessity=NECESSITY,
        legal_ref=LEGAL_REF,
        retention_until=notice.expires_at.date(),
        thread_id=notice.notice_id,
        in_reply_to=notice.notice_id,
        target_id=notice.notice_id,
        urgency="IMMEDIATE_THREAT" if is_urgent else "ROUTINE",
    )


async def _derived_notices(connection: AsyncConnection, received: UUID) -> list[Notice]:
    """The notices of hits that rest on a received one."""
    share_ids = await ShareStore(connection).derived(received)
    found = await NoticeStore(connection).of_shares(share_ids)
    return [notice for share_id in share_ids for notice in found[share_id]]


async def _received_behind(connection: AsyncConnection, passed_on: UUID | None) -> UUID | None:
    """The received message that we passed on in one of ours; `None` where it was our own information."""
    if passed_on is None:
        return None
    message = await ExchangeStore(connection).find(passed_on)
    if message is not None:
        return message.derived_from
    notice = await NoticeStore(connection).find(passed_on)
    return None if notice is None else (await ShareStore(connection).get(notice.share_id)).derived_from


async def _asking(connection: AsyncConnection, received: UUID) -> list[ExchangeMessage]:
    """The withdrawals of a received message, or of the one that it corrects, that wait for their DONE."""
    exchange = ExchangeStore(connection)
    message = await exchange.find(received)
    corrected = message.target_id if message is not None else None
    targets = [received] if corrected is None else [received, corrected]
    found = [each for target in targets for each in await exchange.with_target(target, Direction.IN)]
    return [each for each in found if each.done_at is None and each.type != "DONE"]


def done_letter(
    withdrawal: ExchangeMessage, target: UUID, now: datetime, *, onward: tuple[str, ...]
) -> Letter:
    """What we tell the sender of a withdrawal once it is carried out here and by everyone onward."""
    return Letter(
        type="DONE",
        recipient=withdrawal.authority_id,
        payload=Done(
            target_message_id=target,
            erased_at=now,
            residual_until=now.date() + timedelta(days=BACKUP_DAYS),
            onward_recipients_done=onward,
        ),
        purpose=str(withdrawal.outside["purpose"]),
        necessity="Carried out as asked.",
        legal_ref=("SG-37",),
        retention_until=date.fromisoformat(str(withdrawal.outside["retention_until"])),
        thread_id=withdrawal.thread_id,
        in_reply_to=withdrawal.message_id,
        target_id=target,
    )
