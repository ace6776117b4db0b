"""The use case of people: take a hit from the queue, compare, decide; a second person does so blind.

What a reviewer is told never says which look it is, or what came of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.comparison import (
    Comparison,
    compare,
    document_agrees,
    name_agreement,
)
from services.screening.confirmed import hit_confirmed
from services.screening.deadlines import suppressed_until
from services.screening.errors import (
    DecidedTooQuickly,
    HitDataChanged,
    HitNotOpenForReview,
    LeaseHeldByAnother,
    LeaseNotHeld,
    NoStandingOrder,
    NotFound,
)
from services.screening.flight_facts import journey_end
from services.screening.hit import Hit, Lease, Review
from services.screening.hit_life import Mover, Step, moved
from services.screening.matching import UnknownEntry
from services.screening.policy_requests import Actor, Stated
from services.screening.ports import Ports
from services.screening.registers import ListSource, StandingOrder
from services.screening.review_rules import (
    LEASE_LENGTH,
    LEAST_SECONDS_OPEN,
    Reviewer,
    ReviewOutcome,
    Stage,
    may_review_second,
    stage_of,
    state_after_first,
    state_after_second,
)
from services.screening.review_states import HitState, HitType
from services.screening.screen import explained
from services.screening.store.reviews import Suppression
from services.screening.verification import of_round, with_review
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from shared.audit.record import AuditRecord
from shared.bus.outbox import Outbox
from shared.identifiers import HitId
from shared.security.roles import Role
from shared.security.tokens import Principal
from shared.travel import Traveller

#: A contradiction is explained in words, not with a full stop.
LEAST_EXPLANATION = 10
_CONFIRMING = frozenset({HitState.CONFIRMED, HitState.CONFIRMED_DOCUMENT})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer found; `explanations` are words for contradictions, by code."""

    outcome: ReviewOutcome
    reasons: str = field(repr=False)
    compared_fields: tuple[str, ...] = ()
    explanations: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A hit on a reviewer's page: everything that the view is made of."""

    hit: Hit
    lease: Lease
    comparison: Comparison
    source: ListSource
    order: StandingOrder


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer on its way: what it rests on and where it takes the hit."""

    hit: Hit
    review: Review
    comparison: Comparison
    earlier: Sequence[Review]
    order: StandingOrder
    source: ListSource
    target: HitState
    is_sampled: bool


def comparison_of(hit: Hit) -> Comparison:
    """The comparison of the hit's traveller and entry as they stand now."""
    assert hit.traveller is not None, "an unlinked hit is never compared"
    traveller = Traveller.from_json(hit.traveller)
    return compare(traveller, hit.entry, name_agreement(hit.matched.evidence, hit.matched.name))


