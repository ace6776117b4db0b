"""HTTP for incidents: found by staff, reported by their clocks, closed by the data-protection officer."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.ingest.incidents import (
    Found,
    IncidentNotClosed,
    Incidents,
    IncidentStepRefused,
    IncidentUnknown,
    due,
    late,
    missing,
)
from services.ingest.routes import PortsOf
from services.ingest.store.incidents import Incident
from shared.policy.actions import DATA_CLASSES
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(403, IncidentNotClosed)
register_problems(404, IncidentUnknown)
register_problems(409, IncidentStepRefused)

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=4000)]
DataClass = Annotated[str, Field(pattern=f"^({'|'.join(DATA_CLASSES)})$")]
Reporter = Annotated[Principal, Depends(require(Permission.REPORT_INCIDENT))]
Closer = Annotated[Principal, Depends(require(Permission.CLOSE_INCIDENT))]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class IncidentIn(_In):
    """What was found; the summary names nobody."""

    kind: Literal["UNAUTHORISED_ACCESS", "WRONG_RECIPIENT", "MISUSE", "LOSS"]
    found_at: AwareDatetime
    persons: Annotated[int, Field(ge=0, le=2_000_000_000)]
    data_classes: Annotated[frozenset[DataClass], Field(min_length=1, max_length=len(DATA_CLASSES))]
    is_high_risk: bool
    summary: Words


class ReportIn(_In):
    """Who was told and when; NO_PARTNERS stands for PARTNERS, TELLING_ENDANGERS for PERSONS (SG-35)."""

    report: Literal[
        "CONTAINED", "DPO", "PARTNERS", "NO_PARTNERS", "AUTHORITY", "PERSONS", "TELLING_ENDANGERS"
    ]
    told_at: AwareDatetime


class ClosingIn(_In):
    """What is done otherwise from now on."""

    lessons: Words


class IncidentOut(BaseModel):
    """An incident with its clocks; nobody's name is in it but those of staff."""

    incident_id: UUID
    kind: str
    found_at: datetime
    persons: int
    data_classes: list[str]
    is_high_risk: bool
    summary: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    lessons: str | None
    reports: dict[str, datetime]
    due: dict[str, datetime]
    late: list[str]
    missing: list[str]

    @classmethod
    def of(cls, incident: Incident, now: datetime) -> Self:
        """As it stands at an instant."""
        until = incident.closed_at or now
        told = {name: getattr(incident, name) for name in Incident.__slots__}
        return cls(
            **{**told, "data_classes": list(incident.data_classes), "reports": dict(incident.reports)},
            due=due(incident),
            late=late(incident, until),
            missing=missing(incident),
        )


class IncidentsOut(BaseModel):
    """The open ones first."""

    incidents: list[IncidentOut]


@router.get("", dependencies=[Depends(require(Permission.READ_INCIDENTS))])
async def list_incidents(ports: PortsOf) -> IncidentsOut:
    """Incidents with their clocks: what is late, and what is missing."""
    now = ports.clock.now()
    return IncidentsOut(incidents=[IncidentOut.of(each, now) for each in await Incidents(ports).listed()])


@router.post("", status_code=201, responses=problems(IncidentStepRefused))
async def open_incident(body: IncidentIn, person: Reporter, ports: PortsOf) -> IncidentOut:
    """Write an incident down; its clocks run from the finding."""
    found = Found(
        kind=body.kind,
        found_at=body.found_at,
        persons=body.persons,
        data_classes=tuple(sorted(body.data_classes)),
        is_high_risk=body.is_high_risk,
        summary=body.summary,
    )
    return IncidentOut.of(await Incidents(ports).open(found, person), ports.clock.now())


@router.post("/{incident_id}/reports", responses=problems(IncidentUnknown, IncidentStepRefused))
async def report_incident(incident_id: UUID, body: ReportIn, person: Reporter, ports: PortsOf) -> IncidentOut:
    """Record who was told of it, and when."""
    told = await Incidents(ports).report(incident_id, body.report, body.told_at, person)
    return IncidentOut.of(told, ports.clock.now())


@router.post(
    "/{incident_id}/closing",
    status_code=204,
    responses=problems(IncidentUnknown, IncidentStepRefused, IncidentNotClosed),
)
async def close_incident(incident_id: UUID, body: ClosingIn, person: Closer, ports: PortsOf) -> None:
    """Close it as the data-protection officer, once every report is made (SG-44)."""
    await Incidents(ports).close(incident_id, body.lessons, person)
