"""The entries as they stand now, which set of them is in use, and what each screening run used."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.documents import DocumentStore
from services.screening.store.entry_keys import EntryKeyStore
from services.screening.store.entry_rows import ENTRY_COLUMNS, entry_of, entry_row
from services.screening.store.list_changes import ListChangeStore
from services.screening.store.rows import as_rows, from_json
from services.screening.store.suspensions import not_suspended, not_suspended_entry
from services.screening.watchlist.consolidate import keys_of
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.versions import (
    EntryRecord,
    EntryStatus,
    identifying_digest,
)
from shared.db.copying import Take, copy_lines_out
from shared.personal import Personal

#: Rows a statement: large enough to be quick, small enough for a parameter of some megabytes.
ROWS_A_STATEMENT = 1000
GENERATION_CHANNEL = "watchlist"

# Whom it changes for screening is noted, and whose keys have to be made anew is told.
_PUT_ENTRIES = text(
    f"""
    WITH put AS (
        SELECT {ENTRY_COLUMNS} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS put(
            entry_id text, source_id text, version_id uuid, digest text, body jsonb, status text,
            status_since timestamptz, activated_at timestamptz, review_due date, expires date,
            removed_at timestamptz, is_used boolean, refusals jsonb, adoption jsonb)
    ), compared AS (
        SELECT put.entry_id, put.is_used, coalesce(entry.is_used, false) AS was_used,
            entry.body IS DISTINCT FROM put.body AS is_other, coalesce(entry.is_keyed, false) AS is_keyed
        FROM put LEFT JOIN watchlist_entry AS entry USING (entry_id)
    ), told AS (
        INSERT INTO watchlist_change (entry_id) SELECT entry_id FROM compared
        WHERE is_used <> was_used OR (is_used AND is_other)
    ), stored AS (
        INSERT INTO watchlist_entry ({ENTRY_COLUMNS}, is_keyed) SELECT {ENTRY_COLUMNS}, true FROM put
        ON CONFLICT (entry_id) DO UPDATE SET
            version_id = excluded.version_id, digest = excluded.digest, body = excluded.body,
            status = excluded.status, status_since = excluded.status_since,
            activated_at = excluded.activated_at, review_due = excluded.review_due,
            expires = excluded.expires, removed_at = excluded.removed_at, is_used = excluded.is_used,
            refusals = excluded.refusals, adoption = excluded.adoption, is_keyed = true
    )
    SELECT entry_id FROM compared WHERE is_other OR NOT is_keyed ORDER BY entry_id
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


#: An entry is used until the day of its review or its end, whether or not a clock has beaten since (SG-14).
_IN_DATE = "least(review_due, expires) > :today"


