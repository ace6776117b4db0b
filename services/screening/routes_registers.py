"""What two people put in force: standing orders, matcher approvals, laws, list sources; and cases."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.screening.errors import AlreadyDecided, NotFound, RefusedByPolicy
from services.screening.proposals import (
    LEGAL_ROW,
    LIST_SOURCE,
    MATCHER_APPROVAL,
    STANDING_ORDER,
    Decision,
    Proposals,
)
from services.screening.registers import CaseFile
from services.screening.service import RequestPorts, Service
from services.screening.views import Out
from shared.approval.approvals import Approval
from shared.approval.errors import ApprovalConflict, ApprovalRoleRefused, ApprovalUnknown, SamePerson
from shared.policy.actions import ACTIONS, DATA_CLASSES, HANDLING_CODES, OPERATIONAL_PURPOSES, PURPOSES
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems

router = APIRouter(tags=["registers"])

LONGEST_STANDING_ORDER = 90
LONGEST_MATCHER_APPROVAL = 365
LEAST_STATEMENT = 40
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
_FAULTS = problems(ApprovalUnknown, ApprovalConflict, ApprovalRoleRefused, SamePerson, RefusedByPolicy)


def _one_of(values: tuple[str, ...]) -> str:
    return f"^({'|'.join(value.replace('.', '[.]') for value in values)})$"


class In(BaseModel):
    """Base of what comes in: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class StandingOrderIn(In):
    """A statement of route scope for at most 90 days (SG-03)."""

    purpose_code: Annotated[str, Field(pattern=_one_of(OPERATIONAL_PURPOSES))]
    statement: Annotated[str, Field(min_length=LEAST_STATEMENT, max_length=2000)]
    alternatives_considered: Words
    period_days: Annotated[int, Field(ge=1, le=LONGEST_STANDING_ORDER)]


class MatcherApprovalIn(In):
    """An algorithm with its threshold; left out, those that this worker screens with."""

    algorithm: Name | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    valid_days: Annotated[int, Field(ge=1, le=LONGEST_MATCHER_APPROVAL)] = LONGEST_MATCHER_APPROVAL


class LegalRowIn(In):
    """A published law that backs an act (SG-02)."""

    authority: Name
    action: Annotated[str, Field(pattern=_one_of(ACTIONS))]
    data_class: Annotated[str, Field(pattern=_one_of(DATA_CLASSES))]
    purpose_code: Annotated[str, Field(pattern=_one_of(PURPOSES))]
    valid_from: date
    valid_to: date
    instrument_ref: Name
    public_url: Name


class ListSourceIn(In):
    """A list source, and what stands for its entries until somebody writes better (SG-18, SG-11)."""

    source_id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
    publisher: Name
    kind: Literal["UN", "NATIONAL", "PARTNER", "INTERPOL", "REGIONAL", "COMMERCIAL", "CROWD"]
    reader: Literal["un"]
    purpose_tag: Literal["TERRORISM"] = "TERRORISM"
    allow_list: Annotated[list[Name], Field(min_length=1, max_length=50)]
    handling_code: Annotated[str, Field(pattern=_one_of(HANDLING_CODES))] = "H1"
    conditions: Annotated[list[Name], Field(max_length=20)] = Field(default_factory=list)
    action_code: Literal["IDENTIFY_ONLY", "SECONDARY", "CONTACT_NOMINATOR", "TRAVEL_BAN", "ARREST_WARRANT"]
    tear_line: Annotated[str, Field(min_length=1, max_length=280)]
    desk_phone: Annotated[str, Field(min_length=1, max_length=60)]
    source_grade: Annotated[int, Field(ge=1, le=3)]
    info_grade: Annotated[str, Field(pattern="^[A-E]$")]


class RegisterIn(In):
    """A row for one of the registers; exactly one is given."""

    register_name: Annotated[Literal["legal-rows", "list-sources"], Field(alias="register")]
    row: dict[str, Any]


