"""Who asks the service, and whose account an incident froze: an oracle in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.fakes import START
from tests.integration.ingest.conftest import Ingest
from tests.ways_out.forgetful import Forgetful

WHY: Final = "The traveller's booking is named in the order of the investigating judge."
#: Who works at the office's desks, and who looks over its shoulder.
PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "supervisor": ("SUPERVISOR",),
    "legal": ("LEGAL",),
    "rights officer": ("HUMAN_RIGHTS",),
    "analyst": ("ANALYST",),
    "dpo": ("DPO",),
    "head": ("PIU_HEAD",),
    "court": ("COURT",),
    "auditor": ("AUDITOR",),
}
OVERSEEING: Final = frozenset({"DPO", "AUDITOR", "INDEPENDENT_AUTHORITY", "COURT"})
#: Without these nobody closes an incident; of some, one of two is enough.
TOLD: Final = (frozenset({"DPO"}), frozenset({"AUTHORITY"}), frozenset({"PARTNERS", "NO_PARTNERS"}))
TOLD_AT_RISK: Final = frozenset({"PERSONS", "TELLING_ENDANGERS"})


@dataclass
class Frozen:
    """An account that an incident froze, until two others released it."""

    freeze_id: str
    account: str
    is_by_oversight: bool
    is_released: bool = False


@dataclass
class Incident:
    """An incident as its people wrote it down."""

    incident_id: str
    opener: str
    is_high_risk: bool
    told: set[str] = field(default_factory=set)


class Accounts:
    """People of a running service, each with an account of their own in each example.

    Attributes:
        found: The safeguards against what was seen so far.
    """

    def __init__(self, ingest: Ingest, policy: Forgetful) -> None:
        self.ingest = ingest
        self.policy = policy
        self.example = 0
        self.renew()

    def renew(self) -> None:
        """Begin anew, at the same time as ever: other accounts, none of them frozen; nothing was seen."""
        clock = self.ingest.clock
        clock.advance(seconds=(START - clock.now()).total_seconds())
        self.example += 1
        self.found: set[str] = set()
        self.frozen: list[Frozen] = []
        self.incidents: list[Incident] = []

    def subject(self, person: str) -> str:
        """The account of somebody in this example."""
        return f"{person.replace(' ', '-')}-{self.example}"

    async def request(
        self, person: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """One request of somebody, a second after the last one; what it may not be answered is noted."""
        self.ingest.clock.advance(seconds=1)
        subject, roles = self.subject(person), PEOPLE[person]
        token = self.ingest.issuer.token(*roles, subject=subject, authority="XAA-PIU-01")
        answer = await self.ingest.http.request(
            method, path, json=body, headers={"Authorization": f"Bearer {token}", **headers}
        )
        is_kept_out = answer.status_code == 403 and "ACCOUNT_FROZEN" in answer.text
        is_oversight = bool(OVERSEEING.intersection(roles))
        is_frozen = self.is_frozen(subject, is_oversight=is_oversight)
        if is_frozen and not is_kept_out:
            self.found.add("SG-44")
        if is_kept_out and is_oversight and not is_frozen:
            self.found.add("SG-42")
        self.see(answer.text)
        return answer

    def see(self, text: str) -> None:
        """Note what an answer may not hold."""

    def is_frozen(self, subject: str, *, is_oversight: bool) -> bool:
        """Whether an incident freezes the account; the unit's own word keeps no oversight out."""
        return any(
            each.account == subject and not each.is_released and (each.is_by_oversight or not is_oversight)
            for each in self.frozen
        )

    async def open_incident(self, person: str, named: str, *, is_high_risk: bool = False) -> Incident | None:
        """Somebody finds a misuse, in which another one's account is involved."""
        body = {
            "kind": "MISUSE",
            "found_at": self.ingest.clock.now().isoformat(),
            "persons": 1,
            "data_classes": ["API"],
            "is_high_risk": is_high_risk,
            "summary": WHY,
            "accounts": [self.subject(named)],
        }
        answer = await self.request(person, "POST", "/v1/incidents", body)
        if answer.status_code != 201:
            return None
        opened = answer.json()
        is_by_oversight = bool(OVERSEEING.intersection(PEOPLE[person]))
        for each in opened["frozen"]:
            self.frozen.append(Frozen(each["freeze_id"], each["account"], is_by_oversight))
        await self._read_frozen()
        incident = Incident(opened["incident_id"], self.subject(person), is_high_risk)
        self.incidents.append(incident)
        return incident

    async def report(self, person: str, incident: Incident, report: str) -> None:
        """Somebody writes down who was told of it."""
        body = {"report": report, "told_at": self.ingest.clock.now().isoformat()}
        path = f"/v1/incidents/{incident.incident_id}/reports"
        if (await self.request(person, "POST", path, body)).status_code == 200:
            incident.told.add(report)

    async def close(self, person: str, incident: Incident) -> None:
        """Somebody closes it; whoever must know was told, and nobody closes what they opened."""
        path = f"/v1/incidents/{incident.incident_id}/closing"
        answer = await self.request(person, "POST", path, {"lessons": WHY})
        needed = (*TOLD, TOLD_AT_RISK) if incident.is_high_risk else TOLD
        may = all(each & incident.told for each in needed) and incident.opener != self.subject(person)
        if answer.status_code == 204 and not may:
            self.found.add("SG-44")

    async def release(self, first: str, second: str, freeze: Frozen) -> None:
        """One proposes that an account is released, and another one agrees."""
        await self.request(first, "POST", f"/v1/incidents/freezes/{freeze.freeze_id}/release")
        pending = await self.ingest.rows(
            f"SELECT approval_id FROM approval WHERE subject = '{freeze.freeze_id}' AND state = 'PENDING'"
        )
        for (approval_id,) in pending:
            path = f"/v1/incidents/releases/{approval_id}"
            if (await self.request(second, "POST", path, {"version": 1})).status_code == 204:
                freeze.is_released = True
        await self._read_frozen()
        (row,) = await self.ingest.rows(
            "SELECT proposer, decided_by FROM account_freeze LEFT JOIN approval"
            " ON subject = CAST(freeze_id AS text) AND state = 'APPROVED'"
            f" WHERE freeze_id = '{freeze.freeze_id}'"
        )
        if freeze.is_released and (None in row or freeze.account in row or row[0] == row[1]):
            self.found.add("SG-44")

    async def _read_frozen(self) -> None:
        """The door knows whose account is frozen, as it does each second."""
        await self.ingest.app.state.frozen_accounts.read()
