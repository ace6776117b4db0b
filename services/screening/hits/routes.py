"""Hits and orders for those who supervise or oversee; a hit's state for sharing."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.screening.errors import (
    AlreadyDecided,
    BoardingNotAllowed,
    NoStandingOrder,
    NotFound,
    OrderNotPossible,
    RefusedByPolicy,
)
from services.screening.hits.orders import ORDER_KINDS, Orders
from services.screening.hits.reading import Reading
from services.screening.hits.states import HitState
from services.screening.registers.forms import ApprovalDecisionIn
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.views import HitFileOut, HitRowOut, HitsOut, OrderOut, OrdersOut
from shared.contracts import HitStateV1
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.purpose import Purpose, stated_purpose

router = APIRouter(tags=["hits"])
MAX_LISTED = 500
Limit = Annotated[int, Query(ge=1, le=MAX_LISTED)]


class OrderIn(BaseModel):
    """A measure and why it is needed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: Annotated[str, Field(pattern=f"^({'|'.join(ORDER_KINDS)})$")]
    statement: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("/internal/v1/hits/{hit_id}/state", responses=problems(NotFound))
async def read_state(
    hit_id: UUID,
    _: Annotated[Principal, Depends(require(Permission.SERVICE))],
    ports: RequestPorts,
) -> HitStateV1:
    """The hit's present state, asked by sharing at each evaluation."""
    return await Reading(ports).state(hit_id)


@router.get("/v1/hits")
async def list_hits(
    _: Annotated[Principal, Depends(require(Permission.READ_HITS))],
    ports: RequestPorts,
    state: HitState | None = None,
    limit: Limit = 100,
) -> HitsOut:
    """The newest hits, of one state or of all, without personal data."""
    return HitsOut(hits=[HitRowOut.of(hit) for hit in await Reading(ports).listed(state, limit)])


@router.get("/v1/hits/{hit_id}", responses=problems(NotFound, RefusedByPolicy))
async def read_hit(
    hit_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.READ_HITS))],
    purpose: Annotated[Purpose, Depends(stated_purpose)],
    ports: RequestPorts,
) -> HitFileOut:
    """One hit with its history, for a stated purpose."""
    return HitFileOut.of(await Reading(ports).one(hit_id, principal, purpose))


@router.post("/v1/hits/{hit_id}/orders", status_code=201, responses=problems(NotFound, OrderNotPossible))
async def draft_order(
    hit_id: UUID,
    body: OrderIn,
    principal: Annotated[Principal, Depends(require(Permission.DRAFT_ORDER))],
    ports: RequestPorts,
) -> OrderOut:
    """Draft a measure; nothing happens before a second person approves."""
    return OrderOut.of(await Orders(ports).draft(hit_id, body.kind, body.statement, principal))


@router.get("/v1/orders")
async def list_orders(
    _: Annotated[Principal, Depends(require(Permission.READ_ORDERS))],
    ports: RequestPorts,
    state: Literal["DRAFT", "APPROVED", "REJECTED", "CANCELLED"] | None = None,
    limit: Limit = 100,
) -> OrdersOut:
    """The newest orders."""
    return OrdersOut(orders=[OrderOut.of(each) for each in await Orders(ports).listed(state, limit)])


@router.post(
    "/v1/orders/{order_id}/approval",
    responses=problems(
        NotFound, AlreadyDecided, OrderNotPossible, NoStandingOrder, RefusedByPolicy, BoardingNotAllowed
    ),
)
async def decide_order(
    order_id: UUID,
    body: ApprovalDecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_ORDER))],
    ports: RequestPorts,
) -> OrderOut:
    """Approve or reject an order as the second person."""
    return OrderOut.of(await Orders(ports).decide(order_id, principal, body.as_decision()))
