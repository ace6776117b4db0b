"""Whoever travels with a confirmed person, in PostgreSQL: a link and a place, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.hits.hit import Hit
from services.screening.hits.states import VERIFIED
from services.screening.store.hits import COLUMNS, hit_of

MAX_LISTED: Final = 200
ERASED_A_BEAT: Final = 200
_OWN: Final = """c.companion_id, c.link, c.is_child, c.category, c.whereabouts, c.recorded_by, c.recorded_at,
    c.due_at, c.attended_at, c.evidence AS rests_on, c.words, c.assessed_at"""
_HIT: Final = ", ".join(f"hit.{name}" for name in COLUMNS)
_FROM: Final = f"SELECT {_OWN}, {_HIT} FROM companion c JOIN hit USING (hit_id)"  # noqa: S608 - ours
_ADD = text("""
INSERT INTO companion (companion_id, hit_id, link, is_child, whereabouts, recorded_by, recorded_at, due_at)
VALUES (:companion_id, :hit_id, :link, :is_child, :whereabouts, :person, :at, :due_at)
""")
_LISTED = text(f"""
{_FROM} WHERE c.is_child = :is_child AND c.erased_at IS NULL AND hit.state <> 'CLOSED'
ORDER BY c.attended_at IS NOT NULL, c.due_at, c.companion_id LIMIT :limit
""")
_ONE = text(
    f"{_FROM} WHERE c.companion_id = :companion_id AND c.is_child = :is_child AND c.erased_at IS NULL"
    " FOR UPDATE OF c"
)
_ATTEND = text("""
UPDATE companion SET attended_at = :at WHERE companion_id = ANY(CAST(:ids AS uuid[])) AND attended_at IS NULL
RETURNING companion_id
""")
_ASSESS = text("""
UPDATE companion SET category = :category, evidence = :evidence, words = :words, assessed_by = :person,
    assessed_at = :at, attended_at = coalesce(attended_at, :at)
