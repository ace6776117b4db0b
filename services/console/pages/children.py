"""The child-protection desk: cases with their clock, the best-interests finding, the referral.

Source: safeguards.md SG-16.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, form_for, page_for
from services.console.seen.children import ChildCase
from shared.security.roles import Permission

MAX_WORDS = 4000

router = APIRouter()
Specialist = Annotated[Page, Depends(page_for(Permission.WORK_CHILDREN))]
Working = Annotated[Page, Depends(form_for(Permission.WORK_CHILDREN))]


@router.get("/children")
async def show_children(page: Specialist) -> Response:
    """The open cases, the most urgent first."""
    client = page.screening.client
    found = client.read_all(ChildCase, await client.ask("GET", "/v1/children"), "cases")
    return page.show("children.html", cases=found)


@router.post("/children/{hit_id}/assessment")
async def assess(hit_id: UUID, page: Working) -> Response:
    """Record what is in the child's best interests."""
    finding = page.form.choice("finding", frozenset({"ALLOWS", "FORBIDS"}))
    body = {
        "allows_inspection": finding == "ALLOWS",
        "allows_share": page.form.text("allows_share") == "yes",
        "words": page.form.needed("words", limit=MAX_WORDS),
    }
    await page.screening.client.ask("POST", f"/v1/children/{hit_id}/assessment", body=body)
    return page.done("/children")


@router.post("/children/{hit_id}/referral")
async def refer(hit_id: UUID, page: Working) -> Response:
    """Refer the child to those who help."""
    body = {"words": page.form.needed("words", limit=MAX_WORDS)}
    await page.screening.client.ask("POST", f"/v1/children/{hit_id}/referral", body=body)
    return page.done("/children")
