"""How far a changed list has met the travellers of the coming days."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, page_for
from shared.security.roles import Permission

router = APIRouter()


@router.get("/rescreening")
async def show_rescreening(
    page: Annotated[Page, Depends(page_for(Permission.READ_WATCHLIST))],
) -> Response:
    """The newest passes: which are under way, how many travellers were compared; no persons."""
    view = await page.watchlist.sources()
    return page.show("rescreening.html", passes=view.rescreenings, notice=view.notice)
