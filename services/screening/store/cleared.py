"""The register of cleared travellers, the looks that are due, and the matches that wait for one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.cleared.recognition import Clearance, ClearedPerson, ReReview

MAX_LISTED = 500

_COLUMNS = """cleared_id, entry_id, entry_digest, redress_key, document_key, evidence, valid_to, author,
    approver, cleared_at, suppressed"""
_ADD = text(f"""
INSERT INTO cleared_person ({_COLUMNS}) VALUES (:cleared_id, :entry_id, :entry_digest, :redress_key,
    :document_key, :evidence, :valid_to, :author, :approver, :cleared_at, 0)
""")  # noqa: S608
# The person behind an entry: whatever two people said is the same, as far as it stands, step by step.
_LOOK_UP = text("""
WITH RECURSIVE last_word AS (
    SELECT DISTINCT ON (least(entry_id, other_id), greatest(entry_id, other_id))
        entry_id, other_id, is_same AND undone_at IS NULL AS is_same
    FROM merge_decision
    ORDER BY least(entry_id, other_id), greatest(entry_id, other_id), at DESC
), same AS (
    SELECT entry_id AS one, other_id AS other FROM last_word WHERE is_same
    UNION ALL SELECT other_id, entry_id FROM last_word WHERE is_same
), person AS (
    SELECT id AS asked, id FROM unnest(CAST(:entry_ids AS text[])) AS each(id)
    UNION SELECT person.asked, same.other FROM person JOIN same ON same.one = person.id
)
SELECT c.cleared_id, person.asked, c.redress_key, c.document_key, w.digest,
    c.entry_digest <> w.digest AS has_changed, r.outcome
