"""The use case of looking: the queue, and the lease of 20 minutes under which one person compares a hit.

What a reviewer is shown never says which look it is.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.batches.match import explained
from services.screening.errors import (
    HitNotOpenForReview,
    LeaseHeldByAnother,
    LeaseNotHeld,
    NoStandingOrder,
    NotFound,
)
from services.screening.hits.hit import Hit, Lease
from services.screening.hits.life import Mover, Step, moved
from services.screening.hits.states import HitState
from services.screening.matching import UnknownEntry
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource, StandingOrder
from services.screening.review.comparison import Comparison, compare, name_agreement
from services.screening.review.rules import (
    LEASE_LENGTH,
    Reviewer,
    Stage,
    may_review_second,
    stage_of,
)
from services.screening.review.verification import of_round
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal
from shared.travel import Traveller

_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Page:
    """What a look at a hit rests on: who looks and when, under which order, at which source's entry."""

    principal: Principal
    order: StandingOrder
    source: ListSource
    now: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A hit on a reviewer's page: everything that the view is made of."""

    hit: Hit
    lease: Lease
    comparison: Comparison
    source: ListSource
    order: StandingOrder


def comparison_of(hit: Hit) -> Comparison:
    """The comparison of the hit's traveller and entry as they stand now."""
    assert hit.traveller is not None, "an unlinked hit is never compared"
    traveller = Traveller.from_json(hit.traveller)
    return compare(traveller, hit.entry, name_agreement(hit.matched.evidence, hit.matched.name))


async def locked_hit(ports: Ports, connection: AsyncConnection, hit_id: UUID) -> Hit:
    """The hit, its row locked.

    Raises:
        NotFound: There is none.
    """
    hit = await ports.stores.hits.lock(connection, hit_id)
    if hit is None:
        raise NotFound(kind="hit")
    return hit


async def held_lease(ports: Ports, connection: AsyncConnection, hit: Hit, principal: Principal) -> Lease:
    """The lease that this person holds on a hit now.

    Raises:
        LeaseNotHeld: Somebody else's, nobody's, or run out.
    """
    lease = await ports.stores.reviews.lease(connection, hit.hit_id)
    if lease is None or lease.holder != principal.subject or lease.expires_at <= ports.clock.now():
        raise LeaseNotHeld
    return lease


async def open_page(ports: Ports, connection: AsyncConnection, hit: Hit, principal: Principal) -> Page:
    """What a look at this hit rests on.

    Raises:
        NoStandingOrder: No standing order is in force, so nobody reviews.
    """
    registers = ports.stores.registers
    now = ports.clock.now()
    order = await registers.standing_order(connection, now)
    if order is None:
        raise NoStandingOrder
    source = await registers.source(connection, hit.source_id)
    assert source is not None, "a hit's source is registered: the tables say so"
    return Page(principal, order, source, now)


