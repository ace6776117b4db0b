"""Flights that ought to be reported: which sent nothing, too late or too little; and the schedules behind."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.seen.flights import ScheduleReport
from shared.security.roles import Permission
from shared.web.limits import MEBIBYTE

MAX_SCHEDULE_BYTES: Final = 64 * MEBIBYTE
FORM_BYTES: Final = 16_384
FORMATS: Final = frozenset({"csv", "ssim"})
DAYS_BACK: Final = timedelta(days=1)
DAYS_ON: Final = timedelta(days=2)
_DATE_CHARACTERS: Final = len("2027-11-14")

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_FLIGHTS))]
Importer = Annotated[Page, Depends(page_for(Permission.IMPORT_SCHEDULE))]
ImporterForm = Annotated[Page, Depends(form_for(Permission.IMPORT_SCHEDULE))]
DayText = Annotated[str, Query(max_length=_DATE_CHARACTERS)]


@router.get("/expected-flights")
async def show_expected(
    page: Reader,
    since: Annotated[DayText, Query(alias="from")] = "",
    until: Annotated[DayText, Query(alias="to")] = "",
    carrier: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """Expected flights of some days, those that raised an alarm first."""
    today = page.now().date()
    first = asked_day(since) or today - DAYS_BACK
    last = asked_day(until) or max(first, today + DAYS_ON)
    return await _shown(page, first, last, carrier.strip().upper())


@router.post("/expected-flights/import", max_body_size=MAX_SCHEDULE_BYTES + FORM_BYTES)
async def import_schedule(page: ImporterForm) -> Response:
    """Hand a schedule over, and say what became of it."""
    schedule_format = page.form.choice("format", FORMATS)
    report = await page.ingest.import_schedule(await page.form.file("file"), schedule_format)
    today = page.now().date()
    return await _shown(page, today - DAYS_BACK, today + DAYS_ON, "", report)


@router.get("/expected-flights/template.csv")
async def download_template(page: Importer) -> Response:
    """The template of a schedule."""
    return Response(
        await page.ingest.schedule_template(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="safeconduct-schedule.csv"'},
    )


def asked_day(text: str) -> date | None:
    """A day as a form sends it; nothing where it was left empty.

    Raises:
        FormFault: It is no date.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormFault(field="write the day as 2027-11-14") from None


async def _shown(
    page: Page, first: date, last: date, carrier: str, report: ScheduleReport | None = None
) -> Response:
    """The page; `last` is included."""
    query = {"from": str(first), "to": str(last + timedelta(days=1)), "carrier": carrier}
    found = await page.ingest.expected_flights(query)
    return page.show(
        "expected_flights.html", found=found, first=first, last=last, carrier=carrier, report=report
    )
