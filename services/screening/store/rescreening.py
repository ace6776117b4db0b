"""Passes of a changed list over the travellers of the window: which entries, how far, how many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_json, from_json
from services.screening.store.suspensions import not_suspended, not_suspended_source

#: A pass over more entries names none of them: nearly everybody on the list is new.
MOST_NAMED: Final = 5_000
_COLUMNS = """rescreening_id, made_at, generation, entries, first_day, last_day, state, after_day,
    after_flight, compared, sent_again, finished_at, documents"""
# Right after a long list came, the tables' statistics still tell of a few rows: compared row by row with all
# others, half a million entries took longer than seven minutes instead of seconds.
_JOIN_BY_HASH = text("SET LOCAL enable_nestloop TO off")
# An entry that left use and comes back meets the travellers anew.
_FORGET_UNUSED = """
DELETE FROM rescreened_entry r
WHERE {which} AND NOT EXISTS (SELECT 1 FROM watchlist_entry w
                              WHERE w.entry_id = r.entry_id AND w.is_used AND {stands})
"""
_TAKE_CHANGED = """
WITH taken AS (
    INSERT INTO rescreened_entry (entry_id, digest)
    SELECT w.entry_id, w.digest FROM watchlist_entry w LEFT JOIN rescreened_entry r USING (entry_id)
    WHERE {which} AND w.is_used AND r.digest IS DISTINCT FROM w.digest AND {stands}
    ON CONFLICT (entry_id) DO UPDATE SET digest = excluded.digest
    RETURNING entry_id
), counted AS (SELECT count(*) AS entries FROM taken)
SELECT entries, CASE WHEN entries <= :most
    THEN ARRAY(SELECT entry_id FROM taken ORDER BY entry_id) ELSE '{{}}' END AS entry_ids FROM counted
"""
_STANDS = not_suspended("w")
_OF_ALL = [text(each.format(which="true", stands=_STANDS)) for each in (_FORGET_UNUSED, _TAKE_CHANGED)]
_OF_THESE = [
    text(_FORGET_UNUSED.format(which="r.entry_id = ANY (CAST(:ids AS text[]))", stands=_STANDS)),
    text(_TAKE_CHANGED.format(which="w.entry_id = ANY (CAST(:ids AS text[]))", stands=_STANDS)),
]
# Lists of documents are met by version: what is new in one is what the one before did not say.
_DOCUMENTS_IN_FORCE = f"""
SELECT source_id, version_id FROM list_version
WHERE state = 'IN_FORCE' AND {not_suspended_source()}
    AND EXISTS (SELECT 1 FROM lost_document d WHERE d.version_id = list_version.version_id)
"""  # noqa: S608
_FORGET_DOCUMENTS = text(f"""
DELETE FROM rescreened_documents WHERE source_id NOT IN
    (SELECT source_id FROM ({_DOCUMENTS_IN_FORCE}) AS standing)
""")  # noqa: S608
_TAKE_DOCUMENTS = text(f"""
WITH changed AS (
    SELECT standing.source_id, standing.version_id, met.version_id AS before
    FROM ({_DOCUMENTS_IN_FORCE}) AS standing LEFT JOIN rescreened_documents AS met USING (source_id)
    WHERE met.version_id IS DISTINCT FROM standing.version_id
), taken AS (
    INSERT INTO rescreened_documents (source_id, version_id) SELECT source_id, version_id FROM changed
    ON CONFLICT (source_id) DO UPDATE SET version_id = excluded.version_id
)
SELECT version_id, before FROM changed ORDER BY source_id
""")  # noqa: S608
_ADD = text("""
INSERT INTO rescreening
    (rescreening_id, made_at, generation, entries, entry_ids, first_day, last_day, state, documents)
VALUES (:rescreening_id, :made_at, :generation, :entries, :entry_ids, :first_day, :last_day, 'RUNNING',
    CAST(:documents AS jsonb))
""")
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('rescreening', 0))")
_NEXT = text(f"""
SELECT {_COLUMNS}, entry_ids FROM rescreening
WHERE state = 'RUNNING' OR (state = 'SETTLING' AND made_at <= :settled_before)
ORDER BY made_at, rescreening_id LIMIT 1
""")  # noqa: S608
_ADVANCE = text("""
UPDATE rescreening SET state = :state, after_day = :after_day, after_flight = :after_flight,
    compared = compared + :compared, sent_again = sent_again + :sent_again, finished_at = :finished_at
WHERE rescreening_id = :rescreening_id
""")
_NEWEST = text(f"SELECT {_COLUMNS} FROM rescreening ORDER BY made_at DESC, rescreening_id LIMIT :limit")  # noqa: S608
_BODIES = text(f"""
SELECT body FROM watchlist_entry
WHERE is_used AND entry_id = ANY (CAST(:ids AS text[])) AND {not_suspended()} ORDER BY entry_id
""")  # noqa: S608


class PassState(StrEnum):
    """How far a pass is: SETTLING waits until every worker screens with the changed list."""

    RUNNING = "RUNNING"
    SETTLING = "SETTLING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A list of lost and stolen documents in force, and the version of it that the travellers met before."""

    version_id: UUID
    before: UUID | None

    def as_json(self) -> dict[str, str | None]:
        """`{"version_id", "before"}`."""
        before = None if self.before is None else str(self.before)
        return {"version_id": str(self.version_id), "before": before}


