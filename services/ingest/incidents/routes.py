"""HTTP for incidents: found by staff, reported by their clocks, closed by the data-protection officer."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.ingest.incidents.freezes import FreezeUnknown, Freezing, FrozenAccount, ReleaseRefused
from services.ingest.incidents.register import (
    Found,
    IncidentNotClosed,
    Incidents,
    IncidentStepRefused,
    IncidentUnknown,
    due,
    late,
    missing,
)
from services.ingest.ports import Ports
from services.ingest.routes import PortsOf
from services.ingest.store.incidents import Incident
from shared.approval.errors import DECISION_FAULTS, ApprovalRoleRefused
from shared.contracts.account_freeze import ACCOUNT
from shared.policy.actions import DATA_CLASSES
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(403, IncidentNotClosed)
register_problems(404, IncidentUnknown, FreezeUnknown)
register_problems(409, IncidentStepRefused, ReleaseRefused)

#: Accounts that one step can name.
MAX_ACCOUNTS: Final = 50

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
account = APIRouter(prefix="/v1/account", tags=["incidents"])
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=4000)]
DataClass = Annotated[str, Field(pattern=f"^({'|'.join(DATA_CLASSES)})$")]
Accounts = Annotated[frozenset[Annotated[str, Field(pattern=ACCOUNT)]], Field(max_length=MAX_ACCOUNTS)]
Reporter = Annotated[Principal, Depends(require(Permission.REPORT_INCIDENT))]
Closer = Annotated[Principal, Depends(require(Permission.CLOSE_INCIDENT))]
Releaser = Annotated[Principal, Depends(require(Permission.RELEASE_ACCOUNT))]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class IncidentIn(_In):
    """What was found; the summary names nobody, and `accounts` (subjects of tokens) are frozen at once."""

    kind: Literal["UNAUTHORISED_ACCESS", "WRONG_RECIPIENT", "MISUSE", "LOSS"]
    found_at: AwareDatetime
    persons: Annotated[int, Field(ge=0, le=2_000_000_000)]
    data_classes: Annotated[frozenset[DataClass], Field(min_length=1, max_length=len(DATA_CLASSES))]
    is_high_risk: bool
    summary: Words
    accounts: Accounts = frozenset()


class AccountsIn(_In):
    """Accounts that the incident turns out to involve, by the subject of their tokens."""

    accounts: Annotated[Accounts, Field(min_length=1)]


class ReleaseIn(_In):
    """The second person's answer to the version of the proposal that they were shown."""

    version: Annotated[int, Field(ge=1)] = 1
    approve: bool = True


class ReportIn(_In):
    """Who was told and when; NO_PARTNERS stands for PARTNERS, TELLING_ENDANGERS for PERSONS (SG-35)."""

    report: Literal[
        "CONTAINED", "DPO", "PARTNERS", "NO_PARTNERS", "AUTHORITY", "PERSONS", "TELLING_ENDANGERS"
    ]
    told_at: AwareDatetime


class ClosingIn(_In):
    """What is done otherwise from now on."""

    lessons: Words


class ReleaseOut(BaseModel):
    """A release that awaits a second person."""

    approval_id: UUID
    version: int
    proposer: str


class FreezeOut(BaseModel):
    """A frozen account, until `released_at`."""

    freeze_id: UUID
    account: str
    frozen_at: datetime
    released_at: datetime | None
    release: ReleaseOut | None

    @classmethod
    def of(cls, frozen: FrozenAccount) -> Self:
        """With the release that waits, if one does."""
        freeze, proposal = frozen.freeze, frozen.proposal
        return cls(
            freeze_id=freeze.freeze_id,
            account=freeze.account,
            frozen_at=freeze.frozen_at,
            released_at=freeze.released_at,
            release=None
            if proposal is None
            else ReleaseOut(
                approval_id=proposal.approval_id, version=proposal.version, proposer=proposal.proposer
            ),
        )


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
    frozen: list[FreezeOut]

    @classmethod
    def of(cls, incident: Incident, frozen: list[FrozenAccount], now: datetime) -> Self:
        """As it stands at an instant."""
        until = incident.closed_at or now
        told = {name: getattr(incident, name) for name in Incident.__slots__}
        return cls(
            **{**told, "data_classes": list(incident.data_classes), "reports": dict(incident.reports)},
            due=due(incident),
            late=late(incident, until),
            missing=missing(incident),
            frozen=[FreezeOut.of(each) for each in frozen],
        )