class Reviews:
    """The queue, leases and decisions."""

    def __init__(
        self,
        ports: Ports,
        current: CurrentMatcher,
        draw: Callable[[], float],
        second_queue_mix: float,
    ) -> None:
        """Prepare the use case.

        Args:
            ports: The outside.
            current: The matcher in force, whose explanation of the pair is taken anew at each lease.
            draw: A number from 0 up to 1, for the share of NOT_A_MATCH that is looked at twice.
            second_queue_mix: That share; at least one in twenty.
        """
        self._ports = ports
        self._current = current
        self._draw = draw
        self._mix = second_queue_mix

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
            hit = await self._locked(connection, hit_id)
            now = self._ports.clock.now()
            lease = await self._lease_for(connection, hit, principal, now)
            order = await self._order(connection, now)
            source = await self._source(connection, hit)
            records = await self._read_records(connection, hit, lease, principal, order, source, now)
            hit, steps = _in_review(hit, principal.subject, now)
            if steps:
                request = policy_requests.hit_transition(
                    actor=Actor.of(principal),
                    order=order,
                    hit_id=str(hit_id),
                    hit_type=hit.hit_type,
                    target=HitState.IN_REVIEW,
                    verification=None,
                    comparison=None,
                    explained=(),
                    now=now,
                )
                records.append(self._ports.require(request, object_kind="hit", object_id=str(hit_id)))
            hit = await asyncio.to_thread(_explained_anew, hit, self._current.matcher)
            stores = self._ports.stores
            await stores.reviews.put_lease(connection, lease)
            await stores.hits.save(connection, [hit])
            await stores.hits.add_steps(connection, steps)
            await self._ports.audit.append_many(connection, records)
            return Opened(hit, lease, comparison_of(hit), source, order)

    async def release(self, hit_id: UUID, principal: Principal) -> None:
        """Hand a hit back to the queue.

        Raises:
            NotFound: No such hit.
            LeaseNotHeld: Somebody else's, or nobody's.
        """
        async with self._ports.transaction() as connection:
            hit = await self._locked(connection, hit_id)
            stores = self._ports.stores
            now = self._ports.clock.now()
            await self._held(connection, hit, principal, now)
            await stores.reviews.drop_leases(connection, [hit.hit_id])
            if hit.state is HitState.IN_REVIEW:
                mover = Mover(principal.subject, now, "LEASE_RELEASED")
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

    async def decide(self, hit_id: UUID, principal: Principal, answer: Answer) -> UUID | None:
        """Save an answer and move the hit on; the next hit of this person's queue, if any.

        Raises:
            NotFound, LeaseNotHeld, HitDataChanged, DecidedTooQuickly, NoStandingOrder: See there.
            RefusedByPolicy: A safeguard refused; nothing was saved.

        Source: `workflow.md` §1 and §3; SG-08, SG-09, SG-10.
        """
        async with self._ports.transaction() as connection:
            hit = await self._locked(connection, hit_id)
            now = self._ports.clock.now()
            lease = await self._held(connection, hit, principal, now)
            if lease.data_version != hit.data_version:
                raise HitDataChanged
            self._refuse_haste(hit, lease, principal, now)
            decision = await self._weigh(connection, hit, lease, principal, answer, now)
            records = self._permitted(decision, principal, now)
            await self._carry_out(connection, decision, principal, now)
            await self._ports.audit.append_many(connection, records)
        waiting, _ = await self.queue(principal)
        return waiting[0].hit_id if waiting else None

    async def _locked(self, connection: AsyncConnection, hit_id: UUID) -> Hit:
        hit = await self._ports.stores.hits.lock(connection, hit_id)
        if hit is None:
            raise NotFound(kind="hit")
        return hit

    async def _order(self, connection: AsyncConnection, now: datetime) -> StandingOrder:
        order = await self._ports.stores.registers.standing_order(connection, now)
        if order is None:
            raise NoStandingOrder
        return order

    async def _source(self, connection: AsyncConnection, hit: Hit) -> ListSource:
        source = await self._ports.stores.registers.source(connection, hit.source_id)
        assert source is not None, "a hit's source is registered: the tables say so"
        return source

    async def _lease_for(
        self, connection: AsyncConnection, hit: Hit, principal: Principal, now: datetime
    ) -> Lease:
        """The lease that this person would hold from now on."""
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

    async def _read_records(
        self,
        connection: AsyncConnection,
        hit: Hit,
        lease: Lease,
        principal: Principal,
        order: StandingOrder,
        source: ListSource,
        now: datetime,
    ) -> list[AuditRecord]:
        """The record of a permitted look; the case is the hit, its member the holder of the lease (SG-26)."""
        row = await self._ports.stores.registers.legal_row(
            connection,
            authority=principal.authority,
            action="record.read",
            data_class="HIT",
            purpose_code=order.purpose_code,
            now=now,
        )
        request = policy_requests.record_read(
            actor=Actor.of(principal),
            purpose=Stated.under(order, str(hit.hit_id)),
            legal_row=row,
            source=source,
            data_class="HIT",
            is_case_open=hit.is_open,
            is_member=lease.holder == principal.subject,
            purpose_age_h=(now - lease.opened_at).total_seconds() / 3600,
            now=now,
        )
        return [
            self._ports.require(
                request,
                object_kind="hit",
                object_id=str(hit.hit_id),
                subject_id=str(hit.traveller_id),
                facts={"data_version": hit.data_version, "screen": "review"},
            )
        ]

    async def _held(
        self, connection: AsyncConnection, hit: Hit, principal: Principal, now: datetime
    ) -> Lease:
        lease = await self._ports.stores.reviews.lease(connection, hit.hit_id)
        if lease is None or lease.holder != principal.subject or lease.expires_at <= now:
            raise LeaseNotHeld
        return lease

    def _refuse_haste(self, hit: Hit, lease: Lease, principal: Principal, now: datetime) -> None:
        seconds = int((now - lease.opened_at).total_seconds())
        if seconds >= LEAST_SECONDS_OPEN:
            return
        record = self._ports.audit.record(
            actor=principal.subject,
            action="review.decide",
            object_kind="hit",
            object_id=str(hit.hit_id),
            outcome="REFUSED",
            case_id=str(hit.hit_id),
            reasons=("SG-08.TOO_QUICK",),
            facts={"seconds_open": seconds},
        )
        raise DecidedTooQuickly([record], seconds=seconds, least=LEAST_SECONDS_OPEN)

    async def _weigh(
        self,
        connection: AsyncConnection,
        hit: Hit,
        lease: Lease,
        principal: Principal,
        answer: Answer,
        now: datetime,
    ) -> Decision:
        """Compute the comparison anew and where the answer takes the hit."""
        stores = self._ports.stores
        order = await self._order(connection, now)
        source = await self._source(connection, hit)
        earlier = await stores.reviews.reviews(connection, hit.hit_id)
        comparison = comparison_of(hit)
        was_blind = not await stores.reviews.has_read_history(connection, hit.hit_id, principal.subject)
        stage = stage_of(hit.state)
        assert stage is lease.stage, (
            "a change of data, which the version tells, is all that moves a leased hit"
        )
        # An entry that is suspended, or left the list, confirms nobody (workflow.md §3.8).
        used = await stores.watchlist.used_entries(connection, [hit.entry_id])
        is_sufficient = hit.entry_id in used and self._is_sufficient(
            hit, principal, order, comparison, answer, now
        )
        is_sampled = stage is Stage.FIRST and self._draw() < self._mix
        review = Review(
            review_id=self._ports.identifiers.new(),
            hit_id=hit.hit_id,
            review_round=hit.review_round,
            stage=stage,
            reviewer=principal.subject,
            reports_to=principal.manager,
            role=Role.VERIFIER.value,
            opened_at=lease.opened_at,
            decided_at=now,
            seconds_open=int((now - lease.opened_at).total_seconds()),
            outcome=answer.outcome,
            reasons=answer.reasons,
            compared_fields=list(answer.compared_fields),
            explanations=dict(answer.explanations),
            comparison=comparison.as_facts(explained_codes(answer.explanations)),
            is_sufficient=is_sufficient,
            was_blind=was_blind,
            data_version=hit.data_version,
        )
        if stage is Stage.FIRST:
            target = state_after_first(
                answer.outcome, hit_type=hit.hit_type, is_sufficient=is_sufficient, is_sampled=is_sampled
            )
        else:
            first = of_round(earlier, hit.review_round)[Stage.FIRST]
            target = state_after_second(first.outcome, answer.outcome, is_sufficient=is_sufficient)
        return Decision(hit, review, comparison, earlier, order, source, target, is_sampled)

    def _is_sufficient(
        self,
        hit: Hit,
        principal: Principal,
        order: StandingOrder,
        comparison: Comparison,
        answer: Answer,
        now: datetime,
    ) -> bool:
        """Whether the identifiers suffice to confirm; PNR alone never does, because nobody verified it.

        Source: SG-10; `workflow.md` §3 last sentence.
        """
        assert hit.traveller is not None, "an unlinked hit is never decided"
        if hit.hit_type is HitType.DOCUMENT:
            return document_agrees(Traveller.from_json(hit.traveller), hit.entry)
        if hit.data_class.startswith("PNR"):
            return False
        request = policy_requests.hit_transition(
            actor=Actor.of(principal),
            order=order,
            hit_id=str(hit.hit_id),
            hit_type=hit.hit_type,
            target=HitState.CONFIRMED,
            verification=None,
            comparison=comparison,
            explained=explained_codes(answer.explanations),
            now=now,
        )
        return self._ports.safeguards.judge("SG-10", request).permits

    def _permitted(self, decision: Decision, principal: Principal, now: datetime) -> list[AuditRecord]:
        """The records of the answer and of the move that the safeguards permitted."""
        hit, review = decision.hit, decision.review
        verification = with_review(hit, decision.earlier, review)
        request = policy_requests.hit_transition(
            actor=Actor.of(principal),
            order=decision.order,
            hit_id=str(hit.hit_id),
            hit_type=hit.hit_type,
            target=decision.target,
            verification=verification,
            comparison=decision.comparison,
            explained=explained_codes(review.explanations),
            now=now,
        )
        permitted = self._ports.require(
            request,
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            facts={"source": hit.state.value, "target": decision.target.value},
        )
        answered = self._ports.audit.record(
            actor=principal.subject,
            action="review.decide",
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            purpose=decision.order.purpose_code,
            case_id=str(hit.hit_id),
            facts={
                "review_id": str(review.review_id),
                "stage": review.stage.value,
                "outcome": review.outcome.value,
                "seconds_open": review.seconds_open,
                "compared_fields": tuple(review.compared_fields),
                "explained": tuple(explained_codes(review.explanations)),
                "is_sufficient": review.is_sufficient,
                "was_blind": review.was_blind,
                "is_sampled": decision.is_sampled,
                "data_version": review.data_version,
            },
        )
        return [answered, permitted]

    async def _carry_out(
        self, connection: AsyncConnection, decision: Decision, principal: Principal, now: datetime
    ) -> None:
        """Write the answer, the move and what follows from it."""
        stores = self._ports.stores
        mover = Mover(principal.subject, now, "REVIEWED")
        hit, step = moved(decision.hit, decision.target, mover)
        hit = replace(hit, waiting_since=now)
        if decision.target in _CONFIRMING:
            hit = replace(hit, confirmed_at=now)
        if decision.target is HitState.NOT_A_MATCH:
            hit = replace(hit, suppressed_until=suppressed_until(now, journey_end(hit.flight)))
            await stores.reviews.suppress(connection, [_suppression(hit)])
        await stores.reviews.add_review(connection, decision.review)
        await stores.reviews.drop_leases(connection, [hit.hit_id])
        await stores.hits.save(connection, [hit])
        await stores.hits.add_steps(connection, [step])
        if decision.target is HitState.CONFIRMED:
            await self._tell_sharing(connection, decision, now)

    async def _tell_sharing(self, connection: AsyncConnection, decision: Decision, now: datetime) -> None:
        verification = with_review(decision.hit, decision.earlier, decision.review)
        assert verification is not None, "a confirmed hit has two reviews"
        message = hit_confirmed(
            decision.hit,
            decision.source,
            verification,
            message_id=self._ports.identifiers.new(),
            at=now,
        )
        await Outbox.add(
            connection,
            destination="sharing",
            kind="HitConfirmedV1",
            message_id=message.message_id,
            body=message.as_json(),
        )


def explained_codes(explanations: Mapping[str, str]) -> list[str]:
    """The contradictions that somebody explained in words."""
    return sorted(code for code, words in explanations.items() if len(words.strip()) >= LEAST_EXPLANATION)


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
    steps: list[Step] = []
    if hit.state is HitState.POSSIBLE_MATCH:
        hit, step = moved(hit, HitState.IN_REVIEW, Mover(person, now, "LEASED"))
        steps.append(step)
    return hit, steps


def _suppression(hit: Hit) -> Suppression:
    assert hit.suppressed_until is not None, "a cleared pair has an end"
    return Suppression(
        hit.journey_key, hit.entry_id, hit.entry_digest, HitId(hit.hit_id), hit.suppressed_until
    )
