"""Consular help: whom of the detained nobody told yet, what they want, and who was informed.

Source: safeguards.md SG-36; Vienna Convention on Consular Relations art. 36.
"""

from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import STATE_LETTERS, Page, form_for, page_for
from services.console.rendering import local_time
from services.console.seen.consular import ConsularTask, ConsularTasks
from shared.security.roles import Permission

PATH: Final = "/v1/consular"
ADDRESSEES: Final = {
    "CONSULATE": "The consulate of a State",
    "UNHCR": "UNHCR",
    "PROTECTING_POWER": "A protecting power",
}
MAX_STATES: Final = 10

router = APIRouter()
Officer = Annotated[Page, Depends(page_for(Permission.WORK_CONSULAR))]
Working = Annotated[Page, Depends(form_for(Permission.WORK_CONSULAR))]


@router.get("/consular")
async def show_consular(page: Officer) -> Response:
    """The tasks: who was not told yet first, then who was not asked; whose post was informed last."""
    client = page.sharing.client
    found = client.read(ConsularTasks, await client.ask("GET", PATH))
    zone = ZoneInfo(page.console.settings.time_zone)
    return page.show(
        "consular.html",
        tasks=sorted(found.tasks, key=_how_far),
        treaty_states=found.treaty_states,
        addressees=ADDRESSEES,
        local=lambda instant: local_time(instant, zone),
    )


@router.post("/consular/{share_id}/told")
async def tell(share_id: UUID, page: Working) -> Response:
    """Record that the person was told, now."""
    await page.sharing.client.ask("POST", f"{PATH}/{share_id}/told")
    return page.done("/consular")


@router.post("/consular/{share_id}/wish")
async def wish(share_id: UUID, page: Working) -> Response:
    """Record what the person wants, and how that is witnessed."""
    body = {
        "wish": page.form.choice("wish", frozenset({"YES", "NO"})),
        "picked_states": page.form.states("picked_states", limit=60, most=MAX_STATES),
        "witness": page.form.needed("witness", limit=100),
    }
    await page.sharing.client.ask("POST", f"{PATH}/{share_id}/wish", body=body)
    return page.done("/consular")


@router.post("/consular/{share_id}/notice")
async def inform(share_id: UUID, page: Working) -> Response:
    """Ask whether somebody may be informed, and record that they are."""
    addressee = page.form.choice("addressee", frozenset(ADDRESSEES))
    states = page.form.states("post_state", limit=STATE_LETTERS, most=1)
    body = {
        "addressee": addressee,
        "post_state": states[0] if states and addressee != "UNHCR" else None,
    }
    if addressee != "UNHCR" and not states:
        raise FormFault(field="name the State whose post it is")
    await page.sharing.client.ask("POST", f"{PATH}/{share_id}/notice", body=body)
    return page.done("/consular")


def _how_far(task: ConsularTask) -> int:
    """How many of the three steps are done."""
    return sum(step is not None for step in (task.told_at, task.wish, task.informed_at))
