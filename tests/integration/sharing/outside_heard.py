"""Messages of a counterpart's that came before a test began, as they lie in the ledger."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc.jwk import ECKey, OKPKey

from services.sharing.exchange.records import Direction, ExchangeMessage, MessageState
from services.sharing.protocol.compose import Letter, write
from services.sharing.protocol.payloads import PAYLOADS
from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import AuthorityKey
from services.sharing.store.exchange import ExchangeStore
from shared.identifiers import AuthorityId
from tests.integration.sharing.outside_letters import AGREEMENT, COUNTERPART, NOTICE
from tests.integration.sharing.world import World
from tests.unit.sharing.samples import OWN, STATEMENT

VERIFIED = {"level": "API_DOCUMENT", "two_person": True}


async def hear(
    world: World,
    own_key: ECKey | OKPKey,
    kind: str,
    payload: Mapping[str, Any],
    told_by: str = COUNTERPART,
) -> UUID:
    """A message of a counterpart's, sealed to us; gives its id."""
    now, theirs = world.clock.now(), world.simulator.counterparts[told_by]
    sender = Sender(AuthorityId(told_by), theirs.signing_kid, theirs.signing)
    until = now.date() + timedelta(days=90)
    letter = Letter(
        kind,
        OWN,
        PAYLOADS[kind].model_validate(payload),
        "TERR_TRAVEL",
        STATEMENT,
        legal_ref=("SCR-2396/5",),
        retention_until=until,
        agreement_id=AGREEMENT,
        verification=VERIFIED | {"verified_at": now.isoformat()} if kind == NOTICE else None,
    )
    message_id = uuid4()
    sealed_to = AuthorityKey.model_validate(
        {
            "kid": str(own_key.kid),
            "use": "enc",
            "alg": "ECDH-ES",
            "jwk": {name: str(value) for name, value in own_key.as_dict(private=False).items()},
            "not_before": now,
            "not_after": now + timedelta(days=1),
        }
    )
    made = write(letter, sender, sealed_to, message_id=message_id, now=now, lifetime=timedelta(hours=72))
    message = ExchangeMessage(
        message_id=message_id,
        direction=Direction.IN,
        type=kind,
        authority_id=told_by,
        thread_id=message_id,
        state=MessageState.RECEIVED,
        outside=made.outside,
        envelope_digest=made.envelope_digest,
        envelope=made.signed,
        created_at=now,
        expires_at=now + timedelta(hours=72),
        retention_until=until,
    )
    async with world.engine.begin() as connection:
        await ExchangeStore(connection).add(message)
    return message_id
