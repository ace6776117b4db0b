"""The registers: laws, authorities, agreements, country risk, list sources, carriers and routes."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault, ServiceFault
from services.console.page import Page, form_for, page_for
from services.console.register_fields import FORMS, as_written, blank, row_of
from services.console.registers import INGEST, SCREENING, SHARING, decide, read_registers
from shared.security.roles import Permission

router = APIRouter()
Register = Literal["legal-rows", "list-sources", "country-risk"]


@router.get("/registers")
async def show_registers(page: Annotated[Page, Depends(page_for(Permission.READ_REGISTERS))]) -> Response:
    """What is in force, and what waits for a second person."""
    views = await read_registers(page.services)
    return page.show("registers.html", views=views, forms=FORMS)


@router.get("/registers/new/{register}")
async def show_form(
    register: Register, page: Annotated[Page, Depends(page_for(Permission.PROPOSE_REGISTER))]
) -> Response:
    """The form of a row of screening's registers."""
    form = FORMS[register]
    return page.show("register_form.html", form=form, written=blank(form), fault=None)


@router.post("/registers/new/{register}")
async def propose(
    register: Register, page: Annotated[Page, Depends(form_for(Permission.PROPOSE_REGISTER))]
) -> Response:
    """Propose a row; a second person puts it in force. A form with a fault comes back as it was written."""
    form = FORMS[register]
    written = as_written(form, page.form)
    try:
        body = {"register": register, "row": row_of(form, written)}
        await page.screening.client.ask("POST", "/v1/registers", body=body)
    except (FormFault, ServiceFault) as fault:
        status = fault.status if isinstance(fault, ServiceFault) else HTTPStatus.UNPROCESSABLE_ENTITY
        return page.show("register_form.html", status=status, form=form, written=written, fault=fault)
    return page.go("/registers")


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
