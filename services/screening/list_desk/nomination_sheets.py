"""Nominations by sheet: the template, and a file whose rows become drafts."""

import asyncio
import hashlib
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.screening.errors import ListRefused
from services.screening.list_desk.nomination_forms import CheckedSheet, checked_sheet
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.views import Copied, Out
from services.screening.watchlist.sheet_drafts import Drafted, DraftSheet
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.national_columns import template_csv, template_workbook
from services.screening.watchlist.sources.national_sheet import SheetFault, read_national_sheet
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.limits import limited_body

router = APIRouter(tags=["watchlist"])
MAX_SHEET_BYTES = 4 * 1024 * 1024
MAX_SHOWN = 1000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DraftedOut(Copied):
    """A row that is a draft now: NEW, CHANGED, or UNCHANGED."""

    row: int
    reference: str
    nomination_id: UUID
    outcome: Literal["NEW", "CHANGED", "UNCHANGED"]


class SheetFaultOut(Copied):
    """Why a row was left out; no content of a cell is in it."""

    row: int
    column: str
    code: str
    sentence: str


class SheetOut(Out):
    """What a sheet made. Lists are cut at 1,000; the counts are of all."""

    source_id: str
    sha256: str
    drafted_count: int
    drafted: list[DraftedOut]
    faults_count: int
    faults: list[SheetFaultOut]

    @classmethod
    def of(cls, source_id: str, sha256: str, drafted: Drafted, faults: tuple[SheetFault, ...]) -> Self:
        """From what became of the rows."""
        everything = sorted((*faults, *drafted.faults), key=lambda fault: fault.row)
        return cls(
            source_id=source_id,
            sha256=sha256,
            drafted_count=len(drafted.rows),
            drafted=[DraftedOut.of(each) for each in drafted.rows[:MAX_SHOWN]],
            faults_count=len(everything),
            faults=[SheetFaultOut.of(fault) for fault in everything[:MAX_SHOWN]],
        )


@router.get(
    "/v1/nominations/template",
    dependencies=[Depends(require(Permission.READ_NOMINATIONS))],
    response_class=Response,
)
async def read_template(form: Annotated[Literal["csv", "xlsx"], Query()] = "xlsx") -> Response:
    """The sheet to fill in, with one fictional person."""
    name = {"Content-Disposition": f'attachment; filename="nominations.{form}"'}
    if form == "csv":
        return Response(template_csv(), media_type="text/csv; charset=utf-8", headers=name)
    return Response(template_workbook(), media_type=_XLSX, headers=name)


@router.post(
    "/v1/nominations/sheet", max_body_size=MAX_SHEET_BYTES, status_code=201, responses=problems(ListRefused)
)
async def draft_sheet(
    body: Annotated[bytes, Depends(limited_body)],
    principal: Annotated[Principal, Depends(require(Permission.NOMINATE_ENTRY))],
    ports: RequestPorts,
    source_id: Annotated[str, Query(alias="as", pattern=r"^[A-Z][A-Z0-9_]{0,39}$")],
) -> SheetOut:
    """Draft a nomination for each row of a CSV or xlsx sheet; rows with faults are told and left out."""
    checked = await asyncio.to_thread(_read, body)
    drafted = await DraftSheet(ports)(source_id, checked.rows, principal)
    return SheetOut.of(source_id, hashlib.sha256(body).hexdigest(), drafted, checked.faults)


def _read(body: bytes) -> CheckedSheet:
    try:
        return checked_sheet(read_national_sheet(body))
    except MalformedList as fault:
        raise ListRefused(fault.reason, fault.element, fault.line) from None
