"""The use case of deciding: an answer is saved, and the hit goes where both answers take it.

What a reviewer is told never says which look it was, or what came of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor
from services.screening.errors import DecidedTooQuickly, HitDataChanged
from services.screening.flight_facts import journey_end
from services.screening.hits.confirmed import hit_confirmed
from services.screening.hits.deadlines import suppressed_until
from services.screening.hits.hit import Hit, Lease, Review
from services.screening.hits.life import Mover, moved
from services.screening.hits.states import HitState, HitType
from services.screening.ports import Ports
from services.screening.review.comparison import Comparison, document_agrees
from services.screening.review.leases import Page, comparison_of, held_lease, locked_hit, open_page
from services.screening.review.rules import (
    LEAST_SECONDS_OPEN,
    ReviewOutcome,
    Stage,
    stage_of,
    state_after_first,
    state_after_second,
)
from services.screening.review.verification import of_round, with_review
from services.screening.store.reviews import Suppression
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

    @property
    def explained(self) -> list[str]:
        """The contradictions that are explained in words."""
        return explained_codes(self.explanations)


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer on its way: what it rests on and where it takes the hit."""

    hit: Hit
    review: Review
    comparison: Comparison
    earlier: Sequence[Review]
    page: Page
    target: HitState
    is_sampled: bool


