"""HTTP for the quality of carriers' data: for those who watch over flights, and each carrier its own."""

import csv
import io
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query
from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse, Response

from services.ingest.errors import PeriodRefused
from services.ingest.period import Period, asked_period
from services.ingest.ports import Ports
from services.ingest.quality.figures import ELEMENTS, flight_report, report
from services.ingest.routes import PortsOf
from services.ingest.store.quality import QualityPeriod
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems

CSV_TYPE: Final = "text/csv"
_COUNTS: Final = ("flights", "messages", "travellers", "duplicates", "flights_with_parts_missing")

router = APIRouter(tags=["data quality"])
Accepted = Annotated[str, Header(alias="accept", max_length=200)]


@router.get(
    "/v1/data-quality",
    dependencies=[Depends(require(Permission.READ_FLIGHTS))],
    responses=problems(PeriodRefused),
)
async def read_quality(
    ports: PortsOf,
    days: Annotated[Period, Depends(asked_period)],
    carrier: Annotated[str | None, Query(min_length=2, max_length=3)] = None,
    accept: Accepted = "",
) -> Response:
    """The data quality of each carrier and day, of each flight where one carrier is asked for.

    With `Accept: text/csv` a table of carriers and days. Counts of people below ten are told as `<10`.
    """
    asked = QualityPeriod(*days, carrier)
    return _answer(asked, await _read(ports, asked, is_own=False), accept)


@router.get("/v1/data-quality/mine", responses=problems(PeriodRefused))
async def read_own_quality(
    ports: PortsOf,
    days: Annotated[Period, Depends(asked_period)],
    asking: Annotated[Principal, Depends(require(Permission.READ_OWN_QUALITY))],
    accept: Accepted = "",
) -> Response:
    """The asking carrier's own data quality. Nothing of possible matches: nobody learns whom we look at."""
    asked = QualityPeriod(*days, asking.carrier or asking.subject)
    return _answer(asked, await _read(ports, asked, is_own=True), accept)


async def _read(ports: Ports, asked: QualityPeriod, *, is_own: bool) -> dict[str, Any]:
    store = ports.stores.quality
    async with ports.database.connect() as connection:
        flights = await store.flights(connection, asked)
        rejected = await store.rejected(connection, asked)
        causes = None if is_own else await store.causes(connection, asked)
    found: dict[str, Any] = {
        "from": asked.since,
        "to": asked.until,
        "carriers": report(flights, rejected, causes),
    }
    if asked.carrier is not None:
        found["flights"] = flight_report(flights)
    return found


def _answer(asked: QualityPeriod, found: dict[str, Any], accept: str) -> Response:
    if CSV_TYPE not in accept.lower():
        return JSONResponse(jsonable_encoder(found))
    name = (
        f"data-quality-{asked.carrier or 'all'}-{asked.since}.csv" if _is_plain(asked) else "data-quality.csv"
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_table(found["carriers"]), media_type=f"{CSV_TYPE}; charset=utf-8", headers=headers)


def _is_plain(asked: QualityPeriod) -> bool:
    """Whether the carrier may stand in a file's name."""
    return asked.carrier is None or (asked.carrier.isascii() and asked.carrier.isalnum())


def _table(carriers: list[dict[str, Any]]) -> str:
    """One line a carrier and day."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    timeliness = ("in_time", "late", "first_report_minutes_before", "last_report_minutes_before")
    elements = [f"{name}_{what}" for name in ELEMENTS for what in ("missing", "complete_percent")]
    writer.writerow(["carrier", "day", *_COUNTS, *timeliness, "verified_percent", *elements, "faults"])
    for carrier in carriers:
        for day in carrier["days"]:
            faults = " ".join(f"{code}={count}" for code, count in day["faults"].items())
            cells = [
                value
                for name in ELEMENTS
                for value in (day["elements"][name]["missing"], day["elements"][name]["complete_percent"])
            ]
            writer.writerow(
                [
                    carrier["carrier"],
                    day["day"],
                    *(day[name] for name in _COUNTS),
                    *(day["timeliness"][name] for name in timeliness),
                    day["verified_percent"],
                    *cells,
                    faults,
                ]
            )
    return lines.getvalue()
