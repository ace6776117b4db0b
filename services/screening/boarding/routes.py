"""Boarding for people: what the two officers find about an advice, its release, and the list of them all."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.screening.boarding.assessments import Assessing, Finding
from services.screening.boarding.changes import Boarding
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.boarding import MAX_LISTED
from services.screening.views import Copied, Out
from shared.approval.errors import ApprovalRoleRefused
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

# Before the routes below read them: what their problems say must not hang on which service was loaded first.

router = APIRouter(tags=["boarding"])
LEAST_WORDS, MAX_WORDS = 20, 2000


class AssessmentIn(BaseModel):
    """What an officer looked into and found, each for their own office; the reasons in words."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    legal: Literal["CLEAR", "RISK"] | None = None
    human_rights: Literal["CLEAR", "RISK"] | None = None
    individual_risk: bool | None = None
    words: Annotated[str, Field(min_length=LEAST_WORDS, max_length=MAX_WORDS)]

    @model_validator(mode="after")
    def _something_is_found(self) -> Self:
        if self.legal is None and self.human_rights is None:
            raise ValueError("give the finding of the legal or the human-rights officer")
        if self.individual_risk is not None and self.human_rights is None:
            raise ValueError("individual risk is the human-rights officer's finding")
        return self


class AdviceReleaseIn(BaseModel):
    """Why an advice is taken back."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    cause: Literal["DOCUMENT_CHECKED", "NOT_THE_PERSON", "HUMAN_RIGHTS", "LAW", "OTHER"]


class DirectiveOut(Copied):
    """One advice or hold, without personal data."""

    directive_id: UUID
    kind: str
    hit_id: UUID
    order_id: UUID | None
    legal_row_id: UUID
    since: datetime
    ends_at: datetime | None
    released_at: datetime | None
    released_by: str | None
    release_cause: str | None


class DirectivesOut(Out):
    """A list of them."""

    directives: list[DirectiveOut]


@router.post(
    "/v1/orders/{order_id}/assessment",
    status_code=204,
    responses=problems(NotFound, AlreadyDecided, ApprovalRoleRefused),
)
async def assess_order(
    order_id: UUID,
    body: AssessmentIn,
    principal: Annotated[Principal, Depends(require(Permission.ASSESS_ORDER))],
    ports: RequestPorts,
) -> None:
    """Record what the legal or the human-rights officer finds about a drafted order (SG-34)."""
    finding = Finding(body.legal, body.human_rights, body.individual_risk, body.words)
    await Assessing(ports)(order_id, finding, principal)


@router.post("/v1/orders/{order_id}/release", status_code=204, responses=problems(NotFound))
async def release_order(
    order_id: UUID,
    body: AdviceReleaseIn,
    principal: Annotated[Principal, Depends(require(Permission.RELEASE_ORDER))],
    ports: RequestPorts,
) -> None:
    """Take an advice against boarding back; one person is enough, and the carrier is told."""
    await Boarding(ports).release(order_id, principal, body.cause)


@router.get("/v1/boarding-directives", dependencies=[Depends(require(Permission.READ_ORDERS))])
async def list_directives(
    ports: RequestPorts, limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 100
) -> DirectivesOut:
    """The newest advice and holds: each one is counted and can be asked about."""
    return DirectivesOut(directives=[DirectiveOut.of(each) for each in await Boarding(ports).listed(limit)])
