"""List versions, their rows, the entries in use, and what each screening run used."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.documents import DocumentStore
from services.screening.store.rows import as_json, as_rows, from_json
from services.screening.store.suspensions import not_suspended, not_suspended_entry
from services.screening.watchlist.versions import (
    EntryRecord,
    EntryStatus,
    ListRow,
    ListVersion,
    Release,
    VersionState,
    identifying_digest,
)
from shared.personal import Personal

#: Rows a statement: large enough to be quick, small enough for a parameter of some megabytes.
ROWS_A_STATEMENT = 1000
GENERATION_CHANNEL = "watchlist"

_VERSION = (
    "version_id, source_id, state, generated_at, sha256, individuals, entities_left_out, by_regime, stored,"
    " faults, delta_pct, imported_by, imported_at, approvers, in_force_since"
)
_ENTRY = (
    "entry_id, source_id, version_id, digest, body, status, status_since, activated_at, review_due, expires,"
    " removed_at, is_used, refusals, adoption"
)
_PUT_ENTRIES = text(
    f"""
    INSERT INTO watchlist_entry ({_ENTRY})
    SELECT {_ENTRY} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS put(
        entry_id text, source_id text, version_id uuid, digest text, body jsonb, status text,
        status_since timestamptz, activated_at timestamptz, review_due date, expires date,
        removed_at timestamptz, is_used boolean, refusals jsonb, adoption jsonb)
    ON CONFLICT (entry_id) DO UPDATE SET
        version_id = excluded.version_id, digest = excluded.digest, body = excluded.body,
        status = excluded.status, status_since = excluded.status_since,
        activated_at = excluded.activated_at, review_due = excluded.review_due,
        expires = excluded.expires, removed_at = excluded.removed_at, is_used = excluded.is_used,
        refusals = excluded.refusals, adoption = excluded.adoption
    """  # noqa: S608 - the column names are ours
)


@dataclass(frozen=True, slots=True, repr=False)
class UsedEntry(Personal):
    """An entry that is screened at this moment."""

    entry_id: str
    source_id: str
    digest: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ScreeningRun:
    """What a batch was screened with: no traveller is in it."""

    message_id: UUID
    screened_at: datetime
    data_class: str
    travellers: int
    unscreenable: int
    matches: int
    matcher_digest: str
    algorithm: str
    threshold: float
    standing_order_id: UUID
    matcher_approval_id: UUID


class WatchlistStore:
    """The watchlist in PostgreSQL."""

    async def lock_source(self, connection: AsyncConnection, source_id: str) -> None:
        """Let only one import or approval of a source run at a time, until the transaction ends."""
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"source:{source_id}"}
        )

    async def add_version(
        self, connection: AsyncConnection, version: ListVersion, rows: Sequence[ListRow]
    ) -> None:
        """Store a version and its rows."""
        await connection.execute(
            text(
                f"INSERT INTO list_version ({_VERSION}) VALUES (:version_id, :source_id, :state,"  # noqa: S608
                " :generated_at, :sha256, :individuals, :entities_left_out, CAST(:by_regime AS jsonb),"
                " :stored, CAST(:faults AS jsonb), :delta_pct, :imported_by, :imported_at,"
                " CAST(:approvers AS jsonb), :in_force_since)"
            ),
            {
                "version_id": version.version_id,
                "source_id": version.source_id,
                "state": version.state.value,
                "generated_at": version.generated_at,
                "sha256": version.sha256,
                "individuals": version.individuals,
                "entities_left_out": version.entities_left_out,
                "by_regime": as_json(dict(version.by_regime)),
                "stored": version.stored,
                "faults": as_json(version.faults),
                "delta_pct": version.delta_pct,
                "imported_by": version.imported_by,
                "imported_at": version.imported_at,
                "approvers": _releases_json(version.approvers),
                "in_force_since": version.in_force_since,
            },
        )
        statement = text(
            "INSERT INTO list_row (version_id, entry_id, digest, body)"
            " SELECT CAST(:version_id AS uuid), entry_id, digest, body"
            " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS put(entry_id text, digest text, body jsonb)"
        )
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            chunk = rows[start : start + ROWS_A_STATEMENT]
            as_text = as_rows(
                {"entry_id": row.entry_id, "digest": row.digest, "body": row.body} for row in chunk
            )
            await connection.execute(statement, {"version_id": version.version_id, "rows": as_text})

    async def set_state(
        self,
        connection: AsyncConnection,
        version_id: UUID,
        state: VersionState,
        *,
        in_force_since: datetime | None = None,
    ) -> None:
        """Move a version to another state."""
        await connection.execute(
            text(
                "UPDATE list_version SET state = :state,"
                " in_force_since = coalesce(:since, in_force_since) WHERE version_id = :version_id"
            ),
            {"version_id": version_id, "state": state.value, "since": in_force_since},
        )

    async def set_approvers(
        self, connection: AsyncConnection, version_id: UUID, approvers: Sequence[Release]
    ) -> None:
        """Note who released a held version so far."""
        await connection.execute(
            text(
                "UPDATE list_version SET approvers = CAST(:approvers AS jsonb) WHERE version_id = :version_id"
            ),
            {"version_id": version_id, "approvers": _releases_json(approvers)},
        )

    async def version(self, connection: AsyncConnection, version_id: UUID) -> ListVersion | None:
        """One version."""
        query = text(f"SELECT {_VERSION} FROM list_version WHERE version_id = :version_id")  # noqa: S608
        row = (await connection.execute(query, {"version_id": version_id})).one_or_none()
        return None if row is None else _version_of(row)

    async def version_of_file(
        self, connection: AsyncConnection, source_id: str, sha256: str
    ) -> ListVersion | None:
        """The version that the same file made, unless it was rejected."""
        query = text(
            f"SELECT {_VERSION} FROM list_version WHERE source_id = :source_id AND sha256 = :sha256"  # noqa: S608
            " AND state <> 'REJECTED' ORDER BY imported_at DESC LIMIT 1"
        )
        row = (await connection.execute(query, {"source_id": source_id, "sha256": sha256})).one_or_none()
        return None if row is None else _version_of(row)

    async def last_loaded(self, connection: AsyncConnection, source_id: str) -> ListVersion | None:
        """The version in force of a source."""
        query = text(
            f"SELECT {_VERSION} FROM list_version WHERE source_id = :source_id AND state = 'IN_FORCE'"  # noqa: S608
            " ORDER BY in_force_since DESC LIMIT 1"
        )
        row = (await connection.execute(query, {"source_id": source_id})).one_or_none()
        return None if row is None else _version_of(row)

    async def version_before(self, connection: AsyncConnection, version: ListVersion) -> ListVersion | None:
        """What a version is compared with: the one in force, or for that one what was in force before it."""
        query = text(
            f"SELECT {_VERSION} FROM list_version WHERE source_id = :source_id"  # noqa: S608
            " AND version_id <> :version_id AND state IN ('IN_FORCE', 'SUPERSEDED')"
            " AND (CAST(:before AS timestamptz) IS NULL OR in_force_since < :before)"
            " ORDER BY in_force_since DESC LIMIT 1"
        )
        facts = {
            "source_id": version.source_id,
            "version_id": version.version_id,
            "before": version.in_force_since,
        }
        row = (await connection.execute(query, facts)).one_or_none()
        return None if row is None else _version_of(row)

    async def versions(self, connection: AsyncConnection, limit: int = 100) -> list[ListVersion]:
        """The newest versions of all sources."""
        query = text(
            f"SELECT {_VERSION} FROM list_version ORDER BY imported_at DESC, version_id LIMIT :limit"  # noqa: S608
        )
        return [_version_of(row) for row in await connection.execute(query, {"limit": limit})]

    async def rows(self, connection: AsyncConnection, version_id: UUID) -> list[ListRow]:
        """All rows of a version, by identifier."""
        query = text(
            "SELECT entry_id, digest, body FROM list_row WHERE version_id = :version_id ORDER BY entry_id"
        )
        found = (await connection.execute(query, {"version_id": version_id})).all()
        return await asyncio.to_thread(_list_rows_of, found)

    async def entries(self, connection: AsyncConnection, source_id: str) -> dict[str, EntryRecord]:
        """Every entry that a source ever brought, by identifier."""
        query = text(f"SELECT {_ENTRY} FROM watchlist_entry WHERE source_id = :id ORDER BY entry_id")  # noqa: S608
        rows = (await connection.execute(query, {"id": source_id})).all()
        return await asyncio.to_thread(_entries_of, rows)

    async def entry(self, connection: AsyncConnection, entry_id: str) -> EntryRecord | None:
        """One entry, its row locked."""
        query = text(f"SELECT {_ENTRY} FROM watchlist_entry WHERE entry_id = :id FOR UPDATE")  # noqa: S608
        row = (await connection.execute(query, {"id": entry_id})).one_or_none()
        return None if row is None else _entry_of(row)

    async def statuses(
        self, connection: AsyncConnection, entry_ids: Collection[str]
    ) -> dict[str, EntryStatus]:
        """The present status of these entries; a notice from abroad is one for its flight, a document too."""
        query = text(
            f"SELECT entry_id, status, {not_suspended()} AS stands FROM watchlist_entry"  # noqa: S608
            " WHERE entry_id = ANY(CAST(:ids AS text[]))"
            f" UNION ALL SELECT entry_id, status, {not_suspended_entry()} FROM notice_from_abroad"
            " WHERE entry_id = ANY(CAST(:ids AS text[])) ORDER BY entry_id"
        )
        rows = await connection.execute(query, {"ids": list(entry_ids)})
        found = {row.entry_id: _status_of(row) for row in rows}
        documents = await DocumentStore().of_entries(connection, entry_ids)
        return found | dict.fromkeys(documents, EntryStatus.ACTIVE)

    async def put_entries(self, connection: AsyncConnection, entries: Sequence[EntryRecord]) -> None:
        """Store entries as they stand now."""
        for start in range(0, len(entries), ROWS_A_STATEMENT):
            chunk = entries[start : start + ROWS_A_STATEMENT]
            await connection.execute(_PUT_ENTRIES, {"rows": as_rows(_entry_row(each) for each in chunk)})

    async def used_entries(
        self, connection: AsyncConnection, entry_ids: Collection[str]
    ) -> Mapping[str, UsedEntry]:
        """Those of these entries that are screened now, notices from abroad and documents among them."""
        if not entry_ids:
            return {}
        query = text(
            "SELECT entry_id, source_id, digest, body FROM watchlist_entry"  # noqa: S608
            f" WHERE entry_id = ANY(CAST(:ids AS text[])) AND is_used AND {not_suspended()}"
            " UNION ALL SELECT entry_id, entry_id, digest, body FROM notice_from_abroad"
            " WHERE entry_id = ANY(CAST(:ids AS text[])) AND status = 'ACTIVE'"
            f" AND {not_suspended_entry()} ORDER BY entry_id"
        )
        rows = await connection.execute(query, {"ids": list(entry_ids)})
        found = {
            row.entry_id: UsedEntry(row.entry_id, row.source_id, row.digest, from_json(row.body))
            for row in rows
        }
        for entry_id, each in (await DocumentStore().of_entries(connection, entry_ids)).items():
            body = each.as_entry()
            found[entry_id] = UsedEntry(entry_id, each.source_id, identifying_digest(body), body)
        return found

    async def used_bodies(self, connection: AsyncConnection) -> list[dict[str, Any]]:
        """The entries that are screened at this moment, for building the matcher."""
        query = text(
            f"SELECT body FROM watchlist_entry WHERE is_used AND {not_suspended()} ORDER BY entry_id"  # noqa: S608
        )
        rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(_bodies_of, rows)

    async def open_reviews(self, connection: AsyncConnection, until: date) -> int:
        """Put the entries in use whose review is due by a day under review; they are screened meanwhile."""
        statement = text(
            "UPDATE watchlist_entry SET status = 'UNDER_REVIEW'"
            " WHERE is_used AND status = 'ACTIVE' AND least(review_due, expires) <= :until"
        )
        return (await connection.execute(statement, {"until": until})).rowcount

    async def overdue(self, connection: AsyncConnection, today: date, limit: int) -> list[EntryRecord]:
        """Entries in use whose review or end has come, locked; another worker's are passed over."""
        query = text(
            f"SELECT {_ENTRY} FROM watchlist_entry"  # noqa: S608
            " WHERE is_used AND least(review_due, expires) <= :today"
            " ORDER BY entry_id LIMIT :limit FOR UPDATE SKIP LOCKED"
        )
        rows = await connection.execute(query, {"today": today, "limit": limit})
        return [_entry_of(row) for row in rows]

    async def generation(self, connection: AsyncConnection) -> tuple[int, bool]:
        """How often the set of entries in use has changed, and whether there is any list to screen with.

        Documents and foreign rows that wait for adoption are none: whoever screened with them alone would
        screen with nothing.
        """
        query = text(
            "SELECT generation, EXISTS (SELECT 1 FROM watchlist_entry WHERE is_used) OR EXISTS ("
            "SELECT 1 FROM list_version JOIN list_source USING (source_id) WHERE state = 'IN_FORCE'"
            " AND kind IN ('UN', 'NATIONAL') AND reader <> 'documents') AS is_loaded"
            " FROM watchlist_generation"
        )
        row = (await connection.execute(query)).one()
        return int(row.generation), bool(row.is_loaded)

    async def next_generation(self, connection: AsyncConnection) -> int:
        """Tell every worker that the set of entries in use has changed, once this transaction commits."""
        row = await connection.execute(
            text("UPDATE watchlist_generation SET generation = generation + 1 RETURNING generation")
        )
        generation = int(row.scalar_one())
        await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": GENERATION_CHANNEL})
        return generation

    async def add_run(self, connection: AsyncConnection, run: ScreeningRun) -> None:
        """Store what a batch was screened with."""
        await connection.execute(
            text(
                "INSERT INTO screening_run VALUES (:message_id, :screened_at, :data_class, :travellers,"
                " :unscreenable, :matches, :matcher_digest, :algorithm, :threshold, :standing_order_id,"
                " :matcher_approval_id)"
            ),
            {
                "message_id": run.message_id,
                "screened_at": run.screened_at,
                "data_class": run.data_class,
                "travellers": run.travellers,
                "unscreenable": run.unscreenable,
                "matches": run.matches,
                "matcher_digest": run.matcher_digest,
                "algorithm": run.algorithm,
                "threshold": run.threshold,
                "standing_order_id": run.standing_order_id,
                "matcher_approval_id": run.matcher_approval_id,
            },
        )


