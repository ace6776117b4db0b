"""The days of flights that somebody asks about over HTTP."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Query

from services.ingest.errors import PeriodRefused
from services.ingest.routes import PortsOf
from shared.web.problems import register_problems

LONGEST_PERIOD: Final = timedelta(days=92)
#: What is shown where nobody says which days: since yesterday, up to the day after tomorrow.
DAYS_BACK, DAYS_ON = timedelta(days=1), timedelta(days=3)

register_problems(422, PeriodRefused)

Period = tuple[date, date]


def asked_period(
    ports: PortsOf,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
) -> Period:
    """The days asked for, the last one not included.

    Raises:
        PeriodRefused: They end before they begin, or are more than `LONGEST_PERIOD`.
    """
    today = ports.clock.now().date()
    first = since or (today if until is None else until) - DAYS_BACK
    last = until or max(today, first) + DAYS_ON
    if not timedelta(0) < last - first <= LONGEST_PERIOD:
        raise PeriodRefused(days=LONGEST_PERIOD.days)
    return first, last
