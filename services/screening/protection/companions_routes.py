"""HTTP for whoever travels with a confirmed person: met, assessed in their own right, referred. No name."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.screening.errors import AlreadyDecided, NotFound, RefusedByPolicy
from services.screening.protection.companions import (
    Board,
    Category,
    Companions,
    Evidence,
    Finding,
    Kind,
    Link,
    Outcome,
)
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.companions import Companion
from services.screening.views import FlightOut, Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(prefix="/v1/companions", tags=["companions"])
Reader = Annotated[Principal, Depends(require(Permission.READ_COMPANIONS))]
Meeting = Annotated[Principal, Depends(require(Permission.MEET_COMPANION))]
Specialist = Annotated[Principal, Depends(require(Permission.WORK_COMPANIONS))]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=4000)]
Whereabouts = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MetIn(_In):
    """Somebody beside a confirmed person, and where a specialist finds them; no name."""

    hit_id: UUID
    link: Link
    is_child: bool
    whereabouts: Whereabouts


class CompanionFindingIn(_In):
    """What a specialist found about this person alone, and what it rests on."""

    category: Category
    evidence: Annotated[frozenset[Evidence], Field(min_length=1)]
    words: Words


class CompanionReferralIn(_In):
    """To whom, and why."""

    kind: Kind
    words: Words


class ReferralOutcomeIn(_In):
    """What became of a referral."""

    kind: Kind
    outcome: Outcome


class ReferralOut(Out):
    """A referral and what became of it."""

    kind: str
    referred_at: datetime
    outcome: str | None
    outcome_at: datetime | None


class CompanionOut(Out):
    """Somebody beside a confirmed person: a flight, a link and a place."""

    companion_id: UUID
    flight: FlightOut
    link: str
    is_child: bool
    category: str
    whereabouts: str
    recorded_by: str
    recorded_at: datetime
    due_at: datetime
    is_late: bool
    evidence: list[str]
    words: str | None
    assessed_at: datetime | None
    referrals: list[ReferralOut]

    @classmethod
    def of(cls, companion: Companion, now: datetime) -> Self:
        """As it stands at an instant."""
        return cls(
            companion_id=companion.companion_id,
            flight=FlightOut.of(companion.hit.flight),
            link=companion.link,
            is_child=companion.is_child,
            category=companion.category,
            whereabouts=companion.whereabouts,
            recorded_by=companion.recorded_by,
            recorded_at=companion.recorded_at,
            due_at=companion.due_at,
            is_late=(companion.attended_at or now) > companion.due_at,
            evidence=list(companion.evidence),
            words=companion.words,
            assessed_at=companion.assessed_at,
            referrals=[
                ReferralOut(
                    kind=each.kind,
                    referred_at=each.referred_at,
                    outcome=each.outcome,
                    outcome_at=each.outcome_at,
                )
                for each in companion.referrals
            ],
        )


class ConfirmedOut(Out):
    """A confirmed person's flight, beside whom somebody may be met."""

    hit_id: UUID
    flight: FlightOut
    confirmed_at: datetime | None


class BoardOut(Out):
    """Whom the asker cares for, who waits first; and confirmed persons, for who meets somebody."""

    companions: list[CompanionOut]
    hits: list[ConfirmedOut]

    @classmethod
    def of(cls, board: Board, now: datetime) -> Self:
        """As it stands at an instant."""
        return cls(
            companions=[CompanionOut.of(each, now) for each in board.companions],
            hits=[
                ConfirmedOut(
                    hit_id=hit.hit_id, flight=FlightOut.of(hit.flight), confirmed_at=hit.confirmed_at
                )
                for hit in board.hits
            ],
        )


class MetOut(Out):
    """Who was recorded."""

    companion_id: UUID


@router.get("")
async def read_board(person: Reader, ports: RequestPorts) -> BoardOut:
    """Whom you care for, and beside whom somebody may be met."""
    return BoardOut.of(await Companions(ports).board(person), ports.clock.now())


@router.post("", status_code=201, responses=problems(NotFound))
async def meet_companion(body: MetIn, person: Meeting, ports: RequestPorts) -> MetOut:
    """Record somebody beside a confirmed person, so that a specialist comes (SG-17)."""
    found = await Companions(ports).meet(
        body.hit_id, body.link, is_child=body.is_child, whereabouts=body.whereabouts, principal=person
    )
    return MetOut(companion_id=found)


@router.post("/{companion_id}/assessment", status_code=204, responses=problems(NotFound, AlreadyDecided))
async def assess_companion(
    companion_id: UUID, body: CompanionFindingIn, person: Specialist, ports: RequestPorts
) -> None:
    """Record what an adult is in their own right; no category is one of a suspect."""
    await Companions(ports).assess(companion_id, Finding(body.category, body.evidence, body.words), person)


@router.post(
    "/{companion_id}/referrals",
    status_code=204,
    responses=problems(NotFound, AlreadyDecided, RefusedByPolicy),
)
async def refer_companion(
    companion_id: UUID, body: CompanionReferralIn, person: Specialist, ports: RequestPorts
) -> None:
    """Refer somebody to those who help, at once."""
    await Companions(ports).refer(companion_id, body.kind, body.words, person)


@router.post(
    "/{companion_id}/referrals/outcome", status_code=204, responses=problems(NotFound, AlreadyDecided)
)
async def end_referral(
    companion_id: UUID, body: ReferralOutcomeIn, person: Specialist, ports: RequestPorts
) -> None:
    """Record whether the help was taken up."""
    await Companions(ports).end_referral(companion_id, body.kind, body.outcome, person)
