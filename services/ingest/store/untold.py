"""What people decided about travellers' boarding, and whether the carrier has been told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_LISTED = 200
#: The machine tells nobody any more: somebody has to call the carrier.
UNTOLD = ("NO_CALLBACK", "EXPIRED")

# Whom somebody must call stands first, then what is on its way, then what is done.
_LIST = text("""
SELECT c.message_id, c.directive_id, c.meaning, c.decided_at, c.ends_at, c.state, c.state_since,
    f.carrier, f.number, f.departure_date
FROM directive_change c JOIN traveller t USING (traveller_id) JOIN flight f USING (flight_id)
ORDER BY NOT (c.state = ANY (:untold)), c.state <> 'WAITING', c.decided_at DESC, c.message_id
LIMIT :limit
""")
_REFERENCES = text("""
SELECT c.traveller_id, t.record ->> 'record_locator' AS locator,
    t.record ->> 'carrier_reference' AS carrier_reference
FROM directive_change c JOIN traveller t USING (traveller_id)
WHERE c.message_id = :message_id AND c.state = ANY (:untold)
""")
_TOLD = text("""
UPDATE directive_change SET state = 'ACKNOWLEDGED', state_since = :now
WHERE message_id = :message_id AND state = ANY (:untold) RETURNING directive_id, traveller_id
""")


@dataclass(frozen=True, slots=True)
class Told:
    """A decision that a carrier was told by a person."""

    directive_id: UUID
    traveller_id: UUID


class UntoldStore:
    """The table `directive_change`, for people."""

    async def listed(self, connection: AsyncConnection) -> list[Mapping[str, Any]]:
        """Every decision, those of which somebody has to call the carrier first; nothing of a person."""
        rows = await connection.execute(_LIST, {"untold": list(UNTOLD), "limit": MAX_LISTED})
        return [dict(row) for row in rows.mappings()]

    async def references(self, connection: AsyncConnection, message_id: UUID) -> Mapping[str, Any] | None:
        """The carrier's own references of the traveller; `None` where nobody has to call about them."""
        values = {"message_id": message_id, "untold": list(UNTOLD)}
        row = (await connection.execute(_REFERENCES, values)).mappings().one_or_none()
        return None if row is None else dict(row)

    async def told(self, connection: AsyncConnection, message_id: UUID, now: datetime) -> Told | None:
        """Note that a person told the carrier; `None` where nobody has to, or somebody did."""
        values = {"message_id": message_id, "now": now, "untold": list(UNTOLD)}
        row = (await connection.execute(_TOLD, values)).one_or_none()
        return None if row is None else Told(row.directive_id, row.traveller_id)
