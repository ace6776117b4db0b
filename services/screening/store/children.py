"""The child-protection desk's cases: one for each hit about somebody who is or may be a child."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.hits.hit import Hit
from services.screening.store.hits import COLUMNS, hit_of

#: The child-protection officer hears of it within an hour (SG-16).
SEEN_WITHIN: Final = timedelta(hours=1)
MAX_LISTED: Final = 200
_CASE: Final = """opened_at AS case_opened_at, due_at, seen_by, seen_at, assessment_id, allows_inspection,
    allows_share, assessed_by, assessed_at"""
_HIT: Final = ", ".join(f"hit.{name}" for name in COLUMNS)
_OPEN = text("""
INSERT INTO child_case (hit_id, opened_at, due_at)
SELECT unnest(CAST(:hit_ids AS uuid[])), :at, :due_at ON CONFLICT DO NOTHING RETURNING hit_id
""")
_SEE = text("UPDATE child_case SET seen_by = :person, seen_at = :at WHERE seen_at IS NULL RETURNING hit_id")
_LISTED = text(f"""
SELECT {_HIT}, {_CASE} FROM child_case JOIN hit USING (hit_id) WHERE hit.state <> 'CLOSED'
ORDER BY due_at, hit.hit_id LIMIT :limit
""")  # noqa: S608 - the column names are ours
_ONE = text(f"SELECT {_HIT}, {_CASE} FROM child_case JOIN hit USING (hit_id) WHERE hit_id = :hit_id")  # noqa: S608
_ASSESS = text("""
UPDATE child_case SET assessment_id = :assessment_id, allows_inspection = :allows_inspection,
    allows_share = :allows_share, words = :words, assessed_by = :person, assessed_at = :at
WHERE hit_id = :hit_id
""")
_ALLOWS = text("SELECT coalesce(bool_and(allows_inspection), false) FROM child_case WHERE hit_id = :hit_id")


@dataclass(frozen=True, slots=True)
class ChildCase:
    """A case and its hit; `allows_inspection` and `allows_share` are the specialist's newest finding."""

    hit: Hit
    opened_at: datetime
    due_at: datetime
    seen_at: datetime | None
    assessment_id: UUID | None
    allows_inspection: bool | None
    allows_share: bool
    assessed_by: str | None
    assessed_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class BestInterests:
    """What the specialist found to be in the child's best interests, in words that stay here."""

    assessment_id: UUID
    allows_inspection: bool
    allows_share: bool
    words: str
    person: str
    at: datetime


class ChildStore:
    """The table `child_case`."""

    async def open(self, connection: AsyncConnection, hit_ids: Collection[UUID], now: datetime) -> list[UUID]:
        """Open a case for each of these hits that has none; which were opened."""
        if not hit_ids:
            return []
        values = {"hit_ids": sorted(hit_ids), "at": now, "due_at": now + SEEN_WITHIN}
        return list((await connection.execute(_OPEN, values)).scalars())

    async def see(self, connection: AsyncConnection, person: str, now: datetime) -> list[UUID]:
        """Note that a specialist has the cases before them; which were new to everybody."""
        return list((await connection.execute(_SEE, {"person": person, "at": now})).scalars())

    async def listed(self, connection: AsyncConnection) -> list[ChildCase]:
        """The cases whose hit is open, the most urgent first."""
        return [_case_of(row) for row in await connection.execute(_LISTED, {"limit": MAX_LISTED})]

    async def get(self, connection: AsyncConnection, hit_id: UUID) -> ChildCase | None:
        """One case."""
        row = (await connection.execute(_ONE, {"hit_id": hit_id})).one_or_none()
        return None if row is None else _case_of(row)

    async def assess(self, connection: AsyncConnection, hit_id: UUID, found: BestInterests) -> None:
        """Record a finding; the newest counts."""
        values = {name: getattr(found, name) for name in BestInterests.__slots__}
        await connection.execute(_ASSESS, {**values, "hit_id": hit_id})

    async def allows_inspection(self, connection: AsyncConnection, hit_id: UUID) -> bool:
        """Whether a specialist found that a second inspection is in the child's best interests."""
        return bool((await connection.execute(_ALLOWS, {"hit_id": hit_id})).scalar_one())


def _case_of(row: Row[Any]) -> ChildCase:
    return ChildCase(
        hit=hit_of(row),
        opened_at=row.case_opened_at,
        due_at=row.due_at,
        seen_at=row.seen_at,
        assessment_id=row.assessment_id,
        allows_inspection=row.allows_inspection,
        allows_share=row.allows_share,
        assessed_by=row.assessed_by,
        assessed_at=row.assessed_at,
    )
