"""The registers: laws, authorities, agreements, country risk, list sources, carriers and routes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault, ServiceFault
from services.console.page import Page, form_for, page_for
from services.console.register_fields import RegisterForm, as_written, blank, row_of, written_of
from services.console.register_forms import FORMS
from services.console.registers import INGEST, SCREENING, SHARING, decide, propose, read_registers
from shared.security.roles import Permission

router = APIRouter()
#: The form of each register, by its service and name.
_FORM_OF: Final = {(form.service, form.register): name for name, form in FORMS.items()}


@router.get("/registers")
async def show_registers(page: Annotated[Page, Depends(page_for(Permission.READ_REGISTERS))]) -> Response:
    """What is in force, and what waits for a second person."""
    views = await read_registers(page.services)
    return page.show("registers.html", views=views, forms=FORMS, form_of=_FORM_OF)


@router.get("/registers/new/{register}")
async def show_form(
    register: str, page: Annotated[Page, Depends(page_for(Permission.PROPOSE_REGISTER))], like: str = ""
) -> Response:
    """The form of a row; `like` a row in force, whose values then stand in it."""
    form = _form(register)
    written = blank(form) if not like else written_of(form, await _row_in_force(page, form, like))
    return page.show(
        "register_form.html", name=register, form=form, written=written, fault=None, is_change=bool(like)
    )


@router.post("/registers/new/{register}")
async def propose_row(
    register: str, page: Annotated[Page, Depends(form_for(Permission.PROPOSE_REGISTER))]
) -> Response:
    """Propose a row; a second person puts it in force. A form with a fault comes back as it was written."""
    form = _form(register)
    written = as_written(form, page.form)
    try:
        await propose(page.services[form.service], form.register, row_of(form, written))
    except (FormFault, ServiceFault) as fault:
        status = fault.status if isinstance(fault, ServiceFault) else HTTPStatus.UNPROCESSABLE_ENTITY
        return page.show(
            "register_form.html",
            status=status,
            name=register,
            form=form,
            written=written,
            fault=fault,
            is_change=False,
        )
    return page.done("/registers")


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
    return page.done("/registers")


def _form(name: str) -> RegisterForm:
    if name not in FORMS:
        raise FormFault(field="there is no such register")
    return FORMS[name]


async def _row_in_force(page: Page, form: RegisterForm, key: str) -> Mapping[str, Any]:
    for view in await read_registers(page.services):
        if (view.register.service, view.register.name) == (form.service, form.register):
            for row in view.rows:
                if form.key_of(row) == key:
                    return row
    raise FormFault(field="this row is not in force any more")
