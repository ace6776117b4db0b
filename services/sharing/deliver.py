"""The only HTTP out to other authorities: sends what the ledger holds, asking the safeguards at every try.

At-least-once delivery, exactly-once effect: a notice is sent again with the same bytes and the same message
id until its acknowledgement is verified or its time is over. Whoever is killed in between leaves it due.

Source: sharing-protocol.md §6 (sender), §9.6; safeguards.md SG-30 (queued messages are asked again).
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import ScreeningSilent, VaultUnavailable
from services.sharing.minimum_sets import Payload
from services.sharing.receipts import verified
from services.sharing.registry_entries import Authority
from services.sharing.safeguards import Question, Safeguards, logged_reasons
from services.sharing.screening_client import HitStates
from services.sharing.share_records import Notice, NoticeState, Share, ShareVerdict, Stage
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import ShareStore
from services.sharing.transmit import Addressed, Answer, Gateway, delay_after
from services.sharing.workers import all_due, work_until
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.observability.logging import get_logger

WORKERS: Final = 4
LEASE: Final = timedelta(seconds=90)
SENDER: Final = "sharing"


class Delivery:
    """Takes due notices one by one, asks the safeguards, transmits, and writes how it went.

    Args:
        engine: The service's database.
        safeguards: Judges the notice anew at each try.
        hit_states: Screening, asked anew at each try.
        gateways: The ways out.
        audit: The log.
        clock: Tells when; tests move it.
        poll_seconds: How long a worker rests when nothing is due.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        safeguards: Safeguards,
        hit_states: HitStates,
        gateways: Gateway,
        audit: AuditLog,
        clock: Clock,
        poll_seconds: float,
    ) -> None:
        self._engine = engine
        self._safeguards = safeguards
        self._hit_states = hit_states
        self._gateways = gateways
        self._audit = audit
        self._clock = clock
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is under way is finished first."""
        await work_until(stop, self.deliver_next, workers=WORKERS, rest=self._poll_seconds)

    async def deliver_due(self) -> int:
        """Try whatever is due, one after the other; for tests and for a tick by hand. Returns the tries."""
        return await all_due(self.deliver_next)

    async def deliver_next(self) -> bool:
        """Try the notice that is due the longest; `False` when none is."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            notice = await NoticeStore(connection).take_due(now=now, leased_until=now + LEASE)
            if notice is None:
                return False
            if now >= notice.expires_at:
                await self._end(connection, notice, NoticeState.EXPIRED, "EXPIRED")
                return True
        await self._try(notice)
        return True

    async def _try(self, notice: Notice) -> None:
        try:
            authority = await self._permitted(notice)
        except (ScreeningSilent, VaultUnavailable) as silence:
            await self._postpone(notice, NoticeState(notice.state), silence.code)
            return
        if authority is None:
            return
        assert notice.envelope is not None, "a notice for an endpoint is sealed when it is written"
        addressed = Addressed(authority.duty_desk.endpoint, authority.id, notice.notice_id)
        answer = await self._gateways.transmit(addressed, notice.envelope)
        receipt = verified(
            answer, authority, message_id=notice.notice_id, envelope=notice.envelope, now=self._clock.now()
        )
        await self._settle(notice, receipt)

    async def _permitted(self, notice: Notice) -> Authority | None:
        """Ask the safeguards once more; the authority if they permit, `None` once the refusal is written."""
        async with self._engine.connect() as connection:
            share = await ShareStore(connection).get(notice.share_id)
        hit_state = await self._hit_states.state(share.hit.hit_id)
        question = Question(
            share=share,
            candidate=notice.candidate,
            payload=Payload({}, notice.fields),
            basis=notice.basis,
            hit_state=hit_state,
            stage=Stage.DELIVERY,
            sealed_to=notice.kid,
            notice_id=notice.notice_id,
        )
        async with self._engine.begin() as connection:
            registers = await self._safeguards.registers(connection)
            verdict = await self._safeguards.judge(connection, registers, question)
            await ShareStore(connection).add_verdicts([verdict])
            if not verdict.permits:
                await self._end(connection, notice, NoticeState.REFUSED, "SAFEGUARDS", verdict)
                return None
            if not await self._mark_sent(connection, notice, share, verdict):
                return None
            return registers.authority(notice.authority_id)

    async def _mark_sent(
        self, connection: AsyncConnection, notice: Notice, share: Share, verdict: ShareVerdict
    ) -> bool:
        """The ledger and the log say that it leaves before a byte of it does (SG-37, SG-41).

        `False` when another process has taken the notice over since; then this one sends nothing.
        """
        now = self._clock.now()
        is_ours = await NoticeStore(connection).update(
            notice,
            NoticeState.SENT,
            next_try_at=now + LEASE,
            sent_at=now if notice.sent_at is None else None,
            last_fault=notice.last_fault,
        )
        await self._record(
            connection,
            notice,
            "notice.transmit",
            "PERMITTED",
            policy=verdict.policy_version,
            facts={"subject": str(share.hit.traveller_id), "inputs_hash": verdict.inputs_hash},
        )
        return is_ours

    async def _settle(self, notice: Notice, answer: Answer) -> None:
        if answer.fault is None:
            await self._delivered(notice, answer)
        elif answer.is_final:
            async with self._engine.begin() as connection:
                await self._end(connection, notice, NoticeState.REFUSED, f"RECIPIENT_{answer.fault}")
        else:
            await self._postpone(notice, NoticeState.SENT, answer.fault)

    async def _delivered(self, notice: Notice, answer: Answer) -> None:
        now = self._clock.now()
        async with self._engine.begin() as connection:
            notices = NoticeStore(connection)
            is_ours = await notices.update(
                notice, NoticeState.DELIVERED, delivered_at=now, acknowledgement=answer.acknowledgement
            )
            await notices.add_try(notice, at=now, outcome="DELIVERED")
            if is_ours:
                await self._record(connection, notice, "notice.deliver", "DONE")

    async def _postpone(self, notice: Notice, state: NoticeState, fault: str) -> None:
        now = self._clock.now()
        async with self._engine.begin() as connection:
            notices = NoticeStore(connection)
            next_try = min(now + delay_after(notice.tries), notice.expires_at)
            await notices.update(notice, state, next_try_at=next_try, last_fault=fault)
            await notices.add_try(notice, at=now, outcome=fault)
            await self._record(connection, notice, "notice.try", "FAILED", facts={"fault": fault})
        get_logger().warning("notice_postponed", notice_id=str(notice.notice_id), code=fault)

    async def _end(
        self,
        connection: AsyncConnection,
        notice: Notice,
        state: NoticeState,
        fault: str,
        verdict: ShareVerdict | None = None,
    ) -> None:
        """No further try: expired, or refused by the safeguards or by the recipient."""
        now = self._clock.now()
        notices = NoticeStore(connection)
        await notices.update(notice, state, last_fault=fault)
        await notices.add_try(notice, at=now, outcome=fault)
        await self._record(
            connection,
            notice,
            "notice.end",
            "REFUSED",
            policy=verdict.policy_version if verdict else None,
            reasons=logged_reasons(verdict.reasons) if verdict else (),
            facts={"fault": fault, "state": state.value},
        )

    async def _record(
        self,
        connection: AsyncConnection,
        notice: Notice,
        action: str,
        outcome: str,
        *,
        policy: str | None = None,
        reasons: tuple[str, ...] = (),
        facts: Mapping[str, str] | None = None,
    ) -> None:
        await self._audit.append(
            connection,
            actor=SENDER,
            action=action,
            object_kind="NOTICE",
            object_id=str(notice.notice_id),
            outcome=outcome,
            purpose=notice.basis.purpose_code,
            policy=policy,
            reasons=reasons,
            facts={
                "authority_id": notice.authority_id,
                "payload_digest": notice.payload_digest,
                "number": notice.tries,
                **(facts or {}),
            },
        )
