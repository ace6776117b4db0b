"""The registers: laws, authorities, agreements, country risk, list sources, carriers and routes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, form_for, page_for
from services.console.registers import INGEST, SCREENING, SHARING, decide, read_registers
from shared.security.roles import Permission

router = APIRouter()


@router.get("/registers")
async def show_registers(page: Annotated[Page, Depends(page_for(Permission.READ_REGISTERS))]) -> Response:
    """What is in force, and what waits for a second person."""
    views = await read_registers(page.services)
    return page.show("registers.html", views=views)


@router.post("/registers/{approval_id}/approval")
async def decide_proposal(
    approval_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_REGISTER))]
) -> Response:
    """The second person's decision; the register's own service says whether this person may be the second."""
    service = page.form.choice("service", frozenset({INGEST, SCREENING, SHARING}))
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    version = page.form.text("version", limit=9)
    await decide(
        page.services[service],
        approval_id,
        version=int(version) if version.isdigit() else 1,
        is_approved=decision == "approve",
    )
    return page.go("/registers")