FROM cleared_person c
JOIN person ON person.id = c.entry_id
JOIN watchlist_entry w ON w.entry_id = c.entry_id
LEFT JOIN cleared_review r ON r.cleared_id = c.cleared_id AND r.entry_digest = w.digest
WHERE (c.redress_key = ANY (CAST(:keys AS text[])) OR c.document_key = ANY (CAST(:keys AS text[])))
AND c.valid_to > :today
ORDER BY c.cleared_at, c.cleared_id
""")
_COUNT = text("""
UPDATE cleared_person SET suppressed = suppressed + each.number
FROM (SELECT id, count(*) AS number FROM unnest(CAST(:ids AS uuid[])) AS given(id) GROUP BY id) AS each
WHERE cleared_id = each.id
""")
_WANT_REVIEW = text("""
INSERT INTO cleared_review (cleared_id, entry_digest, due_at) VALUES (:cleared_id, :entry_digest, :due_at)
ON CONFLICT DO NOTHING
""")
_HOLD = text("""
INSERT INTO cleared_hold (hit_id, cleared_id, entry_digest) VALUES (:hit_id, :cleared_id, :entry_digest)
ON CONFLICT DO NOTHING
""")
_REVIEW = text("""
UPDATE cleared_review SET outcome = :outcome, reviewer = :reviewer, reviewed_at = :now
WHERE cleared_id = :cleared_id AND outcome IS NULL RETURNING entry_digest
""")
_RELEASE = text("DELETE FROM cleared_hold WHERE cleared_id = :cleared_id RETURNING hit_id")
_RELEASE_OVERDUE = text("""
DELETE FROM cleared_hold h USING cleared_review r
WHERE r.cleared_id = h.cleared_id AND r.entry_digest = h.entry_digest AND r.outcome IS NULL
AND r.due_at <= :now RETURNING h.hit_id
""")
_LISTED = text(f"SELECT {_COLUMNS} FROM cleared_person ORDER BY cleared_at DESC, cleared_id LIMIT :limit")  # noqa: S608
_OPEN = text("""
SELECT r.cleared_id, c.entry_id, r.due_at FROM cleared_review r JOIN cleared_person c USING (cleared_id)
WHERE r.outcome IS NULL ORDER BY r.due_at, r.cleared_id LIMIT :limit
""")
# Children first: a record leaves with everything that hangs on it.
_FORGET = (
    text("DELETE FROM cleared_hold WHERE cleared_id = ANY (CAST(:ids AS uuid[]))"),
    text("DELETE FROM cleared_review WHERE cleared_id = ANY (CAST(:ids AS uuid[]))"),
    text("DELETE FROM cleared_person WHERE cleared_id = ANY (CAST(:ids AS uuid[])) RETURNING cleared_id"),
)
_EXPIRED = text(
    "SELECT cleared_id FROM cleared_person WHERE valid_to <= :today ORDER BY cleared_id LIMIT 500"
)


class ClearedStore:
    """The tables `cleared_person`, `cleared_review` and `cleared_hold`."""

    async def add(self, connection: AsyncConnection, person: ClearedPerson) -> None:
        """Store a record that two people approved."""
        values = {
            name: getattr(person, name)
            for name in (
                "cleared_id",
                "entry_id",
                "entry_digest",
                "redress_key",
                "document_key",
                "evidence",
                "valid_to",
                "author",
                "approver",
                "cleared_at",
            )
        }
        await connection.execute(_ADD, values)

    async def look_up(
        self,
        connection: AsyncConnection,
        pairs: Mapping[tuple[UUID, str], frozenset[str]],
        today: date,
    ) -> dict[tuple[UUID, str], Clearance]:
        """The clearances of these traveller–entry pairs, given the keys of each pair's traveller.

        Of two records the one whose entry has not changed counts.
        """
        keys = sorted(set().union(*pairs.values())) if pairs else []
        if not keys:
            return {}
        asked = {"entry_ids": sorted({entry_id for _, entry_id in pairs}), "keys": keys, "today": today}
        found: dict[tuple[UUID, str], Clearance] = {}
        for row in await connection.execute(_LOOK_UP, asked):
            clearance = _clearance_of(row)
            for pair, own in pairs.items():
                is_theirs = pair[1] == row.asked and not own.isdisjoint({row.redress_key, row.document_key})
                if is_theirs and (pair not in found or found[pair].has_entry_changed):
                    found[pair] = clearance
        return found

    async def count(self, connection: AsyncConnection, cleared_ids: Sequence[UUID]) -> None:
        """Count suppressions, one for each identifier given."""
        if cleared_ids:
            await connection.execute(_COUNT, {"ids": list(cleared_ids)})

    async def hold(
        self, connection: AsyncConnection, hit_id: UUID, clearance: Clearance, due_at: datetime
    ) -> None:
        """Let a match wait for the look that a changed entry asks for."""
        look = {"cleared_id": clearance.cleared_id, "entry_digest": clearance.entry_digest}
        await connection.execute(_WANT_REVIEW, {**look, "due_at": due_at})
        await connection.execute(_HOLD, {**look, "hit_id": hit_id})

    async def review(
        self, connection: AsyncConnection, cleared_id: UUID, outcome: ReReview, reviewer: str, now: datetime
    ) -> list[UUID] | None:
        """Record a look; the hits that waited for it, or `None` where none was due."""
        values = {"cleared_id": cleared_id, "outcome": outcome.value, "reviewer": reviewer, "now": now}
        if (await connection.execute(_REVIEW, values)).first() is None:
            return None
        rows = await connection.execute(_RELEASE, {"cleared_id": cleared_id})
        return sorted(row.hit_id for row in rows)

    async def release_overdue(self, connection: AsyncConnection, now: datetime) -> list[UUID]:
        """The hits whose look was not taken in time; they wait no longer."""
        return sorted(row.hit_id for row in await connection.execute(_RELEASE_OVERDUE, {"now": now}))

    async def listed(self, connection: AsyncConnection) -> list[ClearedPerson]:
        """The newest records."""
        return [_person_of(row) for row in await connection.execute(_LISTED, {"limit": MAX_LISTED})]

    async def open_reviews(self, connection: AsyncConnection) -> list[tuple[UUID, str, datetime]]:
        """The looks that are due: record, entry, until when."""
        rows = await connection.execute(_OPEN, {"limit": MAX_LISTED})
        return [(row.cleared_id, row.entry_id, row.due_at) for row in rows]

    async def forget(self, connection: AsyncConnection, cleared_ids: Collection[UUID]) -> list[UUID]:
        """Erase records and what hangs on them; which there were."""
        rows = None
        for statement in _FORGET:
            rows = await connection.execute(statement, {"ids": list(cleared_ids)})
        return [] if rows is None else sorted(row.cleared_id for row in rows)

    async def held(self, connection: AsyncConnection, cleared_id: UUID) -> list[UUID]:
        """The hits that wait for a look at this record; they are released by asking."""
        rows = await connection.execute(_RELEASE, {"cleared_id": cleared_id})
        return sorted(row.hit_id for row in rows)

    async def expired(self, connection: AsyncConnection, today: date) -> list[UUID]:
        """Records whose time is over."""
        return [row.cleared_id for row in await connection.execute(_EXPIRED, {"today": today})]


def _clearance_of(row: Row[Any]) -> Clearance:
    outcome = None if row.outcome is None else ReReview(row.outcome)
    return Clearance(row.cleared_id, row.digest, row.has_changed, outcome)


def _person_of(row: Row[Any]) -> ClearedPerson:
    return ClearedPerson(
        row.cleared_id,
        row.entry_id,
        row.entry_digest,
        row.redress_key,
        row.document_key,
        row.evidence,
        row.valid_to,
        row.author,
        row.approver,
        row.cleared_at,
        row.suppressed,
    )
