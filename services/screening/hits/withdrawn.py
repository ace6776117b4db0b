"""Tells sharing that hits no longer hold, so that whatever was sent of them is recalled.

Source: `workflow.md` §1 (RECALLED, ENTRY_REMOVED), §6; SG-15, SG-37.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.hits.hit import Hit
from services.screening.hits.states import HitState
from services.screening.ports import Ports
from shared.bus.outbox import Outbox
from shared.contracts import HitWithdrawnV1

KIND: Final = "HitWithdrawnV1"
DESTINATION: Final = "sharing"
_REASONS: Final = {HitState.RECALLED: "MISTAKEN_IDENTITY", HitState.ENTRY_REMOVED: "DELISTED"}


async def tell_sharing(connection: AsyncConnection, ports: Ports, hits: Iterable[Hit]) -> None:
    """Send one message for each hit that is withdrawn now, in the caller's transaction.

    Sharing alone knows whether anything was sent of a hit: reviews that started anew leave no trace of an
    earlier confirmation here, and a message about a hit that nobody was told of changes nothing. A recall is
    urgent: somebody may stand at a counter on our word.
    """
    now = ports.clock.now()
    for hit in hits:
        reason = _REASONS.get(hit.state)
        if reason is None:
            continue
        message = HitWithdrawnV1.model_validate(
            {
                "message_id": ports.identifiers.new(),
                "hit_id": hit.hit_id,
                "reason": reason,
                "is_urgent": hit.state is HitState.RECALLED,
                "withdrawn_at": now,
            }
        )
        await Outbox.add(
            connection,
            destination=DESTINATION,
            kind=KIND,
            message_id=message.message_id,
            body=message.as_json(),
        )
