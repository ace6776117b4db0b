"""The exchange's messages that are no notices of a share, on their way.

What only protects (`exchange.control`) leaves whatever the agreements say. Everything else is asked about
again at each try, since agreements, risks and suspensions change.

Source: sharing-protocol.md §6 (sender), §9.6; safeguards.md §4a, SG-30, SG-37, SG-38.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.delivery.courier import Judging, Load, Permit, Told
from services.sharing.errors import ContentWithdrawn
from services.sharing.exchange.arrivals import ANSWERED_LATER
from services.sharing.exchange.letter_safeguards import LetterSafeguards
from services.sharing.exchange.post import address_of
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.protocol.message_types import TYPES
from services.sharing.shares.safeguards import logged_reasons
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.leasing import Tried
from services.sharing.store.registers import RegisterStore
from shared.contracts import HitStateV1

WORKERS: Final = 2


class MessageLedger:
    """Messages of the exchange as the courier takes them.

    Args:
        safeguards: Judges a message anew at each try.
    """

    word: Final = "exchange"

    def __init__(self, safeguards: LetterSafeguards) -> None:
        self._safeguards = safeguards

    async def take_due(
        self, connection: AsyncConnection, *, now: datetime, leased_until: datetime
    ) -> ExchangeMessage | None:
        """The message that is due the longest."""
        return await ExchangeStore(connection).take_due(now=now, leased_until=leased_until)

    def load(self, row: ExchangeMessage) -> Load:
        """What the courier has to know of a message."""
        return Load(
            message_id=row.message_id,
            authority_id=row.authority_id,
            envelope=row.envelope,
            payload_digest=str(row.outside["payload_hash"]),
            state=row.state.value,
            tries=row.tries,
            expires_at=row.expires_at,
            last_fault=row.last_fault,
        )

    def told(self, row: ExchangeMessage) -> Told:
        """What the log says of a message."""
        return Told("MESSAGE", str(row.outside["purpose"]), {"type": row.type})

    async def prepare(self, row: ExchangeMessage) -> Judging:
        """Ask screening where the message tells of a hit, and make ready to ask the safeguards.

        Raises:
            ScreeningSilent: Screening gave no answer; nothing may be sent.
        """
        hit_state = await self._safeguards.hit_state_for(row)

        async def judge(connection: AsyncConnection) -> Permit:
            return await self._judge(connection, row, hit_state)

        return judge

    async def _judge(
        self, connection: AsyncConnection, row: ExchangeMessage, hit_state: HitStateV1 | None
    ) -> Permit:
        authority = await RegisterStore(connection).authority(row.authority_id)
        if authority is None:
            return Permit(None, fault="RECIPIENT_UNKNOWN")
        # Without a basis it is a neutral answer, which tells of nobody.
        if not TYPES[row.type].is_control and row.basis is not None:
            try:
                verdict = await self._safeguards.judge_queued(connection, row, hit_state)
            except ContentWithdrawn as unread:
                await _answer_neutrally(connection, row)
                return Permit(None, fault=unread.code)
            if not verdict.permits:
                await _answer_neutrally(connection, row)
                reasons = logged_reasons(verdict.reasons)
                await ExchangeStore(connection).give_reasons(row.message_id, reasons)
                return Permit(None, fault="SAFEGUARDS", policy=verdict.policy_version, reasons=reasons)
        return Permit(authority, address_of(authority, row.type))

    async def update(self, connection: AsyncConnection, row: ExchangeMessage, tried: Tried) -> bool:
        """Write how a try went."""
        return await ExchangeStore(connection).update(row, tried)

    async def add_try(
        self, connection: AsyncConnection, row: ExchangeMessage, *, at: datetime, outcome: str
    ) -> None:
        """The log has each try of a message; its row has the last one."""


async def _answer_neutrally(connection: AsyncConnection, refused: ExchangeMessage) -> None:
    """Whoever asked hears the neutral word as ever: silence would tell that something was found (§3)."""
    if refused.in_reply_to is not None and TYPES[refused.type].answers & ANSWERED_LATER:
        await ExchangeStore(connection).owe_answer(refused.in_reply_to)
