"""The register of cleared travellers: propose, approve, look again, end. Nobody is named in an answer."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator

from services.screening.cleared.recognition import (
    LONGEST_CLEARANCE_DAYS,
    RENEWED_BEFORE,
    ReReview,
    document_keys,
    redress_key,
)
from services.screening.cleared.register import Candidate, ClearTravellers
from services.screening.errors import NotFound, RefusedByPolicy
from services.screening.registers.forms import REGISTER_FAULTS, ApprovalDecisionIn, In, ProposalOut
from services.screening.registers.proposals import CLEARED_PERSON, Proposals
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.cleared import ClearedStore
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["cleared"])


class ClearedDocumentIn(In):
    """A document of the person, as it is read from airlines' data."""

    number: Annotated[str, Field(min_length=3, max_length=40)]
    issuer: Annotated[str, Field(pattern="^[A-Z]{3}$")]


class ClearedIn(In):
    """Whom to clear against which entry: by redress number, or document with name and full birth date."""

    entry_id: Annotated[str, Field(min_length=1, max_length=100)]
    evidence: Annotated[str, Field(pattern="^[A-Za-z0-9:/._-]{3,100}$")]
    valid_days: Annotated[int, Field(ge=1, le=LONGEST_CLEARANCE_DAYS)] = 730
    redress_number: Annotated[str, Field(min_length=3, max_length=40)] | None = None
    document: ClearedDocumentIn | None = None
    surname: Annotated[str, Field(max_length=200)] | None = None
    given_names: Annotated[str, Field(max_length=200)] | None = None
    birth_date: date | None = None

    @model_validator(mode="after")
    def _is_recognisable(self) -> Self:
        if self.document is not None and (self.surname is None or self.birth_date is None):
            raise ValueError("a document counts with the name and the full birth date")
        if self.document is None and redress_key(self.redress_number or "") is None:
            raise ValueError("give a redress number, or a document with name and birth date")
        return self

    def as_candidate(self) -> Candidate:
        """Digests in place of what was typed."""
        documents = [] if self.document is None else [self.document.model_dump()]
        known = document_keys(
            {
                "surname": self.surname,
                "given_names": self.given_names,
                "birth_date": str(self.birth_date or ""),
                "documents": documents,
            }
        )
        redress = redress_key(self.redress_number or "")
        return Candidate(self.entry_id, redress, min(known, default=None), self.evidence, self.valid_days)


class ReReviewIn(In):
    """What the look after a change of the entry found."""

    outcome: ReReview


class ClearedOut(Out):
    """A cleared record without the person."""

    cleared_id: UUID
    entry_id: str
    by_redress_number: bool
    by_document: bool
    evidence: str
    valid_to: date
    is_to_renew: bool
    author: str
    approver: str
    cleared_at: datetime
    suppressed: int


class LookOut(Out):
    """A look that a changed entry asks for, and until when."""

    cleared_id: UUID
    entry_id: str
    due_at: datetime


class ClearedListOut(Out):
    """The register, the looks that are due, what awaits a second person."""

    cleared: list[ClearedOut]
    looks: list[LookOut]
    proposals: list[ProposalOut]


@router.get("/v1/cleared", dependencies=[Depends(require(Permission.READ_CLEARED))])
async def read_cleared(ports: RequestPorts) -> ClearedListOut:
    """The register of cleared travellers; it serves the suppression of repeated mistakes alone (SG-12)."""
    today = ports.clock.now().date()
    store = ClearedStore()
    async with ports.database.connect() as connection:
        people = await store.listed(connection)
        looks = await store.open_reviews(connection)
    return ClearedListOut(
        cleared=[
            ClearedOut(
                cleared_id=each.cleared_id,
                entry_id=each.entry_id,
                by_redress_number=each.redress_key is not None,
                by_document=each.document_key is not None,
                evidence=each.evidence,
                valid_to=each.valid_to,
                is_to_renew=each.valid_to - today <= RENEWED_BEFORE,
                author=each.author,
                approver=each.approver,
                cleared_at=each.cleared_at,
                suppressed=each.suppressed,
            )
            for each in people
        ],
        looks=[LookOut(cleared_id=one, entry_id=entry, due_at=due) for one, entry, due in looks],
        proposals=[ProposalOut.of(each) for each in await Proposals(ports).pending(CLEARED_PERSON)],
    )


@router.post("/v1/cleared", status_code=201, responses={**REGISTER_FAULTS, **problems(NotFound)})
async def propose_clearance(
    body: ClearedIn,
    principal: Annotated[Principal, Depends(require(Permission.CLEAR_TRAVELLER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Propose to clear somebody against an entry; a second person in another role approves."""
    return ProposalOut.of(await ClearTravellers(ports).propose(body.as_candidate(), principal))


@router.post("/v1/cleared/{approval_id}/approval", responses={**REGISTER_FAULTS, **problems(NotFound)})
async def decide_clearance(
    approval_id: UUID,
    body: ApprovalDecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_CLEARANCE))],
    ports: RequestPorts,
) -> ProposalOut:
    """Approve or reject a clearance as the second person."""
    decided = await ClearTravellers(ports).decide(approval_id, principal, body.as_decision())
    return ProposalOut.of(decided)


@router.post("/v1/cleared/{cleared_id}/review", status_code=204, responses=problems(NotFound))
async def review_clearance(
    cleared_id: UUID,
    body: ReReviewIn,
    principal: Annotated[Principal, Depends(require(Permission.CLEAR_TRAVELLER))],
    ports: RequestPorts,
) -> None:
    """Record the silent look after the entry's identifiers changed."""
    await ClearTravellers(ports).review(cleared_id, body.outcome, principal)


@router.post(
    "/v1/cleared/{cleared_id}/ending", status_code=204, responses=problems(NotFound, RefusedByPolicy)
)
async def end_clearance(
    cleared_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_CLEARANCE))],
    ports: RequestPorts,
) -> None:
    """Erase a record on the person's request."""
    await ClearTravellers(ports).end(cleared_id, principal)
