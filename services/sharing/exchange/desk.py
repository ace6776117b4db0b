"""The duty desk: read what came in and say that a person has seen it; see what is to be let go.

Source: sharing-protocol.md §3, §6; workflow.md §6; safeguards.md SG-32, SG-37.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import ContentWithdrawn, MessageNotFound
from services.sharing.exchange.content import SealingKeys, opened, previewed
from services.sharing.exchange.drafts import Background, Said, letter_of
from services.sharing.exchange.log import record_verdict, require_permit
from services.sharing.exchange.post import Post
from services.sharing.exchange.records import WITHDRAWN, Direction, ExchangeMessage, MessageState
from services.sharing.ports import Policy
from services.sharing.protocol.message_fields import finding_in
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import HumanReceipt
from services.sharing.store.exchange import ExchangeStore
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal
from shared.web.purpose import Purpose

USE_ACTION: Final = "item.use"
DESK: Final = "duty desk"
#: What says whether it is the same person: the second person finds it without seeing the first one's word.
FOUND_BY_EACH: Final = frozenset({"same_person", "outcome", "identifiers", "measure_class"})


class ExchangeDesk:
    """What people do with messages that came in.

    Args:
        engine: The service's database.
        post: Writes receipts to the ledger.
        policy: Judges each look.
        sealing_keys: Our private encryption keys, by which a received message is read.
        audit: The log.
        chain_is_whole: Whether the log's chain held when last looked at.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        post: Post,
        policy: Policy,
        sealing_keys: SealingKeys,
        audit: AuditLog,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._post = post
        self._policy = policy
        self._sealing_keys = sealing_keys
        self._audit = audit
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def messages(self, direction: Direction, limit: int) -> list[ExchangeMessage]:
        """The newest messages of one direction; nothing of a person is in them."""
        async with self._engine.connect() as connection:
            return await ExchangeStore(connection).newest(direction, limit)

    async def message(self, message_id: UUID) -> tuple[ExchangeMessage, list[ExchangeMessage]]:
        """One message and what answers it, either way.

        Raises:
            MessageNotFound: There is none.
        """
        async with self._engine.connect() as connection:
            exchange = ExchangeStore(connection)
            return await exchange.get(message_id), await exchange.replies(message_id)

    async def read(
        self, message_id: UUID, reader: Principal, purpose: Purpose
    ) -> tuple[ExchangeMessage, Part]:
        """What a received message says, once the look is permitted and recorded.

        Raises:
            MessageNotFound: There is no such received message.
            ContentWithdrawn: It was recalled, corrected, or its time here is over.
            RefusedByPolicy: The safeguards refuse the look.
        """
        async with self._engine.begin() as connection:
            message = await ExchangeStore(connection).get(message_id)
            if message.direction is not Direction.IN:
                raise MessageNotFound
            verdict = await self._judge_look(connection, message, reader, purpose, "content")
        if message.state in WITHDRAWN or message.envelope is None:
            raise ContentWithdrawn
        require_permit(verdict)
        return message, opened(message, self._sealing_keys)

    async def preview(
        self, message_id: UUID, reader: Principal, purpose: Purpose
    ) -> tuple[ExchangeMessage, dict[str, Any]]:
        """What a proposed message will say but for what the second person finds by themselves (SG-09).

        Raises:
            MessageNotFound: There is no such message of ours.
            ContentWithdrawn: It does not wait for a second person any more.
            RefusedByPolicy: The safeguards refuse the look.
        """
        async with self._engine.begin() as connection:
            message = await ExchangeStore(connection).get(message_id)
            if message.direction is not Direction.OUT:
                raise MessageNotFound
            verdict = await self._judge_look(connection, message, reader, purpose, "preview")
        if message.state is not MessageState.PROPOSED:
            raise ContentWithdrawn
        require_permit(verdict)
        payload = previewed(message, self._sealing_keys)
        hidden = frozenset() if finding_in(payload) is None else FOUND_BY_EACH
        shown = payload.as_json()
        return message, {name: value for name, value in shown.items() if name not in hidden}

    async def acknowledge(self, message_id: UUID, person: Principal) -> ExchangeMessage:
        """Say to the sender that a person has seen its message; the same again changes nothing.

        Raises:
            MessageNotFound: There is no such received message.
            ContentWithdrawn: It was withdrawn.
        """
        now = self._clock.now()
        async with self._engine.begin() as connection:
            exchange = ExchangeStore(connection)
            message = await exchange.lock(message_id)
            if message.direction is not Direction.IN:
                raise MessageNotFound
            if message.state in WITHDRAWN:
                raise ContentWithdrawn
            if await exchange.see(message_id, by=person.subject, at=now):
                receipt = HumanReceipt(acknowledged_at=now, desk=f"{self._post.own_authority} {DESK}")
                said = Said("ACK", message.authority_id, str(message.outside["purpose"]))
                letter = letter_of(said, receipt, Background(message), now)
                await self._post.queue(connection, letter, actor=person.subject)
            return await exchange.get(message_id)

    async def _judge_look(
        self,
        connection: AsyncConnection,
        message: ExchangeMessage,
        reader: Principal,
        purpose: Purpose,
        element: str,
    ) -> Verdict:
        """Whether the look is permitted; either way it stands in the log."""
        verdict = self._policy.decide(self._use(message, reader, purpose))
        await record_verdict(
            self._audit,
            connection,
            message,
            actor=reader.subject,
            action=USE_ACTION,
            verdict=verdict,
            element=element,
        )
        return verdict

    def _use(self, message: ExchangeMessage, reader: Principal, purpose: Purpose) -> dict[str, Any]:
        handling = message.outside["handling"]
        return {
            "action": USE_ACTION,
            "actor": {"id": reader.subject, "roles": [each.value for each in reader.roles]},
            "purpose": {"code": purpose.code, "case_id": purpose.case_id, "statement": purpose.statement},
            "object": {
                "handling_code": handling["code"],
                "conditions": list(handling["conditions"]),
                "delete_by": message.retention_until.isoformat(),
                "recalled": message.state in WITHDRAWN,
            },
            "context": {
                "audience_max": reader.clearance,
                "use": "READ",
                "log_store": "UP",
                "chain_ok": self._chain_is_whole(),
            },
            "now": self._clock.now().isoformat(),
        }
