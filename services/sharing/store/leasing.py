"""What both ledgers that send have in common: the next row is leased by time, and a try is written once.

Whoever took a row and was killed leaves it due again a moment later; whoever comes back late finds that
somebody else has counted a try since, and writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try went; `None` leaves an instant or an acknowledgement as it stands. Instants aware, UTC."""

    state: str
    next_try_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    acknowledgement: str | None = None
    last_fault: str | None = None


class LeasedTable:
    """The statements over one ledger.

    Args:
        table: Its name; it has `next_try_at`, `tries`, `state`, `sent_at`, `delivered_at`, `acknowledgement`
            and `last_fault`.
        key: The column of its identifiers.
        columns: What a taken row holds.
    """

    def __init__(self, table: str, key: str, columns: str) -> None:
        self._key = key
        self._take_due: TextClause = text(f"""
UPDATE {table} SET next_try_at = :leased_until, tries = tries + 1
WHERE {key} = (
    SELECT {key} FROM {table} WHERE next_try_at <= :now
    ORDER BY next_try_at, {key} LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING {columns}
""")  # noqa: S608 - our own names
        self._update: TextClause = text(f"""
UPDATE {table}
SET state = :state, next_try_at = :next_try_at, last_fault = :last_fault,
    sent_at = coalesce(sent_at, :sent_at), delivered_at = coalesce(delivered_at, :delivered_at),
    acknowledgement = coalesce(acknowledgement, :acknowledgement)
WHERE {key} = :id AND tries = :tries AND state IN ('APPROVED', 'SENT')
""")  # noqa: S608 - our own names

    async def take_due(
        self, connection: AsyncConnection, *, now: datetime, leased_until: datetime
    ) -> Row[Any] | None:
        """The next row to be tried, counted as a try and due again at `leased_until`; or `None`."""
        values = {"now": now, "leased_until": leased_until}
        return (await connection.execute(self._take_due, values)).one_or_none()

    async def update(self, connection: AsyncConnection, row_id: UUID, tries: int, tried: Tried) -> bool:
        """Write how a try went; `False` when another process has taken the row over since."""
        values: Mapping[str, Any] = {
            "id": row_id,
            "tries": tries,
            "state": tried.state,
            "next_try_at": tried.next_try_at,
            "sent_at": tried.sent_at,
            "delivered_at": tried.delivered_at,
            "acknowledgement": tried.acknowledgement,
            "last_fault": tried.last_fault,
        }
        return (await connection.execute(self._update, values)).rowcount == 1