@dataclass(frozen=True, slots=True)
class ChangedEntries:
    """Entries that the window has not met: how many, and which where they are at most `MOST_NAMED`."""

    count: int
    entry_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of changed entries and documents over the window; `after` is the last flight compared.

    `generation` is the set of entries in use that the travellers have to meet. `entry_ids` are empty where
    there are more `entries` than `MOST_NAMED`, and where only the pass's progress was asked for.
    """

    rescreening_id: UUID
    made_at: datetime
    generation: int
    entries: int
    entry_ids: tuple[str, ...]
    first_day: date
    last_day: date
    state: PassState
    after: tuple[date, UUID] | None
    compared: int
    sent_again: int
    finished_at: datetime | None
    documents: tuple[DocumentChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What one page brought: travellers compared, and how many of them screening sees again."""

    state: PassState
    after: tuple[date, UUID] | None
    compared: int = 0
    sent_again: int = 0
    finished_at: datetime | None = None


class RescreeningStore:
    """The tables `rescreened_entry`, `rescreened_documents` and `rescreening`."""

    async def take_changed(
        self, connection: AsyncConnection, entry_ids: Collection[str] | None
    ) -> ChangedEntries:
        """The entries in use that the window has not met with these identifiers; they count as met now.

        Args:
            connection: A transaction.
            entry_ids: Nobody but these can be among them; anybody where none are given.
        """
        facts: dict[str, Any] = {"most": MOST_NAMED}
        if entry_ids is None:
            await connection.execute(_JOIN_BY_HASH)
            forget, take = _OF_ALL
        else:
            facts["ids"] = list(entry_ids)
            forget, take = _OF_THESE
        await connection.execute(forget, facts)
        row = (await connection.execute(take, facts)).one()
        return ChangedEntries(row.entries, tuple(row.entry_ids))

    async def take_changed_documents(self, connection: AsyncConnection) -> list[DocumentChange]:
        """The lists of documents in force that the window has not met; they count as met now.

        A list that was out of force or suspended in between meets the travellers anew, as a whole.
        """
        await connection.execute(_FORGET_DOCUMENTS)
        return [
            DocumentChange(row.version_id, row.before) for row in await connection.execute(_TAKE_DOCUMENTS)
        ]

    async def add(self, connection: AsyncConnection, new: Pass) -> None:
        """Write a pass that begins."""
        values = {
            "rescreening_id": new.rescreening_id,
            "made_at": new.made_at,
            "generation": new.generation,
            "entries": new.entries,
            "entry_ids": list(new.entry_ids),
            "first_day": new.first_day,
            "last_day": new.last_day,
            "documents": as_json([each.as_json() for each in new.documents]),
        }
        await connection.execute(_ADD, values)

    async def try_lock(self, connection: AsyncConnection) -> bool:
        """Whether this worker alone re-screens until its transaction ends."""
        return bool((await connection.execute(_LOCK)).scalar_one())

    async def next_due(self, connection: AsyncConnection, settled_before: datetime) -> Pass | None:
        """The oldest pass that has something to compare now."""
        row = (await connection.execute(_NEXT, {"settled_before": settled_before})).one_or_none()
        return None if row is None else _pass_of(row, tuple(row.entry_ids))

    async def advance(self, connection: AsyncConnection, rescreening_id: UUID, made: Progress) -> None:
        """Note what a page brought and where the pass goes on."""
        day, flight_id = made.after or (None, None)
        values = {
            "rescreening_id": rescreening_id,
            "state": made.state.value,
            "after_day": day,
            "after_flight": flight_id,
            "compared": made.compared,
            "sent_again": made.sent_again,
            "finished_at": made.finished_at,
        }
        await connection.execute(_ADVANCE, values)

    async def newest(self, connection: AsyncConnection, limit: int = 20) -> list[Pass]:
        """The newest passes and how far they are; none of their entries is named."""
        return [_pass_of(row, ()) for row in await connection.execute(_NEWEST, {"limit": limit})]

    async def bodies(self, connection: AsyncConnection, entry_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Those of these entries that are in use still."""
        rows = await connection.execute(_BODIES, {"ids": list(entry_ids)})
        return [from_json(row.body) for row in rows]


def _pass_of(row: Row[Any], entry_ids: tuple[str, ...]) -> Pass:
    return Pass(
        row.rescreening_id,
        row.made_at,
        row.generation,
        row.entries,
        entry_ids,
        row.first_day,
        row.last_day,
        PassState(row.state),
        None if row.after_day is None else (row.after_day, row.after_flight),
        row.compared,
        row.sent_again,
        row.finished_at,
        tuple(_change_of(each) for each in from_json(row.documents)),
    )


def _change_of(change: dict[str, Any]) -> DocumentChange:
    before = change["before"]
    return DocumentChange(UUID(change["version_id"]), None if before is None else UUID(before))
