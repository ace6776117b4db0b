"""What the lists come to: entries by source and state, those never matched, those mostly somebody else."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, page_for
from shared.security.roles import Permission

router = APIRouter()


@router.get("/list-statistics")
async def show_statistics(
    page: Annotated[Page, Depends(page_for(Permission.READ_WATCHLIST))],
) -> Response:
    """Counts and identifiers; no persons."""
    return page.show("list_statistics.html", statistics=await page.watchlist.statistics())
