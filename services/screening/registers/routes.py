"""Laws and list sources, which two people put in force; and the cases that questions are asked for."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import ValidationError

from services.screening.errors import AlreadyDecided, NotFound, RowRefused
from services.screening.registers.forms import (
    REGISTER_FAULTS,
    ApprovalDecisionIn,
    CaseIn,
    CountryRiskIn,
    LegalRowIn,
    ListSourceIn,
    ProposalOut,
    RegisterIn,
)
from services.screening.registers.proposals import COUNTRY_RISK, LEGAL_ROW, LIST_SOURCE, Proposals
from services.screening.registers.rows import CaseFile
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["registers"])


class RegistersOut(Out):
    """What is in force in the registers, and what awaits a second person."""

    legal_rows: list[dict[str, Any]]
    list_sources: list[dict[str, Any]]
    country_risk: list[dict[str, Any]]
    proposals: list[ProposalOut]


@router.get("/v1/registers", dependencies=[Depends(require(Permission.READ_REGISTERS))])
async def read_registers(ports: RequestPorts) -> RegistersOut:
    """Every row in force, and what awaits a second person."""
    proposals = Proposals(ports)
    pending = [*await proposals.pending(LEGAL_ROW), *await proposals.pending(LIST_SOURCE)]
    pending += await proposals.pending(COUNTRY_RISK)
    async with ports.database.connect() as connection:
        rows = await ports.stores.registers.legal_rows(connection)
        sources = await ports.stores.registers.sources(connection)
        risks = await ports.stores.boarding.risks(connection)
    return RegistersOut(
        legal_rows=[
            {
                "row_id": str(row.row_id),
                "authority": row.authority,
                "action": row.action,
                "data_class": row.data_class,
                "purpose_code": row.purpose_code,
                "orders": list(row.orders),
                **row.as_facts(),
            }
            for row in rows
        ],
        country_risk=[
            {
                "state": each.state,
                "level": each.level,
                "death_penalty": each.death_penalty,
                "assessed_at": each.assessed_at.isoformat(),
                "sources": each.sources,
            }
            for each in risks
        ],
        list_sources=[
            {"source_id": each.source_id, "kind": each.kind, "allow_list": list(each.allow_list)}
            for each in sources
        ],
        proposals=[ProposalOut.of(each) for each in pending],
    )


@router.post("/v1/registers", status_code=201, responses=REGISTER_FAULTS)
async def propose_row(
    body: RegisterIn,
    principal: Annotated[Principal, Depends(require(Permission.PROPOSE_REGISTER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Propose a law or a list source; a second person in another role approves."""
    kind, subject, row = _checked_row(body)
    return ProposalOut.of(await Proposals(ports).propose(kind, subject, row, principal))


@router.post("/v1/registers/{approval_id}/approval", responses=REGISTER_FAULTS)
async def decide_row(
    approval_id: UUID,
    body: ApprovalDecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_REGISTER))],
    ports: RequestPorts,
) -> ProposalOut:
    """Approve or reject a law or a list source as the second person."""
    kinds = {LEGAL_ROW, LIST_SOURCE, COUNTRY_RISK}
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
    try:
        if body.register_name == "legal-rows":
            row = LegalRowIn.model_validate(body.row).model_dump(mode="json")
            subject = "/".join(row[key] for key in ("authority", "action", "data_class", "purpose_code"))
            return LEGAL_ROW, subject, row
        if body.register_name == "country-risk":
            row = CountryRiskIn.model_validate(body.row).model_dump(mode="json")
            return COUNTRY_RISK, row["state"], row
        row = ListSourceIn.model_validate(body.row).model_dump(mode="json")
        return LIST_SOURCE, row["source_id"], row
    except ValidationError as fault:
        field = ".".join(str(step) for step in fault.errors(include_input=False)[0]["loc"])
        raise RowRefused(field=field or "row") from None
