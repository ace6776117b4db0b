"""Which compiled lists stand for which generation of this database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_json, from_json


@dataclass(frozen=True, slots=True)
class ListSnapshot:
    """A compiled list: its name, the generation of the entries in it, and who was merged into whom."""

    snapshot_id: UUID
    generation: int
    merged_from: Mapping[str, Sequence[str]]


class ListSnapshotStore:
    """The table `list_snapshot`.

    A snapshot's files alone prove nothing: after a database was restored, they may hold entries that this one
    never had. Only what it names itself is used.
    """

    async def add(self, connection: AsyncConnection, snapshot: ListSnapshot, made_at: datetime) -> None:
        """Name a compiled list in place of those before it."""
        await connection.execute(text("DELETE FROM list_snapshot"))
        await connection.execute(
            text("INSERT INTO list_snapshot VALUES (:id, :generation, CAST(:merged AS jsonb), :made_at)"),
            {
                "id": snapshot.snapshot_id,
                "generation": snapshot.generation,
                "merged": as_json({head: list(others) for head, others in snapshot.merged_from.items()}),
                "made_at": made_at,
            },
        )

    async def newest(self, connection: AsyncConnection) -> ListSnapshot | None:
        """The compiled list that was named last."""
        query = text(
            "SELECT snapshot_id, generation, merged FROM list_snapshot"
            " ORDER BY made_at DESC, snapshot_id LIMIT 1"
        )
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else ListSnapshot(row.snapshot_id, row.generation, from_json(row.merged))
