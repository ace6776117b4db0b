"""The officer at the port: today's cards, the look-up of a document at hand, the outcome in three taps.

A card shows name, birth date, document, action, tear-line and desk phone, and nothing else
(watchlist-governance.md §2; SG-26: the front line reads tear-lines only).
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.words import CARD_OUTCOMES
from shared.security.roles import Permission

MAX_MRZ_CHARACTERS: Final = 200
MAX_DOCUMENT_CHARACTERS: Final = 40

router = APIRouter()
Officer = Annotated[Page, Depends(page_for(Permission.FRONT_LINE_CARDS))]
OfficerForm = Annotated[Page, Depends(form_for(Permission.FRONT_LINE_CARDS))]


@router.get("/cards")
async def show_cards(page: Officer) -> Response:
    """Today's cards at this officer's port."""
    return page.show("cards.html", cards=await page.screening.cards(), looked_up=None, asked="")


@router.post("/cards/look-up")
async def look_up(page: OfficerForm) -> Response:
    """Cards for the document in the officer's hand; sent in the form's body, so that it is in no address."""
    number = page.form.text("document_number", limit=MAX_DOCUMENT_CHARACTERS)
    mrz = page.form.text("mrz", limit=MAX_MRZ_CHARACTERS)
    if bool(number) == bool(mrz):
        raise FormFault(field="give either a document number or the machine-readable line")
    found = await page.screening.look_up(document_number=number or None, mrz=mrz or None)
    return page.show("cards.html", cards=await page.screening.cards(), looked_up=found, asked=number)


@router.get("/cards/{hit_id}")
async def show_card(hit_id: UUID, page: Officer) -> Response:
    """One card with its four outcomes: the second tap."""
    card = next((each for each in await page.screening.cards() if each.hit_id == str(hit_id)), None)
    return page.show("card.html", card=card, effects=CARD_OUTCOMES, chosen=None)


@router.post("/cards/{hit_id}")
async def choose_outcome(hit_id: UUID, page: OfficerForm) -> Response:
    """Ask back before it is final: the third tap is on the answer."""
    chosen = page.form.choice("outcome", frozenset(CARD_OUTCOMES))
    card = next((each for each in await page.screening.cards() if each.hit_id == str(hit_id)), None)
    return page.show("card.html", card=card, effects=CARD_OUTCOMES, chosen=chosen)


@router.post("/cards/{hit_id}/outcome")
async def record_outcome(hit_id: UUID, page: OfficerForm) -> Response:
    """Record what happened."""
    outcome = page.form.choice("outcome", frozenset(CARD_OUTCOMES))
    await page.screening.record_outcome(str(hit_id), outcome)
    return page.done("/cards")
