"""Whoever travels with a confirmed person: met by an officer, assessed and referred by a specialist.

Source: safeguards.md SG-17; SC res 2396 paras 4, 29-31.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.seen.companions import Board
from shared.security.roles import Permission

PATH: Final = "/v1/companions"
MAX_WORDS: Final = 4000
MAX_WHEREABOUTS: Final = 200
LINKS: Final = {
    "FAMILY": "Family",
    "CO_TRAVELLER": "Travels along",
    "SAME_BOOKING": "In the same booking",
    "CONTACT": "Met or called",
}
CATEGORIES: Final = {
    "ASSOCIATE_NOT_SUSPECT": "Is beside the person, and no suspect",
    "VICTIM": "May be a victim",
    "WITNESS": "Saw something",
    "UNRELATED": "Has nothing to do with it",
}
EVIDENCE: Final = {
    "OWN_STATEMENT": "What this person says",
    "INTERVIEW": "A specialist's talk with them",
    "DOCUMENTS": "Their own documents",
    "SERVICES_REPORT": "A report of those who help",
}
REFERRALS: Final = {
    "REFER_VICTIM": "Help for victims",
    "REFER_ASYLUM": "The asylum authority",
    "REFER_CHILD": "Child protection",
}
OUTCOMES: Final = {"TAKEN_UP": "Taken up", "DECLINED": "Declined"}

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_COMPANIONS))]
Meeting = Annotated[Page, Depends(form_for(Permission.MEET_COMPANION))]
Specialist = Annotated[Page, Depends(form_for(Permission.WORK_COMPANIONS))]


@router.get("/companions")
async def show_companions(page: Reader) -> Response:
    """Whom you care for, who waits first; and the form of whoever meets somebody."""
    client = page.screening.client
    board = client.read(Board, await client.ask("GET", PATH))
    return page.show(
        "companions.html",
        board=board,
        links=LINKS,
        categories=CATEGORIES,
        evidence=EVIDENCE,
        referrals=REFERRALS,
        outcomes=OUTCOMES,
    )


@router.post("/companions")
async def meet(page: Meeting) -> Response:
    """Record somebody beside a confirmed person, so that a specialist comes."""
    body = {
        "hit_id": _hit(page.form.needed("hit_id", limit=36)),
        "link": page.form.choice("link", frozenset(LINKS)),
        "is_child": page.form.choice("age", frozenset({"CHILD", "ADULT"})) == "CHILD",
        "whereabouts": page.form.needed("whereabouts", limit=MAX_WHEREABOUTS),
    }
    await page.screening.client.ask("POST", PATH, body=body)
    return page.done("/companions")


@router.post("/companions/{companion_id}/assessment")
async def assess(companion_id: UUID, page: Specialist) -> Response:
    """Record what an adult is in their own right."""
    body = {
        "category": page.form.choice("category", frozenset(CATEGORIES)),
        "evidence": [each for each in page.form.chosen("evidence") if each in EVIDENCE],
        "words": page.form.needed("words", limit=MAX_WORDS),
    }
    if not body["evidence"]:
        raise FormFault(field="say what the finding rests on")
    await page.screening.client.ask("POST", f"{PATH}/{companion_id}/assessment", body=body)
    return page.done("/companions")


@router.post("/companions/{companion_id}/referrals")
async def refer(companion_id: UUID, page: Specialist) -> Response:
    """Refer somebody to those who help."""
    body = {
        "kind": page.form.choice("kind", frozenset(REFERRALS)),
        "words": page.form.needed("words", limit=MAX_WORDS),
    }
    await page.screening.client.ask("POST", f"{PATH}/{companion_id}/referrals", body=body)
    return page.done("/companions")


@router.post("/companions/{companion_id}/outcome")
async def end_referral(companion_id: UUID, page: Specialist) -> Response:
    """Record whether the help was taken up."""
    body = {
        "kind": page.form.choice("kind", frozenset(REFERRALS)),
        "outcome": page.form.choice("outcome", frozenset(OUTCOMES)),
    }
    await page.screening.client.ask("POST", f"{PATH}/{companion_id}/referrals/outcome", body=body)
    return page.done("/companions")


def _hit(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise FormFault(field="choose the flight") from None
