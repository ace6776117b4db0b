"""Consular tasks in PostgreSQL: one for each share whose person is detained."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_LISTED: Final = 200
_COLUMNS: Final = """s.share_id, CAST(s.custody ->> 'at' AS timestamptz) AS detained_at, t.told_at, t.wish,
    t.picked_states, t.wish_at, t.addressee, t.post_state, t.informed_at"""
_FROM: Final = "FROM share s LEFT JOIN consular_task t USING (share_id) WHERE s.event = 'DETAINED'"
_LISTED = text(f"SELECT {_COLUMNS} {_FROM} ORDER BY detained_at DESC, s.share_id LIMIT :limit")
_ONE = text(f"SELECT {_COLUMNS} {_FROM} AND s.share_id = :share_id")
_UNTOLD = text(
    f"SELECT {_COLUMNS} {_FROM} AND t.told_at IS NULL ORDER BY detained_at, s.share_id LIMIT :limit"
)
_TELL = text("""
INSERT INTO consular_task (share_id, told_at, told_by) VALUES (:share_id, :at, :person) ON CONFLICT DO NOTHING
""")
_WISH = text("""
UPDATE consular_task SET wish = :wish, picked_states = :picked_states, witness = :witness, wish_at = :at
WHERE share_id = :share_id
""")
_INFORM = text("""
UPDATE consular_task SET addressee = :addressee, post_state = :post_state, informed_at = :at,
    informed_by = :person
WHERE share_id = :share_id
""")


@dataclass(frozen=True, slots=True)
class ConsularTask:
    """Where the task of a detained person stands; nobody's name is in it."""

    share_id: UUID
    detained_at: datetime
    told_at: datetime | None
    wish: str | None
    picked_states: tuple[str, ...]
    wish_at: datetime | None
    addressee: str | None
    post_state: str | None
    informed_at: datetime | None


class ConsularStore:
    """The table `consular_task`, beside the shares of detained persons."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def listed(self) -> list[ConsularTask]:
        """The newest detentions first."""
        return [_task(row) for row in await self._connection.execute(_LISTED, {"limit": MAX_LISTED})]

    async def untold(self, limit: int) -> list[ConsularTask]:
        """Detained persons whom nobody told yet, the longest first."""
        return [_task(row) for row in await self._connection.execute(_UNTOLD, {"limit": limit})]

    async def get(self, share_id: UUID) -> ConsularTask | None:
        """One task; none where nobody is detained."""
        row = (await self._connection.execute(_ONE, {"share_id": share_id})).one_or_none()
        return None if row is None else _task(row)

    async def tell(self, share_id: UUID, person: str, at: datetime) -> None:
        """The person was told of the right; the first time counts."""
        await self._connection.execute(_TELL, {"share_id": share_id, "person": person, "at": at})

    async def wish(
        self, share_id: UUID, wish: str, picked_states: list[str], witness: str, at: datetime
    ) -> None:
        """What the person wants; the newest wish counts."""
        values = {"share_id": share_id, "wish": wish, "picked_states": picked_states, "witness": witness}
        await self._connection.execute(_WISH, {**values, "at": at})

    async def inform(
        self, share_id: UUID, addressee: str, post_state: str | None, person: str, at: datetime
    ) -> None:
        """A post, or whoever stands for one, is informed."""
        values = {"share_id": share_id, "addressee": addressee, "post_state": post_state}
        await self._connection.execute(_INFORM, {**values, "person": person, "at": at})


def _task(row: Row[Any]) -> ConsularTask:
    values = {name: getattr(row, name) for name in ConsularTask.__slots__}
    return ConsularTask(**{**values, "picked_states": tuple(row.picked_states or ())})
