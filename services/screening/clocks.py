"""The clocks at work: due hits move, overdue entries leave, what need not be kept is erased.

Every step may be repeated or run by several workers: rows that another one holds are passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.batches.match_causes import false_matches, is_of_somebody_else
from services.screening.boarding.changes import Boarding
from services.screening.hits.deadlines import due_move
from services.screening.hits.hit import Hit
from services.screening.hits.life import Mover, Step, moved, without_person
from services.screening.hits.states import ClosingCode, HitState
from services.screening.ports import SERVICE, Ports
from services.screening.registers.rows import StandingOrder
from services.screening.watchlist.lifecycle import Lifecycle
from services.screening.watchlist.renewing_listed import RenewListed
from shared.audit.record import AuditRecord
from shared.bus.inbox import Inbox
from shared.bus.outbox import Outbox

HITS_A_BEAT = 200
#: No sender repeats a message after so long.
INBOX_KEPT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Beat:
    """What one beat of the clocks did."""

    moved_hits: int
    suspended_entries: int


class Clocks:
    """Carries out what is due."""

    def __init__(self, ports: Ports, escalation_ladder: Sequence[str]) -> None:
        """Prepare the clocks.

        Args:
            ports: The outside.
            escalation_ladder: Supervisors in the order in which an unreviewed hit finds its owner; without
                any, the author of the standing order owns it.
        """
        self._ports = ports
        self._ladder = tuple(escalation_ladder)
        self._lifecycle = Lifecycle(ports)
        self._renewing = RenewListed(ports)
        self._boarding = Boarding(ports)

    async def beat(self) -> Beat:
        """Do everything that is due now."""
        moved_hits = 0
        while count := await self._move_due_hits():
            moved_hits += count
        await self._renewing.step()
        async with self._ports.transaction() as connection:
            suspended = await self._lifecycle.suspend_overdue(connection)
        while await self._boarding.release_lapsed():
            pass
        await self._forget()
        return Beat(moved_hits, suspended)

    async def _move_due_hits(self) -> int:
        """One batch of due hits; how many moves. A hit whose lease was renewed meanwhile is only put right.

        Source: `workflow.md` §1 and §6.
        """
        stores = self._ports.stores
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            hits = await stores.hits.lock_due(connection, now, HITS_A_BEAT)
            if not hits:
                return 0
            leases = await stores.reviews.leases(connection, [hit.hit_id for hit in hits])
            order = await stores.registers.standing_order(connection, now)
            changed: list[Hit] = []
            steps: list[Step] = []
            for hit in hits:
                lease = leases.get(hit.hit_id)
                expires_at = None if lease is None else lease.expires_at
                hit, taken = self._after_due(hit, expires_at, order, now)  # noqa: PLW2901 - It moved on.
                changed.append(hit)
                steps.extend(taken)
            over = [hit.hit_id for hit in changed if hit.state is not HitState.IN_REVIEW]
            await stores.reviews.drop_leases(connection, over)
            unlinked = [hit.hit_id for hit in changed if hit.traveller is None]
            await stores.reviews.unlink(connection, unlinked)
            await stores.hits.save(connection, changed)
            await stores.hits.add_steps(connection, steps)
            await self._tell_false_matches(connection, hits, changed, now)
            await self._ports.audit.append_many(connection, self._records(changed, steps))
            return len(steps)

    async def _tell_false_matches(
        self, connection: AsyncConnection, before: Sequence[Hit], after: Sequence[Hit], now: datetime
    ) -> None:
        """Let ingest count what carriers left out of travellers who were taken for somebody else."""
        pairs = zip(before, after, strict=True)
        closed = [hit for hit, moved_on in pairs if is_of_somebody_else(hit, moved_on)]
        message = false_matches(closed, self._ports.identifiers.new(), now)
        if message is not None:
            await Outbox.add(
                connection,
                destination="ingest",
                kind="FalseMatchesV1",
                message_id=message.message_id,
                body=message.as_json(),
            )

    def _after_due(
        self, hit: Hit, lease_expires_at: datetime | None, order: StandingOrder | None, now: datetime
    ) -> tuple[Hit, list[Step]]:
        due = due_move(hit.times(lease_expires_at), now)
        if due is None:
            return hit, []
        hit, step = moved(hit, due.target, Mover(SERVICE, now, "CLOCK"), due.closing_code)
        if hit.state is HitState.EXPIRED_UNREVIEWED:
            hit = replace(hit, owner=self._owner(order))
        if hit.closing_code is ClosingCode.DIFFERENT_PERSON:
            hit = without_person(hit)
        return hit, [step]

    def _owner(self, order: StandingOrder | None) -> str | None:
        """Who answers for a hit that nobody reviewed (`workflow.md` §7, escalation ladder)."""
        if self._ladder:
            return self._ladder[0]
        return None if order is None else order.author

    def _records(self, hits: Sequence[Hit], steps: Sequence[Step]) -> list[AuditRecord]:
        owners = {hit.hit_id: hit.owner for hit in hits}
        return [
            self._ports.audit.record(
                actor=SERVICE,
                action="hit.clock",
                object_kind="hit",
                object_id=str(hit_id),
                case_id=str(hit_id),
                facts={
                    "source": step.source,
                    "target": step.target,
                    "closing_code": step.closing_code,
                    "owner": owners[hit_id],
                },
            )
            for hit_id, step in steps
        ]

    async def _forget(self) -> None:
        """Erase what has no more use: ended suppressions, old traces of statements, old inbox rows."""
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            await self._ports.stores.reviews.forget_suppressed(connection, now)
            await self._ports.stores.registers.forget_copies(connection, now)
            await Inbox.forget(connection, now - INBOX_KEPT)
