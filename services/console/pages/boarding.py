"""Boarding: what two officers find about an advice, its release, and whom somebody has to call.

Source: workflow.md §4; safeguards.md SG-08, SG-34.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.boarding import Boarding
from services.console.hit_names import flights_of_hits
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

CAUSES: Final = ("DOCUMENT_CHECKED", "NOT_THE_PERSON", "HUMAN_RIGHTS", "LAW", "OTHER")
FINDINGS: Final = frozenset({"CLEAR", "RISK"})
OFFICES: Final = ("legal", "human_rights")
DRAFT: Final = "DRAFT"
ADVICE: Final = "BOARDING_ADVICE"

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_ORDERS))]
Assessing = Annotated[Page, Depends(form_for(Permission.ASSESS_ORDER))]
Releasing = Annotated[Page, Depends(form_for(Permission.RELEASE_ORDER))]
Calling = Annotated[Page, Depends(form_for(Permission.TELL_CARRIER))]


def _boarding(page: Page) -> Boarding:
    return Boarding(page.screening.client, page.ingest.client)


@router.get("/boarding")
async def show_boarding(page: Reader) -> Response:
    """Drafts to assess, whom somebody has to call, and every advice and hold."""
    return await _shown(page)


@router.post("/boarding/orders/{order_id}/assessment")
async def assess(order_id: UUID, page: Assessing) -> Response:
    """What the legal or the human-rights officer finds, each for their own office."""
    body: dict[str, Any] = {"words": page.form.needed("words", limit=2000)}
    for office in OFFICES:
        if page.form.text(office):
            body[office] = page.form.choice(office, FINDINGS)
    if page.form.text("individual_risk"):
        body["individual_risk"] = page.form.choice("individual_risk", frozenset({"yes", "no"})) == "yes"
    await _boarding(page).assess(str(order_id), body)
    return page.done("/boarding")


@router.post("/boarding/orders/{order_id}/release")
async def release(order_id: UUID, page: Releasing) -> Response:
    """Take an advice back: one person is enough, and the carrier is told."""
    await _boarding(page).release(str(order_id), page.form.choice("cause", frozenset(CAUSES)))
    return page.done("/boarding")


@router.post("/boarding/changes/{message_id}/references")
async def show_references(message_id: UUID, page: Calling) -> Response:
    """By what the carrier knows the traveller; the look is recorded."""
    references = await _boarding(page).references(str(message_id))
    return await _shown(page, references=references, opened=str(message_id))


@router.post("/boarding/changes/{message_id}/told")
async def note_told(message_id: UUID, page: Calling) -> Response:
    """The carrier was told by telephone."""
    await _boarding(page).told(str(message_id))
    return page.done("/boarding")


async def _shown(page: Page, **facts: Any) -> Response:
    boarding = _boarding(page)
    usual: dict[str, Any] = {"references": None, "opened": None}
    orders = await boarding.orders()
    changes = await boarding.changes()
    return page.show(
        "boarding.html",
        **usual | facts,
        drafts=[each for each in orders if each.kind == ADVICE and each.state == DRAFT],
        directives=await boarding.directives(),
        to_call=[each for each in changes if each.must_be_called],
        told=[each for each in changes if not each.must_be_called],
        causes=CAUSES,
        flights=await flights_of_hits(page),
    )
