"""Incidents: opened by the office, reported by their clocks, closed by the data-protection officer.

Source: safeguards.md SG-44.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from services.console.seen.incidents import Incident
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


@router.get("/incidents")
async def show_incidents(page: Reader) -> Response:
    """The open ones first."""
    client = page.ingest.client
    found = client.read_all(Incident, await client.ask("GET", PATH), "incidents")
    return page.show(
        "incidents.html", incidents=found, kinds=KINDS, reports=REPORTS, data_classes=DATA_CLASSES
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
    }
    await page.ingest.client.ask("POST", PATH, body=body)
    return page.go("/incidents")


@router.post("/incidents/{incident_id}/reports")
async def report(incident_id: UUID, page: Reporting) -> Response:
    """Record who was told, now."""
    body = {
        "report": page.form.choice("report", frozenset(REPORTS)),
        "told_at": page.now().isoformat(),
    }
    await page.ingest.client.ask("POST", f"{PATH}/{incident_id}/reports", body=body)
    return page.go("/incidents")


@router.post("/incidents/{incident_id}/closing")
async def close(incident_id: UUID, page: Closing) -> Response:
    """Close it, with what was learnt."""
    body = {"lessons": page.form.needed("lessons", limit=MAX_WORDS)}
    await page.ingest.client.ask("POST", f"{PATH}/{incident_id}/closing", body=body)
    return page.go("/incidents")
