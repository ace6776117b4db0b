"""The clocks of the two desks that protect: a child nobody looked at, a companion nobody assessed.

An alarm rings once for each, in the log, the figures and the audit log. It calls a person, and changes
nothing for the traveller.

Source: safeguards.md SG-16 (within an hour), SG-17.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.ports import SERVICE, Ports
from services.screening.protection.companions import Companions
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY

CHILDREN: Final = "CHILDREN"
COMPANIONS: Final = "COMPANIONS"
OVERDUE: Final = Gauge(
    "safeconduct_screening_desk_overdue",
    "Cases that a desk has not looked at although their clock has run out, by desk.",
    ("desk",),
    registry=REGISTRY,
)
# One table of unseen work for both desks: whoever's hit is closed waits for nobody.
_WAITING: Final = """
SELECT 'CHILDREN' AS desk, hit_id AS object_id, due_at, rung_at
FROM child_case JOIN hit USING (hit_id) WHERE seen_at IS NULL AND hit.state <> 'CLOSED'
UNION ALL
SELECT CASE WHEN is_child THEN 'CHILDREN' ELSE 'COMPANIONS' END, companion_id, due_at, rung_at
FROM companion JOIN hit USING (hit_id)
WHERE attended_at IS NULL AND erased_at IS NULL AND hit.state <> 'CLOSED'
"""
_STATE = text(f"""
SELECT desk, count(*) AS waiting, count(*) FILTER (WHERE due_at < :now) AS overdue, min(due_at) AS next_due_at
FROM ({_WAITING}) AS waiting GROUP BY desk
""")  # noqa: S608 - the words are ours
_RINGING = text(f"""
SELECT desk, object_id FROM ({_WAITING}) AS waiting
WHERE due_at < :now AND rung_at IS NULL ORDER BY due_at, object_id LIMIT 200
""")  # noqa: S608 - the words are ours
_RING_CHILD = text(
    "UPDATE child_case SET rung_at = :now WHERE hit_id = :object_id AND rung_at IS NULL RETURNING hit_id"
)
_RING_COMPANION = text(
    "UPDATE companion SET rung_at = :now WHERE companion_id = :object_id AND rung_at IS NULL"
    " RETURNING companion_id"
)


@dataclass(frozen=True, slots=True)
class DeskClock:
    """How many cases wait at a desk, how many of them too long, and when the next one is due."""

    desk: str
    waiting: int
    overdue: int
    next_due_at: datetime | None


class DeskClocks:
    """Tells how the desks stand, and rings."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._companions = Companions(ports)

    async def state(self) -> list[DeskClock]:
        """Both desks, also one where nobody waits."""
        async with self._ports.database.connect() as connection:
            return await self._state(connection)

    async def beat(self) -> None:
        """Ring for what nobody looked at in time, set the figures, and erase what closed hits leave."""
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            for row in (await connection.execute(_RINGING, {"now": now})).all():
                await self._ring(connection, row.desk, row.object_id, now)
            for clock in await self._state(connection):
                OVERDUE.labels(desk=clock.desk).set(clock.overdue)
        while await self._companions.erase_of_closed():
            pass

    async def _state(self, connection: AsyncConnection) -> list[DeskClock]:
        rows = await connection.execute(_STATE, {"now": self._ports.clock.now()})
        found = {row.desk: DeskClock(row.desk, row.waiting, row.overdue, row.next_due_at) for row in rows}
        return [found.get(desk, DeskClock(desk, 0, 0, None)) for desk in (CHILDREN, COMPANIONS)]

    async def _ring(self, connection: AsyncConnection, desk: str, object_id: UUID, now: datetime) -> None:
        """One alarm for one case, however many workers beat."""
        for statement, kind in ((_RING_CHILD, "hit"), (_RING_COMPANION, "companion")):
            rung = await connection.scalar(statement, {"object_id": object_id, "now": now})
            if rung is None:
                continue
            await self._ports.audit.append(
                connection,
                actor=SERVICE,
                action="desk.overdue",
                object_kind=kind,
                object_id=str(object_id),
                outcome="FAILED",
                facts={"desk": desk},
            )
            get_logger().error("desk_overdue", code=desk)
