"""Arrest, detention and expulsion: the trigger that comes from people, with reasonable grounds, by two.

Source: resolution 2396 (2017) paragraph 3; workflow.md §4, §5.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.arrests import Arrests
from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

EVENTS: Final = {"DETAINED": "Arrested or detained", "EXPELLED": "Expelled"}
LEGAL_BASES: Final = {
    "WARRANT": "An arrest warrant",
    "FLAGRANTE": "Caught in the act",
    "COURT_ORDER": "Another order of a court",
    "IMMIGRATION_LAW": "The law on aliens",
}
PLACES: Final = {
    "AIRPORT": "At the airport",
    "POLICE_STATION": "A police station",
    "DETENTION_CENTRE": "A detention centre",
    "PRISON": "A prison",
    "OTHER": "Elsewhere",
}
CONSULAR: Final = {
    "TOLD": "Told of the right to consular help",
    "WISH_YES": "Told, and wants the consulate to know",
    "WISH_NO": "Told, and does not want it to know",
}

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_SHARES))]
Proposing = Annotated[Page, Depends(form_for(Permission.PROPOSE_SHARE))]
Approving = Annotated[Page, Depends(form_for(Permission.APPROVE_SHARE))]


@router.get("/arrests")
async def show_arrests(page: Reader) -> Response:
    """What waits for a second person, and the confirmed hits of which something can have happened."""
    pending = await Arrests(page.sharing.client).pending()
    shares = await page.sharing.shares()
    return page.show(
        "arrests.html",
        pending=pending,
        shares=shares,
        share_of={share.share_id: share for share in shares},
        events=EVENTS,
        legal_bases=LEGAL_BASES,
        places=PLACES,
        consular=CONSULAR,
    )


@router.post("/arrests")
async def write_down(page: Proposing) -> Response:
    """Write down what the competent force did; it changes nothing by itself."""
    share_id = page.form.needed("share_id", limit=36)
    body = {
        "event": page.form.choice("event", frozenset(EVENTS)),
        "at": _instant(page.form.needed("at", limit=16)).isoformat(),
        "legal_basis": page.form.choice("legal_basis", frozenset(LEGAL_BASES)),
        "grounds": page.form.needed("grounds", limit=2000),
        "place_type": _known_or_none(page, "place_type", PLACES),
        "consular_status": _known_or_none(page, "consular_status", CONSULAR),
    }
    if not page.form.text("is_own_law"):
        raise FormFault(field="confirm that the competent force acted under its own law")
    await Arrests(page.sharing.client).propose(str(_share(share_id)), body)
    return page.done("/arrests")


@router.post("/arrests/{approval_id}")
async def decide(approval_id: UUID, page: Approving) -> Response:
    """The second person's decision; then the States that paragraph 3 names are shown."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    version = page.form.text("version", limit=9)
    body = {"version": int(version) if version.isdigit() else 1, "reject": decision == "reject"}
    confirmed = await Arrests(page.sharing.client).decide(str(approval_id), body)
    if decision == "reject":
        return page.done("/arrests")
    return page.show("arrest_confirmed.html", confirmed=confirmed, events=EVENTS)


def _known_or_none(page: Page, field: str, names: Mapping[str, str]) -> str | None:
    """What was chosen of what need not be known; nothing where nothing was chosen."""
    if not page.form.text(field):
        return None
    return page.form.choice(field, frozenset(names))


def _instant(text: str) -> datetime:
    """`2026-06-01T10:05` of a form, which says UTC beside the field."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise FormFault(field="give the day and the time") from None


def _share(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise FormFault(field="choose the confirmed hit") from None
