"""What came from another State and would go on: whose it is, whether it still holds, who consented (SG-33).

Source: safeguards.md SG-32, SG-33, SG-37; sharing-protocol.md §3 (CONSENT; silence is refusal).
"""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.exchange.records import WITHDRAWN, Direction, ExchangeMessage
from services.sharing.registers.entries import Agreement
from services.sharing.shares.onward_facts import GivenConsent, Onward
from services.sharing.store.consents import ConsentStore
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import Registers

#: Of something that came from abroad and whose sender we do not know any more; no State has this code.
UNKNOWN_ORIGINATOR: Final = "UNKNOWN"


async def onward_of(
    connection: AsyncConnection, registers: Registers, message_id: UUID | str | None, recipient_state: str
) -> Onward | None:
    """What the safeguards have to know of a message that is passed on; `None` where it is our own.

    Args:
        connection: The caller's transaction.
        registers: As that transaction sees them.
        message_id: The received message, if there is one.
        recipient_state: Where it would go.
    """
    if message_id is None:
        return None
    received = await ExchangeStore(connection).find(UUID(str(message_id)))
    if received is None or received.direction is not Direction.IN:
        # It came from somebody whom we cannot name: nobody can consent for them.
        return Onward(UNKNOWN_ORIGINATOR, is_withdrawn=True, handling_code="H4", conditions=())
    handling = received.outside["handling"]
    return Onward(
        _originator(registers, received),
        is_withdrawn=received.state in WITHDRAWN,
        handling_code=str(handling["code"]),
        conditions=tuple(handling["conditions"]),
        consent=await _consent(connection, registers, received, recipient_state),
    )


async def _consent(
    connection: AsyncConnection, registers: Registers, received: ExchangeMessage, recipient_state: str
) -> GivenConsent | None:
    """The newest consent for this message and this State, with whether it still counts."""
    given = await ConsentStore(connection).newest(received.message_id, recipient_state)
    if given is None:
        return None
    answer = await ExchangeStore(connection).find(given.consent_id)
    agreement = _agreement(registers, received)
    is_broad = agreement is None or not (
        set(given.data_classes) <= set(agreement.data_classes)
        and set(given.purposes) <= set(agreement.purposes)
    )
    return GivenConsent(
        _originator(registers, received),
        given.names,
        given.data_classes,
        given.purposes,
        given.expires,
        is_withdrawn=answer is None or answer.state in WITHDRAWN,
        is_broad=is_broad,
    )


def _originator(registers: Registers, received: ExchangeMessage) -> str:
    """The State whose information it is."""
    authority = registers.authority(received.authority_id)
    return UNKNOWN_ORIGINATOR if authority is None else authority.state


def _agreement(registers: Registers, received: ExchangeMessage) -> Agreement | None:
    named = received.outside.get("agreement_id")
    return next((each for each in registers.agreements if each.id == named), None)
