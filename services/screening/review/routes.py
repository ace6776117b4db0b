"""The reviewers' routes: queue, lease, decision. Nothing here tells a hit's state."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.screening.errors import (
    DecidedTooQuickly,
    HitDataChanged,
    HitNotOpenForReview,
    LeaseHeldByAnother,
    LeaseNotHeld,
    NoStandingOrder,
    NotFound,
    RefusedByPolicy,
)
from services.screening.review.decide import Answer, Decisions
from services.screening.review.evidence_words import COMPARABLE_FIELDS
from services.screening.review.leases import Leases
from services.screening.review.rules import ReviewOutcome
from services.screening.review.views import (
    DecidedOut,
    ExpiredItemOut,
    HitViewOut,
    QueueItemOut,
    QueueOut,
)
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["review"])
Reviewing = Annotated[Principal, Depends(require(Permission.REVIEW))]

_FIELDS = "|".join(COMPARABLE_FIELDS)
ComparedField = Annotated[str, Field(pattern=f"^({_FIELDS})$")]
MAX_WORDS = 2000


def leases(ports: RequestPorts, opened: Service) -> Leases:
    """The use case of looking, at the time of this request."""
    return Leases(ports, opened.current)


def decisions(ports: RequestPorts, opened: Service) -> Decisions:
    """The use case of deciding, at the time of this request."""
    return Decisions(ports, opened.draw, opened.settings.second_queue_mix)


UseLeases = Annotated[Leases, Depends(leases)]
UseDecisions = Annotated[Decisions, Depends(decisions)]


class ReviewDecisionIn(BaseModel):
    """A reviewer's answer; `explanations` are words for contradictions, by code."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    outcome: ReviewOutcome
    reasons: Annotated[str, Field(min_length=10, max_length=MAX_WORDS)]
    compared_fields: Annotated[list[ComparedField], Field(min_length=1, max_length=len(COMPARABLE_FIELDS))]
    explanations: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=MAX_WORDS)]] = (
        Field(default_factory=dict, max_length=20)
    )


@router.get("/v1/queue")
async def read_queue(principal: Reviewing, use: UseLeases, ports: RequestPorts) -> QueueOut:
    """What this verifier may look at now, and what nobody looked at in time."""
    waiting, expired = await use.queue(principal)
    now = ports.clock.now()
    return QueueOut(
        items=[QueueItemOut.of(hit, now) for hit in waiting],
        expired=[ExpiredItemOut.of(hit) for hit in expired],
    )


@router.post(
    "/v1/hits/{hit_id}/lease",
    responses=problems(NotFound, HitNotOpenForReview, LeaseHeldByAnother, NoStandingOrder, RefusedByPolicy),
)
async def take_lease(hit_id: UUID, principal: Reviewing, use: UseLeases, ports: RequestPorts) -> HitViewOut:
    """Take or renew the lease of 20 minutes and see both sides."""
    return HitViewOut.of(await use.take(hit_id, principal), ports.clock.now())


@router.delete("/v1/hits/{hit_id}/lease", status_code=204, responses=problems(NotFound, LeaseNotHeld))
async def release_lease(hit_id: UUID, principal: Reviewing, use: UseLeases) -> None:
    """Hand the hit back to the queue."""
    await use.release(hit_id, principal)


@router.post(
    "/v1/hits/{hit_id}/decision",
    responses=problems(
        NotFound, LeaseNotHeld, HitDataChanged, DecidedTooQuickly, NoStandingOrder, RefusedByPolicy
    ),
)
async def decide(
    hit_id: UUID, body: ReviewDecisionIn, principal: Reviewing, use: UseDecisions, queue: UseLeases
) -> DecidedOut:
    """Save an answer; where it takes the hit is not told."""
    answer = Answer(body.outcome, body.reasons, tuple(body.compared_fields), body.explanations)
    await use(hit_id, principal, answer)
    waiting, _ = await queue.queue(principal)
    return DecidedOut(next_hit_id=waiting[0].hit_id if waiting else None)
