"""The verifier's queue: the time left first, one line of why; and what nobody got to."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, page_for
from shared.security.roles import Permission

router = APIRouter()
Verifier = Annotated[Page, Depends(page_for(Permission.REVIEW))]


@router.get("/queue")
async def show_queue(page: Verifier) -> Response:
    """Open work, by time to arrival or departure."""
    return page.show("queue.html", queue=await page.screening.queue())


@router.get("/fragments/queue")
async def refresh_queue(page: Verifier) -> Response:
    """The same rows, asked for by the page every half minute."""
    return page.show("queue_rows.html", queue=await page.screening.queue())


@router.get("/expired")
async def show_expired(page: Verifier) -> Response:
    """What expired or was handed over, each with the person who has it now."""
    return page.show("expired.html", queue=await page.screening.queue())
