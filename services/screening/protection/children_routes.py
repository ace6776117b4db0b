"""HTTP for the child-protection desk: cases, best interests, referral. No name leaves here."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.screening.errors import AlreadyDecided, NotFound, RefusedByPolicy
from services.screening.protection.age import age_of
from services.screening.protection.children import Children
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.children import ChildCase
from services.screening.views import FlightOut, Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(prefix="/v1/children", tags=["children"])
Specialist = Annotated[Principal, Depends(require(Permission.WORK_CHILDREN))]
Words = Annotated[str, Field(min_length=40, max_length=4000)]


class BestInterestsIn(BaseModel):
    """The specialist's finding, with its reasons in words."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    allows_inspection: bool
    allows_share: bool
    words: Words


class ReferralIn(BaseModel):
    """Why the child is referred, and to whom."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    words: Words


class ChildCaseOut(Out):
    """A case: the flight and an age, nobody's name."""

    hit_id: UUID
    state: str
    age: int | None
    flight: FlightOut
    opened_at: datetime
    due_at: datetime
    seen_at: datetime | None
    assessment_id: UUID | None
    allows_inspection: bool | None
    allows_share: bool
    assessed_at: datetime | None

    @classmethod
    def of(cls, case: ChildCase, today: date) -> Self:
        """From a case."""
        return cls(
            hit_id=case.hit.hit_id,
            state=case.hit.state.value,
            age=age_of(case.hit, today),
            flight=FlightOut.of(case.hit.flight),
            opened_at=case.opened_at,
            due_at=case.due_at,
            seen_at=case.seen_at,
            assessment_id=case.assessment_id,
            allows_inspection=case.allows_inspection,
            allows_share=case.allows_share,
            assessed_at=case.assessed_at,
        )


class ChildCasesOut(Out):
    """The most urgent first."""

    cases: list[ChildCaseOut]


class AssessedOut(Out):
    """The best-interests record that later acts name."""

    assessment_id: UUID


class ReferredOut(Out):
    """The referral, which stands."""

    order_id: UUID


@router.get("")
async def list_cases(person: Specialist, ports: RequestPorts) -> ChildCasesOut:
    """The open cases of children; your first look ends their clock."""
    today = ports.clock.now().date()
    return ChildCasesOut(cases=[ChildCaseOut.of(each, today) for each in await Children(ports).cases(person)])


@router.post("/{hit_id}/assessment", responses=problems(NotFound, AlreadyDecided))
async def assess_child(
    hit_id: UUID, body: BestInterestsIn, person: Specialist, ports: RequestPorts
) -> AssessedOut:
    """Record what is in the child's best interests (SG-16)."""
    found = await Children(ports).assess(
        hit_id,
        person,
        allows_inspection=body.allows_inspection,
        allows_share=body.allows_share,
        words=body.words,
    )
    return AssessedOut(assessment_id=found)


@router.post(
    "/{hit_id}/referral", status_code=201, responses=problems(NotFound, AlreadyDecided, RefusedByPolicy)
)
async def refer_child(hit_id: UUID, body: ReferralIn, person: Specialist, ports: RequestPorts) -> ReferredOut:
    """Refer the child to those who help, at once."""
    return ReferredOut(order_id=(await Children(ports).refer(hit_id, person, body.words)).order_id)
