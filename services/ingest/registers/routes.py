"""HTTP for the registers: read, propose, approve."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.ingest.errors import ChangeRefused, RegisterMalformed
from services.ingest.registers.change import ChangeRegisters, proposal_json
from services.ingest.registers.rows import Register
from services.ingest.routes import PortsOf
from shared.approval.decision_form import DecisionIn
from shared.approval.errors import DECISION_FAULTS, ApprovalRoleRefused
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(403, ChangeRefused)
register_problems(422, RegisterMalformed)

router = APIRouter(tags=["registers"])


class ProposalIn(BaseModel):
    """A row to put in force, or (`remove`) to take out of force by its key."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    register_name: Annotated[Register, Field(alias="register")]
    row: dict[str, Any]
    remove: bool = False


@router.get("/v1/registers", dependencies=[Depends(require(Permission.READ_REGISTERS))])
async def read_registers(ports: PortsOf) -> dict[str, Any]:
    """Every row in force with its two persons, and what awaits a second one."""
    return await ChangeRegisters(ports).read()


@router.post("/v1/registers", status_code=201, responses=problems(RegisterMalformed, ApprovalRoleRefused))
async def propose_row(
    proposal: ProposalIn,
    asking: Annotated[Principal, Depends(require(Permission.PROPOSE_REGISTER))],
    ports: PortsOf,
) -> dict[str, Any]:
    """Propose a row; nothing changes until another person approves."""
    proposed = await ChangeRegisters(ports).propose(
        asking, proposal.register_name, proposal.row, remove=proposal.remove
    )
    return proposal_json(proposed)


@router.post(
    "/v1/registers/{approval_id}/approval",
    responses=problems(*DECISION_FAULTS, ChangeRefused),
)
async def decide_proposal(
    approval_id: UUID,
    decision: DecisionIn,
    asking: Annotated[Principal, Depends(require(Permission.APPROVE_REGISTER))],
    ports: PortsOf,
) -> dict[str, Any]:
    """Approve as the second person, which puts the row in force at once; or reject."""
    decided = await ChangeRegisters(ports).decide(
        asking, approval_id, expected_version=decision.version, reject=decision.reject
    )
    return proposal_json(decided)
