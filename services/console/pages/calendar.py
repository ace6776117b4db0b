"""The review calendar: what is overdue and due, and findings that wait for a second person."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

#: How far ahead the calendar looks, in days.
PERIODS: Final = (30, 60, 180, 366)
USUAL_PERIOD: Final = 60
_ANSWERS: Final = frozenset({"agree", "lapse"})

router = APIRouter()


@router.get("/calendar")
async def show_calendar(
    page: Annotated[Page, Depends(page_for(Permission.READ_WATCHLIST))], days: int = USUAL_PERIOD
) -> Response:
    """Entries by the day on which they leave screening if nobody renews them; no persons."""
    period = days if days in PERIODS else USUAL_PERIOD
    due = await page.entries.due(period)
    today = page.now().date()
    renewals = await page.entries.renewals() if page.may("READ_RENEWALS") else []
    return page.show(
        "calendar.html",
        overdue=[each for each in due if each.day <= today],
        coming=[each for each in due if each.day > today],
        today=today,
        period=period,
        periods=PERIODS,
        found={each.subject: each for each in renewals},
    )


@router.get("/renewals")
async def show_renewals(
    page: Annotated[Page, Depends(page_for(Permission.READ_RENEWALS))],
) -> Response:
    """Reviewers' findings that wait for a second person."""
    return page.show("renewals.html", renewals=await page.entries.renewals())


@router.post("/renewals/{approval_id}")
async def answer_renewal(
    approval_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_RENEWAL))]
) -> Response:
    """The second person agrees, or lets the entry lapse on its day."""
    answer = page.form.choice("answer", _ANSWERS)
    await page.entries.answer_renewal(str(approval_id), agrees=answer == "agree")
    return page.done("/renewals")
