"""What happens to entries when a version goes live, a review date passes or a steward removes one.

An entry that is no longer used leaves the matcher by a new generation; its open hits close when it is
removed, and start anew when its identifiers changed.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Stated
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.hit_life import Mover
from services.screening.ports import SERVICE, Ports
from services.screening.registers import ListSource
from services.screening.watchlist import questions
from services.screening.watchlist.hit_consequences import change_hits
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.versions import EntryRecord, EntryStatus, ListVersion, VersionState
from services.screening.watchlist.weighing import Consequences, Loading, Weighing, with_status
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal

OVERDUE_A_BEAT = 1000
REVIEW_OPENS = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=30)


class Lifecycle:
    """Carries list versions and reviews out on the entries, in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._weighing = Weighing(ports)

    async def put_in_force(
        self, connection: AsyncConnection, version: ListVersion, source: ListSource, purpose: Stated
    ) -> list[AuditRecord]:
        """Make a version the one that is screened against, in place of the source's earlier one.

        Returns:
            Audit records of what changed, for the caller to append.

        Source: `watchlist-governance.md` §3 (imported listings) and §5; SG-14, SG-15, SG-18.
        """
        store = self._ports.stores.watchlist
        now = self._ports.clock.now()
        earlier = await store.last_loaded(connection, version.source_id)
        if earlier is not None:
            await store.set_state(connection, earlier.version_id, VersionState.SUPERSEDED)
        await store.set_state(connection, version.version_id, VersionState.IN_FORCE, in_force_since=now)
        rows = await store.rows(connection, version.version_id)
        standing = await store.entries(connection, version.source_id)
        consequences = await asyncio.to_thread(
            self._weighing, Loading(version, source, purpose, now), rows, standing
        )
        await store.put_entries(connection, consequences.entries)
        mover = Mover(SERVICE, now, "LIST_VERSION")
        await change_hits(self._ports, connection, consequences, mover)
        gone = await self._ports.stores.documents.gone(connection, version.source_id)
        await change_hits(self._ports, connection, Consequences([], gone, [], []), mover)
        await store.next_generation(connection)
        return self._records(consequences, version)

    async def suspend_overdue(self, connection: AsyncConnection) -> int:
        """Take entries out of use whose review or end has come; how many.

        Reviews open 30 days before they are due, and drafts that nobody submitted in 30 days are discarded.

        Source: `watchlist-governance.md` §3; SG-14 (at review_due + 0 the entry is suspended automatically).
        """
        stores = self._ports.stores
        now = self._ports.clock.now()
        await stores.watchlist.open_reviews(connection, now.date() + REVIEW_OPENS)
        await stores.nominations.discard_before(connection, now - DRAFTS_KEPT)
        overdue = await stores.watchlist.overdue(connection, now.date(), OVERDUE_A_BEAT)
        if not overdue:
            return 0
        sources = {each.source_id: each for each in await stores.registers.sources(connection)}
        order = await stores.registers.standing_order(connection, now)
        purpose = Stated("TERR_PREVENT", None) if order is None else Stated.under(order, None)
        judged = [
            judged_entry
            for source_id, source in sources.items()
            for judged_entry in self._weighing.used_or_not(
                [_overdue_status(entry, now) for entry in overdue if entry.source_id == source_id],
                source,
                purpose,
                now,
            )
        ]
        await stores.watchlist.put_entries(connection, judged)
        await stores.watchlist.next_generation(connection)
        await self._ports.audit.append_many(
            connection, [self._entry_record(entry, "wl.suspend") for entry in judged]
        )
        return len(judged)

    async def remove(self, entry_id: str, principal: Principal, reason: str) -> None:
        """Remove one entry for good; its open hits close. One person is enough: it protects.

        Raises:
            NotFound: No such entry.
            AlreadyDecided: It was removed before.
            RefusedByPolicy: A safeguard refused, which none may for this act but an unknown purpose.

        Source: SG-15; `workflow.md` §7 (protective steps).
        """
        stores = self._ports.stores
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            entry = await stores.watchlist.entry(connection, entry_id)
            if entry is None:
                raise NotFound(kind="watchlist entry")
            if entry.status is EntryStatus.REMOVED:
                raise AlreadyDecided(kind="removal")
            gone = with_status(entry, EntryStatus.REMOVED, now)
            consequences = Consequences([gone], [entry_id], [], [])
            actor, purpose = stated_for_import(principal)
            permitted = self._ports.require(
                questions.remove_entry(actor=actor, purpose=purpose, now=now),
                object_kind="entry",
                object_id=entry_id,
                facts={"list_source": entry.source_id, "reason": reason},
            )
            await stores.watchlist.put_entries(connection, [gone])
            await change_hits(self._ports, connection, consequences, Mover(principal.subject, now, reason))
            await stores.watchlist.next_generation(connection)
            await self._ports.audit.append_many(connection, [permitted])

    def _records(self, consequences: Consequences, version: ListVersion) -> list[AuditRecord]:
        """One record of the whole, and one for each entry that left screening."""
        used = sum(entry.is_used for entry in consequences.entries)
        by_id = {entry.entry_id: entry for entry in consequences.entries}
        gone = [*consequences.suspended, *consequences.removed]
        return [
            self._ports.audit.record(
                actor=SERVICE,
                action="wl.in_force",
                object_kind="list_version",
                object_id=str(version.version_id),
                facts={
                    "list_source": version.source_id,
                    "sha256": version.sha256,
                    "entries": len(consequences.entries),
                    "used": used,
                    "changed": len(consequences.changed),
                    "suspended": len(consequences.suspended),
                    "removed": len(consequences.removed),
                },
            ),
            *(
                self._entry_record(
                    by_id[entry_id],
                    "wl.suspend" if by_id[entry_id].status is EntryStatus.SUSPENDED else "wl.remove",
                )
                for entry_id in gone
            ),
        ]

    def _entry_record(self, entry: EntryRecord, action: str) -> AuditRecord:
        return self._ports.audit.record(
            actor=SERVICE,
            action=action,
            object_kind="entry",
            object_id=entry.entry_id,
            reasons=entry.refusals,
            facts={
                "list_source": entry.source_id,
                "status": entry.status.value,
                "review_due": entry.review_due.isoformat(),
                "expires": entry.expires.isoformat(),
            },
        )


def _overdue_status(entry: EntryRecord, now: datetime) -> EntryRecord:
    is_over = entry.expires <= now.date()
    return replace(entry, status=EntryStatus.EXPIRED if is_over else EntryStatus.SUSPENDED, status_since=now)
