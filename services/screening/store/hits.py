"""Hits and the history of their moves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.flight_facts import crossing_leg, times_of
from services.screening.hits.deadlines import due_at, review_due
from services.screening.hits.hit import HistoryStep, Hit, Matched
from services.screening.hits.states import ClosingCode, HitState, HitType
from services.screening.store.rows import as_rows, from_json
from shared.contracts import FlightV1
from shared.identifiers import HitId, TravellerId

MAX_LISTED = 500

_TYPED_COLUMNS = """
    hit_id uuid, traveller_id uuid, entry_id text, source_id text, hit_type text, state text,
    since timestamptz, made_at timestamptz, reported_at timestamptz, waiting_since timestamptz,
    review_deadline timestamptz, next_clock_at timestamptz, flight jsonb, origin text, destination text,
    departure_at timestamptz, arrival_at timestamptz, data_class text, journey_key text, traveller jsonb,
    traveller_digest text, entry jsonb, entry_digest text, score float8, evidence jsonb,
    compared_name jsonb, matcher_digest text, algorithm text, threshold float8, data_version int,
    data_changed_at timestamptz, review_round int, suppressed_until timestamptz,
    confirmed_at timestamptz, outcome text, closing_code text, owner text
"""
COLUMNS = tuple(each.split()[0] for each in _TYPED_COLUMNS.split(",") if each.strip())
_NAMES = ", ".join(COLUMNS)
_KEPT = ("hit_id", "traveller_id", "entry_id", "hit_type", "made_at")
_CHANGES = ", ".join(f"{name} = changed.{name}" for name in COLUMNS if name not in _KEPT)

_ADD = text(
    f"INSERT INTO hit ({_NAMES}) SELECT {_NAMES} FROM jsonb_to_recordset(CAST(:rows AS jsonb))"  # noqa: S608
    f" AS made({_TYPED_COLUMNS}) ON CONFLICT (traveller_id, entry_id) DO NOTHING RETURNING hit_id"
)
_SAVE = text(
    f"UPDATE hit SET {_CHANGES} FROM jsonb_to_recordset(CAST(:rows AS jsonb))"  # noqa: S608
    f" AS changed({_TYPED_COLUMNS}) WHERE hit.hit_id = changed.hit_id"
)
# The clock of a hit in review is the end of its lease, which stands in a table of its own.
_LEASE_CLOCKS = text(
    """
    UPDATE hit SET next_clock_at = lease.expires_at FROM lease
    WHERE hit.hit_id = lease.hit_id AND hit.hit_id = ANY(CAST(:ids AS uuid[]))
    """
)
_ADD_STEPS = text(
    """
    INSERT INTO hit_move (hit_id, at, source, target, actor, cause, closing_code)
    SELECT hit_id, at, source, target, actor, cause, closing_code
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS made(
        ordinal int, hit_id uuid, at timestamptz, source text, target text, actor text, cause text,
        closing_code text)
    ORDER BY ordinal
    """
)


class HitStore:
    """Hits in PostgreSQL. Every read is ordered and limited; every write is one statement."""

    async def add(self, connection: AsyncConnection, hits: Sequence[Hit]) -> set[HitId]:
        """Store new hits; a traveller–entry pair that stands already is passed over.

        Returns:
            The identifiers of those that were stored now.
        """
        if not hits:
            return set()
        rows = await connection.execute(_ADD, {"rows": as_rows(_row(hit) for hit in hits)})
        return {HitId(row.hit_id) for row in rows}

    async def save(self, connection: AsyncConnection, hits: Collection[Hit]) -> None:
        """Write hits back. The caller holds their rows locked and has stored their leases."""
        if hits:
            await connection.execute(_SAVE, {"rows": as_rows(_row(hit) for hit in hits)})
            ids = [hit.hit_id for hit in hits if hit.state is HitState.IN_REVIEW]
            await connection.execute(_LEASE_CLOCKS, {"ids": ids})

    async def add_steps(
        self, connection: AsyncConnection, steps: Sequence[tuple[HitId, HistoryStep]]
    ) -> None:
        """Append moves to the hits' histories, in the order given."""
        if steps:
            rows = as_rows(
                {
                    "ordinal": ordinal,
                    "hit_id": hit_id,
                    "at": step.at,
                    "source": step.source,
                    "target": step.target,
                    "actor": step.actor,
                    "cause": step.cause,
                    "closing_code": step.closing_code,
                }
                for ordinal, (hit_id, step) in enumerate(steps)
            )
            await connection.execute(_ADD_STEPS, {"rows": rows})

    async def get(self, connection: AsyncConnection, hit_id: UUID) -> Hit | None:
        """One hit."""
        return await self._one(connection, hit_id, "")

    async def lock(self, connection: AsyncConnection, hit_id: UUID) -> Hit | None:
        """One hit, its row locked until the transaction ends."""
        return await self._one(connection, hit_id, "FOR UPDATE")

    async def _one(self, connection: AsyncConnection, hit_id: UUID, suffix: str) -> Hit | None:
        query = text(f"SELECT {_NAMES} FROM hit WHERE hit_id = :hit_id {suffix}")  # noqa: S608
        row = (await connection.execute(query, {"hit_id": hit_id})).one_or_none()
        return None if row is None else hit_of(row)

    async def lock_of_travellers(
        self, connection: AsyncConnection, traveller_ids: Collection[UUID]
    ) -> list[Hit]:
        """The hits of these travellers, locked, in the order of their identifiers."""
        query = text(
            f"SELECT {_NAMES} FROM hit WHERE traveller_id = ANY(CAST(:ids AS uuid[]))"  # noqa: S608
            " ORDER BY hit_id FOR UPDATE"
        )
        rows = await connection.execute(query, {"ids": list(traveller_ids)})
        return [hit_of(row) for row in rows]

    async def lock_open_of_entries(
        self, connection: AsyncConnection, entry_ids: Collection[str], limit: int = 10_000
    ) -> list[Hit]:
        """The open hits on these entries, locked, in the order of their identifiers."""
        query = text(
            f"SELECT {_NAMES} FROM hit WHERE entry_id = ANY(CAST(:ids AS text[])) AND state <> 'CLOSED'"  # noqa: S608
            " ORDER BY hit_id LIMIT :limit FOR UPDATE"
        )
        rows = await connection.execute(query, {"ids": list(entry_ids), "limit": limit})
        return [hit_of(row) for row in rows]

    async def entries_out_of_step(
        self, connection: AsyncConnection, merged_ids: Collection[str], limit: int = 10_000
    ) -> list[str]:
        """Entries whose open hits may hold other identifiers than the lists: merged ones, or once merged."""
        query = text(
            "SELECT DISTINCT hit.entry_id FROM hit JOIN watchlist_entry AS entry USING (entry_id)"
            " WHERE hit.state <> 'CLOSED' AND hit.traveller IS NOT NULL"
            " AND (hit.entry_digest <> entry.digest OR hit.entry_id = ANY(CAST(:ids AS text[])))"
            " ORDER BY hit.entry_id LIMIT :limit"
        )
        rows = await connection.execute(query, {"ids": list(merged_ids), "limit": limit})
        return [row.entry_id for row in rows]

    async def lock_due(self, connection: AsyncConnection, now: datetime, limit: int) -> list[Hit]:
        """Hits whose clock has struck, soonest first; those that another worker holds are passed over."""
        query = text(
            f"SELECT {_NAMES} FROM hit WHERE next_clock_at <= :now"  # noqa: S608
            " ORDER BY next_clock_at, hit_id LIMIT :limit FOR UPDATE SKIP LOCKED"
        )
        return [hit_of(row) for row in await connection.execute(query, {"now": now, "limit": limit})]

    async def listed(self, connection: AsyncConnection, *, state: HitState | None, limit: int) -> list[Hit]:
        """The newest hits, of one state or of all."""
        query = text(
            f"SELECT {_NAMES} FROM hit WHERE CAST(:state AS text) IS NULL OR state = :state"  # noqa: S608
            " ORDER BY made_at DESC, hit_id LIMIT :limit"
        )
        facts = {"state": None if state is None else state.value, "limit": min(limit, MAX_LISTED)}
        return [hit_of(row) for row in await connection.execute(query, facts)]

    async def steps(self, connection: AsyncConnection, hit_id: UUID) -> list[HistoryStep]:
        """The hit's history, oldest first."""
        query = text(
            "SELECT at, source, target, actor, cause, closing_code FROM hit_move"
            " WHERE hit_id = :hit_id ORDER BY move_id LIMIT 1000"
        )
        rows = await connection.execute(query, {"hit_id": hit_id})
        return [HistoryStep(*row) for row in rows]


