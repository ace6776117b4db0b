"""HTTP for arrest, detention and expulsion: written down with reasonable grounds, confirmed by another."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from services.sharing.custody.changes import Happened
from services.sharing.custody.facts import ConsularStatus, CustodyEvent, LegalBasis, PlaceType
from services.sharing.errors import ShareNotFound, StepOutOfOrder
from services.sharing.parts import Sharing, sharing_of
from services.sharing.statuses import problems
from shared.approval.approvals import Approval
from shared.approval.decision_form import DecisionIn
from shared.approval.errors import DECISION_FAULTS, ApprovalRoleRefused
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["custody"])
UseCases = Annotated[Sharing, Depends(sharing_of)]
Grounds = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=2000)]


class HappenedIn(BaseModel):
    """What the competent force did, under its own law; `grounds` are reasonable grounds, without names.

    Of a person who is held also the kind of place, never an address, and what became of the right to
    consular help, of which only bodies of our own State hear.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    event: CustodyEvent
    at: AwareDatetime
    legal_basis: LegalBasis
    grounds: Grounds
    place_type: PlaceType | None = None
    consular_status: ConsularStatus | None = None


class CustodyOut(BaseModel):
    """What waits for a second person, or was decided."""

    approval_id: UUID
    share_id: UUID
    payload: dict[str, Any]
    state: str
    version: int
    proposer: str
    proposed_at: datetime

    @classmethod
    def of(cls, approval: Approval) -> "CustodyOut":
        """From a proposal."""
        return cls(
            approval_id=approval.approval_id,
            share_id=UUID(approval.subject),
            payload=dict(approval.payload),
            state=approval.state.value,
            version=approval.version,
            proposer=approval.proposer,
            proposed_at=approval.proposed_at,
        )


class CustodiesOut(BaseModel):
    """What waits for a second person."""

    pending: list[CustodyOut]


class ToldOut(BaseModel):
    """A State that may have to be told now, and the paragraphs of resolution 2396 that name it."""

    authority_id: str | None
    state: str
    scope: str
    paragraphs: list[str]


class ConfirmedOut(BaseModel):
    """The decision, and who may have to be told who was not told before."""

    custody: CustodyOut
    recipients: list[ToldOut]


@router.get("/v1/custody", dependencies=[Depends(require(Permission.READ_SHARES))])
async def list_pending(sharing: UseCases) -> CustodiesOut:
    """What waits for a second person."""
    return CustodiesOut(pending=[CustodyOut.of(each) for each in await sharing.custody.pending()])


@router.post(
    "/v1/shares/{share_id}/custody",
    status_code=201,
    responses=problems(ShareNotFound, StepOutOfOrder, ApprovalRoleRefused),
)
async def propose(
    share_id: UUID,
    body: HappenedIn,
    sharing: UseCases,
    author: Annotated[Principal, Depends(require(Permission.PROPOSE_SHARE))],
) -> CustodyOut:
    """Write down an arrest, a detention or an expulsion; it changes nothing by itself."""
    happened = Happened(
        body.event, body.at, body.legal_basis, body.grounds, body.place_type, body.consular_status
    )
    return CustodyOut.of(await sharing.custody.propose(share_id, happened, author))


@router.post(
    "/v1/custody/{approval_id}",
    responses=problems(*DECISION_FAULTS, StepOutOfOrder),
)
async def decide(
    approval_id: UUID,
    body: DecisionIn,
    sharing: UseCases,
    approver: Annotated[Principal, Depends(require(Permission.APPROVE_SHARE))],
) -> ConfirmedOut:
    """Confirm it: paragraph 3 now names origin, destination, transit and every State of citizenship."""
    decided, found = await sharing.custody.decide(
        approval_id, approver, expected_version=body.version, reject=body.reject
    )
    return ConfirmedOut(
        custody=CustodyOut.of(decided),
        recipients=[
            ToldOut(
                authority_id=each.authority_id,
                state=each.state,
                scope=each.scope.value,
                paragraphs=list(each.paragraphs),
            )
            for each in found
        ],
    )
