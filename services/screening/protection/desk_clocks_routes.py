"""How the desks that protect keep their clocks, for whoever supervises them: numbers and no case."""

from datetime import datetime

from fastapi import APIRouter, Depends

from services.screening.protection.desk_clocks import DeskClocks
from services.screening.service import RequestPorts
from services.screening.views import Out
from shared.security.roles import Permission
from shared.web.authentication import require

router = APIRouter(tags=["desk"])


class DeskClockOut(Out):
    """How many cases wait at a desk, and how many of them too long."""

    desk: str
    waiting: int
    overdue: int
    next_due_at: datetime | None


class DeskClocksOut(Out):
    """Children first."""

    desks: list[DeskClockOut]


@router.get("/v1/desk-clocks", dependencies=[Depends(require(Permission.READ_DESK_CLOCKS))])
async def read_desk_clocks(ports: RequestPorts) -> DeskClocksOut:
    """What waits unseen at the children's desk and for companions, and since when too long."""
    return DeskClocksOut(
        desks=[
            DeskClockOut(
                desk=each.desk, waiting=each.waiting, overdue=each.overdue, next_due_at=each.next_due_at
            )
            for each in await DeskClocks(ports).state()
        ]
    )
