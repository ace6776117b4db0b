"""Incidents of the whole system: found, accounts frozen, reported by their clocks, and closed by the DPO.

A late report is recorded as late and does not keep an incident open; a missing one does.

Source: safeguards.md SG-44.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.incidents.freezes import Freezing, FrozenAccount
from services.ingest.ports import Ports
from services.ingest.store.incidents import Incident, IncidentStore
from shared.audit.record import Outcome
from shared.contracts.account_freeze import FREEZING
from shared.errors import DomainError
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal

ACTION: Final = "incident.close"
#: A closing serves the work that the incident befell; it is no look at anybody.
PURPOSE: Final = "TERR_PREVENT"
#: From finding to report (SG-44). Persons at high risk are told without undue delay, which has no number.
WITHIN: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "CONTAINED": timedelta(hours=1),
        "DPO": timedelta(hours=4),
        "PARTNERS": timedelta(hours=24),
        "AUTHORITY": timedelta(hours=72),
    }
)
#: A report that stands for another: no partner is concerned.
INSTEAD: Final[Mapping[str, str]] = MappingProxyType({"NO_PARTNERS": "PARTNERS"})
NONE_CONCERNED: Final = "NONE_CONCERNED"


class IncidentUnknown(DomainError):
    """There is no such incident."""

    code: ClassVar[str] = "INCIDENT_UNKNOWN"
    sentence: ClassVar[str] = "There is no such incident."


class IncidentStepRefused(DomainError):
    """The step does not fit how the incident stands."""

    code: ClassVar[str] = "INCIDENT_STEP_REFUSED"
    sentence: ClassVar[str] = "This cannot be recorded of the incident: {reason}."


class IncidentNotClosed(DomainError):
    """A report is missing."""

    code: ClassVar[str] = "INCIDENT_NOT_CLOSED"
    sentence: ClassVar[str] = "This incident cannot be closed: {missing} has not been recorded ({reasons})."


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody found; `summary` names nobody, `accounts` are involved by the subject of their tokens."""

    kind: str
    found_at: datetime
    persons: int
    data_classes: tuple[str, ...]
    is_high_risk: bool
    summary: str
    accounts: frozenset[str] = frozenset()


def due(incident: Incident) -> dict[str, datetime]:
    """When each report with a clock is due."""
    return {report: incident.found_at + within for report, within in WITHIN.items()}


def late(incident: Incident, now: datetime) -> list[str]:
    """Reports that were, or are by now, made too late."""
    told = {INSTEAD.get(report, report): at for report, at in incident.reports.items()}
    return [report for report, at in due(incident).items() if told.get(report, now) > at]


def missing(incident: Incident) -> list[str]:
    """What has to be recorded before the incident can be closed."""
    told = {INSTEAD.get(report, report) for report in incident.reports}
    needed = [report for report in ("DPO", "AUTHORITY", "PARTNERS") if report not in told]
    if incident.is_high_risk and not told & {"PERSONS", "TELLING_ENDANGERS"}:
        needed.append("PERSONS")
    return needed


