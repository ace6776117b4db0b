"""Delivers the messages of the exchange that are no notices of a share, until received or over.

What only protects (`exchange.control`) leaves whatever the agreements say. Everything else is asked about
again at each try, since agreements, risks and suspensions change.

Source: sharing-protocol.md §6 (sender), §9.6; safeguards.md §4a, SG-30, SG-37, SG-38.
"""

import asyncio
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.deliver import LEASE
from services.sharing.errors import ScreeningSilent, VaultUnavailable
from services.sharing.exchange_records import ExchangeMessage, MessageState
from services.sharing.letter_safeguards import LetterSafeguards
from services.sharing.message_types import TYPES
from services.sharing.post import address_of
from services.sharing.receipts import verified
from services.sharing.registry_entries import Authority
from services.sharing.safeguards import logged_reasons
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import RegisterStore
from services.sharing.transmit import Addressed, Answer, Gateway, delay_after
from services.sharing.workers import all_due, work_until
from shared.audit.log import AuditLog
from shared.audit.record import FactValue
from shared.clock import Clock
from shared.observability.logging import get_logger

SENDER: Final = "sharing"
WORKERS: Final = 2
NO_DELAY: Final = timedelta(0)


class ExchangeDelivery:
    """Takes due messages one by one, transmits, and writes how it went.

    Args:
        engine: The service's database.
        safeguards: Judges a message anew at each try.
        gateways: The ways out.
        audit: The log.
        clock: Tells when.
        poll_seconds: How long a worker rests when nothing is due.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        safeguards: LetterSafeguards,
        gateways: Gateway,
        audit: AuditLog,
        clock: Clock,
        poll_seconds: float,
    ) -> None:
        self._engine = engine
        self._safeguards = safeguards
        self._gateways = gateways
        self._audit = audit
        self._clock = clock
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is under way is finished first."""
        await work_until(stop, self.deliver_next, workers=WORKERS, rest=self._poll_seconds)

    async def deliver_due(self) -> int:
        """Try whatever is due, one after the other; returns the tries."""
        return await all_due(self.deliver_next)

    async def deliver_next(self) -> bool:
        """Try the message that is due the longest; `False` when none is."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            message = await ExchangeStore(connection).take_due(now=now, leased_until=now + LEASE)
            if message is None:
                return False
            if now >= message.expires_at:
                await self._end(connection, message, MessageState.EXPIRED, "EXPIRED")
                return True
        await self._try(message)
        return True

    async def _try(self, message: ExchangeMessage) -> None:
        try:
            authority = await self._permitted(message)
        except (ScreeningSilent, VaultUnavailable) as silence:
            await self._postpone(message, silence.code)
            return
        if authority is None or message.envelope is None:
            return
        addressed = Addressed(address_of(authority, message.type), authority.id, message.message_id)
        answer = await self._gateways.transmit(addressed, message.envelope)
        receipt = verified(
            answer, authority, message_id=message.message_id, envelope=message.envelope, now=self._clock.now()
        )
        await self._settle(message, receipt)

    async def _permitted(self, message: ExchangeMessage) -> Authority | None:
        """The recipient, once the safeguards permit this try and the ledger says that it leaves."""
        hit_state = await self._safeguards.hit_state_for(message)
        async with self._engine.begin() as connection:
            authority = await RegisterStore(connection).authority(message.authority_id)
            if authority is None:
                await self._end(connection, message, MessageState.REFUSED, "RECIPIENT_UNKNOWN")
                return None
            # Without a basis it is a neutral answer, which tells of nobody.
            if not TYPES[message.type].is_control and message.basis is not None:
                verdict = await self._safeguards.judge_queued(connection, message, hit_state)
                if not verdict.permits:
                    reasons = logged_reasons(verdict.reasons)
                    await self._end(connection, message, MessageState.REFUSED, "SAFEGUARDS", reasons)
                    return None
            now = self._clock.now()
            is_ours = await ExchangeStore(connection).update(
                message,
                MessageState.SENT,
                next_try_at=now + LEASE,
                sent_at=now,
                last_fault=message.last_fault,
            )
            await self._record(connection, message, "exchange.transmit", "PERMITTED")
            return authority if is_ours else None

    async def _settle(self, message: ExchangeMessage, answer: Answer) -> None:
        if answer.fault is None:
            await self._delivered(message, answer)
        elif answer.is_final:
            async with self._engine.begin() as connection:
                await self._end(connection, message, MessageState.REFUSED, f"RECIPIENT_{answer.fault}")
        else:
            await self._postpone(message, answer.fault)

    async def _delivered(self, message: ExchangeMessage, answer: Answer) -> None:
        now = self._clock.now()
        async with self._engine.begin() as connection:
            is_ours = await ExchangeStore(connection).update(
                message,
                MessageState.DELIVERED,
                delivered_at=now,
                acknowledgement=answer.acknowledgement,
            )
            if is_ours:
                await self._record(connection, message, "exchange.deliver", "DONE")

    async def _postpone(self, message: ExchangeMessage, fault: str) -> None:
        now = self._clock.now()
        next_try = min(now + delay_after(message.tries), message.expires_at)
        async with self._engine.begin() as connection:
            await ExchangeStore(connection).update(
                message, MessageState.SENT, next_try_at=next_try, last_fault=fault
            )
            await self._record(connection, message, "exchange.try", "FAILED", fault=fault)
        get_logger().warning("message_postponed", message_id=str(message.message_id), code=fault)

    async def _end(
        self,
        connection: AsyncConnection,
        message: ExchangeMessage,
        state: MessageState,
        fault: str,
        reasons: tuple[str, ...] = (),
    ) -> None:
        await ExchangeStore(connection).update(message, state, last_fault=fault)
        await self._record(connection, message, "exchange.end", "REFUSED", fault=fault, reasons=reasons)

    async def _record(
        self,
        connection: AsyncConnection,
        message: ExchangeMessage,
        action: str,
        outcome: str,
        *,
        fault: str | None = None,
        reasons: tuple[str, ...] = (),
    ) -> None:
        facts: dict[str, FactValue] = {
            "type": message.type,
            "authority_id": message.authority_id,
            "number": message.tries,
        }
        await self._audit.append(
            connection,
            actor=SENDER,
            action=action,
            object_kind="MESSAGE",
            object_id=str(message.message_id),
            outcome=outcome,
            purpose=str(message.outside["purpose"]),
            reasons=reasons,
            facts=facts if fault is None else facts | {"fault": fault},
        )
