"""Masked values: asked for by one, found needed by a second, granted by the independent authority, seen once.

Source: safeguards.md SG-09, SG-22, SG-24.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.retention import Retention
from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.record_ids import record_ids
from shared.security.roles import Permission

ELEMENTS: Final = (
    "names",
    "date_of_birth",
    "document",
    "nationality",
    "sex",
    "birth_place",
    "residence",
    "address",
    "contact",
    "payment",
    "frequent_flyer",
    "remarks",
)
MAX_HOURS: Final = 72

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_RETENTION))]
Asking = Annotated[Page, Depends(form_for(Permission.ASK_REIDENTIFICATION))]
Granting = Annotated[Page, Depends(form_for(Permission.GRANT_REIDENTIFICATION))]


def _retention(page: Page) -> Retention:
    return Retention(page.ingest.client)


@router.get("/reidentifications")
async def show_requests(page: Reader) -> Response:
    """Every request, as far as it has come; the values are on no list."""
    requests = await _retention(page).reidentifications()
    return page.show("reidentifications.html", requests=requests, elements=ELEMENTS, max_hours=MAX_HOURS)


@router.post("/reidentifications")
async def ask(page: Asking) -> Response:
    """Ask to see elements of masked records, for a case, with reasons."""
    chosen = page.form.chosen("fields")
    if not chosen or not set(chosen) <= set(ELEMENTS):
        raise FormFault(field="choose what has to be seen")
    body = {
        "record_ids": record_ids(page.form, "record_ids"),
        "fields": chosen,
        "case_id": page.form.needed("case_id", limit=100),
        "statement": page.form.needed("statement", limit=2000),
    }
    await _retention(page).ask_reidentification(body)
    return page.done("/reidentifications")


@router.post("/reidentifications/{request_id}/finding")
async def find(request_id: UUID, page: Asking) -> Response:
    """The second person's own finding, made before the first's reasons are shown."""
    finding = page.form.choice("finding", frozenset({"needed", "not_needed"}))
    body = {
        "is_needed": finding == "needed",
        "statement": page.form.needed("statement", limit=2000),
    }
    await _retention(page).reidentification(str(request_id), "finding", body)
    return page.done("/reidentifications")


@router.post("/reidentifications/{request_id}/grant")
async def grant(request_id: UUID, page: Granting) -> Response:
    """The answer of a court or the independent authority."""
    decision = page.form.choice("decision", frozenset({"grant", "deny"}))
    hours = page.form.text("hours", limit=2)
    if not hours.isdigit() or not 1 <= int(hours) <= MAX_HOURS:
        raise FormFault(field=f"a grant lasts 1 to {MAX_HOURS} hours")
    body = {
        "is_granted": decision == "grant",
        "hours": int(hours),
        "statement": page.form.needed("statement", limit=2000),
    }
    await _retention(page).reidentification(str(request_id), "grant", body)
    return page.done("/reidentifications")


@router.post("/reidentifications/{request_id}/use")
async def use(request_id: UUID, page: Asking) -> Response:
    """Show the granted elements, once; the person is told of it."""
    records = await _retention(page).shown(str(request_id))
    return page.show("reidentified.html", records=records)
