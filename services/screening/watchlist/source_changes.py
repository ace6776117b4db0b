"""A source is registered otherwise while entries of it are in use: whom its new row does not allow leaves.

A row may change its kind or lose a regime. Nobody waits for the next file: the entries are judged by the new
row in the transaction that puts it in force, and again with a version that was read before it. What a row
allows hangs on few facts of an entry: of those that share them one is judged, and the database carries the
answer out on all, so that a list of a million holds the approval up for a minute at most.

Source: safeguards.md SG-18; `watchlist-governance.md` §3 (another's word is not a ground by itself).
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Stated
from services.screening.hits.life import Mover
from services.screening.ports import SERVICE, Ports
from services.screening.registers.rows import ListSource
from services.screening.store.standing_entries import LeftGroup, StandingEntryStore
from services.screening.watchlist import questions
from services.screening.watchlist.hit_consequences import change_hits
from services.screening.watchlist.versions import ADOPTED_KINDS, SCREENED, EntryRecord, EntryStatus
from services.screening.watchlist.weighing import Consequences, with_status
from shared.audit.record import AuditRecord, FactValue

RULE: Final = ("SG-18",)
_PURPOSE: Final = Stated("TERR_PREVENT", None)


def is_judged_alike(before: ListSource, after: ListSource) -> bool:
    """Whether two rows of a source allow the same entries."""
    return (before.kind, set(before.allow_list)) == (after.kind, set(after.allow_list))


class JudgeSourceAnew:
    """Judges a source's entries by its row as it is registered now, in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, connection: AsyncConnection, source: ListSource) -> list[AuditRecord]:
        """Take out of use whom the row does not allow, and close the hits on documents that it does not.

        Returns:
            Audit records of who left, for the caller to append: of each of at most `MOST_TOLD` entries, else
            of all together.
        """
        stores = self._ports.stores
        now = self._ports.clock.now()
        records = await self._take_out(connection, source, now)
        documents = await stores.documents.gone(connection, source.source_id)
        mover = Mover(SERVICE, now, "LIST_SOURCE")
        await change_hits(self._ports, connection, Consequences([], documents, [], []), mover)
        if records:
            await stores.watchlist.next_generation(connection, changed=())
        return records

    def forbids(self, entry: EntryRecord, source: ListSource) -> bool:
        """Whether a source's row lets an entry not be in use."""
        in_use = replace(entry, status=EntryStatus.ACTIVE)
        return bool(self._left([in_use], source, self._ports.clock.now()))

    async def _take_out(
        self, connection: AsyncConnection, source: ListSource, now: datetime
    ) -> list[AuditRecord]:
        """Judge one of each group of entries, and let all others of its group follow; the records of it."""
        store = StandingEntryStore()
        groups = {each.entry_id: each for each in await store.groups(connection, source.source_id)}
        standing = await self._ports.stores.watchlist.entries(connection, groups)
        left = await asyncio.to_thread(self._left, standing.values(), source, now)
        if not left:
            return []
        judged = {groups[entry.entry_id].key: entry for entry in left}
        gone = await store.take_out(
            connection, source.source_id, [(groups[each.entry_id], each) for each in left], now
        )
        return [record for each in gone for record in self._records(source.source_id, each, judged[each.key])]

    def _records(self, source_id: str, gone: LeftGroup, judged: EntryRecord) -> list[AuditRecord]:
        """What happened to a group of entries: a record of all, and one of each where each is told."""
        facts: dict[str, FactValue] = {"list_source": source_id, "status": judged.status.value}
        of_all = {**facts, "entries": gone.entries, "entries_sha256": gone.sha256}
        about = [("list_source", source_id, of_all), *(("entry", each, facts) for each in gone.entry_ids)]
        return [
            self._ports.audit.record(
                actor=SERVICE,
                action="wl.suspend",
                object_kind=kind,
                object_id=object_id,
                reasons=judged.refusals,
                facts=told,
            )
            for kind, object_id, told in about
        ]

    def _left(self, entries: Collection[EntryRecord], source: ListSource, now: datetime) -> list[EntryRecord]:
        """The entries that the row does not allow, as they are then; runs in a thread."""
        by_regime = self._by_regime(source, entries, now)
        left = []
        for entry, of_kind in zip(entries, self._by_kind(source, entries, now), strict=True):
            of_regimes = _against(entry, by_regime)
            if source.kind in ADOPTED_KINDS and entry.adoption is None and not of_regimes:
                if entry.status in SCREENED:
                    left.append(with_status(entry, EntryStatus.SUBMITTED, now))
            elif reasons := {*of_kind, *of_regimes}:
                suspended = with_status(entry, EntryStatus.SUSPENDED, now)
                left.append(replace(suspended, refusals=tuple(sorted(reasons))))
        return left

    def _by_kind(
        self, source: ListSource, entries: Iterable[EntryRecord], now: datetime
    ) -> list[tuple[str, ...]]:
        """What stands against entries of a source of this kind, by what was found of a notice."""
        requests = [
            questions.use_entry(
                actor=self._ports.service_actor, purpose=_PURPOSE, source=source, terms=entry.terms(), now=now
            )
            for entry in entries
        ]
        return self._ports.safeguards.reasons_alone(RULE, requests)

    def _by_regime(
        self, source: ListSource, entries: Iterable[EntryRecord], now: datetime
    ) -> Mapping[str, tuple[str, ...]]:
        """What stands against loading each regime that the entries are listed under."""
        regimes = sorted({regime for entry in entries for regime in _regimes(entry)})
        requests = [
            questions.import_list(
                actor=self._ports.service_actor,
                purpose=_PURPOSE,
                source_id=source.source_id,
                source=source,
                regime=regime,
                is_first=False,
                is_hash_ok=True,
                is_newer=True,
                delta_pct=0,
                approvers=(),
                now=now,
            )
            for regime in regimes
        ]
        return dict(zip(regimes, self._ports.safeguards.reasons_alone(RULE, requests), strict=True))


def _regimes(entry: EntryRecord) -> list[str]:
    """The regimes under which a list has an entry; what was nominated here has none."""
    if entry.version_id is None:
        return []
    listings: list[Mapping[str, Any]] = entry.body.get("listings") or []
    return sorted({str(each["programme"]) for each in listings if each.get("programme")})


def _against(entry: EntryRecord, by_regime: Mapping[str, tuple[str, ...]]) -> set[str]:
    """What stands against an entry by its regimes: nothing where one of them is allowed."""
    found = [by_regime[each] for each in _regimes(entry)]
    return {code for codes in found for code in codes} if all(found) else set()
