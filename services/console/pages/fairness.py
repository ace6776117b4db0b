"""False alerts by region of name origin, sex and age, as last measured, and the import of a measurement."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

#: The worst region may have at most so many times the false alerts of the best one.
MOST_RATIO: Final = 3.0
#: The lower 95 % bound of a region's ratio to all; above it the matcher is not renewed (SG-43).
MOST_BOUND: Final = 1.5

router = APIRouter()


@router.get("/fairness")
async def show_fairness(page: Annotated[Page, Depends(page_for(Permission.READ_FAIRNESS))]) -> Response:
    """The tables with their confidence bounds, and live counts."""
    view = await page.matching.fairness()
    return page.show("fairness.html", view=view, most_ratio=MOST_RATIO, most_bound=MOST_BOUND)


@router.post("/fairness")
async def import_measurement(
    page: Annotated[Page, Depends(form_for(Permission.IMPORT_FAIRNESS))],
) -> Response:
    """Hand over the file that `./run bench fairness` writes."""
    await page.matching.import_fairness(await page.form.file("file"))
    return page.done("/fairness")
