"""Orders after a confirmed hit: drafted by one person, approved by another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.identifiers import HitId, OrderId

MAX_LISTED = 500
_COLUMNS = "order_id, hit_id, kind, statement, author, drafted_at, state, decided_by, decided_at"


@dataclass(frozen=True, slots=True)
class Order:
    """A measure ordered on a confirmed hit; `state` is DRAFT, APPROVED, REJECTED or CANCELLED."""

    order_id: OrderId
    hit_id: HitId
    kind: str
    statement: str
    author: str
    drafted_at: datetime
    state: str = "DRAFT"
    decided_by: str | None = None
    decided_at: datetime | None = None


class OrderStore:
    """Orders in PostgreSQL."""

    async def add(self, connection: AsyncConnection, order: Order) -> None:
        """Store a draft."""
        await connection.execute(
            text(
                f"INSERT INTO hit_order ({_COLUMNS}) VALUES (:order_id, :hit_id, :kind, :statement,"  # noqa: S608
                " :author, :drafted_at, :state, :decided_by, :decided_at)"
            ),
            {
                "order_id": order.order_id,
                "hit_id": order.hit_id,
                "kind": order.kind,
                "statement": order.statement,
                "author": order.author,
                "drafted_at": order.drafted_at,
                "state": order.state,
                "decided_by": order.decided_by,
                "decided_at": order.decided_at,
            },
        )

    async def lock(self, connection: AsyncConnection, order_id: UUID) -> Order | None:
        """One order, its row locked until the transaction ends."""
        query = text(f"SELECT {_COLUMNS} FROM hit_order WHERE order_id = :order_id FOR UPDATE")  # noqa: S608
        row = (await connection.execute(query, {"order_id": order_id})).one_or_none()
        return None if row is None else _order_of(row)

    async def decide(
        self, connection: AsyncConnection, order_id: UUID, state: str, person: str, at: datetime
    ) -> None:
        """Close a draft with a person's decision. The caller holds its row."""
        await connection.execute(
            text(
                "UPDATE hit_order SET state = :state, decided_by = :person, decided_at = :at"
                " WHERE order_id = :order_id"
            ),
            {"order_id": order_id, "state": state, "person": person, "at": at},
        )

    async def cancel_drafts(
        self, connection: AsyncConnection, hit_ids: Collection[UUID], at: datetime
    ) -> None:
        """Cancel what is drafted on these hits (SG-15: pending actions are cancelled)."""
        await connection.execute(
            text(
                "UPDATE hit_order SET state = 'CANCELLED', decided_at = :at"
                " WHERE hit_id = ANY(CAST(:ids AS uuid[])) AND state = 'DRAFT'"
            ),
            {"ids": list(hit_ids), "at": at},
        )

    async def of_hit(self, connection: AsyncConnection, hit_id: UUID) -> list[Order]:
        """The orders on one hit, oldest first."""
        query = text(
            f"SELECT {_COLUMNS} FROM hit_order WHERE hit_id = :hit_id ORDER BY drafted_at, order_id LIMIT 100"  # noqa: S608
        )
        return [_order_of(row) for row in await connection.execute(query, {"hit_id": hit_id})]

    async def listed(self, connection: AsyncConnection, state: str | None, limit: int) -> list[Order]:
        """The newest orders, of one state or of all."""
        query = text(
            f"SELECT {_COLUMNS} FROM hit_order WHERE CAST(:state AS text) IS NULL OR state = :state"  # noqa: S608
            " ORDER BY drafted_at DESC, order_id LIMIT :limit"
        )
        facts = {"state": state, "limit": min(limit, MAX_LISTED)}
        return [_order_of(row) for row in await connection.execute(query, facts)]


def _order_of(row: Row[Any]) -> Order:
    return Order(
        order_id=OrderId(row.order_id),
        hit_id=HitId(row.hit_id),
        kind=row.kind,
        statement=row.statement,
        author=row.author,
        drafted_at=row.drafted_at,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
