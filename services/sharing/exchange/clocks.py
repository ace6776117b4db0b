"""The exchange's clocks: requests that nobody answered, recalls that do not get on, what is over.

Source: sharing-protocol.md §3 (refusals), §6; workflow.md §6; safeguards.md SG-23, 35, 37, 38, 39.
"""

import asyncio
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.custody.emergencies import REVIEWED_WITHIN
from services.sharing.exchange.overdue import ring_overdue
from services.sharing.exchange.post import Post
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.protocol.compose import Letter
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import IdentityAnswer, PnrResponse
from services.sharing.shares.partners import RECORD_WINDOW
from services.sharing.shares.withdrawals import Withdrawals
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import Register, RegisterStore
from shared.audit.log import AuditLog
from shared.beating import keep_beating
from shared.clock import Clock
from shared.observability.logging import get_logger

ACTOR: Final = "sharing"
BEAT_SECONDS: Final = 30.0
A_BEAT: Final = 50
#: More late completions than this within 90 days suspend the partner (SG-37).
MAX_OVERDUE: Final = 2


class ExchangeClocks:
    """Carries out what is due; each step may be repeated, and rows that another worker holds are passed over.

    Args:
        engine: The service's database.
        post: Queues the neutral answers.
        withdrawals: Takes back emergencies that nobody has reviewed in time.
        audit: The log.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        post: Post,
        withdrawals: Withdrawals,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._post = post
        self._withdrawals = withdrawals
        self._audit = audit
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Look at the clocks until told to stop."""
        await keep_beating(self.beat, stop, every_seconds=BEAT_SECONDS, failed="clocks_postponed")

    async def beat(self) -> None:
        """Do everything that is due now."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            for request in await ExchangeStore(connection).answers_due(now, A_BEAT):
                await self._answer_neutrally(connection, request)
        async with self._engine.begin() as connection:
            await ring_overdue(connection, self._audit, now)
        async with self._engine.begin() as connection:
            await self._take_back_unreviewed(connection)
        async with self._engine.begin() as connection:
            await self._suspend_the_late(connection)
        async with self._engine.begin() as connection:
            await ExchangeStore(connection).forget_previews(now)
            for message in await ExchangeStore(connection).retention_over(now.date(), A_BEAT):
                await ExchangeStore(connection).erase(message.message_id)
                await self._record(connection, message, "exchange.erase")

    async def _answer_neutrally(self, connection: AsyncConnection, request: ExchangeMessage) -> None:
        """One word for nothing held and nothing that may be given, always at the same point of the clock."""
        is_pnr = request.type == "PNR_REQUEST"
        payload: Part = (
            PnrResponse(outcome="NO_INFORMATION") if is_pnr else IdentityAnswer(outcome="NO_INFORMATION")
        )
        letter = Letter(
            type="PNR_RESPONSE" if is_pnr else "IDENTITY_ANSWER",
            recipient=request.authority_id,
            payload=payload,
            purpose=str(request.outside["purpose"]),
            necessity="No information can be provided.",
            legal_ref=("SCR-2396/12",),
            retention_until=date.fromisoformat(str(request.outside["retention_until"])),
            thread_id=request.thread_id,
            in_reply_to=request.message_id,
            agreement_id=request.outside.get("agreement_id"),
        )
        await ExchangeStore(connection).clear_answer(request.message_id)
        await self._post.queue(connection, letter, actor=ACTOR)
        await self._record(connection, request, "exchange.answer")

    async def _take_back_unreviewed(self, connection: AsyncConnection) -> None:
        """An emergency that no independent review has justified within 72 hours is recalled (SG-39)."""
        before = self._clock.now() - REVIEWED_WITHIN
        for emergency in await ExchangeStore(connection).emergencies_unreviewed(before, A_BEAT):
            await self._withdrawals.recall_message(connection, emergency, "UNLAWFUL")
            await self._record(connection, emergency, "emergency.unreviewed")

    async def _suspend_the_late(self, connection: AsyncConnection) -> None:
        now = self._clock.now()
        registers = RegisterStore(connection)
        record = await ExchangeStore(connection).recall_record(now=now, since=now - RECORD_WINDOW)
        for authority_id, (overdue, _) in record.items():
            authority = await registers.authority(authority_id)
            if overdue <= MAX_OVERDUE or authority is None or authority.status != "ACTIVE":
                continue
            suspended = authority.model_copy(
                update={"status": "SUSPENDED", "suspended_reason": "recalls not carried out in time"}
            )
            version = await registers.add(
                Register.AUTHORITY, authority_id, suspended.as_json(), approval_id=None, activated_at=now
            )
            await self._audit.append(
                connection,
                actor=ACTOR,
                action="register.suspend",
                object_kind=Register.AUTHORITY.value,
                object_id=authority_id,
                reasons=("SG-37.OVERDUE",),
                facts={"version": version, "overdue": overdue},
            )
            get_logger().error("partner_suspended", authority_id=authority_id, count=overdue)

    async def _record(self, connection: AsyncConnection, message: ExchangeMessage, action: str) -> None:
        await self._audit.append(
            connection,
            actor=ACTOR,
            action=action,
            object_kind="MESSAGE",
            object_id=str(message.message_id),
            purpose=str(message.outside["purpose"]),
            facts={"type": message.type, "authority_id": message.authority_id},
        )
