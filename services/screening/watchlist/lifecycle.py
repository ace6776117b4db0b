"""What happens to entries when a review date passes or a steward removes one.

An entry that is no longer used leaves the matcher by a new generation; its open hits close when it is
removed. What happens when a version goes live is in `putting_in_force.py`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Stated
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.hits.life import Mover
from services.screening.ports import SERVICE, Ports
from services.screening.watchlist import questions
from services.screening.watchlist.hit_consequences import change_hits
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.versions import EntryRecord, EntryStatus
from services.screening.watchlist.weighing import Consequences, Weighing, with_status
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal

OVERDUE_A_BEAT = 1000
REVIEW_OPENS = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=30)


class Lifecycle:
    """Carries reviews and removals out on the entries."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._weighing = Weighing(ports)

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
            connection, [entry_record(self._ports, entry, "wl.suspend") for entry in judged]
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


def entry_record(ports: Ports, entry: EntryRecord, action: str) -> AuditRecord:
    """The record of what happened to one entry: codes and dates alone."""
    return ports.audit.record(
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