class Decisions:
    """Saves answers and moves hits."""

    def __init__(self, ports: Ports, draw: Callable[[], float], second_queue_mix: float) -> None:
        """Prepare the use case.

        Args:
            ports: The outside.
            draw: A number from 0 up to 1, for the share of NOT_A_MATCH that is looked at twice.
            second_queue_mix: That share; at least one in twenty.
        """
        self._ports = ports
        self._draw = draw
        self._mix = second_queue_mix

    async def __call__(self, hit_id: UUID, principal: Principal, answer: Answer) -> None:
        """Save an answer and move the hit on.

        Raises:
            NotFound, LeaseNotHeld, HitDataChanged, DecidedTooQuickly, NoStandingOrder: See there.
            RefusedByPolicy: A safeguard refused; nothing was saved.

        Source: `workflow.md` §1 and §3; SG-08, SG-09, SG-10.
        """
        async with self._ports.transaction() as connection:
            hit = await locked_hit(self._ports, connection, hit_id)
            lease = await held_lease(self._ports, connection, hit, principal)
            if lease.data_version != hit.data_version:
                raise HitDataChanged
            page = await open_page(self._ports, connection, hit, principal)
            self._refuse_haste(lease, page)
            decision = await self._weigh(connection, hit, lease, page, answer)
            records = self._permitted(decision)
            await self._carry_out(connection, decision)
            await self._ports.audit.append_many(connection, records)

    def _refuse_haste(self, lease: Lease, page: Page) -> None:
        seconds = _seconds_open(lease, page)
        if seconds >= LEAST_SECONDS_OPEN:
            return
        record = self._ports.audit.record(
            actor=page.principal.subject,
            action="review.decide",
            object_kind="hit",
            object_id=str(lease.hit_id),
            outcome="REFUSED",
            case_id=str(lease.hit_id),
            reasons=("SG-08.TOO_QUICK",),
            facts={"seconds_open": seconds},
        )
        raise DecidedTooQuickly([record], seconds=seconds, least=LEAST_SECONDS_OPEN)

    async def _weigh(
        self, connection: AsyncConnection, hit: Hit, lease: Lease, page: Page, answer: Answer
    ) -> Decision:
        """Compute the comparison anew and where the answer takes the hit."""
        stores = self._ports.stores
        earlier = await stores.reviews.reviews(connection, hit.hit_id)
        person = page.principal.subject
        was_blind = not await stores.reviews.has_read_history(connection, hit.hit_id, person)
        # An entry that is suspended, overdue, or left the list, confirms nobody (workflow.md §3.8).
        used = await stores.watchlist.used_entries(connection, [hit.entry_id], page.now.date())
        comparison = comparison_of(hit)
        is_sufficient = hit.entry_id in used and self._is_sufficient(hit, page, comparison, answer)
        stage = stage_of(hit.state)
        assert stage is lease.stage, "only a change of data moves a leased hit, and its version tells"
        is_sampled = stage is Stage.FIRST and self._draw() < self._mix
        review = Review(
            review_id=self._ports.identifiers.new(),
            hit_id=hit.hit_id,
            review_round=hit.review_round,
            stage=stage,
            reviewer=person,
            reports_to=page.principal.manager,
            role=Role.VERIFIER.value,
            opened_at=lease.opened_at,
            decided_at=page.now,
            seconds_open=_seconds_open(lease, page),
            outcome=answer.outcome,
            reasons=answer.reasons,
            compared_fields=list(answer.compared_fields),
            explanations=dict(answer.explanations),
            comparison=comparison.as_facts(answer.explained),
            is_sufficient=is_sufficient,
            was_blind=was_blind,
            data_version=hit.data_version,
        )
        target = _target(hit, review, earlier, is_sampled=is_sampled)
        return Decision(hit, review, comparison, earlier, page, target, is_sampled)

    def _is_sufficient(self, hit: Hit, page: Page, comparison: Comparison, answer: Answer) -> bool:
        """Whether the identifiers suffice to confirm; PNR alone never does, because nobody verified it.

        Source: SG-10; `workflow.md` §3 last sentence.
        """
        assert hit.traveller is not None, "an unlinked hit is never decided"
        if hit.hit_type is HitType.DOCUMENT:
            return document_agrees(Traveller.from_json(hit.traveller), hit.entry)
        if hit.data_class.startswith("PNR"):
            return False
        request = policy_requests.hit_transition(
            actor=Actor.of(page.principal),
            order=page.order,
            hit_id=str(hit.hit_id),
            hit_type=hit.hit_type,
            target=HitState.CONFIRMED,
            verification=None,
            comparison=comparison,
            explained=answer.explained,
            now=page.now,
        )
        return self._ports.safeguards.judge("SG-10", request).permits

    def _permitted(self, decision: Decision) -> list[AuditRecord]:
        """The records of the answer and of the move that the safeguards permitted."""
        hit, review, page = decision.hit, decision.review, decision.page
        request = policy_requests.hit_transition(
            actor=Actor.of(page.principal),
            order=page.order,
            hit_id=str(hit.hit_id),
            hit_type=hit.hit_type,
            target=decision.target,
            verification=with_review(hit, decision.earlier, review),
            comparison=decision.comparison,
            explained=explained_codes(review.explanations),
            now=page.now,
        )
        permitted = self._ports.require(
            request,
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            facts={"source": hit.state.value, "target": decision.target.value},
        )
        return [self._answered(decision), permitted]

    def _answered(self, decision: Decision) -> AuditRecord:
        hit, review = decision.hit, decision.review
        return self._ports.audit.record(
            actor=review.reviewer,
            action="review.decide",
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            purpose=decision.page.order.purpose_code,
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

    async def _carry_out(self, connection: AsyncConnection, decision: Decision) -> None:
        """Write the answer, the move and what follows from it."""
        stores = self._ports.stores
        now = decision.page.now
        mover = Mover(decision.review.reviewer, now, "REVIEWED")
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
            await self._tell_sharing(connection, decision)

    async def _tell_sharing(self, connection: AsyncConnection, decision: Decision) -> None:
        verification = with_review(decision.hit, decision.earlier, decision.review)
        assert verification is not None, "a confirmed hit has two reviews"
        message = hit_confirmed(
            decision.hit,
            decision.page.source,
            verification,
            message_id=self._ports.identifiers.new(),
            at=decision.page.now,
        )
        await Outbox.add(
            connection,
            destination="sharing",
            kind="HitConfirmedV1",
            message_id=message.message_id,
            body=message.as_json(),
        )


def _seconds_open(lease: Lease, page: Page) -> int:
    return int((page.now - lease.opened_at).total_seconds())


def _target(hit: Hit, review: Review, earlier: Sequence[Review], *, is_sampled: bool) -> HitState:
    """Where this answer takes the hit."""
    if review.stage is Stage.FIRST:
        return state_after_first(
            review.outcome,
            hit_type=hit.hit_type,
            is_sufficient=review.is_sufficient,
            is_sampled=is_sampled,
        )
    first = of_round(earlier, hit.review_round)[Stage.FIRST]
    return state_after_second(first.outcome, review.outcome, is_sufficient=review.is_sufficient)


def explained_codes(explanations: Mapping[str, str]) -> list[str]:
    """The contradictions that somebody explained in words."""
    return sorted(code for code, words in explanations.items() if len(words.strip()) >= LEAST_EXPLANATION)


def _suppression(hit: Hit) -> Suppression:
    assert hit.suppressed_until is not None, "a cleared pair has an end"
    return Suppression(
        hit.journey_key, hit.entry_id, hit.entry_digest, HitId(hit.hit_id), hit.suppressed_until
    )
