"""Travellers cleared of a mistake: two people add, one looks again, a wish takes away."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import ConsoleFault, FormFault, ServiceFault
from services.console.page import Page, Submitted, form_for, page_for
from shared.security.roles import Permission

MAX_DAYS: Final = 1095
WRITTEN: Final = (
    "entry_id",
    "evidence",
    "valid_days",
    "redress_number",
    "document_number",
    "issuer",
    "surname",
    "given_names",
    "birth_date",
)
_OUTCOMES: Final = frozenset({"STILL_CLEARED", "NO_LONGER_CLEARED"})

router = APIRouter()


@router.get("/cleared")
async def show_cleared(page: Annotated[Page, Depends(page_for(Permission.READ_CLEARED))]) -> Response:
    """The register; nobody is named in it."""
    return await _shown(page)


@router.post("/cleared")
async def propose(page: Annotated[Page, Depends(form_for(Permission.CLEAR_TRAVELLER))]) -> Response:
    """Propose to clear somebody; what was typed leaves as digests and is not kept."""
    try:
        await page.matching.propose_clearance(_clearance(page.form))
    except (FormFault, ServiceFault) as fault:
        return await _shown(page, fault)
    return page.done("/cleared")


@router.post("/cleared/{approval_id}/approval")
async def decide(
    approval_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_CLEARANCE))]
) -> Response:
    """The second person's decision."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    version = page.form.text("version", limit=9)
    body = {"approve": decision == "approve", "version": int(version) if version.isdigit() else 1}
    await page.matching.decide_clearance(str(approval_id), body)
    return page.done("/cleared")


@router.post("/cleared/{cleared_id}/review")
async def look_again(
    cleared_id: UUID, page: Annotated[Page, Depends(form_for(Permission.CLEAR_TRAVELLER))]
) -> Response:
    """The silent look after the entry's identifiers changed."""
    await page.matching.look_again(str(cleared_id), page.form.choice("outcome", _OUTCOMES))
    return page.done("/cleared")


@router.post("/cleared/{cleared_id}/ending")
async def end(
    cleared_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_CLEARANCE))]
) -> Response:
    """Erase a record on the person's request."""
    page.form.choice("confirmation", frozenset({"erase"}))
    await page.matching.end_clearance(str(cleared_id))
    return page.done("/cleared")


def _clearance(form: Submitted) -> dict[str, Any]:
    """The body that screening takes: by a redress number, or by a document with name and birth date."""
    days = form.needed("valid_days", limit=4)
    if not days.isdigit() or not 1 <= int(days) <= MAX_DAYS:
        raise FormFault(field=f"write how many days it holds, 1 to {MAX_DAYS}")
    body: dict[str, Any] = {
        "entry_id": form.needed("entry_id", limit=100),
        "evidence": form.needed("evidence", limit=100),
        "valid_days": int(days),
    }
    redress, number = form.text("redress_number", limit=40), form.text("document_number", limit=40)
    if not redress and not number:
        raise FormFault(field="write a redress number, or a document with name and birth date")
    if redress:
        body["redress_number"] = redress
    if number:
        body |= {
            "document": {"number": number, "issuer": form.needed("issuer", limit=3).upper()},
            "surname": form.needed("surname", limit=200),
            "given_names": form.text("given_names", limit=200),
            "birth_date": _day(form.needed("birth_date", limit=10)),
        }
    return body


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise FormFault(field="write the birth date as 1984-02-29") from None


async def _shown(page: Page, fault: ConsoleFault | None = None) -> Response:
    status: int = HTTPStatus.OK
    if fault is not None:
        status = fault.status if isinstance(fault, ServiceFault) else HTTPStatus.UNPROCESSABLE_ENTITY
    written = {name: page.form.text(name, limit=200) for name in WRITTEN}
    view = await page.matching.cleared()
    return page.show(
        "cleared.html", status=status, view=view, fault=fault, written=written, most_days=MAX_DAYS
    )
