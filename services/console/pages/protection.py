"""The asylum officer's finding: written into the protection vault, and read back by nobody.

Source: safeguards.md SG-35.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

STATUSES: Final = {
    "NONE": "Neither seeks nor has protection",
    "APPLICANT": "Seeks asylum",
    "REFUGEE": "Is a refugee",
    "STATELESS": "Is stateless",
    "UNKNOWN": "Not known yet",
}
SIGNS: Final = {
    "NO_CONSULAR_CONTACT": "Wants no contact with a consulate",
    "ASYLUM_ITINERARY": "The journey is one of flight",
}
STATES: Final = {
    "feared_states": "States that the person fears",
    "nationality": "Nationality",
    "former_residence": "Former habitual residence",
}
MAX_STATES: Final = 20

router = APIRouter()
Officer = Annotated[Page, Depends(page_for(Permission.WRITE_VAULT))]
Writing = Annotated[Page, Depends(form_for(Permission.WRITE_VAULT))]


@router.get("/protection")
async def show_form(page: Officer) -> Response:
    """The form alone: what was written before is shown to nobody."""
    return page.show("protection.html", statuses=STATUSES, signs=SIGNS, states=STATES, is_kept=False)


@router.post("/protection")
async def write(page: Writing) -> Response:
    """Write a finding; the newest one counts."""
    try:
        hit_id = str(UUID(page.form.needed("hit_id", limit=36)))
    except ValueError:
        raise FormFault(field="a hit is named by its identifier, such as 01930000-0000-…") from None
    body = {
        "hit_id": hit_id,
        "subject_protection": page.form.choice("subject_protection", frozenset(STATUSES)),
        "claim_signs": [each for each in page.form.chosen("claim_signs") if each in SIGNS],
        **{name: page.form.states(name, limit=200, most=MAX_STATES) for name in STATES},
    }
    await page.sharing.client.ask("POST", "/v1/vault", body=body)
    return page.show("protection.html", statuses=STATUSES, signs=SIGNS, states=STATES, is_kept=True)
