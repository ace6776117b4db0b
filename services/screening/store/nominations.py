"""Nominations in PostgreSQL: drafts, what waits for an approver, what was decided."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_json, from_json
from services.screening.watchlist.nomination import (
    Nomination,
    NominationKind,
    NominationState,
    Terms,
    Trial,
)

_COLUMNS = (
    "nomination_id, entry_id, source_id, kind, state, version, entry, terms, grounds_digest, nominator,"
    " nominator_manager, drafted_at, submitted_at, trial, approver, decided_at, reason"
)
_PUT = text(
    f"INSERT INTO nomination ({_COLUMNS}) VALUES (:nomination_id, :entry_id, :source_id, :kind, :state,"  # noqa: S608
    " :version, CAST(:entry AS jsonb), CAST(:terms AS jsonb), :grounds_digest, :nominator,"
    " :nominator_manager, :drafted_at, :submitted_at, CAST(:trial AS jsonb), :approver, :decided_at,"
    " :reason) ON CONFLICT (nomination_id) DO UPDATE SET state = excluded.state,"
    " version = excluded.version, entry = excluded.entry, terms = excluded.terms,"
    " grounds_digest = excluded.grounds_digest, submitted_at = excluded.submitted_at,"
    " trial = excluded.trial, approver = excluded.approver, decided_at = excluded.decided_at,"
    " reason = excluded.reason"
)


class NominationStore:
    """One row a nomination; it keeps its last state, the audit log keeps the way there."""

    async def put(self, connection: AsyncConnection, nomination: Nomination) -> None:
        """Store a nomination as it stands now."""
        await connection.execute(
            _PUT,
            {
                "nomination_id": nomination.nomination_id,
                "entry_id": nomination.entry_id,
                "source_id": nomination.source_id,
                "kind": nomination.kind.value,
                "state": nomination.state.value,
                "version": nomination.version,
                "entry": as_json(nomination.entry),
                "terms": as_json(dict(nomination.terms.raw)),
                "grounds_digest": nomination.grounds_digest,
                "nominator": nomination.nominator,
                "nominator_manager": nomination.nominator_manager,
                "drafted_at": nomination.drafted_at,
                "submitted_at": nomination.submitted_at,
                "trial": None if nomination.trial is None else as_json(asdict(nomination.trial)),
                "approver": nomination.approver,
                "decided_at": nomination.decided_at,
                "reason": nomination.reason,
            },
        )

    async def lock(self, connection: AsyncConnection, nomination_id: UUID) -> Nomination | None:
        """One nomination, its row locked."""
        query = text(f"SELECT {_COLUMNS} FROM nomination WHERE nomination_id = :id FOR UPDATE")  # noqa: S608
        row = (await connection.execute(query, {"id": nomination_id})).one_or_none()
        return None if row is None else _nomination_of(row)

    async def listed(
        self, connection: AsyncConnection, states: Collection[NominationState], limit: int = 200
    ) -> list[Nomination]:
        """Nominations in some states, the oldest first."""
        query = text(
            f"SELECT {_COLUMNS} FROM nomination WHERE state = ANY(CAST(:states AS text[]))"  # noqa: S608
            " ORDER BY drafted_at, nomination_id LIMIT :limit"
        )
        facts = {"states": [state.value for state in states], "limit": limit}
        return [_nomination_of(row) for row in await connection.execute(query, facts)]

    async def newest_of_entries(
        self, connection: AsyncConnection, entry_ids: Collection[str]
    ) -> dict[str, Nomination]:
        """The newest nomination of each of these entries, locked."""
        query = text(
            f"SELECT {_COLUMNS} FROM nomination WHERE entry_id = ANY(CAST(:ids AS text[]))"  # noqa: S608
            " ORDER BY drafted_at, nomination_id LIMIT 10000 FOR UPDATE"
        )
        rows = await connection.execute(query, {"ids": list(entry_ids)})
        return {row.entry_id: _nomination_of(row) for row in rows}

    async def removed_on_same_grounds(
        self, connection: AsyncConnection, nomination: Nomination
    ) -> datetime | None:
        """When an entry that rested on the same grounds was removed last, if ever (SG-15)."""
        query = text(
            "SELECT max(removed_at) FROM nomination JOIN watchlist_entry USING (entry_id)"
            " WHERE grounds_digest = :digest AND nomination_id <> :id"
        )
        facts = {"digest": nomination.grounds_digest, "id": nomination.nomination_id}
        found: datetime | None = (await connection.execute(query, facts)).scalar_one()
        return found

    async def held_travellers(self, connection: AsyncConnection, limit: int) -> list[dict[str, Any]]:
        """The travellers of the newest hits, each once: the only ones whom screening keeps."""
        query = text(
            "SELECT traveller FROM (SELECT DISTINCT ON (traveller_id) traveller_id, traveller, made_at"
            " FROM hit WHERE traveller IS NOT NULL ORDER BY traveller_id, made_at DESC) AS newest"
            " ORDER BY made_at DESC, traveller_id LIMIT :limit"
        )
        return [from_json(row.traveller) for row in await connection.execute(query, {"limit": limit})]

    async def discard_before(self, connection: AsyncConnection, before: datetime) -> int:
        """Discard drafts that nobody submitted since; how many."""
        statement = text(
            "UPDATE nomination SET state = 'DISCARDED', version = version + 1"
            " WHERE state IN ('DRAFT', 'RETURNED') AND drafted_at < :before"
        )
        return (await connection.execute(statement, {"before": before})).rowcount


def _nomination_of(row: Row[Any]) -> Nomination:
    trial = from_json(row.trial)
    return Nomination(
        nomination_id=row.nomination_id,
        entry_id=row.entry_id,
        source_id=row.source_id,
        kind=NominationKind(row.kind),
        state=NominationState(row.state),
        version=row.version,
        entry=from_json(row.entry),
        terms=Terms(from_json(row.terms)),
        nominator=row.nominator,
        nominator_manager=row.nominator_manager,
        drafted_at=row.drafted_at,
        submitted_at=row.submitted_at,
        trial=None if trial is None else Trial(**trial),
        approver=row.approver,
        decided_at=row.decided_at,
        reason=row.reason,
    )
