"""HTTP for the registers: two persons put an entry in force, one suspends it. No rule lives here."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.sharing.errors import RefusedByPolicy, RegisterEntryRefused, RegisterEntryUnknown
from services.sharing.parts import Sharing, sharing_of
from services.sharing.statuses import problems
from services.sharing.store.registers import Register
from shared.approval.approvals import Approval
from shared.approval.errors import (
    ApprovalConflict,
    ApprovalRoleRefused,
    ApprovalUnknown,
    SamePerson,
    SameRole,
)
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(prefix="/v1/registers", tags=["registers"])

RegisterName = Literal["authorities", "agreements", "country-risk", "legal-rows", "consular-treaties"]
OfficeRegisterName = Literal["authorities", "agreements", "legal-rows", "consular-treaties"]
_REGISTERS: Final[dict[str, Register]] = {
    "authorities": Register.AUTHORITY,
    "agreements": Register.AGREEMENT,
    "country-risk": Register.COUNTRY_RISK,
    "legal-rows": Register.LEGAL_ROW,
    "consular-treaties": Register.CONSULAR_TREATY,
}
_NAMES: Final = {register: name for name, register in _REGISTERS.items()}

UseCases = Annotated[Sharing, Depends(sharing_of)]
EntryId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
_REFUSALS = problems(ApprovalRoleRefused, RegisterEntryRefused)


class RegisterDecisionIn(BaseModel):
    """The second person's decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approve: bool = True


class EntrySuspensionIn(BaseModel):
    """Why somebody stops it; a code or a few words without personal data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Annotated[str, Field(min_length=1, max_length=500)]


class EntryOut(BaseModel):
    """The newest version of an entry."""

    version: int
    entry: dict[str, Any]


class ApprovalOut(BaseModel):
    """A proposal and where it stands."""

    approval_id: UUID
    register_name: str
    entry_id: str
    state: str
    proposer: str
    proposer_role: str
    decided_by: str | None
    entry: dict[str, Any]

    @classmethod
    def of(cls, approval: Approval) -> "ApprovalOut":
        """What both persons see."""
        return cls(
            approval_id=approval.approval_id,
            register_name=_NAMES[Register(approval.kind)],
            entry_id=approval.subject,
            state=approval.state.value,
            proposer=approval.proposer,
            proposer_role=approval.proposer_role,
            decided_by=approval.decided_by,
            entry=dict(approval.payload),
        )


class RegisterOut(BaseModel):
    """A register: what is in force, and what waits for a second person."""

    entries: list[EntryOut]
    pending: list[ApprovalOut]


@router.get("/{register}")
async def read_register(
    register: RegisterName,
    sharing: UseCases,
    _: Annotated[Principal, Depends(require(Permission.READ_REGISTERS))],
) -> RegisterOut:
    """A register; it holds no personal data of travellers."""
    which = _REGISTERS[register]
    return RegisterOut(
        entries=[EntryOut(version=n, entry=body) for n, body in await sharing.registry.entries(which)],
        pending=[ApprovalOut.of(each) for each in await sharing.registry.pending(which)],
    )


@router.post("/country-risk", status_code=201, responses=_REFUSALS)
async def propose_country_risk(
    body: dict[str, Any],
    sharing: UseCases,
    author: Annotated[Principal, Depends(require(Permission.RECORD_INDIVIDUAL_RISK))],
) -> ApprovalOut:
    """The human-rights officer proposes the assessment of a State."""
    return ApprovalOut.of(await sharing.registry.propose(Register.COUNTRY_RISK, body, author))


@router.post("/approvals/{approval_id}", responses=problems(ApprovalUnknown, SamePerson, SameRole))
async def decide(
    approval_id: UUID,
    body: RegisterDecisionIn,
    sharing: UseCases,
    approver: Annotated[Principal, Depends(require(Permission.APPROVE_REGISTER))],
) -> ApprovalOut:
    """The second person puts a proposed entry in force, or rejects it."""
    if body.approve:
        return ApprovalOut.of(await sharing.registry.approve(approval_id, approver))
    return ApprovalOut.of(await sharing.registry.reject(approval_id, approver))


@router.post("/{register}", status_code=201, responses=_REFUSALS)
async def propose(
    register: OfficeRegisterName,
    body: dict[str, Any],
    sharing: UseCases,
    author: Annotated[Principal, Depends(require(Permission.PROPOSE_REGISTER))],
) -> ApprovalOut:
    """The first person proposes an entry."""
    return ApprovalOut.of(await sharing.registry.propose(_REGISTERS[register], body, author))


@router.post(
    "/{register}/{entry_id}/suspension",
    status_code=204,
    responses=problems(RegisterEntryUnknown, ApprovalConflict, RefusedByPolicy),
)
async def suspend(
    register: Literal["authorities", "agreements"],
    entry_id: EntryId,
    body: EntrySuspensionIn,
    sharing: UseCases,
    person: Annotated[Principal, Depends(require(Permission.PROPOSE_REGISTER))],
) -> None:
    """Stop an authority or an agreement at once; one person is enough, because it protects."""
    await sharing.registry.suspend(_REGISTERS[register], entry_id, body.why, person)
