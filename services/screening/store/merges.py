"""What two people said of pairs of entries: the same person, or two."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.registers.rows import Persons


class MergeStore:
    """Decisions on pairs; an undone one counts no more, and of several the newest counts."""

    async def decisions(self, connection: AsyncConnection) -> dict[frozenset[str], bool]:
        """What holds of each pair of identifiers: true for the same person."""
        query = text(
            "SELECT DISTINCT ON (entry_id, other_id) entry_id, other_id, is_same FROM merge_decision"
            " WHERE undone_at IS NULL ORDER BY entry_id, other_id, at DESC LIMIT 100000"
        )
        rows = await connection.execute(query)
        return {frozenset((row.entry_id, row.other_id)): bool(row.is_same) for row in rows}

    async def add(
        self,
        connection: AsyncConnection,
        decision_id: UUID,
        pair: tuple[str, str],
        key: str,
        persons: Persons | None,
        *,
        author: str,
        at: datetime,
    ) -> None:
        """Store a decision: the same person with two `persons`, two persons by the author alone."""
        one, other = sorted(pair)
        await connection.execute(
            text(
                "INSERT INTO merge_decision (decision_id, entry_id, other_id, is_same, key, author, approver,"
                " at) VALUES (:id, :one, :other, :is_same, :key, :author, :approver, :at)"
            ),
            {
                "id": decision_id,
                "one": one,
                "other": other,
                "is_same": persons is not None,
                "key": key,
                "author": author,
                "approver": None if persons is None else persons.approver,
                "at": at,
            },
        )

    async def undo(
        self, connection: AsyncConnection, decision_id: UUID, person: str, at: datetime
    ) -> tuple[str, str] | None:
        """Take a decision back; the pair that it was about, `None` where it did not stand."""
        statement = text(
            "UPDATE merge_decision SET undone_by = :person, undone_at = :at"
            " WHERE decision_id = :id AND undone_at IS NULL RETURNING entry_id, other_id"
        )
        done = await connection.execute(statement, {"id": decision_id, "person": person, "at": at})
        row = done.one_or_none()
        return None if row is None else (row.entry_id, row.other_id)
