"""The way out for every message but the notice of a share: written to the ledger first, delivered later.

Source: sharing-protocol.md §6 (sender); safeguards.md SG-37, SG-41; workflow.md §6 (clocks).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import MessageRefused
from services.sharing.exchange.deadlines import DONE_WITHIN
from services.sharing.exchange.records import Direction, ExchangeMessage, MessageState
from services.sharing.protocol.compose import Letter, Written, write
from services.sharing.protocol.message_types import WITHDRAWALS
from services.sharing.protocol.payloads import Recall
from services.sharing.protocol.sender import CurrentSender
from services.sharing.registers.entries import Authority
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import RegisterStore
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.identifiers import Identifiers

LIFETIME: Final = timedelta(hours=72)


class Post:
    """Writes messages into the ledger, in the caller's transaction; `ExchangeDelivery` carries them.

    Args:
        own_authority: Ours, in whose name messages leave.
        sender: Gives our present signing key.
        audit: The log.
        clock: Tells when.
        identifiers: Gives messages their ids.
    """

    def __init__(
        self,
        own_authority: str,
        sender: CurrentSender,
        *,
        audit: AuditLog,
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self._own_authority = own_authority
        self._sender = sender
        self._audit = audit
        self._clock = clock
        self._identifiers = identifiers

    @property
    def own_authority(self) -> str:
        """In whose name messages leave."""
        return self._own_authority

    async def queue(
        self,
        connection: AsyncConnection,
        letter: Letter,
        *,
        actor: str,
        state: MessageState = MessageState.APPROVED,
        basis: dict[str, Any] | None = None,
        preview: str | None = None,
    ) -> ExchangeMessage | None:
        """Seal, sign and write a message; `None` when this was withdrawn from its recipient before.

        Args:
            connection: The caller's transaction.
            letter: What is said.
            actor: Who wants it, for the log.
            state: APPROVED leaves at once, PROPOSED waits for a second person.
            basis: What the safeguards are asked with at each try; nothing of a person.
            preview: What the second person is shown of one that waits, sealed to ourselves.

        Raises:
            MessageRefused: The recipient is unknown, or has no current key.
        """
        now = self._clock.now()
        authority = await RegisterStore(connection).authority(letter.recipient)
        key = authority.current_key("enc", now) if authority else None
        if authority is None or key is None:
            raise MessageRefused(reason="the recipient is not registered, or has no current key")
        message_id = self._identifiers.new()
        written = write(letter, self._sender(), key, message_id=message_id, now=now, lifetime=LIFETIME)
        message = replace(
            _entry(letter, written, message_id, now),
            state=state,
            basis=basis,
            preview=preview,
            next_try_at=now if state is MessageState.APPROVED else None,
        )
        if not await ExchangeStore(connection).add(message):
            return None
        await self._record(connection, message, actor, written.payload_digest)
        return message

    async def _record(
        self, connection: AsyncConnection, message: ExchangeMessage, actor: str, payload_digest: str
    ) -> None:
        await self._audit.append(
            connection,
            actor=actor,
            action="exchange.write",
            object_kind="MESSAGE",
            object_id=str(message.message_id),
            purpose=str(message.outside["purpose"]),
            facts={
                "type": message.type,
                "authority_id": message.authority_id,
                "state": message.state.value,
                "payload_digest": payload_digest,
                "thread_id": str(message.thread_id),
            },
        )


def _entry(letter: Letter, written: Written, message_id: UUID, now: datetime) -> ExchangeMessage:
    """What the ledger keeps of a message that was written now."""
    return ExchangeMessage(
        message_id=message_id,
        direction=Direction.OUT,
        type=letter.type,
        authority_id=letter.recipient,
        thread_id=letter.thread_id or message_id,
        state=MessageState.APPROVED,
        outside=written.outside,
        envelope_digest=written.envelope_digest,
        envelope=written.signed,
        created_at=now,
        expires_at=now + LIFETIME,
        retention_until=letter.retention_until,
        in_reply_to=letter.in_reply_to,
        target_id=letter.target_id,
        derived_from=letter.derived_from,
        recall_kind=letter.payload.kind if isinstance(letter.payload, Recall) else None,
        done_due_at=now + DONE_WITHIN if letter.type in WITHDRAWALS else None,
    )


def address_of(authority: Authority, message_type: str) -> str | None:
    """Where an authority takes a message: withdrawals at its recall endpoint, all others at its desk."""
    if message_type in WITHDRAWALS and authority.recall_endpoint is not None:
        return authority.recall_endpoint
    return authority.duty_desk.endpoint