class Leases:
    """The queue and its leases."""

    def __init__(self, ports: Ports, current: CurrentMatcher) -> None:
        """Prepare the use case.

        Args:
            ports: The outside.
            current: The matcher in force, whose explanation of the pair is taken anew at each lease.
        """
        self._ports = ports
        self._current = current

    async def queue(self, principal: Principal) -> tuple[list[Hit], list[Hit]]:
        """What this person may look at now, most urgent first, and what nobody looked at in time."""
        reviews = self._ports.stores.reviews
        reviewer = Reviewer(principal.subject, principal.manager)
        async with self._ports.database.connect() as connection:
            waiting = await reviews.queue(connection, reviewer, self._ports.clock.now())
            return waiting, await reviews.expired(connection)

    async def take(self, hit_id: UUID, principal: Principal) -> Opened:
        """Take or renew the lease of 20 minutes, and see the hit.

        Raises:
            NotFound, HitNotOpenForReview, LeaseHeldByAnother, NoStandingOrder: See there.
            RefusedByPolicy: The safeguards do not let this person read it now.

        Source: `workflow.md` §1 (leases), §2; SG-09, SG-26 (queue work).
        """
        async with self._ports.transaction() as connection:
            hit = await locked_hit(self._ports, connection, hit_id)
            lease = await self._lease_for(connection, hit, principal)
            page = await open_page(self._ports, connection, hit, principal)
            records = [await self._permitted_look(connection, hit, lease, page)]
            if hit.state is HitState.POSSIBLE_MATCH:
                records.append(self._permitted_start(hit, page))
            hit, steps = _in_review(hit, principal.subject, page.now)
            hit = await asyncio.to_thread(_explained_anew, hit, self._current.matcher)
            stores = self._ports.stores
            await stores.reviews.put_lease(connection, lease)
            await stores.hits.save(connection, [hit])
            await stores.hits.add_steps(connection, steps)
            await self._ports.audit.append_many(connection, records)
            return Opened(hit, lease, comparison_of(hit), page.source, page.order)

    async def release(self, hit_id: UUID, principal: Principal) -> None:
        """Hand a hit back to the queue.

        Raises:
            NotFound: No such hit.
            LeaseNotHeld: Somebody else's, or nobody's.
        """
        async with self._ports.transaction() as connection:
            hit = await locked_hit(self._ports, connection, hit_id)
            await held_lease(self._ports, connection, hit, principal)
            stores = self._ports.stores
            await stores.reviews.drop_leases(connection, [hit.hit_id])
            if hit.state is HitState.IN_REVIEW:
                mover = Mover(principal.subject, self._ports.clock.now(), "LEASE_RELEASED")
                hit, step = moved(hit, HitState.POSSIBLE_MATCH, mover)
                await stores.hits.save(connection, [hit])
                await stores.hits.add_steps(connection, [step])
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="lease.release",
                object_kind="hit",
                object_id=str(hit_id),
                case_id=str(hit_id),
            )

    async def _lease_for(self, connection: AsyncConnection, hit: Hit, principal: Principal) -> Lease:
        """The lease that this person would hold from now on."""
        now = self._ports.clock.now()
        stage = stage_of(hit.state)
        if stage is None:
            raise HitNotOpenForReview
        lease = await self._ports.stores.reviews.lease(connection, hit.hit_id)
        is_running = lease is not None and lease.expires_at > now
        if lease is not None and is_running and lease.holder != principal.subject:
            raise LeaseHeldByAnother(until=lease.expires_at.isoformat(timespec="seconds"))
        if stage is Stage.SECOND:
            await self._require_second(connection, hit, principal)
        is_same_page = (
            lease is not None
            and is_running
            and lease.stage is stage
            and lease.data_version == hit.data_version
        )
        opened_at = lease.opened_at if lease is not None and is_same_page else now
        return Lease(hit.hit_id, principal.subject, stage, opened_at, now + LEASE_LENGTH, hit.data_version)

    async def _require_second(self, connection: AsyncConnection, hit: Hit, principal: Principal) -> None:
        reviews = await self._ports.stores.reviews.reviews(connection, hit.hit_id)
        first = of_round(reviews, hit.review_round)[Stage.FIRST]
        reviewer = Reviewer(principal.subject, principal.manager)
        if not may_review_second(reviewer, first.reviewer):
            raise HitNotOpenForReview

    async def _permitted_look(
        self, connection: AsyncConnection, hit: Hit, lease: Lease, page: Page
    ) -> AuditRecord:
        """The record of a permitted look; the case is the hit, its member the holder of the lease (SG-26)."""
        row = await self._ports.stores.registers.legal_row(
            connection,
            authority=page.principal.authority,
            action="record.read",
            data_class="HIT",
            purpose_code=page.order.purpose_code,
            now=page.now,
        )
        request = policy_requests.record_read(
            actor=Actor.of(page.principal),
            purpose=Stated.under(page.order, str(hit.hit_id)),
            legal_row=row,
            source=page.source,
            data_class="HIT",
            is_case_open=hit.is_open,
            is_member=lease.holder == page.principal.subject,
            purpose_age_h=(page.now - lease.opened_at).total_seconds() / _SECONDS_AN_HOUR,
            now=page.now,
        )
        return self._ports.require(
            request,
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            facts={"data_version": hit.data_version, "screen": "review"},
        )

    def _permitted_start(self, hit: Hit, page: Page) -> AuditRecord:
        request = policy_requests.hit_transition(
            actor=Actor.of(page.principal),
            order=page.order,
            hit_id=str(hit.hit_id),
            hit_type=hit.hit_type,
            target=HitState.IN_REVIEW,
            verification=None,
            comparison=None,
            explained=(),
            now=page.now,
        )
        return self._ports.require(request, object_kind="hit", object_id=str(hit.hit_id))


def _explained_anew(hit: Hit, matcher: ScreeningMatcher | None) -> Hit:
    """The hit with the matcher's explanation of its traveller and entry as both stand now."""
    if matcher is None or hit.traveller is None:
        return hit
    traveller = Traveller.from_json(hit.traveller)
    try:
        matched = explained(matcher, traveller, hit.entry_id, hit.matched.score)
    except UnknownEntry:
        # The entry is suspended or gone; what was found of it when the hit was made stays to be seen.
        return hit
    return replace(hit, matched=matched)


def _in_review(hit: Hit, person: str, now: datetime) -> tuple[Hit, list[Step]]:
    """The hit IN_REVIEW; in the second look its state stays, with the lease beside it."""
    if hit.state is not HitState.POSSIBLE_MATCH:
        return hit, []
    hit, step = moved(hit, HitState.IN_REVIEW, Mover(person, now, "LEASED"))
    return hit, [step]
