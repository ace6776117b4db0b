"""HTTP for retention: its state, holds and extensions by two people, masked values under a grant."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.ingest.registers.change import proposal_json
from services.ingest.retention.decisions import EXTENSION, HOLD, DecideRetention
from services.ingest.retention.errors import (
    GrantUnknown,
    HoldUnknown,
    RecordsUnknown,
    RetentionRefused,
    ScreeningSilent,
    VaultClosed,
    VaultUnreadable,
)
from services.ingest.retention.hit_links import AskScreening
from services.ingest.retention.masked_elements import ELEMENTS
from services.ingest.retention.reidentify import Reidentify
from services.ingest.retention.runs import read_runs
from services.ingest.routes import PortsOf
from services.ingest.store.retention import RetentionStore
from services.ingest.store.retention_decisions import Reidentification
from shared.approval.decision_form import DecisionIn
from shared.approval.errors import DECISION_FAULTS, ApprovalRoleRefused
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(403, RetentionRefused)
register_problems(404, HoldUnknown, GrantUnknown, RecordsUnknown)
register_problems(409, VaultClosed, VaultUnreadable)
register_problems(503, ScreeningSilent)

router = APIRouter(tags=["retention"])

MAX_RECORDS = 100
FIGURE_DAYS = 31
FIVE_YEARS_DAYS = 1826
_ELEMENTS = "|".join(ELEMENTS)
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=2000)]
Case = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")]
Records = Annotated[frozenset[UUID], Field(min_length=1, max_length=MAX_RECORDS)]
Elements = Annotated[
    frozenset[Annotated[str, Field(pattern=f"^({_ELEMENTS})$")]],
    Field(min_length=1, max_length=len(ELEMENTS)),
]
Readers = Annotated[Principal, Depends(require(Permission.READ_RETENTION))]
Proposing = Annotated[Principal, Depends(require(Permission.PROPOSE_RETENTION))]
Approving = Annotated[Principal, Depends(require(Permission.APPROVE_RETENTION))]
Asking = Annotated[Principal, Depends(require(Permission.ASK_REIDENTIFICATION))]
Granting = Annotated[Principal, Depends(require(Permission.GRANT_REIDENTIFICATION))]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class HoldIn(_In):
    """A hold by the order of a court or prosecutor: records by identifier, one open case, the next review."""

    record_ids: Records
    case_id: Case
    ordered_by: Literal["COURT", "PROSECUTOR"]
    order_ref: Case
    review_at: date


class HoldEndIn(_In):
    """Why a hold ends before its review."""

    cause: Literal["CASE_CLOSED", "ORDER_LIFTED", "NOT_NEEDED"]


class RetentionExtensionIn(_In):
    """Records of a confirmed hit that are to be kept until an age in days; the case shows the link."""

    record_ids: Records
    case_id: Case
    until_age_days: Annotated[int, Field(ge=1, le=FIVE_YEARS_DAYS)]


class ReidentificationIn(_In):
    """Elements of masked records that somebody asks to see, for a case, with reasons."""

    record_ids: Records
    fields: Elements
    case_id: Case
    statement: Words


class FindingIn(_In):
    """The second person's own finding, saved before the first's reasons are shown to them."""

    is_needed: bool
    statement: Words


class GrantIn(_In):
    """The answer of a court or the independent authority; a grant lasts at most 72 hours."""

    is_granted: bool
    hours: Annotated[int, Field(ge=1, le=72)] = 24
    statement: Words


class ReidentificationOut(BaseModel):
    """A request as far as it has come; nothing of the masked values."""

    model_config = ConfigDict(from_attributes=True)

    request_id: UUID
    case_id: str
    record_ids: list[UUID]
    fields: list[str]
    first: str
    first_statement: str
    asked_at: datetime
    second: str | None
    second_finds_need: bool | None
    authority_type: str | None
    signed_by: str | None
    is_granted: bool | None
    expires: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, request: Reidentification) -> "ReidentificationOut":
        """From the store's value."""
        return cls.model_validate(request)


def decide_retention(request: Request, ports: PortsOf) -> DecideRetention:
    """The use case of holds and extensions, with the way to screening."""

    async def ask(travellers: Any) -> Any:
        return await AskScreening(request.app.state.screening_carrier, ports.identifiers)(travellers)

    return DecideRetention(ports, ask)


def reidentify(request: Request, ports: PortsOf) -> Reidentify:
    """The use case of showing masked values, with the vault's private half where there is one."""
    return Reidentify(ports, request.app.state.open_vault)


UseDecisions = Annotated[DecideRetention, Depends(decide_retention)]
UseReidentify = Annotated[Reidentify, Depends(reidentify)]


