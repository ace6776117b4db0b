"""A court or the independent authority lets an answer tell PNR elements, once.

Source: safeguards.md SG-24.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.sharing.errors import MessageRefused
from services.sharing.exchange.letter_basis import Grant, LetterBasis
from services.sharing.exchange.records import ExchangeMessage, MessageState
from services.sharing.store.exchange import ExchangeStore
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.security.roles import Role
from shared.security.tokens import Principal

GRANT_ACTION: Final = "exchange.grant"
#: A grant lives so long at most.
MAX_GRANT_HOURS: Final = 72


class GrantPnr:
    """The use case of whoever grants.

    Args:
        engine: The service's database.
        audit: The log.
        clock: Tells when.
    """

    def __init__(self, engine: AsyncEngine, *, audit: AuditLog, clock: Clock) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock

    async def __call__(self, message_id: UUID, hours: int, authority: Principal) -> ExchangeMessage:
        """A court or the independent authority lets exactly these PNR elements be told, once (SG-24).

        Args:
            message_id: A PNR_RESPONSE that waits for its second person.
            hours: How long the grant lives, 1 to `MAX_GRANT_HOURS`.
            authority: Who grants; their token says for whom they speak.

        Raises:
            MessageNotFound: There is no such message.
            MessageRefused: It is no answer that holds PNR, or names no record.
        """
        now = self._clock.now()
        async with self._engine.begin() as connection:
            exchange = ExchangeStore(connection)
            message = await exchange.lock(message_id)
            if message.type != "PNR_RESPONSE" or message.state is not MessageState.PROPOSED:
                raise MessageRefused(reason="it is no answer with PNR that waits for a second person")
            assert message.basis is not None, "a proposed message has its basis"
            basis = LetterBasis.from_json(message.basis)
            if not basis.record_ids or not basis.fields:
                raise MessageRefused(reason="it names no records or no fields that could be granted")
            granted = Grant(
                authority_type="COURT" if Role.COURT in authority.roles else "INDEPENDENT_ADMIN",
                signed_by=authority.subject,
                record_ids=basis.record_ids,
                fields=basis.fields,
                issued_at=now.isoformat(),
                expires=(now + timedelta(hours=hours)).isoformat(),
            )
            await exchange.rest_on(message_id, replace(basis, grant=granted).as_json())
            await self._audit.append(
                connection,
                actor=authority.subject,
                action=GRANT_ACTION,
                object_kind="MESSAGE",
                object_id=str(message_id),
                purpose=basis.purpose_code,
                facts={"authority_type": granted.authority_type, "number": hours, "fields": basis.fields},
            )
            return await exchange.get(message_id)
