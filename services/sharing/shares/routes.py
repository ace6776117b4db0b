"""HTTP in, HTTP out: shares, notices and the vault. No rule lives here."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.sharing.errors import (
    LegalFindingRequired,
    NotACandidate,
    PreviewOutdated,
    RefusedByPolicy,
    ScreeningSilent,
    ShareNotFound,
    StepOutOfOrder,
    VaultUnavailable,
)
from services.sharing.parts import Sharing, sharing_of
from services.sharing.registers.entries import Function, State
from services.sharing.shares.court_order import CourtOrderIn
from services.sharing.shares.facts import Assessment
from services.sharing.shares.notice_views import Viewer
from services.sharing.shares.share import DEFAULT_PURPOSE, Proposal
from services.sharing.shares.views import (
    DecisionOut,
    PersonOut,
    PreviewOut,
    ProposedOut,
    ShareDetailOut,
    ShareOut,
)
from services.sharing.statuses import problems
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import MAX_SHARES, ShareStore
from services.sharing.vault import ClaimSign, Finding, Protection
from shared.approval.errors import SamePerson
from shared.identifiers import HitId
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.purpose import Purpose, stated_purpose

DEFAULT_LIMIT: Final = 50
MAX_STATEMENT_CHARACTERS: Final = 500
MAX_NOTE_CHARACTERS: Final = 2000
MAX_PERIOD_DAYS: Final = 90
MAX_AUTHORITIES: Final = 50
MAX_STATES: Final = 20

router = APIRouter(tags=["sharing"])

UseCases = Annotated[Sharing, Depends(sharing_of)]
Reader = Annotated[Principal, Depends(require(Permission.READ_SHARES))]
Stated = Annotated[Purpose, Depends(stated_purpose)]
OfficersFinding = Literal["CLEAR", "RISK"]
Statement = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_STATEMENT_CHARACTERS)
]
Note = Annotated[str, Field(max_length=MAX_NOTE_CHARACTERS)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,199}$")]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AssessmentsIn(BaseModel):
    """The officers' findings, and under any other name a risk in the officer's words."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)
    __pydantic_extra__: dict[str, Note]

    legal: OfficersFinding | None = None
    human_rights: OfficersFinding | None = None


class IndividualRiskIn(_In):
    """The human-rights officer's finding for this person (SG-34)."""

    individual_risk: bool
    assessments: AssessmentsIn = AssessmentsIn()


class ProposalIn(_In):
    """The first person's words; without `authorities` everyone concerned is meant."""

    statement: Statement
    alternatives_considered: Statement
    period_days: Annotated[int, Field(ge=1, le=MAX_PERIOD_DAYS)]
    authorities: Annotated[tuple[Key, ...], Field(max_length=MAX_AUTHORITIES)] | None = None
    purpose_code: Function = DEFAULT_PURPOSE
    court_order: CourtOrderIn | None = None


class ApprovalIn(_In):
    """The second person's decision on the proposal that they were shown.

    `fallback` names whom paragraphs 3, 5, 6 or 11 owe the notice (SG-30).
    """

    approval_id: UUID
    approve: bool = True
    fallback: Annotated[tuple[Key, ...], Field(max_length=MAX_AUTHORITIES)] = ()


class FindingIn(_In):
    """The asylum officer's finding for a hit."""

    hit_id: UUID
    subject_protection: Protection
    feared_states: Annotated[tuple[State, ...], Field(max_length=MAX_STATES)] = ()
    nationality: Annotated[tuple[State, ...], Field(max_length=MAX_STATES)] = ()
    former_residence: Annotated[tuple[State, ...], Field(max_length=MAX_STATES)] = ()
    claim_signs: Annotated[tuple[ClaimSign, ...], Field(max_length=len(ClaimSign))] = ()


class FindingOut(BaseModel):
    """That it is recorded, and nothing of what."""

    finding_id: UUID


class SharesOut(BaseModel):
    """Shares, newest first."""

    shares: list[ShareOut]


class DecisionsOut(BaseModel):
    """What became of each recipient; empty when the proposal was rejected."""

    state: str
    decisions: list[DecisionOut]


@router.get("/v1/shares")
async def list_shares(
    sharing: UseCases,
    reader: Reader,
    limit: Annotated[int, Query(ge=1, le=MAX_SHARES)] = DEFAULT_LIMIT,
) -> SharesOut:
    """Shares with their recipients and notices; no personal data."""
    viewer = Viewer.of(reader, sharing.clock.now())
    async with sharing.engine.connect() as connection:
        shares = await ShareStore(connection).newest(limit)
        ids = [share.share_id for share in shares]
        recipients = await ShareStore(connection).recipients(ids)
        notices = await NoticeStore(connection).of_shares(ids)
    return SharesOut(
        shares=[
            ShareOut.of(share, recipients[share.share_id], notices[share.share_id], viewer)
            for share in shares
        ]
    )