class IncidentsOut(BaseModel):
    """The open ones first."""

    incidents: list[IncidentOut]


@router.get("", dependencies=[Depends(require(Permission.READ_INCIDENTS))])
async def list_incidents(ports: PortsOf) -> IncidentsOut:
    """Incidents with their clocks: what is late, and what is missing."""
    now = ports.clock.now()
    found = await Incidents(ports).listed()
    return IncidentsOut(incidents=[IncidentOut.of(incident, frozen, now) for incident, frozen in found])


@router.post("", status_code=201, responses=problems(IncidentStepRefused))
async def open_incident(body: IncidentIn, person: Reporter, ports: PortsOf) -> IncidentOut:
    """Write an incident down; its clocks run from the finding, and accounts that it names are frozen."""
    found = Found(
        kind=body.kind,
        found_at=body.found_at,
        persons=body.persons,
        data_classes=tuple(sorted(body.data_classes)),
        is_high_risk=body.is_high_risk,
        summary=body.summary,
        accounts=body.accounts,
    )
    return await _shown(await Incidents(ports).open(found, person), ports)


@router.post("/{incident_id}/freezes", responses=problems(IncidentUnknown, IncidentStepRefused))
async def freeze_accounts(
    incident_id: UUID, body: AccountsIn, person: Reporter, ports: PortsOf
) -> IncidentOut:
    """Freeze accounts that the incident turns out to involve."""
    return await _shown(await Incidents(ports).freeze(incident_id, body.accounts, person), ports)


@router.post(
    "/freezes/{freeze_id}/release",
    status_code=204,
    responses=problems(FreezeUnknown, ReleaseRefused, ApprovalRoleRefused),
)
async def propose_release(freeze_id: UUID, person: Reporter, ports: PortsOf) -> None:
    """Propose that an account is released; it stays frozen until another person agrees."""
    await Freezing(ports).propose(freeze_id, person)


@router.post(
    "/releases/{approval_id}",
    status_code=204,
    responses=problems(*DECISION_FAULTS, FreezeUnknown, ReleaseRefused),
)
async def decide_release(approval_id: UUID, body: ReleaseIn, person: Releaser, ports: PortsOf) -> None:
    """Release an account as the second person, or leave it frozen."""
    await Freezing(ports).decide(approval_id, person, expected_version=body.version, approve=body.approve)


@router.post("/{incident_id}/reports", responses=problems(IncidentUnknown, IncidentStepRefused))
async def report_incident(incident_id: UUID, body: ReportIn, person: Reporter, ports: PortsOf) -> IncidentOut:
    """Record who was told of it, and when."""
    told = await Incidents(ports).report(incident_id, body.report, body.told_at, person)
    return await _shown(told, ports)


@router.post(
    "/{incident_id}/closing",
    status_code=204,
    responses=problems(IncidentUnknown, IncidentStepRefused, IncidentNotClosed),
)
async def close_incident(incident_id: UUID, body: ClosingIn, person: Closer, ports: PortsOf) -> None:
    """Close it as the data-protection officer, once every report is made (SG-44)."""
    await Incidents(ports).close(incident_id, body.lessons, person)


@account.get("", status_code=204, dependencies=[Depends(require(Permission.USE_CONSOLE))])
async def read_account() -> None:
    """Whether the account that asks stands; the door has answered whose is frozen."""


async def _shown(incident: Incident, ports: Ports) -> IncidentOut:
    return IncidentOut.of(incident, await Incidents(ports).frozen(incident), ports.clock.now())
