"""How much waits in the outbox: what metrics and alarms look at."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_DESTINATIONS: Final = 50

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
