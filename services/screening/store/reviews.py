"""Leases, reviews, the queue, who has read a history, and the pairs that were cleared for a journey."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.hits.hit import Hit, Lease, Review
from services.screening.review.rules import Reviewer, ReviewOutcome, Stage
from services.screening.store.hits import COLUMNS, hit_of
from services.screening.store.rows import as_json, as_rows, from_json
from shared.identifiers import HitId

MAX_QUEUE = 200

# The next departure or arrival, then the entry's action code; never nationality (workflow.md §2). A notice
# from abroad is of no list: it asks for what a list's SECONDARY asks for.
_URGENCY = """
    CASE WHEN hit.departure_at > :now THEN hit.departure_at WHEN hit.arrival_at > :now THEN hit.arrival_at
         ELSE hit.made_at END,
    array_position(ARRAY['ARREST_WARRANT', 'TRAVEL_BAN', 'SECONDARY', 'CONTACT_NOMINATOR'],
                   coalesce(list_source.action_code, 'SECONDARY')) NULLS LAST,
    hit.hit_id
"""
_HIT = ", ".join(f"hit.{name}" for name in COLUMNS)

# Who may not look is part of the query: another's lease, and the second look of whoever gave the first
# answer or works below that person.
_QUEUE = text(
    f"""
    SELECT {_HIT} FROM hit
    LEFT JOIN list_source ON list_source.source_id = hit.source_id
    LEFT JOIN lease ON lease.hit_id = hit.hit_id AND lease.expires_at > :now
    LEFT JOIN review ON review.hit_id = hit.hit_id AND review.review_round = hit.review_round
         AND review.stage = 'FIRST'
    WHERE hit.state IN ('POSSIBLE_MATCH', 'IN_REVIEW', 'AWAITING_SECOND')
      AND (lease.holder IS NULL OR lease.holder = :person)
      AND (review.reviewer IS NULL
           OR review.reviewer NOT IN (:person, CAST(coalesce(:reports_to, '') AS text)))
    ORDER BY {_URGENCY}
    LIMIT :limit
    """  # noqa: S608 - the column names are ours
)
_EXPIRED = text(
    f"SELECT {_HIT} FROM hit WHERE state = 'EXPIRED_UNREVIEWED' ORDER BY since, hit_id LIMIT :limit"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A traveller–entry pair that a person cleared, kept away for the rest of the journey."""

    journey_key: str
    entry_id: str
    entry_digest: str
    hit_id: HitId
    suppressed_until: datetime


