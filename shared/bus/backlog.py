"""How much waits in the outbox: what metrics and alarms look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.observability.metrics import REGISTRY

MAX_DESTINATIONS: Final = 50
OLDEST: Final = Gauge(
    "safeconduct_outbox_oldest_seconds",
    "How long the oldest message for a destination has waited in the outbox.",
    ("destination",),
    registry=REGISTRY,
)

_BACKLOG = text("""
SELECT destination, count(*) AS waiting, extract(epoch FROM now() - min(created_at)) AS oldest_seconds
FROM outbox GROUP BY destination ORDER BY destination LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one destination, and since when."""

    destination: str
    waiting: int
    oldest_seconds: float


async def read_backlog(connection: AsyncConnection) -> tuple[Backlog, ...]:
    """What waits for each destination; one for which nothing waits is absent."""
    rows = await connection.execute(_BACKLOG, {"limit": MAX_DESTINATIONS})
    return tuple(Backlog(row.destination, row.waiting, float(row.oldest_seconds)) for row in rows)


def show_backlog(backlog: Sequence[Backlog]) -> None:
    """Show what waits as figures; of a destination for which nothing waits there is none."""
    OLDEST.clear()
    for each in backlog:
        OLDEST.labels(each.destination).set(each.oldest_seconds)
