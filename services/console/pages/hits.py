"""Hits by state for those who supervise or oversee; one hit opens only for a stated purpose; then orders."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.hit_names import flights_of_hits
from services.console.page import Page, form_for, page_for
from services.console.seen.base import FlightBrief
from services.console.seen.hits import HitRow
from services.console.words import ORDERS
from shared.security.roles import Permission

STATES: Final = (
    "POSSIBLE_MATCH",
    "IN_REVIEW",
    "AWAITING_SECOND",
    "INCONCLUSIVE",
    "CONFIRMED",
    "CONFIRMED_DOCUMENT",
    "ACTIONED",
    "FEEDBACK",
    "RECALLED",
    "NOT_A_MATCH",
    "EXPIRED_UNREVIEWED",
    "CLOSED",
)
#: A person still has to look; in every other state the time for it is over.
OPEN_STATES: Final = ("POSSIBLE_MATCH", "IN_REVIEW", "AWAITING_SECOND")

router = APIRouter()


@router.get("/hits")
async def show_hits(
    page: Annotated[Page, Depends(page_for(Permission.READ_HITS))], state: str = ""
) -> Response:
    """Hits of one state, or all; identifiers and times only."""
    wanted = state if state in STATES else ""
    hits = await page.screening.hits(wanted or None)
    return page.show("hits.html", hits=hits, states=STATES, open_states=OPEN_STATES, state=wanted)


@router.get("/hits/{hit_id}")
async def ask_purpose(
    hit_id: UUID, page: Annotated[Page, Depends(page_for(Permission.READ_HITS))]
) -> Response:
    """Ask why, before a person is shown."""
    flight = (await flights_of_hits(page)).get(str(hit_id), FlightBrief())
    return page.show("hit.html", hit_id=str(hit_id), flight=flight, hit=None, purpose=None)


@router.post("/hits/{hit_id}")
async def show_hit(hit_id: UUID, page: Annotated[Page, Depends(form_for(Permission.READ_HITS))]) -> Response:
    """One hit with its history, for the purpose stated."""
    purpose = page.form.purpose()
    hit = await page.screening.hit(str(hit_id), purpose)
    row = page.screening.client.read(HitRow, hit.get("hit"))
    return page.show("hit.html", hit_id=str(hit_id), flight=row.flight, hit=hit, purpose=purpose)


@router.get("/orders")
async def show_orders(page: Annotated[Page, Depends(page_for(Permission.READ_ORDERS))]) -> Response:
    """Measures that were drafted or approved."""
    orders = await page.screening.orders()
    return page.show("orders.html", orders=orders, flights=await flights_of_hits(page))


@router.get("/hits/{hit_id}/order")
async def write_order(
    hit_id: UUID, page: Annotated[Page, Depends(page_for(Permission.DRAFT_ORDER))]
) -> Response:
    """The form for a measure."""
    flight = (await flights_of_hits(page)).get(str(hit_id), FlightBrief())
    return page.show("order_form.html", hit_id=str(hit_id), flight=flight, kinds=ORDERS)


@router.post("/hits/{hit_id}/order")
async def draft_order(
    hit_id: UUID, page: Annotated[Page, Depends(form_for(Permission.DRAFT_ORDER))]
) -> Response:
    """Draft a measure; nothing happens until a second person approves."""
    await page.screening.draft_order(
        str(hit_id),
        {"kind": page.form.choice("kind", frozenset(ORDERS)), "statement": page.form.needed("statement")},
    )
    return page.done("/orders")


@router.post("/orders/{order_id}/approval")
async def approve_order(
    order_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_ORDER))]
) -> Response:
    """Approve or reject as the second person."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    await page.screening.approve_order(str(order_id), {"approve": decision == "approve"})
    return page.done("/orders")
