"""Compare one person with the list outside the queue: never without a stated purpose."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, Submitted, form_for, page_for
from shared.policy.actions import OPERATIONAL_PURPOSES
from shared.security.roles import Permission

# What stays in the form beside its answer, so that one detail can be changed and asked again.
ASKED: Final = ("surname", "given_names", "birth_date", "nationality", "document_number", "issuer")

router = APIRouter()


@router.get("/match")
async def ask(page: Annotated[Page, Depends(page_for(Permission.MATCH))]) -> Response:
    """The form: who, and why."""
    return page.show("match.html", purposes=OPERATIONAL_PURPOSES, answer=None, asked={})


@router.post("/match")
async def match(page: Annotated[Page, Depends(form_for(Permission.MATCH))]) -> Response:
    """The matches with their explanations."""
    purpose = page.form.purpose()
    body = {"traveller": _traveller(page.form)}
    answer = await page.screening.client.ask("POST", "/v1/match", body=body, purpose=purpose)
    asked = {name: page.form.text(name) for name in ASKED}
    return page.show("match.html", purposes=OPERATIONAL_PURPOSES, answer=answer, asked=asked)


@router.post("/match/cases")
async def open_case(page: Annotated[Page, Depends(form_for(Permission.DRAFT_ORDER))]) -> Response:
    """Open a case and name who is assigned to it."""
    members = [name.strip() for name in page.form.needed("members", limit=1000).split(",") if name.strip()]
    body = {"case_id": page.form.needed("case_id", limit=100), "members": members}
    await page.screening.client.ask("POST", "/v1/cases", body=body)
    return page.done("/match")


def _traveller(form: Submitted) -> dict[str, Any]:
    """The traveller of `spec/matching-interface.md` from the form; what was left empty is absent."""
    facts: dict[str, Any] = {
        "surname": form.needed("surname", limit=200),
        "given_names": form.text("given_names", limit=200),
        "birth_date": form.text("birth_date", limit=10),
        "nationality": form.text("nationality", limit=3).upper(),
        "sex": form.text("sex", limit=1),
    }
    number, issuer = form.text("document_number", limit=40), form.text("issuer", limit=3).upper()
    if number:
        facts["documents"] = [{"number": number, "issuer": issuer or None, "type": "P"}]
    return {name: value for name, value in facts.items() if value}
