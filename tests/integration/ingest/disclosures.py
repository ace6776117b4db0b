"""What ingest discloses of a person, and an oracle of who may have it: in plain words, without Cedar."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from services.ingest.retention.jobs import RetentionJobs
from services.ingest.retention.masking import OpenVault, Vault
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_retention import Screening, travellers
from tests.ways_out.forgetful import Forgetful

#: Names and documents of the three travellers of the list that was sent.
NAMES: Final = ("PAPADAKI", "OSEI", "MEHTA")
DOCUMENTS: Final = ("AT3312087", "G1048826")
WHY: Final = "The traveller's booking is named in the order of the investigating judge."
#: The posts of each person.
PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "analyst": ("ANALYST",),
    "colleague": ("ANALYST",),
    "supervisor": ("SUPERVISOR",),
    "legal": ("LEGAL",),
    "rights officer": ("HUMAN_RIGHTS",),
    "dpo": ("DPO",),
    "auditor": ("AUDITOR",),
    "head": ("PIU_HEAD",),
    "court": ("COURT",),
    "authority": ("INDEPENDENT_AUTHORITY",),
    "judge who investigates": ("COURT", "ANALYST"),
    "verifier": ("VERIFIER",),
    "admin": ("ADMIN",),
}
GRANTING: Final = frozenset({"COURT", "INDEPENDENT_AUTHORITY"})
HANDLING: Final = frozenset({"LEGAL", "HUMAN_RIGHTS"})
OVERSEEING: Final = frozenset({"DPO", "AUDITOR", "INDEPENDENT_AUTHORITY", "COURT"})
REFUSAL_DAYS: Final = 183


@dataclass
class Unmasking:
    """A request to see a masked value, as its people made it."""

    number: str
    first: str
    second: str | None = None
    is_needed: bool = False
    reports_to_first: bool = False
    signed_by: str | None = None
    is_granted: bool = False
    ends: datetime | None = None
    is_used: bool = False


@dataclass
class Asked:
    """What a person asked of the rights office, and what its people did."""

    request_id: str
    kind: str
    is_known: bool = False
    answer: Mapping[str, Any] | None = None
    handler: str = ""
    reviewed_by: str | None = None
    pending: str | None = None


class Disclosures:
    """A running service with masked travellers, its people, and what they did.

    Args:
        ingest: The service, whose carrier has sent a list of three.
        policy: The safeguards, of which some can be forgotten.
    """

    def __init__(self, ingest: Ingest, policy: Forgetful) -> None:
        self.ingest = ingest
        self.policy = policy
        self.is_chain_whole = True
        self.records: list[str] = []
        self.receipt = ""
        self.unmasking: list[Unmasking] = []
        self.asked: list[Asked] = []

    async def prepare(self, paxlst: bytes, vault_key: Any) -> None:
        """Take a list in and mask it, as in half a year."""
        app = self.ingest.app
        app.state.ports = replace(
            app.state.ports, safeguards=self.policy, is_chain_ok=lambda: self.is_chain_whole
        )
        sent = await self.ingest.submit(paxlst)
        self.receipt = sent.headers["Location"]
        app.state.open_vault = OpenVault.load(vault_key)
        async with self.ingest.engine.begin() as connection:
            await connection.exec_driver_sql(
                "UPDATE traveller SET mask_at = first_reported_at, erase_at = mask_at + interval '2 years'"
            )
        await RetentionJobs(app.state.ports, Screening(), Vault.load(vault_key)).mask_due()
        self.records = [str(each) for each in await travellers(self.ingest)]

    def begin(self) -> None:
        """Begin with everything right; what was asked before is nobody's business any more."""
        self.is_chain_whole = True
        self.unmasking, self.asked = [], []

    async def request(
        self, person: str, method: str, path: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        """One request of somebody, a second after the last one."""
        self.ingest.clock.advance(seconds=1)
        token = self.ingest.issuer.token(*PEOPLE[person], subject=person, **claims)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.ingest.http.request(method, path, json=body, headers=headers)

    async def ask(self, person: str) -> bool:
        """Ask to see the surname of a masked record."""
        body = {
            "record_ids": self.records[:1],
            "fields": ["surname"],
            "case_id": "C-2027-0014",
            "statement": WHY,
        }
        answer = await self.request(person, "POST", "/v1/reidentifications", body)
        if answer.status_code == 201:
            self.unmasking.append(Unmasking(answer.json()["request_id"], person))
        return answer.status_code == 201

    async def find(self, person: str, *, is_needed: bool = True, reports_to_first: bool = False) -> None:
        """A second person finds it needed, or not."""
        asked = self.unmasking[-1]
        claims = {"manager": asked.first} if reports_to_first else {}
        body = {"is_needed": is_needed, "statement": WHY}
        path = f"/v1/reidentifications/{asked.number}/finding"
        if (await self.request(person, "POST", path, body, **claims)).status_code == 204:
            asked.second, asked.is_needed, asked.reports_to_first = person, is_needed, reports_to_first

    async def grant(self, person: str, *, is_granted: bool = True, hours: int = 24) -> None:
        """Somebody outside the unit grants it, or does not."""
        asked = self.unmasking[-1]
        body = {"is_granted": is_granted, "hours": hours, "statement": WHY}
        path = f"/v1/reidentifications/{asked.number}/grant"
        if (await self.request(person, "POST", path, body)).status_code == 204:
            asked.signed_by, asked.is_granted = person, is_granted
            asked.ends = self.ingest.clock.now() + timedelta(hours=hours)

    async def use(self, person: str) -> tuple[bool, frozenset[str]]:
        """Whether the value is told, and what in plain words forbids it."""
        asked = self.unmasking[-1]
        answer = await self.request(person, "POST", f"/v1/reidentifications/{asked.number}/use")
        forbidden = self.forbidden(asked, person)
        is_told = any(name in answer.text for name in NAMES)
        assert not any(each in answer.text for each in DOCUMENTS), "nobody asked for a document"
        asked.is_used |= is_told
        return is_told, forbidden

    def forbidden(self, asked: Unmasking, person: str) -> frozenset[str]:
        """Why this person may not see the value now."""
        found = set() if self.is_chain_whole else {"SG-41"}
        is_apart = asked.second not in {None, asked.first} and not asked.reports_to_first
        if not (is_apart and asked.is_needed):
            found.add("SG-09")
        signs = frozenset(PEOPLE.get(asked.signed_by or "", ())) & GRANTING
        is_outside = asked.signed_by not in {asked.first, asked.second}
        is_running = asked.ends is not None and self.ingest.clock.now() < asked.ends
        if not (signs and is_outside and asked.is_granted and is_running and not asked.is_used):
            found.add("SG-24")
        if person != asked.first:
            found.add("SG-24")
        return frozenset(found)

    async def register(self, kind: str) -> None:
        """A person asks for access, erasure or redress; the number is another each time."""
        body = {"kind": kind, "channel": "POST", "language": "en", "is_urgent": False}
        answer = await self.request("legal", "POST", "/v1/rights/requests", body)
        number = answer.json()["number"]
        rows = await self.ingest.rows(f"SELECT request_id FROM rights_request WHERE number = '{number}'")
        self.asked.append(Asked(str(rows[0][0]), kind))

    async def verify(self, person: str) -> None:
        """The office knows now who asks."""
        asked = self.asked[-1]
        path = f"/v1/rights/requests/{asked.request_id}/identity"
        answer = await self.request(person, "POST", path, {"record_ids": self.records[:1]})
        asked.is_known |= answer.status_code == 204

    async def decide(self, person: str, **answer: Any) -> None:
        """An officer answers; what goes against the person waits for a second one."""
        asked = self.asked[-1]
        body = {"result": "GRANTED", "reasons": WHY, **answer}
        path = f"/v1/rights/requests/{asked.request_id}/answer"
        taken = await self.request(person, "POST", path, body)
        if taken.status_code == 200:
            asked.answer, asked.handler = body, person
            pending = taken.json().get("pending")
            asked.pending = pending["approval_id"] if pending else None

    async def review(self, person: str) -> None:
        """A second person agrees."""
        asked = self.asked[-1]
        if asked.pending is None:
            return
        path = f"/v1/rights/approvals/{asked.pending}"
        if (await self.request(person, "POST", path, {"version": 1})).status_code == 200:
            asked.reviewed_by = person

    async def answered(self) -> tuple[bool, frozenset[str]]:
        """Whether the person is answered, and what in plain words forbids that answer."""
        asked = self.asked[-1]
        found = (await self.request("dpo", "GET", f"/v1/rights/requests/{asked.request_id}")).json()
        return found["result"] is not None, self.forbidden_answer(asked)

    def forbidden_answer(self, asked: Asked) -> frozenset[str]:
        """Why the person may not get this answer (SG-19, SG-20)."""
        answer = asked.answer or {}
        if asked.kind == "REDRESS":
            is_own = asked.handler in answer.get("original_reviewers", ())
            return frozenset({"SG-19"} if is_own else ())
        found = set() if asked.is_known else {"SG-20"}
        if answer.get("result") in {"REFUSED", "REFUSED_PARTLY"}:
            is_narrow = len(answer.get("record_ids", ())) == 1
            is_short = 1 <= (answer.get("expires_days") or 0) <= REFUSAL_DAYS
            is_reviewed = asked.reviewed_by not in {None, asked.handler}
            is_reviewed &= "DPO" in PEOPLE.get(asked.reviewed_by or "", ())
            if not (answer.get("ground") and is_narrow and is_short and is_reviewed):
                found.add("SG-20")
        return frozenset(found)


#: A refusal as it may be: for one record, on a ground, for a while.
REFUSAL: Final[Mapping[str, Any]] = {
    "result": "REFUSED",
    "ground": "SOURCE_PROTECTION",
    "record_ids": [str(uuid4())],
    "expires_days": 90,
}