class WatchlistStore:
    """The watchlist in PostgreSQL."""

    async def entries(
        self, connection: AsyncConnection, entry_ids: Collection[str]
    ) -> dict[str, EntryRecord]:
        """These entries as they stand, by identifier, their rows locked."""
        query = text(
            f"SELECT {ENTRY_COLUMNS} FROM watchlist_entry WHERE entry_id = ANY(CAST(:ids AS text[]))"  # noqa: S608
            " ORDER BY entry_id FOR UPDATE"
        )
        rows = (await connection.execute(query, {"ids": list(entry_ids)})).all()
        return await asyncio.to_thread(_entries_of, rows)

    async def ids_to_renew(
        self, connection: AsyncConnection, source_id: str, version_id: UUID, after: str, limit: int
    ) -> list[str]:
        """The next of a source's listed entries, after one, that a version in force has not confirmed yet.

        Whom somebody suspended or removed is none of them.
        """
        query = text(
            "SELECT entry_id FROM watchlist_entry WHERE source_id = :source_id AND entry_id > :after"
            " AND version_id <> :version_id AND status IN ('ACTIVE', 'UNDER_REVIEW', 'SUBMITTED')"
            " ORDER BY entry_id LIMIT :limit"
        )
        facts = {"source_id": source_id, "version_id": version_id, "after": after, "limit": limit}
        return list((await connection.execute(query, facts)).scalars())

    async def ids_due(self, connection: AsyncConnection, source_id: str, until: date) -> list[str]:
        """The identifiers of a source's listed entries in use whose review or end comes by a day."""
        query = text(
            "SELECT entry_id FROM watchlist_entry WHERE is_used AND source_id = :source_id"
            " AND version_id IS NOT NULL AND least(review_due, expires) <= :until ORDER BY entry_id"
        )
        return list((await connection.execute(query, {"source_id": source_id, "until": until})).scalars())

    async def entry(self, connection: AsyncConnection, entry_id: str) -> EntryRecord | None:
        """One entry, its row locked."""
        query = text(f"SELECT {ENTRY_COLUMNS} FROM watchlist_entry WHERE entry_id = :id FOR UPDATE")  # noqa: S608
        row = (await connection.execute(query, {"id": entry_id})).one_or_none()
        return None if row is None else entry_of(row)

    async def statuses(
        self, connection: AsyncConnection, entry_ids: Collection[str], today: date
    ) -> dict[str, EntryStatus]:
        """The status of these entries on a day; notices from abroad and documents are entries too."""
        query = text(
            f"SELECT entry_id, status, {not_suspended()} AS stands, {_IN_DATE} AS is_in_date,"  # noqa: S608
            " expires > :today AS is_running FROM watchlist_entry WHERE entry_id = ANY(CAST(:ids AS text[]))"
            f" UNION ALL SELECT entry_id, status, {not_suspended_entry()}, retention_until >= :today,"
            " retention_until >= :today FROM notice_from_abroad"
            " WHERE entry_id = ANY(CAST(:ids AS text[])) ORDER BY entry_id"
        )
        rows = await connection.execute(query, {"ids": list(entry_ids), "today": today})
        found = {row.entry_id: _status_of(row) for row in rows}
        documents = await DocumentStore().of_entries(connection, entry_ids)
        return found | dict.fromkeys(documents, EntryStatus.ACTIVE)

    async def put_entries(self, connection: AsyncConnection, entries: Sequence[EntryRecord]) -> None:
        """Store entries as they stand, note whom that changes for screening, and what they have in common."""
        for start in range(0, len(entries), ROWS_A_STATEMENT):
            chunk = entries[start : start + ROWS_A_STATEMENT]
            rows = as_rows(entry_row(each) for each in chunk)
            others = set((await connection.execute(_PUT_ENTRIES, {"rows": rows})).scalars())
            if others:
                keys = await asyncio.to_thread(_keys_of, chunk, others)
                await EntryKeyStore().put(connection, keys)

    async def used_entries(
        self, connection: AsyncConnection, entry_ids: Collection[str], today: date
    ) -> Mapping[str, UsedEntry]:
        """Those of these entries that are screened on a day, notices from abroad and documents among them."""
        if not entry_ids:
            return {}
        query = text(
            "SELECT entry_id, source_id, digest, body FROM watchlist_entry"  # noqa: S608
            f" WHERE entry_id = ANY(CAST(:ids AS text[])) AND is_used AND {_IN_DATE} AND {not_suspended()}"
            " UNION ALL SELECT entry_id, entry_id, digest, body FROM notice_from_abroad"
            " WHERE entry_id = ANY(CAST(:ids AS text[])) AND status = 'ACTIVE' AND retention_until >= :today"
            f" AND {not_suspended_entry()} ORDER BY entry_id"
        )
        rows = await connection.execute(query, {"ids": list(entry_ids), "today": today})
        found = {
            row.entry_id: UsedEntry(row.entry_id, row.source_id, row.digest, from_json(row.body))
            for row in rows
        }
        for entry_id, each in (await DocumentStore().of_entries(connection, entry_ids)).items():
            body = each.as_entry()
            found[entry_id] = UsedEntry(entry_id, each.source_id, identifying_digest(body), body)
        return found

    async def used_bodies(
        self, connection: AsyncConnection, entry_ids: Collection[str] | None = None
    ) -> list[dict[str, Any]]:
        """The entries that are screened at this moment, for building the matcher: all, or those of these."""
        condition = "" if entry_ids is None else " AND entry_id = ANY(CAST(:ids AS text[]))"
        query = text(
            f"SELECT body FROM watchlist_entry WHERE is_used AND {not_suspended()}{condition}"  # noqa: S608
            " ORDER BY entry_id"
        )
        facts = {} if entry_ids is None else {"ids": list(entry_ids)}
        rows = (await connection.execute(query, facts)).all()
        return await asyncio.to_thread(_bodies_of, rows)

    async def is_longer(self, connection: AsyncConnection, entries: int) -> bool:
        """Whether more than so many entries are screened at this moment."""
        query = text(
            "SELECT count(*) FROM (SELECT 1 FROM watchlist_entry WHERE is_used LIMIT :limit) AS used"
        )
        return int((await connection.execute(query, {"limit": entries + 1})).scalar_one()) > entries

    async def keyless_bodies(self, connection: AsyncConnection) -> list[dict[str, Any]]:
        """Some entries of which it is not known what they have in common with others; their rows locked."""
        query = text(
            "SELECT body FROM watchlist_entry WHERE NOT is_keyed ORDER BY entry_id LIMIT :limit"
            " FOR UPDATE SKIP LOCKED"
        )
        rows = await connection.execute(query, {"limit": ROWS_A_STATEMENT})
        return [from_json(row.body) for row in rows]

    async def put_keys(self, connection: AsyncConnection, entries: Sequence[WatchlistEntry]) -> None:
        """Note what entries have in common with others."""
        await EntryKeyStore().put(connection, {entry.id: keys_of(entry) for entry in entries})
        statement = text(
            "UPDATE watchlist_entry SET is_keyed = true WHERE entry_id = ANY(CAST(:ids AS text[]))"
        )
        await connection.execute(statement, {"ids": [entry.id for entry in entries]})

    async def copy_used_bodies(
        self, connection: AsyncConnection, leaving_out: Collection[str], take: Take
    ) -> None:
        """Give the entries that are screened at this moment but for some, a line of JSON each."""
        query = (
            f"SELECT body FROM watchlist_entry WHERE is_used AND {not_suspended()}"  # noqa: S608
            " AND entry_id <> ALL ($1::text[]) ORDER BY entry_id"
        )
        await copy_lines_out(connection, query, take, list(leaving_out))

    async def open_reviews(self, connection: AsyncConnection, until: date) -> int:
        """Put the entries in use whose review is due by a day under review; they are screened meanwhile."""
        statement = text(
            "UPDATE watchlist_entry SET status = 'UNDER_REVIEW'"
            " WHERE is_used AND status = 'ACTIVE' AND least(review_due, expires) <= :until"
        )
        return (await connection.execute(statement, {"until": until})).rowcount

    async def overdue(self, connection: AsyncConnection, today: date, limit: int) -> list[EntryRecord]:
        """Entries in use whose review or end has come, locked; another worker's are passed over.

        Those whose day came first are first: in that order the index gives them, and a list of half a million
        is not looked through at each beat of the clocks.
        """
        query = text(
            f"SELECT {ENTRY_COLUMNS} FROM watchlist_entry"  # noqa: S608
            " WHERE is_used AND least(review_due, expires) <= :today"
            " ORDER BY least(review_due, expires), entry_id LIMIT :limit FOR UPDATE SKIP LOCKED"
        )
        rows = await connection.execute(query, {"today": today, "limit": limit})
        return [entry_of(row) for row in rows]

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

    async def next_generation(
        self, connection: AsyncConnection, changed: Collection[str] | None = None
    ) -> int:
        """Tell every worker that the set of entries in use has changed, once this transaction commits.

        Args:
            connection: Where it changed.
            changed: Entries that are others now although none of them was stored, as by a merge. Where none
                is given and none was stored, workers read the whole list anew.
        """
        if changed:
            await ListChangeStore().tell(connection, changed)
        row = await connection.execute(
            text("UPDATE watchlist_generation SET generation = generation + 1 RETURNING generation")
        )
        generation = int(row.scalar_one())
        await ListChangeStore().stamp(connection, generation, is_told=changed is not None)
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
def _entries_of(rows: Sequence[Row[Any]]) -> dict[str, EntryRecord]:
    return {row.entry_id: entry_of(row) for row in rows}


def _bodies_of(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    return [from_json(row.body) for row in rows]


def _keys_of(entries: Sequence[EntryRecord], wanted: Collection[str]) -> dict[str, list[int]]:
    return {
        each.entry_id: keys_of(WatchlistEntry.from_json(each.body))
        for each in entries
        if each.entry_id in wanted
    }


def _status_of(row: Row[Any]) -> EntryStatus:
    """The status as everybody acts on it: what is suspended by oversight, or overdue, is suspended."""
    status = EntryStatus(row.status)
    if status is EntryStatus.REMOVED or (row.stands and row.is_in_date):
        return status
    return EntryStatus.EXPIRED if row.stands and not row.is_running else EntryStatus.SUSPENDED
