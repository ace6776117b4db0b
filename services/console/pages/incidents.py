"""Incidents: opened by the office, with accounts frozen, reported by their clocks, closed by the DPO.

Source: safeguards.md SG-44.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.seen.incidents import Incident
from shared.contracts.account_freeze import FREEZING
from shared.policy.actions import DATA_CLASSES
from shared.security.roles import Permission

KINDS: Final = {
    "UNAUTHORISED_ACCESS": "Somebody saw what they may not",
    "WRONG_RECIPIENT": "Sent to the wrong recipient",
    "MISUSE": "Used for another purpose",
    "LOSS": "Lost",
}
REPORTS: Final = {
    "CONTAINED": "It is contained",
    "DPO": "The data-protection officer was told",
    "PARTNERS": "The partners concerned were told",
    "NO_PARTNERS": "No partner is concerned",
    "AUTHORITY": "The independent authority was told",
    "PERSONS": "The persons were told",
    "TELLING_ENDANGERS": "Telling the persons would endanger them",
}
PATH: Final = "/v1/incidents"
MAX_WORDS: Final = 4000

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_INCIDENTS))]
Reporting = Annotated[Page, Depends(form_for(Permission.REPORT_INCIDENT))]
Closing = Annotated[Page, Depends(form_for(Permission.CLOSE_INCIDENT))]
Releasing = Annotated[Page, Depends(form_for(Permission.RELEASE_ACCOUNT))]


@router.get("/incidents")
async def show_incidents(page: Reader) -> Response:
    """The open ones first."""
    client = page.ingest.client
    found = client.read_all(Incident, await client.ask("GET", PATH), "incidents")
    return page.show(
        "incidents.html",
        incidents=found,
        kinds=KINDS,
        reports=REPORTS,
        data_classes=DATA_CLASSES,
        freezing=FREEZING,
    )


@router.post("/incidents")
async def open_incident(page: Reporting) -> Response:
    """Write an incident down as found now."""
    persons = page.form.needed("persons", limit=9)
    if not persons.isdigit():
        raise FormFault(field="how many persons is a number")
    body = {
        "kind": page.form.choice("kind", frozenset(KINDS)),
        "found_at": page.now().isoformat(),
        "persons": int(persons),
        "data_classes": [each for each in page.form.chosen("data_classes") if each in DATA_CLASSES],
        "is_high_risk": page.form.text("is_high_risk") == "yes",
        "summary": page.form.needed("summary", limit=MAX_WORDS),
        "accounts": page.form.text("accounts").split(),
    }
    await page.ingest.client.ask("POST", PATH, body=body)
    return page.done("/incidents")


@router.post("/incidents/{incident_id}/reports")
async def report(incident_id: UUID, page: Reporting) -> Response:
    """Record who was told, now."""
    body = {
        "report": page.form.choice("report", frozenset(REPORTS)),
        "told_at": page.now().isoformat(),
    }
    await page.ingest.client.ask("POST", f"{PATH}/{incident_id}/reports", body=body)
    return page.done("/incidents")


@router.post("/incidents/{incident_id}/freezes")
async def freeze(incident_id: UUID, page: Reporting) -> Response:
    """Freeze accounts that the incident turns out to involve."""
    body = {"accounts": page.form.needed("accounts").split()}
    await page.ingest.client.ask("POST", f"{PATH}/{incident_id}/freezes", body=body)
    return page.done("/incidents")


@router.post("/incidents/freezes/{freeze_id}/release")
async def propose_release(freeze_id: UUID, page: Reporting) -> Response:
    """Propose that an account is released."""
    await page.ingest.client.ask("POST", f"{PATH}/freezes/{freeze_id}/release")
    return page.done("/incidents")


@router.post("/incidents/releases/{approval_id}")
async def decide_release(approval_id: UUID, page: Releasing) -> Response:
    """Release an account as the second person, or leave it frozen."""
    version = page.form.needed("version", limit=9)
    if not version.isdigit():
        raise FormFault(field="the proposal's version is a number")
    approve = page.form.choice("decision", frozenset({"release", "keep"})) == "release"
    body = {"version": int(version), "approve": approve}
    await page.ingest.client.ask("POST", f"{PATH}/releases/{approval_id}", body=body)
    return page.done("/incidents")


@router.post("/incidents/{incident_id}/closing")
async def close(incident_id: UUID, page: Closing) -> Response:
    """Close it, with what was learnt."""
    body = {"lessons": page.form.needed("lessons", limit=MAX_WORDS)}
    await page.ingest.client.ask("POST", f"{PATH}/{incident_id}/closing", body=body)
    return page.done("/incidents")