class ReviewStore:
    """Everything that reviewing reads and writes beside the hit itself."""

    async def queue(
        self, connection: AsyncConnection, reviewer: Reviewer, now: datetime, limit: int = MAX_QUEUE
    ) -> list[Hit]:
        """What this person may look at now, first and second looks mixed, most urgent first."""
        facts = {
            "person": reviewer.person,
            "reports_to": reviewer.reports_to,
            "now": now,
            "limit": min(limit, MAX_QUEUE),
        }
        return [hit_of(row) for row in await connection.execute(_QUEUE, facts)]

    async def expired(self, connection: AsyncConnection, limit: int = MAX_QUEUE) -> list[Hit]:
        """Hits that nobody reviewed in time, longest first."""
        return [hit_of(row) for row in await connection.execute(_EXPIRED, {"limit": limit})]

    async def lease(self, connection: AsyncConnection, hit_id: UUID) -> Lease | None:
        """The lease on a hit, run out or not. The caller holds the hit's row."""
        query = text(
            "SELECT hit_id, holder, stage, opened_at, expires_at, data_version FROM lease"
            " WHERE hit_id = :hit_id"
        )
        row = (await connection.execute(query, {"hit_id": hit_id})).one_or_none()
        return None if row is None else _lease_of(row)

    async def leases(self, connection: AsyncConnection, hit_ids: Collection[UUID]) -> dict[HitId, Lease]:
        """The leases on these hits."""
        query = text(
            "SELECT hit_id, holder, stage, opened_at, expires_at, data_version FROM lease"
            " WHERE hit_id = ANY(CAST(:ids AS uuid[])) ORDER BY hit_id"
        )
        rows = await connection.execute(query, {"ids": list(hit_ids)})
        return {HitId(row.hit_id): _lease_of(row) for row in rows}

    async def put_lease(self, connection: AsyncConnection, lease: Lease) -> None:
        """Store a lease in place of an earlier one on the same hit. The caller holds the hit's row."""
        statement = text(
            "INSERT INTO lease (hit_id, holder, stage, opened_at, expires_at, data_version)"
            " VALUES (:hit_id, :holder, :stage, :opened_at, :expires_at, :data_version)"
            " ON CONFLICT (hit_id) DO UPDATE SET holder = excluded.holder, stage = excluded.stage,"
            " opened_at = excluded.opened_at, expires_at = excluded.expires_at,"
            " data_version = excluded.data_version"
        )
        await connection.execute(
            statement,
            {
                "hit_id": lease.hit_id,
                "holder": lease.holder,
                "stage": lease.stage.value,
                "opened_at": lease.opened_at,
                "expires_at": lease.expires_at,
                "data_version": lease.data_version,
            },
        )

    async def drop_leases(self, connection: AsyncConnection, hit_ids: Collection[UUID]) -> None:
        """Take the leases on these hits away."""
        await connection.execute(
            text("DELETE FROM lease WHERE hit_id = ANY(CAST(:ids AS uuid[]))"), {"ids": list(hit_ids)}
        )

    async def add_review(self, connection: AsyncConnection, review: Review) -> None:
        """Store a saved answer; the table allows one for each look of a round."""
        columns = {
            "review_id": review.review_id,
            "hit_id": review.hit_id,
            "review_round": review.review_round,
            "stage": review.stage.value,
            "reviewer": review.reviewer,
            "reports_to": review.reports_to,
            "role": review.role,
            "opened_at": review.opened_at,
            "decided_at": review.decided_at,
            "seconds_open": review.seconds_open,
            "outcome": review.outcome.value,
            "reasons": review.reasons,
            "compared_fields": as_json(review.compared_fields),
            "explanations": as_json(review.explanations),
            "comparison": as_json(review.comparison),
            "is_sufficient": review.is_sufficient,
            "was_blind": review.was_blind,
            "data_version": review.data_version,
        }
        names = ", ".join(columns)
        values = ", ".join(
            f"CAST(:{name} AS jsonb)" if name in _JSON_COLUMNS else f":{name}" for name in columns
        )
        await connection.execute(text(f"INSERT INTO review ({names}) VALUES ({values})"), columns)  # noqa: S608

    async def reviews(self, connection: AsyncConnection, hit_id: UUID) -> list[Review]:
        """All answers ever given on a hit, oldest first."""
        query = text("SELECT * FROM review WHERE hit_id = :hit_id ORDER BY decided_at, stage LIMIT 100")
        return [_review_of(row) for row in await connection.execute(query, {"hit_id": hit_id})]

    async def unlink(self, connection: AsyncConnection, hit_ids: Collection[UUID]) -> None:
        """Erase the words that reviewers wrote about a person who turned out to be somebody else."""
        await connection.execute(
            text(
                "UPDATE review SET reasons = '', explanations = '{}' WHERE hit_id = ANY(CAST(:ids AS uuid[]))"
            ),
            {"ids": list(hit_ids)},
        )

    async def note_history_read(
        self, connection: AsyncConnection, hit_id: UUID, person: str, at: datetime
    ) -> None:
        """Remember that a person has seen a hit's answers: no review of theirs is blind from now on."""
        await connection.execute(
            text(
                "INSERT INTO history_reader (hit_id, person, first_read_at) VALUES (:hit_id, :person, :at)"
                " ON CONFLICT DO NOTHING"
            ),
            {"hit_id": hit_id, "person": person, "at": at},
        )

    async def has_read_history(self, connection: AsyncConnection, hit_id: UUID, person: str) -> bool:
        """Whether a person has seen the hit's answers."""
        query = text("SELECT 1 FROM history_reader WHERE hit_id = :hit_id AND person = :person")
        row = await connection.execute(query, {"hit_id": hit_id, "person": person})
        return row.one_or_none() is not None

    async def suppress(self, connection: AsyncConnection, pairs: Sequence[Suppression]) -> None:
        """Keep cleared pairs away; a later leg moves the end on, never back."""
        if not pairs:
            return
        statement = text(
            "INSERT INTO suppression (journey_key, entry_id, entry_digest, hit_id, suppressed_until)"
            " SELECT journey_key, entry_id, entry_digest, hit_id, suppressed_until"
            " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS pair(journey_key text, entry_id text,"
            " entry_digest text, hit_id uuid, suppressed_until timestamptz)"
            " ON CONFLICT (journey_key, entry_id) DO UPDATE SET entry_digest = excluded.entry_digest,"
            " hit_id = excluded.hit_id,"
            " suppressed_until = greatest(suppression.suppressed_until, excluded.suppressed_until)"
        )
        rows = as_rows(
            {
                "journey_key": pair.journey_key,
                "entry_id": pair.entry_id,
                "entry_digest": pair.entry_digest,
                "hit_id": pair.hit_id,
                "suppressed_until": pair.suppressed_until,
            }
            for pair in pairs
        )
        await connection.execute(statement, {"rows": rows})

    async def suppressed(
        self, connection: AsyncConnection, journey_keys: Collection[str], now: datetime
    ) -> Mapping[tuple[str, str], Suppression]:
        """The pairs of these journeys that are kept away now, by journey and entry."""
        query = text(
            "SELECT journey_key, entry_id, entry_digest, hit_id, suppressed_until FROM suppression"
            " WHERE journey_key = ANY(CAST(:keys AS text[])) AND suppressed_until > :now"
            " ORDER BY journey_key, entry_id"
        )
        rows = await connection.execute(query, {"keys": list(journey_keys), "now": now})
        return {(row.journey_key, row.entry_id): Suppression(*row) for row in rows}

    async def forget_suppressed(self, connection: AsyncConnection, now: datetime) -> int:
        """Erase the pairs whose journey has long ended; returns how many."""
        gone = await connection.execute(
            text("DELETE FROM suppression WHERE suppressed_until <= :now"), {"now": now}
        )
        return gone.rowcount


_JSON_COLUMNS = frozenset({"compared_fields", "explanations", "comparison"})


def _lease_of(row: Row[Any]) -> Lease:
    return Lease(
        HitId(row.hit_id), row.holder, Stage(row.stage), row.opened_at, row.expires_at, row.data_version
    )


def _review_of(row: Row[Any]) -> Review:
    return Review(
        review_id=row.review_id,
        hit_id=HitId(row.hit_id),
        review_round=row.review_round,
        stage=Stage(row.stage),
        reviewer=row.reviewer,
        reports_to=row.reports_to,
        role=row.role,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        seconds_open=row.seconds_open,
        outcome=ReviewOutcome(row.outcome),
        reasons=row.reasons,
        compared_fields=from_json(row.compared_fields),
        explanations=from_json(row.explanations),
        comparison=from_json(row.comparison),
        is_sufficient=row.is_sufficient,
        was_blind=row.was_blind,
        data_version=row.data_version,
    )