WHERE companion_id = :companion_id
""")
_REFER = text("""
INSERT INTO companion_referral (companion_id, kind, words, referred_by, referred_at)
VALUES (:companion_id, :kind, :words, :person, :at) ON CONFLICT DO NOTHING RETURNING kind
""")
_END = text("""
UPDATE companion_referral SET outcome = :outcome, outcome_at = :at
WHERE companion_id = :companion_id AND kind = :kind AND outcome IS NULL RETURNING kind
""")
_REFERRALS = text("""
SELECT companion_id, kind, referred_at, outcome, outcome_at FROM companion_referral
WHERE companion_id = ANY(CAST(:ids AS uuid[])) ORDER BY referred_at, kind
""")
_HITS = text(f"""
SELECT {_HIT} FROM hit WHERE state = ANY(:states) AND hit_type <> 'DOCUMENT'
ORDER BY confirmed_at DESC NULLS LAST, hit_id LIMIT :limit
""")  # noqa: S608 - the column names are ours
_ERASE = text("""
UPDATE companion SET whereabouts = NULL, words = NULL, erased_at = :at WHERE companion_id IN (
    SELECT companion_id FROM companion JOIN hit USING (hit_id)
    WHERE hit.state = 'CLOSED' AND companion.erased_at IS NULL
    ORDER BY companion_id LIMIT :limit FOR UPDATE OF companion SKIP LOCKED
) RETURNING companion_id
""")
_ERASE_REFERRALS = text(
    "UPDATE companion_referral SET words = NULL WHERE companion_id = ANY(CAST(:ids AS uuid[]))"
)


@dataclass(frozen=True, slots=True)
class Referral:
    """To whom somebody was referred, and whether the help was taken up."""

    kind: str
    referred_at: datetime
    outcome: str | None
    outcome_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Companion:
    """Somebody beside a confirmed person; of a child there is nothing but the flag and the place."""

    companion_id: UUID
    hit: Hit
    link: str
    is_child: bool
    category: str
    whereabouts: str
    recorded_by: str
    recorded_at: datetime
    due_at: datetime
    attended_at: datetime | None
    evidence: tuple[str, ...]
    words: str | None
    assessed_at: datetime | None
    referrals: tuple[Referral, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Met:
    """Somebody whom an officer met beside a confirmed person."""

    companion_id: UUID
    hit_id: UUID
    link: str
    is_child: bool
    whereabouts: str
    person: str
    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Assessed:
    """What a specialist found about this person alone, on which evidence, in words."""

    category: str
    evidence: list[str]
    words: str
    person: str
    at: datetime


class CompanionStore:
    """The tables `companion` and `companion_referral`."""

    async def add(self, connection: AsyncConnection, met: Met) -> None:
        """Store somebody whom an officer met."""
        await connection.execute(_ADD, {name: getattr(met, name) for name in Met.__slots__})

    async def listed(self, connection: AsyncConnection, *, children: bool) -> list[Companion]:
        """Children or adults beside persons whose hit is open; who waits stands first."""
        values = {"is_child": children, "limit": MAX_LISTED}
        rows = (await connection.execute(_LISTED, values)).all()
        return await self._with_referrals(connection, rows)

    async def lock(
        self, connection: AsyncConnection, companion_id: UUID, *, children: bool
    ) -> Companion | None:
        """One of the children, or one of the adults; the row is locked until the transaction ends."""
        values = {"companion_id": companion_id, "is_child": children}
        rows = (await connection.execute(_ONE, values)).all()
        found = await self._with_referrals(connection, rows)
        return found[0] if found else None

    async def attend(self, connection: AsyncConnection, ids: Sequence[UUID], at: datetime) -> list[UUID]:
        """Note that a specialist has them in view; who was new to everybody."""
        return list((await connection.execute(_ATTEND, {"ids": list(ids), "at": at})).scalars())

    async def assess(self, connection: AsyncConnection, companion_id: UUID, found: Assessed) -> None:
        """Record a finding; the newest counts."""
        values = {name: getattr(found, name) for name in Assessed.__slots__}
        await connection.execute(_ASSESS, {**values, "companion_id": companion_id})

    async def refer(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        companion_id: UUID,
        kind: str,
        words: str,
        person: str,
        at: datetime,
    ) -> bool:
        """Store a referral; whether there was none of its kind."""
        values = {"companion_id": companion_id, "kind": kind, "words": words, "person": person, "at": at}
        return (await connection.execute(_REFER, values)).one_or_none() is not None

    async def end_referral(
        self, connection: AsyncConnection, companion_id: UUID, kind: str, outcome: str, at: datetime
    ) -> bool:
        """Store what became of a referral; whether one of this kind was open."""
        values = {"companion_id": companion_id, "kind": kind, "outcome": outcome, "at": at}
        return (await connection.execute(_END, values)).one_or_none() is not None

    async def verified_hits(self, connection: AsyncConnection) -> list[Hit]:
        """Confirmed persons whose companions an officer may meet, the newest first."""
        values = {"states": sorted(state.value for state in VERIFIED), "limit": MAX_LISTED}
        return [hit_of(row) for row in await connection.execute(_HITS, values)]

    async def erase_of_closed(self, connection: AsyncConnection, at: datetime) -> list[UUID]:
        """Erase what is told of companions whose hit is closed, a batch; the counts stay.

        Source: SG-17 (data of non-suspects is erased when the hit closes).
        """
        values = {"at": at, "limit": ERASED_A_BEAT}
        erased = list((await connection.execute(_ERASE, values)).scalars())
        if erased:
            await connection.execute(_ERASE_REFERRALS, {"ids": erased})
        return erased

    async def _with_referrals(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Companion]:
        ids = [row.companion_id for row in rows]
        made: dict[UUID, list[Referral]] = {each: [] for each in ids}
        for row in await connection.execute(_REFERRALS, {"ids": ids}):
            made[row.companion_id].append(Referral(row.kind, row.referred_at, row.outcome, row.outcome_at))
        return [_companion_of(row, tuple(made[row.companion_id])) for row in rows]


def _companion_of(row: Row[Any], referrals: tuple[Referral, ...]) -> Companion:
    return Companion(
        companion_id=row.companion_id,
        hit=hit_of(row),
        link=row.link,
        is_child=row.is_child,
        category=row.category,
        whereabouts=row.whereabouts or "",
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        due_at=row.due_at,
        attended_at=row.attended_at,
        evidence=tuple(row.rests_on),
        words=row.words,
        assessed_at=row.assessed_at,
        referrals=referrals,
    )