@router.get("/v1/shares/{share_id}", responses=problems(ShareNotFound))
async def show_share(share_id: UUID, sharing: UseCases, reader: Reader) -> ShareDetailOut:
    """One share with its proposal and all verdicts; no personal data."""
    async with sharing.engine.connect() as connection:
        shares = ShareStore(connection)
        share = await shares.get(share_id)
        approval = await sharing.approvals.get(connection, share.approval_id) if share.approval_id else None
        return ShareDetailOut.detailed(
            share,
            (await shares.recipients([share_id]))[share_id],
            (await NoticeStore(connection).of_shares([share_id]))[share_id],
            await shares.verdicts(share_id),
            approval=approval,
            viewer=Viewer.of(reader, sharing.clock.now()),
        )


@router.get("/v1/shares/{share_id}/person", responses=problems(ShareNotFound, RefusedByPolicy))
async def show_person(share_id: UUID, sharing: UseCases, reader: Reader, purpose: Stated) -> PersonOut:
    """The person whom the share is about, once the look is permitted and recorded."""
    return PersonOut.of(await sharing.gate.open(share_id, reader, purpose, "person"))


@router.get(
    "/v1/shares/{share_id}/preview",
    responses=problems(ShareNotFound, RefusedByPolicy, NotACandidate, ScreeningSilent),
)
async def show_preview(
    share_id: UUID, authority: Key, sharing: UseCases, reader: Reader, purpose: Stated
) -> PreviewOut:
    """Exactly the payload that would leave for one authority, once the look is permitted and recorded."""
    await sharing.gate.open(share_id, reader, purpose, f"preview:{authority}")
    _, preview = await sharing.share_hit.preview(share_id, authority)
    return PreviewOut.of(preview)


@router.post("/v1/shares/{share_id}/individual-risk", responses=problems(ShareNotFound, LegalFindingRequired))
async def record_individual_risk(
    share_id: UUID,
    body: IndividualRiskIn,
    sharing: UseCases,
    officer: Annotated[Principal, Depends(require(Permission.RECORD_INDIVIDUAL_RISK))],
) -> dict[str, Any]:
    """The human-rights officer's finding, before recipients are decided."""
    found = body.assessments
    assessment = Assessment(body.individual_risk, found.legal, found.human_rights)
    share = await sharing.share_hit.record_individual_risk(
        share_id, assessment, found.__pydantic_extra__ or {}, officer
    )
    return {"share_id": share.share_id, "state": share.state.value}


@router.post(
    "/v1/shares/{share_id}/proposal",
    status_code=201,
    responses=problems(ShareNotFound, StepOutOfOrder, NotACandidate, ScreeningSilent),
)
async def propose(
    share_id: UUID,
    body: ProposalIn,
    sharing: UseCases,
    author: Annotated[Principal, Depends(require(Permission.PROPOSE_SHARE))],
) -> ProposedOut:
    """The first person's proposal, with the digest of everything that would leave."""
    proposal = Proposal(
        statement=body.statement,
        alternatives_considered=body.alternatives_considered,
        period_days=body.period_days,
        authorities=body.authorities,
        purpose_code=body.purpose_code,
        court_order=None if body.court_order is None else body.court_order.as_order(),
    )
    return ProposedOut.of(*await sharing.share_hit.propose(share_id, proposal, author))


@router.post(
    "/v1/shares/{share_id}/approval",
    responses=problems(
        ShareNotFound, StepOutOfOrder, PreviewOutdated, SamePerson, LegalFindingRequired, ScreeningSilent
    ),
)
async def approve(
    share_id: UUID,
    body: ApprovalIn,
    sharing: UseCases,
    approver: Annotated[Principal, Depends(require(Permission.APPROVE_SHARE))],
) -> DecisionsOut:
    """The second person's decision: asks the safeguards about everyone, writes what they permit."""
    if not body.approve:
        await sharing.decide.reject(share_id, body.approval_id, approver)
        return DecisionsOut(state="REJECTED", decisions=[])
    decisions = await sharing.decide.approve(
        share_id, body.approval_id, approver, fallback=frozenset(body.fallback)
    )
    roles = frozenset(role.value for role in approver.roles)
    return DecisionsOut(state="DECIDED", decisions=[DecisionOut.of(each, roles) for each in decisions])


@router.post("/v1/vault", status_code=201, responses=problems(VaultUnavailable))
async def record_finding(
    body: FindingIn,
    sharing: UseCases,
    officer: Annotated[Principal, Depends(require(Permission.WRITE_VAULT))],
) -> FindingOut:
    """Write a protection finding into the vault; it is read by nobody, and SG-35 is asked of it."""
    async with sharing.engine.begin() as connection:
        # The log says that something was recorded before it is, and never what (SG-35, SG-41).
        await sharing.audit.append(
            connection,
            actor=officer.subject,
            action="vault.record",
            object_kind="HIT",
            object_id=str(body.hit_id),
        )
    finding = Finding(
        hit_id=HitId(body.hit_id),
        protection=body.subject_protection,
        feared_states=body.feared_states,
        nationality=body.nationality,
        former_residence=body.former_residence,
        claim_signs=body.claim_signs,
    )
    return FindingOut(finding_id=await sharing.vault.record(finding, by=officer.subject))
