"""How good the data of carriers are; each carrier sees its own."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from services.console.page import Page, page_for
from services.console.pages.expected import DayText, asked_day
from services.console.seen.quality import CarrierQuality
from shared.security.roles import Permission

DAYS_SHOWN: Final = timedelta(days=30)
ONE_DAY: Final = timedelta(days=1)

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_FLIGHTS))]
Sender = Annotated[Page, Depends(page_for(Permission.READ_OWN_QUALITY))]
Since = Annotated[DayText, Query(alias="from")]
Until = Annotated[DayText, Query(alias="to")]
Designator = Annotated[str, Path(pattern=r"^[A-Z0-9]{2,3}$")]


@router.get("/carrier-quality")
async def show_quality(page: Reader, since: Since = "", until: Until = "") -> Response:
    """All carriers, a line each."""
    days = _days(page, since, until)
    found = await page.ingest.quality(_query(days))
    return page.show("carrier_quality.html", carriers=found.carriers, **days)


@router.get("/carrier-quality/table.csv")
async def download_table(
    page: Reader,
    since: Since = "",
    until: Until = "",
    carrier: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """The table as CSV, of all carriers or of one."""
    query = _query(_days(page, since, until)) | {"carrier": carrier}
    return _table(await page.ingest.quality_table(query))


@router.get("/carrier-quality/{carrier}")
async def show_carrier(carrier: Designator, page: Reader, since: Since = "", until: Until = "") -> Response:
    """One carrier: its elements, faults, days and flights."""
    days = _days(page, since, until)
    found = await page.ingest.quality(_query(days) | {"carrier": carrier})
    shown = found.carriers[0] if found.carriers else CarrierQuality(carrier=carrier)
    return page.show(
        "carrier_quality_one.html",
        shown=shown,
        flights=found.flights,
        is_own=False,
        **days,
    )


@router.get("/my-quality")
async def show_own_quality(page: Sender, since: Since = "", until: Until = "") -> Response:
    """The asking carrier's own."""
    days = _days(page, since, until)
    found = await page.ingest.quality(_query(days), is_own=True)
    shown = found.carriers[0] if found.carriers else CarrierQuality()
    return page.show(
        "carrier_quality_one.html",
        shown=shown,
        flights=found.flights,
        is_own=True,
        **days,
    )


@router.get("/my-quality/table.csv")
async def download_own_table(page: Sender, since: Since = "", until: Until = "") -> Response:
    """The asking carrier's own table as CSV."""
    return _table(await page.ingest.quality_table(_query(_days(page, since, until)), is_own=True))


def _days(page: Page, since: str, until: str) -> dict[str, Any]:
    """The first and the last day that are shown."""
    today = page.now().date()
    last = asked_day(until) or today + ONE_DAY
    return {"first": asked_day(since) or min(today, last) - DAYS_SHOWN, "last": last}


def _query(days: dict[str, Any]) -> dict[str, str]:
    return {"from": str(days["first"]), "to": str(days["last"] + ONE_DAY)}


def _table(content: bytes) -> Response:
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="data-quality.csv"'},
    )