class DecisionIn(In):
    """The second person's answer, and the version of the proposal that they were shown."""

    approve: bool = True
    version: Annotated[int, Field(ge=1)] = 1

    def as_decision(self) -> Decision:
        """The use case's value."""
        return Decision(self.approve, self.version)


class CaseIn(In):
    """A case that questions are asked for, and who is assigned to it."""

    case_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,99}$")]
    members: Annotated[list[Name], Field(min_length=1, max_length=50)]


class ProposalOut(Out):
    """A proposal and its decision."""

    approval_id: UUID
    kind: str
    subject: str
    state: str
    version: int
    payload: dict[str, Any]
    payload_digest: str
    proposer: str
    proposer_role: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, approval: Approval) -> Self:
        """From a proposal."""
        return cls(
            approval_id=approval.approval_id,
            kind=approval.kind,
            subject=approval.subject,
            state=approval.state.value,
            version=approval.version,
            payload=dict(approval.payload),
            payload_digest=approval.payload_digest,
            proposer=approval.proposer,
            proposer_role=approval.proposer_role,
            proposed_at=approval.proposed_at,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
        )


class StandingOrderOut(Out):
    """A standing order, proposed or in force; the last days before its end are counted (SG-03 warnings)."""

    order_id: UUID
    state: Literal["PENDING", "IN_FORCE", "EXPIRED"]
    version: int
    purpose_code: str
    statement: str
    alternatives_considered: str
    period_days: int
    author: str
    approver: str | None
    approved_at: datetime | None
    expires: date | None
    days_left: int | None
    is_ending: bool


class StandingOrdersOut(Out):
    """Standing orders, newest first; `notice` says why travellers wait, if they do."""

    standing_orders: list[StandingOrderOut]
    notice: str | None


class MatcherApprovalOut(Out):
    """An approval of the matcher, proposed or in force."""

    approval_id: UUID
    state: Literal["PENDING", "IN_FORCE", "EXPIRED"]
    version: int
    algorithm: str
    threshold: float
    proposed_by: str
    approved_by: str | None
    approved_on: date | None
    approved_until: date | None


class MatcherApprovalsOut(Out):
    """Approvals of the matcher, and what this worker screens with."""

    matcher_approvals: list[MatcherApprovalOut]
    in_use: dict[str, Any]


class RegistersOut(Out):
    """What is in force in the registers, and what awaits a second person."""

    legal_rows: list[dict[str, Any]]
    list_sources: list[dict[str, Any]]
    proposals: list[ProposalOut]


#: SG-03: warnings at 30, 14, 7 and 1 days before the end.
WARNED_FROM_DAYS = 30
_NO_ORDER = "No standing order is in force, so travellers wait unscreened in ingest's outbox."


