"""What happens to entries when a version goes live, a review date passes or a steward removes one.

An entry that is no longer used leaves the matcher by a new generation; its open hits close when it is
removed, and start anew when its identifiers changed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Actor, Stated
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.hit_life import Mover, Step, moved, started_anew
from services.screening.ports import SERVICE, Ports
from services.screening.registers import ListSource
from services.screening.review_states import HitState
from services.screening.watchlist import questions
from services.screening.watchlist.versions import (
    EntryRecord,
    EntryStatus,
    ListRow,
    ListVersion,
    VersionState,
    expires,
    review_due,
)
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal

#: The only safeguards that an imported listing asks before it becomes active (watchlist-governance.md §3).
ACTIVATION_RULES = ("SG-01", "SG-14", "SG-15", "SG-18")
OVERDUE_A_BEAT = 1000

_SCREENED = frozenset({EntryStatus.ACTIVE, EntryStatus.UNDER_REVIEW})


@dataclass(frozen=True, slots=True)
class Consequences:
    """Which entries a change touches, for the hits on them and for the log."""

    entries: list[EntryRecord]
    removed: list[str]
    suspended: list[str]
    changed: list[EntryRecord]


@dataclass(frozen=True, slots=True)
class Loading:
    """A version on its way into force."""

    version: ListVersion
    source: ListSource
    purpose: Stated
    now: datetime


class Lifecycle:
    """Carries list versions and reviews out on the entries, in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

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
            self._weigh, Loading(version, source, purpose, now), rows, standing
        )
        await store.put_entries(connection, consequences.entries)
        await self._change_hits(connection, consequences, Mover(SERVICE, now, "LIST_VERSION"))
        await store.next_generation(connection)
        return self._records(consequences, version)

    async def suspend_overdue(self, connection: AsyncConnection) -> int:
        """Take entries out of use whose review or end has come; how many.

        Source: SG-14 (at review_due + 0 the entry is suspended automatically).
        """
        stores = self._ports.stores
        now = self._ports.clock.now()
        overdue = await stores.watchlist.overdue(connection, now.date(), OVERDUE_A_BEAT)
        if not overdue:
            return 0
        sources = {each.source_id: each for each in await stores.registers.sources(connection)}
        order = await stores.registers.standing_order(connection, now)
        purpose = Stated("TERR_PREVENT", None) if order is None else Stated.under(order, None)
        judged = [
            judged_entry
            for source_id, source in sources.items()
            for judged_entry in self._used_or_not(
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
            gone = _with_status(entry, EntryStatus.REMOVED, now)
            consequences = Consequences([gone], [entry_id], [], [])
            await stores.watchlist.put_entries(connection, [gone])
            await self._change_hits(connection, consequences, Mover(principal.subject, now, reason))
            await stores.watchlist.next_generation(connection)
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="wl.remove",
                object_kind="entry",
                object_id=entry_id,
                facts={"list_source": entry.source_id, "reason": reason},
            )

    def _weigh(
        self, loading: Loading, rows: Sequence[ListRow], standing: Mapping[str, EntryRecord]
    ) -> Consequences:
        """Judge every entry of a version and every one that it no longer holds; runs in a thread."""
        consequences = Consequences([], [], [], [])
        listed_now = self._activated(
            loading, [self._listed(loading, row, standing.get(row.entry_id)) for row in rows], standing
        )
        for entry in self._used_or_not(listed_now, loading.source, loading.purpose, loading.now):
            before = standing.get(entry.entry_id)
            consequences.entries.append(entry)
            if before is not None and before.digest != entry.digest:
                consequences.changed.append(entry)
        listed = {row.entry_id for row in rows}
        for entry_id, entry in standing.items():
            if entry_id not in listed and entry.status is not EntryStatus.REMOVED:
                self._unlisted(consequences, entry, loading.now)
        return consequences

    def _listed(self, loading: Loading, row: ListRow, before: EntryRecord | None) -> EntryRecord:
        """An entry as the new version lists it: a verified file is its review (SG-14)."""
        is_live = before is not None and before.status in _SCREENED
        return EntryRecord(
            entry_id=row.entry_id,
            source_id=loading.version.source_id,
            version_id=loading.version.version_id,
            digest=row.digest,
            body=row.body,
            status=EntryStatus.ACTIVE,
            status_since=before.status_since if before is not None and is_live else loading.now,
            activated_at=before.activated_at if before is not None and is_live else loading.now,
            review_due=review_due(row.body, loading.now.date()),
            expires=expires(loading.now.date()),
            removed_at=None if before is None else before.removed_at,
            is_used=False,
        )

    def _activated(
        self, loading: Loading, entries: Sequence[EntryRecord], standing: Mapping[str, EntryRecord]
    ) -> list[EntryRecord]:
        """The entries as their activation leaves them; one that is live already is not activated again.

        Its file is its review (SG-14).
        """
        asked = [
            entry
            for entry in entries
            if entry.entry_id not in standing or standing[entry.entry_id].status not in _SCREENED
        ]
        refusals = self._activation_refusals(asked, loading)
        return [
            _as_activated(entry, refusals.get(entry.entry_id, ()), standing.get(entry.entry_id))
            for entry in entries
        ]

    def _activation_refusals(
        self, entries: Sequence[EntryRecord], loading: Loading
    ) -> dict[str, tuple[str, ...]]:
        """Why each of these entries may not become active; nothing where it may."""
        requests = [
            questions.activate_entry(
                actor=self._ports.service_actor,
                purpose=loading.purpose,
                source=loading.source,
                terms=entry.terms(),
                now=loading.now,
            )
            for entry in entries
        ]
        found = self._ports.safeguards.reasons_alone(ACTIVATION_RULES, requests)
        return {entry.entry_id: reasons for entry, reasons in zip(entries, found, strict=True)}

    def _used_or_not(
        self, entries: Sequence[EntryRecord], source: ListSource, purpose: Stated, now: datetime
    ) -> list[EntryRecord]:
        """Whether travellers may be compared with each entry now (`screen.use_entry`).

        Entries on the same terms get the answer to one question: who an entry is about is no fact of it.
        """
        terms = [replace(entry.terms(), person_key="", category=None, is_child=False) for entry in entries]
        asked = {
            each: questions.use_entry(
                actor=self._ports.service_actor, purpose=purpose, source=source, terms=each, now=now
            )
            for each in dict.fromkeys(terms)
        }
        verdicts = self._ports.safeguards.decide_batch(list(asked.values()))
        told = dict(zip(asked, verdicts, strict=True))
        return [
            replace(
                entry,
                is_used=told[each].permits,
                refusals=tuple(sorted({*entry.refusals, *told[each].reasons})),
            )
            for entry, each in zip(entries, terms, strict=True)
        ]

    def _unlisted(self, consequences: Consequences, entry: EntryRecord, now: datetime) -> None:
        """A listed person whom a verified file leaves out is suspended at once; by the next file, removed."""
        if entry.status is EntryStatus.SUSPENDED:
            consequences.entries.append(_with_status(entry, EntryStatus.REMOVED, now))
            consequences.removed.append(entry.entry_id)
        else:
            consequences.entries.append(_with_status(entry, EntryStatus.SUSPENDED, now))
            consequences.suspended.append(entry.entry_id)

    async def _change_hits(
        self, connection: AsyncConnection, consequences: Consequences, mover: Mover
    ) -> None:
        """Close the open hits on removed entries; start those on changed ones anew."""
        stores = self._ports.stores
        changed = {entry.entry_id: entry for entry in consequences.changed}
        touched = [*consequences.removed, *changed]
        if not touched:
            return
        hits = []
        steps: list[Step] = []
        for hit in await stores.hits.lock_open_of_entries(connection, touched):
            if hit.entry_id in changed:
                entry = changed[hit.entry_id]
                hit = replace(  # noqa: PLW2901 - The hit as it is from here on.
                    hit,
                    entry=entry.body,
                    entry_digest=entry.digest,
                    data_version=hit.data_version + 1,
                    data_changed_at=mover.at,
                )
                hit, taken = started_anew(hit, replace(mover, cause="ENTRY_CHANGED"))  # noqa: PLW2901
                steps.extend(taken)
            elif hit.state is not HitState.ENTRY_REMOVED:
                hit, step = moved(hit, HitState.ENTRY_REMOVED, mover)  # noqa: PLW2901
                steps.append(step)
            hits.append(hit)
        await stores.hits.save(connection, hits)
        await stores.hits.add_steps(connection, steps)
        await stores.orders.cancel_drafts(
            connection, [hit.hit_id for hit in hits if hit.state is HitState.ENTRY_REMOVED], mover.at
        )

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


def _as_activated(entry: EntryRecord, refusals: tuple[str, ...], before: EntryRecord | None) -> EntryRecord:
    if before is not None and before.removed_at is not None:
        # What was removed here stays removed, whatever a file still says (SG-15).
        return replace(before, refusals=refusals, is_used=False)
    return replace(entry, status=EntryStatus.SUSPENDED, refusals=refusals) if refusals else entry


def _with_status(entry: EntryRecord, status: EntryStatus, now: datetime) -> EntryRecord:
    removed_at = now if status is EntryStatus.REMOVED else entry.removed_at
    return replace(entry, status=status, status_since=now, removed_at=removed_at, is_used=False, refusals=())


def _overdue_status(entry: EntryRecord, now: datetime) -> EntryRecord:
    is_over = entry.expires <= now.date()
    return replace(entry, status=EntryStatus.EXPIRED if is_over else EntryStatus.SUSPENDED, status_since=now)


def stated_for_import(principal: Principal) -> tuple[Actor, Stated]:
    """Who imports, and why: a watchlist serves prevention (S/RES/2396 para 13)."""
    return Actor.of(principal), Stated("TERR_PREVENT", None)