@router.get("/v1/retention", dependencies=[Depends(require(Permission.READ_RETENTION))])
async def read_retention(ports: PortsOf) -> dict[str, Any]:
    """What is held, masked and overdue now, what was done in the last month by day, and the last runs."""
    now = ports.clock.now()
    store = RetentionStore()
    async with ports.database.connect() as connection:
        state = await store.state(connection, now)
        until = now.date() + timedelta(days=1)
        figures = await store.figures(connection, until - timedelta(days=FIGURE_DAYS), until)
        runs = await read_runs(connection)
    return {"at": now, "state": state, "figures": figures, "runs": runs}


@router.get("/v1/retention/holds", dependencies=[Depends(require(Permission.READ_RETENTION))])
async def read_holds(use: UseDecisions) -> dict[str, Any]:
    """Every hold, and the proposals of holds and extensions that await a second person."""
    found = await use.read()
    return {"holds": found["holds"], "pending": [proposal_json(each) for each in found["pending"]]}


@router.post("/v1/retention/holds", status_code=201, responses=problems(RecordsUnknown, ApprovalRoleRefused))
async def propose_hold(body: HoldIn, principal: Proposing, use: UseDecisions) -> dict[str, Any]:
    """Propose a hold (SG-25); it takes effect when another person approves."""
    return proposal_json(await use.propose(principal, HOLD, body.model_dump(mode="json")))


@router.post(
    "/v1/retention/extensions", status_code=201, responses=problems(RecordsUnknown, ApprovalRoleRefused)
)
async def propose_extension(
    body: RetentionExtensionIn, principal: Proposing, use: UseDecisions
) -> dict[str, Any]:
    """Propose to keep records of a confirmed hit longer (SG-23); nothing outlives five years."""
    return proposal_json(await use.propose(principal, EXTENSION, body.model_dump(mode="json")))


@router.post(
    "/v1/retention/approvals/{approval_id}",
    responses=problems(*DECISION_FAULTS, RecordsUnknown, RetentionRefused, ScreeningSilent),
)
async def decide_proposal(
    approval_id: UUID, body: DecisionIn, principal: Approving, use: UseDecisions
) -> dict[str, Any]:
    """Approve as the second person, which takes effect at once; or reject."""
    return proposal_json(
        await use.decide(principal, approval_id, expected_version=body.version, reject=body.reject)
    )


@router.post("/v1/retention/holds/{hold_id}/end", status_code=204, responses=problems(HoldUnknown))
async def end_hold(hold_id: UUID, body: HoldEndIn, principal: Approving, use: UseDecisions) -> None:
    """End a hold: one person is enough for what protects."""
    await use.end_hold(principal, hold_id, body.cause)


@router.get("/v1/reidentifications")
async def read_reidentifications(
    principal: Readers, use: UseReidentify
) -> dict[str, list[ReidentificationOut]]:
    """Every request to see masked values, newest first."""
    return {"requests": [ReidentificationOut.of(each) for each in await use.requests(principal)]}


@router.post("/v1/reidentifications", status_code=201)
async def ask_reidentification(
    body: ReidentificationIn, principal: Asking, use: UseReidentify
) -> dict[str, UUID]:
    """Ask to see elements of masked records; the number goes to the independent authority."""
    request_id = await use.ask(principal, body.case_id, body.record_ids, body.fields, body.statement)
    return {"request_id": request_id}


@router.post("/v1/reidentifications/{request_id}/finding", status_code=204, responses=problems(GrantUnknown))
async def find_reidentification(
    request_id: UUID, body: FindingIn, principal: Asking, use: UseReidentify
) -> None:
    """Say, as the second person, whether it is needed."""
    await use.find(principal, request_id, body.statement, is_needed=body.is_needed)


@router.post("/v1/reidentifications/{request_id}/grant", status_code=204, responses=problems(GrantUnknown))
async def grant_reidentification(
    request_id: UUID, body: GrantIn, principal: Granting, use: UseReidentify
) -> None:
    """Grant or deny, as a court or the independent authority."""
    await use.grant(principal, request_id, body.statement, body.hours, is_granted=body.is_granted)


@router.post(
    "/v1/reidentifications/{request_id}/use",
    responses=problems(GrantUnknown, RecordsUnknown, RetentionRefused, VaultClosed, VaultUnreadable),
)
async def use_reidentification(
    request_id: UUID, principal: Asking, use: UseReidentify
) -> dict[str, dict[UUID, dict[str, Any]]]:
    """The granted elements of the granted records, once."""
    return {"records": await use.use(principal, request_id)}