# A long list's bodies are read in a thread, so that questions are answered meanwhile.
def _list_rows_of(rows: Sequence[Row[Any]]) -> list[ListRow]:
    return [ListRow(row.entry_id, row.digest, from_json(row.body)) for row in rows]


def _entries_of(rows: Sequence[Row[Any]]) -> dict[str, EntryRecord]:
    return {row.entry_id: _entry_of(row) for row in rows}


def _bodies_of(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    return [from_json(row.body) for row in rows]


def _releases_json(releases: Sequence[Release]) -> str:
    return as_json([{"person": each.person, "role": each.role} for each in releases])


def _version_of(row: Row[Any]) -> ListVersion:
    return ListVersion(
        version_id=row.version_id,
        source_id=row.source_id,
        state=VersionState(row.state),
        generated_at=row.generated_at,
        sha256=row.sha256,
        individuals=row.individuals,
        entities_left_out=row.entities_left_out,
        by_regime=from_json(row.by_regime),
        stored=row.stored,
        faults=from_json(row.faults),
        delta_pct=row.delta_pct,
        imported_by=row.imported_by,
        imported_at=row.imported_at,
        approvers=tuple(Release(**each) for each in from_json(row.approvers)),
        in_force_since=row.in_force_since,
    )


def _entry_of(row: Row[Any]) -> EntryRecord:
    return EntryRecord(
        entry_id=row.entry_id,
        source_id=row.source_id,
        version_id=row.version_id,
        digest=row.digest,
        body=from_json(row.body),
        status=EntryStatus(row.status),
        status_since=row.status_since,
        activated_at=row.activated_at,
        review_due=row.review_due,
        expires=row.expires,
        removed_at=row.removed_at,
        is_used=row.is_used,
        refusals=tuple(from_json(row.refusals)),
        adoption=from_json(row.adoption),
    )


def _entry_row(entry: EntryRecord) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "source_id": entry.source_id,
        "version_id": entry.version_id,
        "digest": entry.digest,
        "body": entry.body,
        "status": entry.status.value,
        "status_since": entry.status_since,
        "activated_at": entry.activated_at,
        "review_due": entry.review_due,
        "expires": entry.expires,
        "removed_at": entry.removed_at,
        "is_used": entry.is_used,
        "refusals": list(entry.refusals),
        "adoption": None if entry.adoption is None else dict(entry.adoption),
    }


def _status_of(row: Row[Any]) -> EntryStatus:
    """The status as everybody acts on it: what oversight suspended is suspended, whatever else."""
    status = EntryStatus(row.status)
    return status if row.stands or status is EntryStatus.REMOVED else EntryStatus.SUSPENDED
