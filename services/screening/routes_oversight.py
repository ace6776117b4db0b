"""HTTP for oversight of screening: matches, reviewers, false alerts, the watchlist; counts only."""

from fastapi import APIRouter, Depends

from services.screening.ports import SERVICE
from services.screening.service import RequestPorts
from services.screening.store.oversight import OversightStore
from shared.oversight.admission import OversightRefused, admitted
from shared.oversight.log_figures import log_figures
from shared.oversight.views import FiguresOut, MonthText, asked_month
from shared.web.problems import problems

router = APIRouter(prefix="/v1/oversight", tags=["oversight"])


@router.get(
    "/figures",
    dependencies=[Depends(admitted("oversight.read", kind="STATISTICS"))],
    responses=problems(OversightRefused),
)
async def read_figures(ports: RequestPorts, month: MonthText = None) -> FiguresOut:
    """The month's figures (workflow.md §8), small counts hidden."""
    now = ports.clock.now()
    asked = asked_month(month, now)
    async with ports.database.connect() as connection:
        figures = await OversightStore().figures(connection, asked, now)
        figures += await log_figures(connection, asked)
    return FiguresOut.of(SERVICE, asked, now, figures)
