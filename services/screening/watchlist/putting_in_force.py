"""A version goes live: whom it changes is judged at once, whom it only lists again is renewed in small steps.

What it costs is what it changes, whatever the list's length: new persons are judged by what they have in
common, changed ones one by one, and the dates of all others follow, those first that are due soon.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Stated
from services.screening.hits.life import Mover
from services.screening.ports import SERVICE, Ports
from services.screening.watchlist.hit_consequences import change_hits
from services.screening.watchlist.lifecycle import entry_record
from services.screening.watchlist.source_changes import JudgeSourceAnew
from services.screening.watchlist.versions import SCREENED, EntryStatus, ListVersion, VersionState
from services.screening.watchlist.weighing import Consequences, Loading, Weighing
from shared.audit.record import AuditRecord

#: Entries judged together, and renewed in one step of the clocks.
ENTRIES_A_STEP: Final = 1_000
#: Whose review or end comes within so long is renewed with the version itself, before a clock suspends it.
RENEWED_AT_ONCE: Final = timedelta(days=60)
#: Who is renewed: what people or a clock took out of use comes back otherwise, if at all.
RENEWED: Final = SCREENED | {EntryStatus.SUBMITTED}


@dataclass
class Counted:
    """What a version changed, and the records of who left screening."""

    judged: int = 0
    used: int = 0
    changed: int = 0
    suspended: int = 0
    removed: int = 0
    kept_out: int = 0
    records: list[AuditRecord] = field(default_factory=list)


class PutInForce:
    """Makes a version the one that is screened against, in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._weighing = Weighing(ports)
        self._judge_source_anew = JudgeSourceAnew(ports)

    async def __call__(
        self, connection: AsyncConnection, version: ListVersion, purpose: Stated
    ) -> list[AuditRecord]:
        """Put a version in the place of its source's earlier one, by the source's row as it is now.

        Returns:
            Audit records of what changed, for the caller to append.

        Source: `watchlist-governance.md` §3 (imported listings) and §5; SG-14, SG-15, SG-18.
        """
        stores = self._ports.stores
        source = await stores.registers.source_to_judge_by(connection, version.source_id)
        assert source is not None, "a version's source is registered: the tables say so"
        loading = Loading(version, source, purpose, self._ports.clock.now())
        earlier = await stores.versions.in_force(connection, version.source_id)
        if earlier is not None:
            await stores.versions.set_state(connection, earlier.version_id, VersionState.SUPERSEDED)
        await stores.versions.set_state(
            connection, version.version_id, VersionState.IN_FORCE, in_force_since=loading.now
        )
        earlier_id = None if earlier is None else earlier.version_id
        counted = Counted()
        touched = await stores.list_rows.standing_touched(
            connection, version.version_id, earlier_id, version.source_id
        )
        await self._put_new(connection, loading, (version.version_id, earlier_id), counted)
        soon = await stores.watchlist.ids_due(
            connection, version.source_id, (loading.now + RENEWED_AT_ONCE).date()
        )
        await self.judge(connection, loading, sorted({*touched, *soon}), counted)
        await self.renew(connection, loading, "")
        await self._close_documents(connection, loading)
        if await stores.registers.changed_since(connection, source.source_id, version.imported_at):
            # It was read by another row: what that one allowed is none of the list's any more (SG-18).
            counted.records += await self._judge_source_anew(connection, source)
        await stores.watchlist.next_generation(connection, changed=())
        return [self._record(loading, counted), *counted.records]

    async def judge(
        self, connection: AsyncConnection, loading: Loading, entry_ids: Sequence[str], counted: Counted
    ) -> None:
        """Judge entries that stand already, and close or restart the open hits on them."""
        stores = self._ports.stores
        for start in range(0, len(entry_ids), ENTRIES_A_STEP):
            ids = entry_ids[start : start + ENTRIES_A_STEP]
            rows = await stores.list_rows.of_entries(connection, loading.version.version_id, ids)
            standing = await stores.watchlist.entries(connection, ids)
            consequences = await asyncio.to_thread(self._weighing, loading, rows, standing)
            await stores.watchlist.put_entries(connection, consequences.entries)
            mover = Mover(SERVICE, loading.now, "LIST_VERSION")
            await change_hits(self._ports, connection, consequences, mover)
            self._count(counted, consequences)

    async def renew(self, connection: AsyncConnection, loading: Loading, after: str) -> None:
        """Renew the next entries that the version lists, after one; note how far that came.

        Source: SG-14 (a verified file is the review of whom it lists).
        """
        stores = self._ports.stores
        version = loading.version
        ids = await stores.watchlist.ids_to_renew(
            connection, version.source_id, version.version_id, after, ENTRIES_A_STEP
        )
        rows = await stores.list_rows.of_entries(connection, version.version_id, ids)
        locked = await stores.watchlist.entries(connection, [row.entry_id for row in rows])
        # Whom somebody took out of use before this had the lock is not renewed.
        standing = {each: entry for each, entry in locked.items() if entry.status in RENEWED}
        rows = [row for row in rows if row.entry_id in standing]
        consequences = await asyncio.to_thread(self._weighing, loading, rows, standing)
        await stores.watchlist.put_entries(connection, consequences.entries)
        is_all = len(ids) < ENTRIES_A_STEP
        await stores.versions.set_renewed(connection, version.version_id, None if is_all else ids[-1])

    async def _put_new(
        self,
        connection: AsyncConnection,
        loading: Loading,
        versions: tuple[UUID, UUID | None],
        counted: Counted,
    ) -> None:
        """Judge those who are listed for the first time by one of each kind, and store them all."""
        stores = self._ports.stores
        groups = await stores.new_entries.groups(connection, *versions)
        if not groups:
            return
        rows = [group.row for group in groups]
        consequences = await asyncio.to_thread(self._weighing, loading, rows, {})
        judged = list(zip(groups, consequences.entries, strict=True))
        await stores.new_entries.put(connection, versions, loading.version.source_id, judged)
        counted.judged += sum(group.entries for group in groups)
        counted.used += sum(group.entries for group, entry in judged if entry.is_used)

    async def _close_documents(self, connection: AsyncConnection, loading: Loading) -> None:
        gone = await self._ports.stores.documents.gone(connection, loading.version.source_id)
        mover = Mover(SERVICE, loading.now, "LIST_VERSION")
        await change_hits(self._ports, connection, Consequences([], gone, [], []), mover)

    def _count(self, counted: Counted, consequences: Consequences) -> None:
        counted.judged += len(consequences.entries)
        counted.used += sum(entry.is_used for entry in consequences.entries)
        counted.changed += len(consequences.changed)
        counted.suspended += len(consequences.suspended)
        counted.removed += len(consequences.removed)
        # Whom the file lists again and a removal keeps out (SG-15): its State decides anew, by a nomination.
        is_out = [entry.status is EntryStatus.REMOVED for entry in consequences.entries]
        counted.kept_out += sum(is_out) - len(consequences.removed)
        by_id = {entry.entry_id: entry for entry in consequences.entries}
        for entry_id in (*consequences.suspended, *consequences.removed):
            is_over = by_id[entry_id].status is EntryStatus.REMOVED
            counted.records.append(
                entry_record(self._ports, by_id[entry_id], "wl.remove" if is_over else "wl.suspend")
            )

    def _record(self, loading: Loading, counted: Counted) -> AuditRecord:
        """One record of the whole."""
        version = loading.version
        return self._ports.audit.record(
            actor=SERVICE,
            action="wl.in_force",
            object_kind="list_version",
            object_id=str(version.version_id),
            facts={
                "list_source": version.source_id,
                "sha256": version.sha256,
                "entries": version.stored,
                "judged": counted.judged,
                "used": counted.used,
                "changed": counted.changed,
                "suspended": counted.suspended,
                "removed": counted.removed,
                "kept_out": counted.kept_out,
            },
        )
