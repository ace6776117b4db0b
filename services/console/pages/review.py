"""The comparison of a traveller with an entry, and the decision; first and second look are the same page."""

from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import ConsoleFault, FormFault, ServiceFault
from services.console.page import Page, Submitted, form_for, page_for
from services.console.seen.hits import HitView
from services.console.words import REVIEW_OUTCOMES
from shared.security.roles import Permission

MAX_REASONS_CHARACTERS: Final = 2000
_EXPLANATION: Final = "explanation_"

router = APIRouter()
Verifier = Annotated[Page, Depends(page_for(Permission.REVIEW))]
VerifierForm = Annotated[Page, Depends(form_for(Permission.REVIEW))]


@router.get("/review/{hit_id}")
async def show_review(hit_id: UUID, page: Verifier) -> Response:
    """Take or keep the lease and show both sides."""
    return _shown(page, await page.screening.lease(str(hit_id)), Submitted(page.form.fields))


@router.post("/fragments/review/{hit_id}/lease")
async def keep_lease(hit_id: UUID, page: VerifierForm) -> Response:
    """Keep the lease while the page is worked on; asked for by the page."""
    view = await page.screening.lease(str(hit_id))
    return page.show("review_lease.html", view=view)


@router.post("/review/{hit_id}/release")
async def hand_back(hit_id: UUID, page: VerifierForm) -> Response:
    """Hand the hit back undecided."""
    await page.screening.release(str(hit_id))
    return page.done("/queue")


@router.post("/review/{hit_id}/decision")
async def decide(hit_id: UUID, page: VerifierForm) -> Response:
    """Record the decision and open the next hit; a refusal keeps what was written."""
    try:
        decided = await page.screening.decide(str(hit_id), **_answer(page.form))
    except (ServiceFault, FormFault) as fault:
        status = fault.status if isinstance(fault, ServiceFault) else HTTPStatus.UNPROCESSABLE_ENTITY
        view = await page.screening.lease(str(hit_id))
        return _shown(page, view, page.form, fault=fault, status=status)
    next_page = f"/review/{UUID(decided.next_hit_id)}?recorded=1" if decided.next_hit_id else "/queue?done=1"
    return page.go(next_page)


def _answer(form: Submitted) -> dict[str, Any]:
    """The decision as screening takes it; at least one identifier has to be compared."""
    compared = form.chosen("compared_fields")
    if not compared:
        raise FormFault(field="tick what you compared")
    return {
        "outcome": form.choice("outcome", frozenset(REVIEW_OUTCOMES)),
        "reasons": form.needed("reasons", limit=MAX_REASONS_CHARACTERS),
        "compared_fields": compared,
        "explanations": {
            name.removeprefix(_EXPLANATION): words
            for name in form.fields
            if name.startswith(_EXPLANATION) and (words := form.text(name, limit=MAX_REASONS_CHARACTERS))
        },
    }


def _shown(
    page: Page, view: HitView, form: Submitted, fault: ConsoleFault | None = None, status: int = 200
) -> Response:
    return page.show(
        "review.html",
        status=status,
        view=view,
        fault=fault,
        written={
            "reasons": form.text("reasons", limit=MAX_REASONS_CHARACTERS),
            "outcome": form.text("outcome"),
            "compared": form.chosen("compared_fields"),
            "explained": {
                each.code: form.text(_EXPLANATION + each.code, limit=MAX_REASONS_CHARACTERS)
                for each in view.contradictions
            },
        },
        outcomes=REVIEW_OUTCOMES,
    )