def _row(hit: Hit) -> dict[str, Any]:
    leg = crossing_leg(hit.flight)
    times = times_of(hit.flight)
    return {
        "hit_id": hit.hit_id,
        "traveller_id": hit.traveller_id,
        "entry_id": hit.entry_id,
        "source_id": hit.source_id,
        "hit_type": hit.hit_type.value,
        "state": hit.state.value,
        "since": hit.since,
        "made_at": hit.made_at,
        "reported_at": hit.reported_at,
        "waiting_since": hit.waiting_since,
        "review_deadline": review_due(hit.waiting_since, times),
        "next_clock_at": due_at(hit.times()),
        "flight": hit.flight.as_json(),
        "origin": None if leg is None else leg.origin,
        "destination": None if leg is None else leg.destination,
        "departure_at": times.departure,
        "arrival_at": times.arrival,
        "data_class": hit.data_class,
        "journey_key": hit.journey_key,
        "traveller": hit.traveller,
        "traveller_digest": hit.traveller_digest,
        "entry": hit.entry,
        "entry_digest": hit.entry_digest,
        "score": hit.matched.score,
        "evidence": hit.matched.evidence,
        "compared_name": hit.matched.name,
        "matcher_digest": hit.matched.matcher_digest,
        "algorithm": hit.matched.algorithm,
        "threshold": hit.matched.threshold,
        "data_version": hit.data_version,
        "data_changed_at": hit.data_changed_at,
        "review_round": hit.review_round,
        "suppressed_until": hit.suppressed_until,
        "confirmed_at": hit.confirmed_at,
        "outcome": hit.outcome,
        "closing_code": hit.closing_code,
        "owner": hit.owner,
    }