@router.post("/v1/standing-orders", status_code=201, responses=_FAULTS)
async def propose_standing_order(
    body: StandingOrderIn,
    principal: Annotated[Principal, Depends(require(Permission.DRAFT_STANDING_ORDER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Draft the statement under which manifests are screened; the legal officer approves."""
    proposals = Proposals(ports)
    return ProposalOut.of(
        await proposals.propose(STANDING_ORDER, "standing-order", body.model_dump(mode="json"), principal)
    )


@router.post("/v1/standing-orders/{order_id}/approval", responses=_FAULTS)
async def decide_standing_order(
    order_id: UUID,
    body: DecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_STANDING_ORDER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Approve or reject a standing order as the legal officer."""
    proposals = Proposals(ports)
    return ProposalOut.of(await proposals.decide({STANDING_ORDER}, order_id, principal, body.as_decision()))


@router.get("/v1/standing-orders", dependencies=[Depends(require(Permission.READ_STANDING_ORDERS))])
async def list_standing_orders(ports: RequestPorts) -> StandingOrdersOut:
    """Standing orders proposed, in force and ended."""
    today = ports.clock.now().date()
    async with ports.database.connect() as connection:
        orders = await ports.stores.registers.standing_orders(connection)
    pending = await Proposals(ports).pending(STANDING_ORDER)
    shown = [
        StandingOrderOut(
            order_id=each.approval_id,
            state="PENDING",
            version=each.version,
            author=each.proposer,
            approver=None,
            approved_at=None,
            expires=None,
            days_left=None,
            is_ending=False,
            **each.payload,
        )
        for each in pending
    ]
    shown += [
        StandingOrderOut(
            order_id=each.order_id,
            state="IN_FORCE" if each.expires > today else "EXPIRED",
            version=2,
            purpose_code=each.purpose_code,
            statement=each.statement,
            alternatives_considered=each.alternatives_considered,
            period_days=each.period_days,
            author=each.author,
            approver=each.approver,
            approved_at=each.approved_at,
            expires=each.expires,
            days_left=max(0, (each.expires - today).days),
            is_ending=0 < (each.expires - today).days <= WARNED_FROM_DAYS,
        )
        for each in orders
    ]
    is_in_force = any(each.state == "IN_FORCE" for each in shown)
    return StandingOrdersOut(standing_orders=shown, notice=None if is_in_force else _NO_ORDER)


@router.post("/v1/matcher-approvals", status_code=201, responses=_FAULTS)
async def propose_matcher(
    body: MatcherApprovalIn,
    principal: Annotated[Principal, Depends(require(Permission.PROPOSE_MATCHER))],
    ports: RequestPorts,
    opened: Service,
) -> ProposalOut:
    """Propose an algorithm and its threshold for at most 365 days (SG-07)."""
    payload = {
        "algorithm": body.algorithm or opened.built_algorithm,
        "threshold": opened.built_threshold if body.threshold is None else body.threshold,
        "valid_days": body.valid_days,
    }
    proposals = Proposals(ports)
    return ProposalOut.of(await proposals.propose(MATCHER_APPROVAL, "matcher", payload, principal))


@router.post("/v1/matcher-approvals/{approval_id}/approval", responses=_FAULTS)
async def decide_matcher(
    approval_id: UUID,
    body: DecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_MATCHER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Approve or reject a matcher as the second person."""
    proposals = Proposals(ports)
    return ProposalOut.of(
        await proposals.decide({MATCHER_APPROVAL}, approval_id, principal, body.as_decision())
    )


@router.get("/v1/matcher-approvals", dependencies=[Depends(require(Permission.READ_MATCHER_APPROVALS))])
async def list_matcher_approvals(ports: RequestPorts, opened: Service) -> MatcherApprovalsOut:
    """Approvals proposed, in force and ended, and what this worker screens with."""
    today = ports.clock.now().date()
    async with ports.database.connect() as connection:
        approvals = await ports.stores.registers.matcher_approvals(connection)
    shown = [
        MatcherApprovalOut(
            approval_id=each.approval_id,
            state="PENDING",
            version=each.version,
            algorithm=each.payload["algorithm"],
            threshold=each.payload["threshold"],
            proposed_by=each.proposer,
            approved_by=None,
            approved_on=None,
            approved_until=None,
        )
        for each in await Proposals(ports).pending(MATCHER_APPROVAL)
    ]
    shown += [
        MatcherApprovalOut(
            approval_id=each.approval_id,
            state="IN_FORCE" if each.approved_on <= today < each.approved_until else "EXPIRED",
            version=2,
            algorithm=each.algorithm,
            threshold=each.threshold,
            proposed_by=each.proposed_by,
            approved_by=each.approved_by,
            approved_on=each.approved_on,
            approved_until=each.approved_until,
        )
        for each in approvals
    ]
    matcher = opened.current.matcher
    in_use = {
        "algorithm": opened.built_algorithm,
        "threshold": opened.built_threshold,
        "digest": None if matcher is None else matcher.digest,
    }
    return MatcherApprovalsOut(matcher_approvals=shown, in_use=in_use)


@router.get("/v1/registers", dependencies=[Depends(require(Permission.READ_REGISTERS))])
async def read_registers(ports: RequestPorts) -> RegistersOut:
    """Every row in force, and what awaits a second person."""
    proposals = Proposals(ports)
    pending = [*await proposals.pending(LEGAL_ROW), *await proposals.pending(LIST_SOURCE)]
    async with ports.database.connect() as connection:
        rows = await ports.stores.registers.legal_rows(connection)
        sources = await ports.stores.registers.sources(connection)
    return RegistersOut(
        legal_rows=[
            {
                "row_id": str(row.row_id),
                "authority": row.authority,
                "action": row.action,
                "data_class": row.data_class,
                "purpose_code": row.purpose_code,
                **row.as_facts(),
            }
            for row in rows
        ],
        list_sources=[
            {"source_id": each.source_id, "kind": each.kind, "allow_list": list(each.allow_list)}
            for each in sources
        ],
        proposals=[ProposalOut.of(each) for each in pending],
    )


@router.post("/v1/registers", status_code=201, responses=_FAULTS)
async def propose_row(
    body: RegisterIn,
    principal: Annotated[Principal, Depends(require(Permission.PROPOSE_REGISTER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Propose a law or a list source; a second person in another role approves."""
    kind, subject, row = _checked_row(body)
    return ProposalOut.of(await Proposals(ports).propose(kind, subject, row, principal))


@router.post("/v1/registers/{approval_id}/approval", responses=_FAULTS)
async def decide_row(
    approval_id: UUID,
    body: DecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_REGISTER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Approve or reject a law or a list source as the second person."""
    kinds = {LEGAL_ROW, LIST_SOURCE}
    return ProposalOut.of(await Proposals(ports).decide(kinds, approval_id, principal, body.as_decision()))


@router.post("/v1/cases", status_code=204, responses=problems(AlreadyDecided))
async def open_case(
    body: CaseIn,
    principal: Annotated[Principal, Depends(require(Permission.DRAFT_ORDER))],
    ports: RequestPorts,
) -> None:
    """Open a case and assign its members: ad hoc questions are asked for an open case (SG-26)."""
    now = ports.clock.now()
    case = CaseFile(body.case_id, principal.subject, now, None, tuple(body.members))
    async with ports.transaction() as connection:
        if not await ports.stores.registers.open_case(connection, case):
            raise AlreadyDecided(kind="case number")
        await ports.audit.append(
            connection,
            actor=principal.subject,
            action="case.open",
            object_kind="case",
            object_id=body.case_id,
            facts={"members": tuple(body.members)},
        )


@router.post("/v1/cases/{case_id}/closing", status_code=204, responses=problems(NotFound))
async def close_case(
    case_id: str,
    principal: Annotated[Principal, Depends(require(Permission.DRAFT_ORDER))],
    ports: RequestPorts,
) -> None:
    """Close a case: no question is asked for it any more."""
    async with ports.transaction() as connection:
        if not await ports.stores.registers.close_case(connection, case_id, ports.clock.now()):
            raise NotFound(kind="open case")
        await ports.audit.append(
            connection,
            actor=principal.subject,
            action="case.close",
            object_kind="case",
            object_id=case_id,
        )


def _checked_row(body: RegisterIn) -> tuple[str, str, dict[str, Any]]:
    """The proposal's kind, what it changes, and the row, checked against its schema."""
    if body.register_name == "legal-rows":
        row = LegalRowIn.model_validate(body.row).model_dump(mode="json")
        subject = "/".join(row[key] for key in ("authority", "action", "data_class", "purpose_code"))
        return LEGAL_ROW, subject, row
    row = ListSourceIn.model_validate(body.row).model_dump(mode="json")
    return LIST_SOURCE, row["source_id"], row