class Incidents:
    """Opens, reports and closes."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = IncidentStore()
        self._freezing = Freezing(ports)

    async def listed(self) -> list[tuple[Incident, list[FrozenAccount]]]:
        """Every incident with the accounts that it froze, the open ones first."""
        async with self._ports.database.connect() as connection:
            incidents = await self._store.listed(connection)
            frozen = await self._freezing.of_incidents(connection, [each.incident_id for each in incidents])
        return [(incident, frozen[incident.incident_id]) for incident in incidents]

    async def frozen(self, incident: Incident) -> list[FrozenAccount]:
        """The accounts that an incident froze."""
        async with self._ports.database.connect() as connection:
            frozen = await self._freezing.of_incidents(connection, [incident.incident_id])
        return frozen[incident.incident_id]

    async def open(self, found: Found, principal: Principal) -> Incident:
        """Write down what was found; its clocks run from the finding, and accounts that it names are frozen.

        Raises:
            IncidentStepRefused: It was found in the future, or it is of a kind that freezes no accounts.
        """
        now = self._ports.clock.now()
        if found.found_at > now:
            raise IncidentStepRefused(reason="it was found in the future")
        incident = Incident(
            incident_id=self._ports.identifiers.new(),
            kind=found.kind,
            found_at=found.found_at,
            persons=found.persons,
            data_classes=found.data_classes,
            is_high_risk=found.is_high_risk,
            summary=found.summary,
            opened_by=principal.subject,
            opened_at=now,
        )
        async with self._ports.database.begin() as connection:
            await self._store.add(connection, incident)
            await self._record(connection, principal, "incident.open", incident, {"kind": incident.kind})
            await self._freeze(connection, incident, found.accounts, principal)
        return incident

    async def freeze(self, incident_id: UUID, accounts: frozenset[str], principal: Principal) -> Incident:
        """Freeze accounts that an open incident turns out to involve.

        Raises:
            IncidentUnknown: There is none.
            IncidentStepRefused: It is closed, or of a kind that freezes no accounts.
        """
        async with self._ports.database.begin() as connection:
            incident = await self._open(connection, incident_id)
            await self._freeze(connection, incident, accounts, principal)
        return incident

    async def report(
        self, incident_id: UUID, report: str, told_at: datetime, principal: Principal
    ) -> Incident:
        """Record that somebody was told, or that it is contained; the first record of each counts.

        Raises:
            IncidentUnknown: There is none.
            IncidentStepRefused: It is closed, recorded already, or told before it was found or in the future.
        """
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            incident = await self._open(connection, incident_id)
            if not incident.found_at <= told_at <= now:
                raise IncidentStepRefused(reason="nobody was told before it was found, or in the future")
            if not await self._store.report(connection, incident_id, report, told_at, principal.subject, now):
                raise IncidentStepRefused(reason="this was recorded before")
            await self._record(connection, principal, "incident.report", incident, {"report": report})
            return await self._open(connection, incident_id)

    async def close(self, incident_id: UUID, lessons: str, principal: Principal) -> None:
        """Close an incident whose reports are made.

        Raises:
            IncidentUnknown: There is none.
            IncidentStepRefused: It is closed already, or whoever opened it would close it.
            IncidentNotClosed: The safeguards refuse, because a report is missing.
        """
        async with self._ports.database.begin() as connection:
            incident = await self._open(connection, incident_id)
            if incident.opened_by == principal.subject:
                raise IncidentStepRefused(reason="another person than the one who opened it closes it")
            verdict = self._ports.safeguards.decide(self._request(incident, principal))
            if verdict.permits:
                now = self._ports.clock.now()
                await self._store.close(connection, incident_id, principal.subject, lessons, now)
                facts = {"late": tuple(late(incident, now))}
                await self._record(connection, principal, ACTION, incident, facts, verdict)
                return
        async with self._ports.database.begin() as connection:
            await self._record(connection, principal, ACTION, incident, {}, verdict)
        raise IncidentNotClosed(missing=", ".join(missing(incident)), reasons=", ".join(verdict.reasons))

    async def _open(self, connection: AsyncConnection, incident_id: UUID) -> Incident:
        incident = await self._store.lock(connection, incident_id)
        if incident is None:
            raise IncidentUnknown
        if incident.closed_at is not None:
            raise IncidentStepRefused(reason="it is closed")
        return incident

    async def _freeze(
        self, connection: AsyncConnection, incident: Incident, accounts: frozenset[str], principal: Principal
    ) -> None:
        if accounts and incident.kind not in FREEZING:
            raise IncidentStepRefused(reason="only unauthorised access and misuse freeze accounts")
        await self._freezing.freeze(connection, incident.incident_id, accounts, principal)

    def _request(self, incident: Incident, principal: Principal) -> dict[str, Any]:
        told = incident.reports
        hours = {
            report: (at - incident.found_at).total_seconds() / timedelta(hours=1).total_seconds()
            for report, at in told.items()
        }
        return {
            "action": ACTION,
            "actor": {"id": principal.subject, "roles": sorted(role.value for role in principal.roles)},
            "purpose": {"code": PURPOSE, "case_id": str(incident.incident_id), "statement": None},
            "object": {"kind": incident.kind},
            "context": {
                "dpo_told_h": hours.get("DPO"),
                "authority_told_h": hours.get("AUTHORITY"),
                "partners_told_h": NONE_CONCERNED if "NO_PARTNERS" in told else hours.get("PARTNERS"),
                "persons_told": "PERSONS" in told,
                "high_risk": incident.is_high_risk,
                "telling_endangers": "TELLING_ENDANGERS" in told,
                "log_store": "UP",
                "chain_ok": self._ports.is_chain_ok(),
            },
            "now": self._ports.clock.now().isoformat(),
        }

    async def _record(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        principal: Principal,
        action: str,
        incident: Incident,
        facts: Mapping[str, Any],
        verdict: Verdict | None = None,
    ) -> None:
        decided = {} if verdict is None else {"inputs_hash": verdict.inputs_hash}
        outcome = Outcome.DONE
        if verdict is not None:
            outcome = Outcome.PERMITTED if verdict.permits else Outcome.REFUSED
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action=action,
            object_kind="INCIDENT",
            object_id=str(incident.incident_id),
            outcome=outcome,
            purpose=PURPOSE,
            policy=None if verdict is None else verdict.policy_version,
            reasons=() if verdict is None else verdict.reasons,
            facts={**facts, **decided},
        )
