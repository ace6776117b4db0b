"""Retention: what is held, masked, erased and overdue; holds and extensions by two; runs with certificates.

Source: safeguards.md SG-22, SG-23, SG-25.
"""

from itertools import groupby
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.retention import Retention
from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.record_ids import record_ids
from services.console.seen.retention import Figure
from shared.security.roles import Permission

FIVE_YEARS_DAYS: Final = 1826
END_CAUSES: Final = ("CASE_CLOSED", "ORDER_LIFTED", "NOT_NEEDED")
#: What the numbers of the state are called, what is overdue last.
NUMBERS: Final = {
    "travellers": "Records of travellers held",
    "reservations": "Records of reservations held",
    "masked_travellers": "Travellers masked",
    "kept_for_hits": "Kept for a hit",
    "holds": "Holds in force",
    "extensions": "Extensions in force",
    "overdue_mask_travellers": "Travellers that should be masked by now",
    "overdue_mask_reservations": "Reservations that should be masked by now",
    "overdue_erase_travellers": "Travellers that should be erased by now",
}

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_RETENTION))]
Proposing = Annotated[Page, Depends(form_for(Permission.PROPOSE_RETENTION))]
Approving = Annotated[Page, Depends(form_for(Permission.APPROVE_RETENTION))]


def _retention(page: Page) -> Retention:
    return Retention(page.ingest.client)


@router.get("/retention")
async def show_retention(page: Reader) -> Response:
    """Numbers, holds, and the last runs."""
    retention = _retention(page)
    found, holds = await retention.state(), await retention.holds()
    return page.show(
        "retention.html",
        found=found,
        holds=holds,
        numbers=NUMBERS,
        days=_by_day(found.figures),
        causes=END_CAUSES,
        max_days=FIVE_YEARS_DAYS,
    )


@router.post("/retention/holds")
async def propose_hold(page: Proposing) -> Response:
    """Propose a hold by the order of a court or prosecutor."""
    body = {
        "record_ids": record_ids(page.form, "hold_record_ids"),
        "case_id": page.form.needed("hold_case_id", limit=100),
        "ordered_by": page.form.choice("ordered_by", frozenset({"COURT", "PROSECUTOR"})),
        "order_ref": page.form.needed("order_ref", limit=100),
        "review_at": page.form.needed("review_at", limit=10),
    }
    await _retention(page).propose("holds", body)
    return page.done("/retention")


@router.post("/retention/extensions")
async def propose_extension(page: Proposing) -> Response:
    """Propose to keep the records of a confirmed hit longer."""
    days = page.form.needed("until_age_days", limit=4)
    if not days.isdigit() or not 1 <= int(days) <= FIVE_YEARS_DAYS:
        raise FormFault(field=f"the age is 1 to {FIVE_YEARS_DAYS} days")
    body = {
        "record_ids": record_ids(page.form, "extension_record_ids"),
        "case_id": page.form.needed("extension_case_id", limit=100),
        "until_age_days": int(days),
    }
    await _retention(page).propose("extensions", body)
    return page.done("/retention")


@router.post("/retention/approvals/{approval_id}")
async def decide(approval_id: UUID, page: Approving) -> Response:
    """The second person's decision."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    version = page.form.text("version", limit=9)
    body = {"version": int(version) if version.isdigit() else 1, "reject": decision == "reject"}
    await _retention(page).decide(str(approval_id), body)
    return page.done("/retention")


@router.post("/retention/holds/{hold_id}/end")
async def end_hold(hold_id: UUID, page: Approving) -> Response:
    """End a hold; its records are erased with the next run."""
    cause = page.form.choice("cause", frozenset(END_CAUSES))
    await _retention(page).end_hold(str(hold_id), cause)
    return page.done("/retention")


def _by_day(figures: list[Figure]) -> list[tuple[Any, list[Figure]]]:
    """The figures of each day, newest first."""
    ordered = sorted(figures, key=lambda each: (each.day, each.act, each.kind, each.reason), reverse=True)
    return [(day, list(group)) for day, group in groupby(ordered, key=lambda each: each.day)]
