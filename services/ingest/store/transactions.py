"""Transactions that came in parts: which parts, how many of what, until when the others are awaited."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.parts import PartsState, Transaction
from shared.db.column_types import Json
from shared.identifiers import FlightId

OVERDUE_A_BEAT = 100

_LATEST = text("""
SELECT transaction_id, is_full_push, started_at, counts, last_part, stated, state FROM split_transaction
WHERE flight_id = :flight_id AND sender = :sender AND kind = :kind AND function = :function
    AND reference = :reference AND started_at >= :since
ORDER BY started_at DESC, transaction_id DESC LIMIT 1
""")
_PUT = text("""
INSERT INTO split_transaction (transaction_id, flight_id, sender, kind, function, reference, is_full_push,
    parts, last_part, stated, counts, state, started_at, waits_until)
VALUES (:transaction_id, :flight_id, :sender, :kind, :function, :reference, :is_full_push,
    CAST(:parts AS int[]), :last_part, :stated, :counts, :state, :started_at, :waits_until)
ON CONFLICT (transaction_id) DO UPDATE SET
    parts = EXCLUDED.parts, last_part = EXCLUDED.last_part, stated = EXCLUDED.stated,
    counts = EXCLUDED.counts, state = EXCLUDED.state, is_full_push = EXCLUDED.is_full_push
""").bindparams(bindparam("counts", type_=Json))
_OVERDUE = text("""
SELECT transaction_id, flight_id FROM split_transaction
WHERE state = 'WAITING' AND waits_until <= :now ORDER BY waits_until LIMIT :limit
""")
_GIVE_UP = text("""
UPDATE split_transaction SET state = 'PARTS_MISSING'
WHERE transaction_id = :transaction_id AND state = 'WAITING' AND waits_until <= :now
""")
_MISSING = text(
    "SELECT 1 FROM split_transaction WHERE flight_id = :flight_id AND state = 'PARTS_MISSING' LIMIT 1"
)
_FLAG_RECEIPTS = text("""
UPDATE message SET faults = faults || CAST(:fault AS jsonb), status = 'ACCEPTED_WITH_FAULTS'
WHERE transaction_id = :transaction_id
""")


class TransactionKey:
    """What the parts of one transaction have in common."""

    def __init__(self, flight_id: FlightId, sender: str, kind: str, function: str, reference: str) -> None:
        self.values = {
            "flight_id": flight_id,
            "sender": sender,
            "kind": kind,
            "function": function,
            "reference": reference,
        }


class TransactionStore:
    """The table `split_transaction`. The caller holds the flight's row."""

    async def latest(
        self, connection: AsyncConnection, key: TransactionKey, since: datetime
    ) -> Transaction | None:
        """The last transaction of a key that began at or after an instant."""
        row = (await connection.execute(_LATEST, key.values | {"since": since})).one_or_none()
        return None if row is None else _transaction(row)

    async def put(
        self,
        connection: AsyncConnection,
        key: TransactionKey,
        transaction: Transaction,
        waits_until: datetime,
    ) -> None:
        """Write which parts came; the end of the wait stays as it was first set."""
        values: dict[str, Any] = {
            "transaction_id": transaction.transaction_id,
            "is_full_push": transaction.is_full_push,
            "parts": sorted(transaction.counts),
            "last_part": transaction.last_part,
            "stated": transaction.stated,
            "counts": {str(number): count for number, count in transaction.counts.items()},
            "state": transaction.state.value,
            "started_at": transaction.started_at,
            "waits_until": waits_until,
        }
        await connection.execute(_PUT, key.values | values)

    async def overdue(self, connection: AsyncConnection, now: datetime) -> list[tuple[UUID, FlightId]]:
        """Transactions that have waited long enough for a part, each with its flight."""
        rows = await connection.execute(_OVERDUE, {"now": now, "limit": OVERDUE_A_BEAT})
        return [(row.transaction_id, FlightId(row.flight_id)) for row in rows]

    async def give_up(self, connection: AsyncConnection, transaction_id: UUID, now: datetime) -> bool:
        """Wait no longer; whether the transaction still waited, so that one of several workers does it."""
        values = {"transaction_id": transaction_id, "now": now}
        return (await connection.execute(_GIVE_UP, values)).rowcount == 1

    async def flag_receipts(
        self, connection: AsyncConnection, transaction_id: UUID, fault: dict[str, Any]
    ) -> None:
        """Add a fault to the receipt of every part that came."""
        values = {"transaction_id": transaction_id, "fault": json.dumps([fault])}
        await connection.execute(_FLAG_RECEIPTS, values)

    async def are_parts_missing(self, connection: AsyncConnection, flight_id: FlightId) -> bool:
        """Whether a part of some message about a flight never came."""
        return (await connection.execute(_MISSING, {"flight_id": flight_id})).one_or_none() is not None


def _transaction(row: Row[Any]) -> Transaction:
    return Transaction(
        transaction_id=row.transaction_id,
        is_full_push=row.is_full_push,
        started_at=row.started_at,
        counts={int(number): count for number, count in row.counts.items()},
        last_part=row.last_part,
        stated=row.stated,
        state=PartsState(row.state),
    )
