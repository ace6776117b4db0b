"""The clocks of the desks that protect, for who supervises them: children, companions, detained persons.

Source: safeguards.md SG-16, SG-17, SG-36; workflow.md §6.
"""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, page_for
from services.console.rendering import local_time
from services.console.seen.consular import ConsularTask
from services.console.seen.desk_clocks import DeskClock
from shared.security.roles import Permission

DESKS: Final = {
    "CHILDREN": ("Children", "seen by the child-protection specialist within the hour"),
    "COMPANIONS": ("Companions", "looked at in their own right within four hours"),
    "CONSULAR": ("Detained persons", "told of consular help within three hours"),
}

router = APIRouter()
Supervisor = Annotated[Page, Depends(page_for(Permission.READ_DESK_CLOCKS))]


@router.get("/desk-clocks")
async def show_desk_clocks(page: Supervisor) -> Response:
    """What waits and what waits too long."""
    zone = ZoneInfo(page.console.settings.time_zone)
    return page.show(
        "desk_clocks.html",
        clocks=[*await _screening(page), *await _consular(page)],
        desks=DESKS,
        local=lambda instant: local_time(instant, zone),
    )


async def _screening(page: Page) -> list[DeskClock]:
    client = page.screening.client
    return client.read_all(DeskClock, await client.ask("GET", "/v1/desk-clocks"), "desks")


async def _consular(page: Page) -> list[DeskClock]:
    """Detained persons whom nobody told yet; only for who may work on that."""
    if not page.may("WORK_CONSULAR"):
        return []
    client = page.sharing.client
    tasks = client.read_all(ConsularTask, await client.ask("GET", "/v1/consular"), "tasks")
    untold = [task for task in tasks if task.told_at is None]
    return [
        DeskClock(
            desk="CONSULAR",
            waiting=len(untold),
            overdue=sum(task.is_overdue for task in untold),
            next_due_at=min((task.due_at for task in untold), default=None),
        )
    ]
