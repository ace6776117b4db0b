"""Standing orders and matcher approvals: each proposed by one person and approved by another."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, Submitted, form_for, page_for
from shared.policy.actions import OPERATIONAL_PURPOSES
from shared.security.roles import Permission

MAX_PERIOD_DAYS: Final = 90
_DECISIONS: Final = frozenset({"approve", "reject"})

router = APIRouter()


@router.get("/standing-orders")
async def show_standing_orders(
    page: Annotated[Page, Depends(page_for(Permission.READ_STANDING_ORDERS))],
) -> Response:
    """The statements under which manifests are screened (SG-03)."""
    orders = await page.screening.standing_orders()
    return page.show("standing_orders.html", orders=orders, purposes=OPERATIONAL_PURPOSES)


@router.post("/standing-orders")
async def draft_standing_order(
    page: Annotated[Page, Depends(form_for(Permission.DRAFT_STANDING_ORDER))],
) -> Response:
    """Propose one; the legal officer approves."""
    period = page.form.needed("period_days", limit=3)
    if not period.isdigit() or not 1 <= int(period) <= MAX_PERIOD_DAYS:
        raise FormFault(field=f"the period is 1 to {MAX_PERIOD_DAYS} days")
    await page.screening.draft_standing_order(
        {
            "purpose_code": page.form.choice("purpose_code", frozenset(OPERATIONAL_PURPOSES)),
            "statement": page.form.needed("statement"),
            "alternatives_considered": page.form.needed("alternatives_considered"),
            "period_days": int(period),
        }
    )
    return page.done("/standing-orders")


@router.post("/standing-orders/{order_id}/approval")
async def approve_standing_order(
    order_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_STANDING_ORDER))]
) -> Response:
    """The legal officer's decision."""
    decision = page.form.choice("decision", _DECISIONS)
    body = {"approve": decision == "approve", "version": _version(page.form)}
    await page.screening.approve_standing_order(str(order_id), body)
    return page.done("/standing-orders")


@router.get("/matcher")
async def show_matcher(
    page: Annotated[Page, Depends(page_for(Permission.READ_MATCHER_APPROVALS))],
) -> Response:
    """Which matcher is approved, and what waits (SG-07)."""
    answer = await page.screening.client.ask("GET", "/v1/matcher-approvals")
    return page.show("matcher.html", answer=answer if isinstance(answer, dict) else {})


@router.post("/matcher")
async def propose_matcher(
    page: Annotated[Page, Depends(form_for(Permission.PROPOSE_MATCHER))],
) -> Response:
    """Propose the matcher that is in use."""
    await page.screening.client.ask("POST", "/v1/matcher-approvals", body={})
    return page.done("/matcher")


@router.post("/matcher/{approval_id}/approval")
async def approve_matcher(
    approval_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_MATCHER))]
) -> Response:
    """The second person's decision on a matcher."""
    decision = page.form.choice("decision", _DECISIONS)
    body = {"approve": decision == "approve", "version": _version(page.form)}
    await page.screening.client.ask("POST", f"/v1/matcher-approvals/{approval_id}/approval", body=body)
    return page.done("/matcher")


def _version(form: Submitted) -> int:
    """Which version of the proposal the person saw; another one by now is a conflict, not an approval."""
    version = form.text("version", limit=9)
    return int(version) if version.isdigit() else 1
