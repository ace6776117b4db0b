"""HTTP for expected flights: import a schedule, get the template, see what came and what did not."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from services.ingest.errors import PeriodRefused, ScheduleRefused
from services.ingest.expected.flights import ExpectedState, percent
from services.ingest.expected.import_schedule import ImportSchedule
from services.ingest.formats.schedule import ScheduleFormat
from services.ingest.formats.schedule_csv import TEMPLATE
from services.ingest.period import Period, asked_period
from services.ingest.routes import PortsOf
from services.ingest.store.expected import Asked
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.limits import MEBIBYTE, limited_body
from shared.web.problems import problems, register_problems

MAX_SCHEDULE_BYTES: Final = 64 * MEBIBYTE
MAX_EXPECTED: Final = 2_000
MAX_COVERAGE_ROWS: Final = 20_000

register_problems(400, ScheduleRefused)

router = APIRouter(tags=["expected flights"])


@router.post(
    "/v1/expected-flights/imports",
    status_code=201,
    responses=problems(ScheduleRefused),
    max_body_size=MAX_SCHEDULE_BYTES,
)
async def import_schedule(
    body: Annotated[bytes, Depends(limited_body)],
    asking: Annotated[Principal, Depends(require(Permission.IMPORT_SCHEDULE))],
    ports: PortsOf,
    schedule_format: Annotated[ScheduleFormat, Query(alias="format")],
) -> dict[str, Any]:
    """Replace the schedules of the carriers that the file names; a line that cannot be read is told."""
    return (await ImportSchedule(ports)(asking, body, schedule_format)).as_json()


@router.get("/v1/expected-flights/template.csv", dependencies=[Depends(require(Permission.IMPORT_SCHEDULE))])
async def download_schedule_template() -> Response:
    """The template of a schedule."""
    headers = {"Content-Disposition": 'attachment; filename="safeconduct-schedule.csv"'}
    return Response(TEMPLATE, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/v1/expected-flights",
    dependencies=[Depends(require(Permission.READ_FLIGHTS))],
    responses=problems(PeriodRefused),
)
async def list_expected_flights(
    ports: PortsOf,
    asked_for: Annotated[Period, Depends(asked_period)],
    carrier: Annotated[str | None, Query(min_length=2, max_length=3)] = None,
    state: ExpectedState | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_EXPECTED)] = 500,
) -> dict[str, Any]:
    """Flights that ought to be reported, by local date of departure; `to` is not included.

    Those with an alarm come first. `coverage` counts each day and carrier, `total` all of them.
    """
    asked = Asked(*asked_for, carrier, None if state is None else state.value)
    async with ports.database.connect() as connection:
        flights = await ports.stores.expected.listed(connection, asked, limit)
        rows = await ports.stores.expected.coverage(connection, asked, MAX_COVERAGE_ROWS)
    names = [name for name in rows[0] if name not in {"departure_date", "carrier"}] if rows else []
    coverage = [
        {
            "day": row["departure_date"],
            "carrier": row["carrier"],
            **_shares({name: row[name] for name in names}),
        }
        for row in rows
    ]
    total = _shares({name: sum(row[name] for row in rows) for name in names}) if rows else None
    return {"flights": flights, "coverage": coverage, "total": total}


def _shares(counts: dict[str, int]) -> dict[str, Any]:
    """Counts with what they mean: of the flights that were due, how many sent anything, how many in time."""
    due = counts["expected"] - counts["awaited"] - counts["cancelled"]
    in_time = counts["received"] + counts["partial"]
    return {
        **counts,
        "due": due,
        "coverage_percent": percent(in_time + counts["late"], due),
        "in_time_percent": percent(in_time, due),
    }
