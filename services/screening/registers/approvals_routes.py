"""Standing orders and approvals of the matcher: one person proposes, another approves."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from services.screening.registers.forms import (
    REGISTER_FAULTS,
    ApprovalDecisionIn,
    MatcherApprovalIn,
    ProposalOut,
    StandingOrderIn,
)
from services.screening.registers.proposals import MATCHER_APPROVAL, STANDING_ORDER, Proposals
from services.screening.service import RequestPorts, Service
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["approvals"])

#: SG-03: warnings at 30, 14, 7 and 1 days before the end.
WARNED_FROM_DAYS = 30
_NO_ORDER = "No standing order is in force, so travellers wait unscreened in ingest's outbox."


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


@router.post("/v1/standing-orders", status_code=201, responses=REGISTER_FAULTS)
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


@router.post("/v1/standing-orders/{order_id}/approval", responses=REGISTER_FAULTS)
async def decide_standing_order(
    order_id: UUID,
    body: ApprovalDecisionIn,
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


@router.post("/v1/matcher-approvals", status_code=201, responses=REGISTER_FAULTS)
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


@router.post("/v1/matcher-approvals/{approval_id}/approval", responses=REGISTER_FAULTS)
async def decide_matcher(
    approval_id: UUID,
    body: ApprovalDecisionIn,
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
