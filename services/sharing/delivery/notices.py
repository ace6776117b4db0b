"""The disclosure ledger's notices on their way: every safeguard is asked anew at each try.

Source: sharing-protocol.md §6 (sender); safeguards.md SG-30 (queued messages are asked again), SG-37.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.delivery.courier import Judging, Load, Permit, Told
from services.sharing.shares.minimum_sets import Payload
from services.sharing.shares.records import Notice, Stage
from services.sharing.shares.safeguards import Question, Safeguards, logged_reasons
from services.sharing.shares.screening_client import HitStates
from services.sharing.store.leasing import Tried
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import ShareStore

WORKERS: Final = 4


class NoticeLedger:
    """Notices as the courier takes them.

    Args:
        engine: The service's database.
        safeguards: Judges the notice anew at each try.
        hit_states: Screening, asked anew at each try.
    """

    word: Final = "notice"

    def __init__(self, engine: AsyncEngine, safeguards: Safeguards, hit_states: HitStates) -> None:
        self._engine = engine
        self._safeguards = safeguards
        self._hit_states = hit_states

    async def take_due(
        self, connection: AsyncConnection, *, now: datetime, leased_until: datetime
    ) -> Notice | None:
        """The notice that is due the longest."""
        return await NoticeStore(connection).take_due(now=now, leased_until=leased_until)

    def load(self, row: Notice) -> Load:
        """What the courier has to know of a notice."""
        return Load(
            message_id=row.notice_id,
            authority_id=row.authority_id,
            envelope=row.envelope,
            payload_digest=row.payload_digest,
            state=row.state.value,
            tries=row.tries,
            expires_at=row.expires_at,
            last_fault=row.last_fault,
        )

    def told(self, row: Notice) -> Told:
        """What the log says of a notice."""
        return Told("NOTICE", row.basis.purpose_code, {})

    async def prepare(self, row: Notice) -> Judging:
        """Ask screening for the hit's present state, and make ready to ask the safeguards.

        Raises:
            ScreeningSilent: Screening gave no answer; nothing may be sent.
        """
        async with self._engine.connect() as connection:
            share = await ShareStore(connection).get(row.share_id)
        question = Question(
            share=replace(share, event=row.event),
            candidate=row.candidate,
            payload=Payload({}, row.fields),
            basis=row.basis,
            hit_state=await self._hit_states.state(share.hit.hit_id),
            stage=Stage.DELIVERY,
            sealed_to=row.kid,
            notice_id=row.notice_id,
        )

        async def judge(connection: AsyncConnection) -> Permit:
            return await self._judge(connection, row, question)

        return judge

    async def _judge(self, connection: AsyncConnection, row: Notice, question: Question) -> Permit:
        registers = await self._safeguards.registers(connection)
        verdict = await self._safeguards.judge(connection, registers, question)
        await ShareStore(connection).add_verdicts([verdict])
        if not verdict.permits:
            reasons = logged_reasons(verdict.reasons)
            return Permit(None, fault="SAFEGUARDS", policy=verdict.policy_version, reasons=reasons)
        authority = registers.authority(row.authority_id)
        assert authority is not None, "an authority unknown to the register is refused by SG-29"
        return Permit(
            authority,
            authority.duty_desk.endpoint,
            policy=verdict.policy_version,
            facts={"subject": str(question.share.hit.traveller_id), "inputs_hash": verdict.inputs_hash},
        )

    async def update(self, connection: AsyncConnection, row: Notice, tried: Tried) -> bool:
        """Write how a try went."""
        return await NoticeStore(connection).update(row, tried)

    async def add_try(self, connection: AsyncConnection, row: Notice, *, at: datetime, outcome: str) -> None:
        """Keep how the try ended, which its page shows."""
        await NoticeStore(connection).add_try(row, at=at, outcome=outcome)