def hit_of(row: Row[Any]) -> Hit:
    """A row of the table `hit` as a value."""
    return Hit(
        hit_id=HitId(row.hit_id),
        traveller_id=TravellerId(row.traveller_id),
        entry_id=row.entry_id,
        source_id=row.source_id,
        hit_type=HitType(row.hit_type),
        state=HitState(row.state),
        since=row.since,
        made_at=row.made_at,
        reported_at=row.reported_at,
        waiting_since=row.waiting_since,
        flight=FlightV1.model_validate(from_json(row.flight)),
        data_class=row.data_class,
        journey_key=row.journey_key,
        traveller=from_json(row.traveller),
        traveller_digest=row.traveller_digest,
        entry=from_json(row.entry),
        entry_digest=row.entry_digest,
        matched=Matched(
            row.score,
            from_json(row.evidence),
            from_json(row.compared_name),
            row.matcher_digest,
            row.algorithm,
            row.threshold,
        ),
        data_version=row.data_version,
        data_changed_at=row.data_changed_at,
        review_round=row.review_round,
        suppressed_until=row.suppressed_until,
        confirmed_at=row.confirmed_at,
        outcome=None if row.outcome is None else ClosingCode(row.outcome),
        closing_code=None if row.closing_code is None else ClosingCode(row.closing_code),
        owner=row.owner,
    )
