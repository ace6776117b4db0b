"""What oversight suspended: its own form, and what every desk concerned reads.

Source: safeguards.md SG-42.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.oversight import told
from services.console.clients.suspensions import Suspensions
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

#: What the form offers: the service that carries it, its kind, and how its name begins there.
WHAT: Final = {
    "LIST": ("screening", "RULE", "SOURCE:"),
    "ENTRY": ("screening", "ENTRY", ""),
    "MATCHER": ("screening", "RULE", "MATCHER"),
    "BOARDING_ADVICE": ("screening", "RULE", "BOARDING_ADVICE"),
    "BOARDING_HOLD": ("screening", "RULE", "BOARDING_HOLD"),
    "PARTNER": ("sharing", "PARTNER", ""),
    "EMERGENCY": ("sharing", "RULE", "EMERGENCY"),
}
OFFERED: Final = {
    "ENTRY": "An entry of a list, by its identifier",
    "LIST": "A whole list, by its identifier, such as UN_SC",
    "MATCHER": "Comparing names that are not written alike",
    "BOARDING_ADVICE": "Advice against boarding",
    "BOARDING_HOLD": "Boarding holds by the machine",
    "PARTNER": "An authority, an agreement, or a State by its three letters",
    "EMERGENCY": "Emergency disclosure",
}
NAMED: Final = frozenset({"ENTRY", "LIST", "PARTNER"})

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_SUSPENSIONS))]
Ordering = Annotated[Page, Depends(form_for(Permission.ORDER_SUSPENSION))]
Carrying = Literal["screening", "sharing"]


@router.get("/suspensions")
async def show_suspensions(page: Reader) -> Response:
    """What stands and what was lifted; a service that is away leaves its part out."""
    return page.show(
        "suspensions.html", found=await Suspensions(page.services).all(), offered=OFFERED, named=sorted(NAMED)
    )


@router.get("/fragments/suspensions/{service}")
async def show_standing(service: Carrying, page: Reader) -> Response:
    """What stands in one service, for the desk that it concerns."""
    found = await told(Suspensions(page.services).of(service))
    standing = [each for each in found or [] if each.lifted_at is None]
    return page.show("suspensions_standing.html", standing=standing)


@router.post("/suspensions")
async def suspend(page: Ordering) -> Response:
    """Suspend by an order."""
    what = page.form.choice("what", frozenset(WHAT))
    service, kind, name = WHAT[what]
    if what in NAMED:
        name += page.form.needed("name", limit=100)
    body = {
        "kind": kind,
        "object_id": name,
        "order_number": page.form.needed("order_number", limit=100),
        "reason": page.form.needed("reason", limit=500),
    }
    await Suspensions(page.services).order(service, body)
    return page.done("/suspensions")


@router.post("/suspensions/{service}/{suspension_id}/lifting")
async def lift(service: Carrying, suspension_id: UUID, page: Ordering) -> Response:
    """Lift a suspension."""
    number = page.form.needed("lifting_order", limit=100)
    await Suspensions(page.services).lift(service, str(suspension_id), number)
    return page.done("/suspensions")
