"""The service over HTTP: who may do what, purposes, records of looks and refusals, nothing personal."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local.counterpart_simulator import Simulator, create_simulator
from services.sharing.app import create_app
from services.sharing.parts import Sharing
from shared.bus.message import OutgoingMessage
from shared.web.purpose import Purpose
from tests.conftest import OpenDatabase, SignedPolicy
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.sharing.world import IN_FORCE, FakeHitStates, a_simulator, settings_for
from tests.unit.sharing.samples import OWN, STATEMENT, a_hit

UNKNOWN = UUID(int=7)
PERSONAL = ("EXAMPLE", "X1234567", "1980-01-02")


@dataclass
class FakeCarrier:
    """Takes every message to nowhere."""

    taken: list[OutgoingMessage] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        self.taken.append(message)
        return {"accepted": True}


@dataclass
class Service:
    """The running service and those who ask it."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: FakeIssuer
    simulator: Simulator
    clock: FixedClock
    carrier: FakeCarrier

    @property
    def sharing(self) -> Sharing:
        found: Sharing = self.app.state.sharing
        return found

    async def ask(
        self,
        method: str,
        path: str,
        *roles: str,
        subject: str,
        body: Any = None,
        purpose: Purpose | None = None,
    ) -> httpx.Response:
        token = self.issuer.token(
            *roles, subject=subject, authority=OWN, clearance="H3", training_valid_to="2028-06-01"
        )
        headers = {"Authorization": f"Bearer {token}", **(purpose.as_headers() if purpose else {})}
        return await self.client.request(method, path, json=body, headers=headers)

    async def legal(self, method: str, path: str, body: Any = None, purpose: Purpose | None = None) -> Any:
        answer = await self.ask(
            method, path, "LEGAL", "HUMAN_RIGHTS", subject="legal", body=body, purpose=purpose
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def supervisor(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(method, path, "SUPERVISOR", subject="supervisor", body=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def receive(self) -> dict[str, Any]:
        """Take in a hit as screening sends it, and find its share."""
        hit = a_hit(hit_id=uuid4(), message_id=uuid4(), entry={"nationalities": ["XBB", "XCC", "XDD"]})
        message = {"message_id": str(hit.message_id), "kind": "HitConfirmedV1", "body": hit.as_json()}
        token = self.issuer.service_token("screening", audience="sharing")
        answer = await self.client.post(
            "/internal/v1/inbox", json=message, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.is_success, answer.text
        shares = (await self.supervisor("GET", "/v1/shares"))["shares"]
        found: dict[str, Any] = next(each for each in shares if each["hit_id"] == str(hit.hit_id))
        return found

    async def decide(self, share: dict[str, Any]) -> dict[str, Any]:
        path = f"/v1/shares/{share['share_id']}"
        await self.legal("POST", f"{path}/individual-risk", {"individual_risk": False, "assessments": {}})
        proposal = {
            "statement": STATEMENT,
            "alternatives_considered": "INTERPOL channel only: no duty desk before landing",
            "period_days": 7,
        }
        proposed = await self.supervisor("POST", f"{path}/proposal", proposal)
        approval = {"approval_id": proposed["approval_id"]}
        decided: dict[str, Any] = await self.legal("POST", f"{path}/approval", approval)
        return decided

    async def records(self, action: str) -> list[dict[str, Any]]:
        async with self.sharing.engine.connect() as connection:
            query = text("SELECT content FROM audit_record WHERE action = :action ORDER BY record_id")
            rows = (await connection.execute(query, {"action": action})).scalars()
            return [json.loads(bytes(row)) for row in rows]


@pytest.fixture
async def service(
    database: OpenDatabase, keys: Path, signed_policy: SignedPolicy, clock: FixedClock, issuer: FakeIssuer
) -> AsyncIterator[Service]:
    simulator = a_simulator(keys, clock)
    carrier = FakeCarrier()
    app = create_app(
        settings_for(database("sharing", like=IN_FORCE), keys),
        clock=clock,
        carrier=carrier,
        hit_states=FakeHitStates(),
        policy=signed_policy.engine(clock),
        transport=httpx.ASGITransport(app=create_simulator(simulator)),
    )
    app.state.token_verifier = issuer.verifier("sharing")
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sharing") as client,
    ):
        yield Service(app, client, issuer, simulator, clock, carrier)


def purpose_of(share: dict[str, Any], **changes: Any) -> Purpose:
    fields = {
        "code": "TERR_TRAVEL",
        "case_id": share["hit_id"],
        "statement": "I check what would leave before I approve this notification.",
    }
    return Purpose(**(fields | changes))


async def test_hit_becomes_notices_by_two_people(service: Service) -> None:
    share = await service.receive()
    decided = await service.decide(share)
    await service.sharing.delivery.deliver_due()
    shown = await service.supervisor("GET", f"/v1/shares/{share['share_id']}")
    outcomes = {each["authority_id"]: each["outcome"] for each in shown["recipients"]}
    assert outcomes == {
        "XAA-BORDER-01": "SEND",
        "XAA-POLICE-01": "SEND",
        "XBB-PIU-01": "SEND",
        "XCC-PIU-01": "HOLD",
        "XDD-PIU-01": "BLOCK",
    }
    assert decided["state"] == "DECIDED"
    notice = next(each for each in shown["notices"] if each["authority_id"] == "XBB-PIU-01")
    detail = await service.supervisor("GET", f"/v1/notices/{notice['notice_id']}")
    assert (detail["state"], detail["digest"]) == ("DELIVERED", notice["digest"])
    assert set(detail["caveats"]) == {"C1", "C2", "C3", "C4"}


async def test_who_approves_a_share_sees_the_court_order_that_is_judged(service: Service) -> None:
    order = {
        "reference": "XAA-FC/2027/118",
        "court": "Family Court of the capital",
        "dated": "2026-05-29",
        "scope": "Identity and place, to XBB alone.",
    }
    path = f"/v1/shares/{(await service.receive())['share_id']}"
    await service.legal("POST", f"{path}/individual-risk", {"individual_risk": False, "assessments": {}})
    proposal = {
        "statement": STATEMENT,
        "alternatives_considered": "INTERPOL channel only: no duty desk before landing",
        "period_days": 7,
        "court_order": order,
    }
    unknown = {**proposal, "court_order": {**order, "reference": "the order about Mr Example"}}
    refused = await service.ask("POST", f"{path}/proposal", "SUPERVISOR", subject="supervisor", body=unknown)
    assert refused.status_code == 422
    await service.supervisor("POST", f"{path}/proposal", proposal)
    shown = await service.legal("GET", path)
    assert shown["court_order"] == order
    approval = {"approval_id": shown["approval_id"]}
    by_liaison = await service.ask("POST", f"{path}/approval", "LIAISON", subject="liaison", body=approval)
    assert by_liaison.json()["code"] == "LEGAL_FINDING_REQUIRED"
    await service.legal("POST", f"{path}/approval", approval)


async def test_preview_shows_the_payload_and_leaves_a_record(service: Service) -> None:
    share = await service.receive()
    path = f"/v1/shares/{share['share_id']}/preview?authority=XBB-PIU-01"
    preview = await service.legal("GET", path, purpose=purpose_of(share))
    assert preview["payload"]["person"]["names"][0]["full"] == "EXAMPLE TEST"
    (record,) = await service.records("record.read")
    assert (record["outcome"], record["actor"], record["purpose"]) == ("PERMITTED", "legal", "TERR_TRAVEL")


async def test_look_without_purpose_is_refused(service: Service) -> None:
    share = await service.receive()
    answer = await service.ask("GET", f"/v1/shares/{share['share_id']}/person", "LEGAL", subject="legal")
    assert answer.status_code == 422


async def test_look_at_another_case_is_refused_and_recorded(service: Service) -> None:
    share = await service.receive()
    answer = await service.ask(
        "GET",
        f"/v1/shares/{share['share_id']}/person",
        "LEGAL",
        subject="legal",
        purpose=purpose_of(share, case_id="C-OTHER"),
    )
    assert answer.status_code == 403
    assert not [word for word in PERSONAL if word in answer.text]
    (record,) = await service.records("record.read")
    assert record["outcome"] == "REFUSED"


async def test_person_opens_with_a_purpose(service: Service) -> None:
    share = await service.receive()
    path = f"/v1/shares/{share['share_id']}/person"
    person = await service.legal("GET", path, purpose=purpose_of(share))
    assert person["traveller"]["surname"] == "EXAMPLE"
    assert "phones" not in person["traveller"]


async def test_oversight_looks_without_a_case_and_leaves_a_record(service: Service) -> None:
    share = await service.receive()
    answer = await service.ask(
        "GET",
        f"/v1/shares/{share['share_id']}/person",
        "DPO",
        subject="dpo",
        purpose=purpose_of(
            share, code="OVERSIGHT", case_id=None, statement="Weekly look at transfers to third States."
        ),
    )
    assert answer.status_code == 200, answer.text
    (record,) = await service.records("record.read")
    assert (record["actor"], record["purpose"]) == ("dpo", "OVERSIGHT")


async def test_lists_and_details_hold_no_personal_data(service: Service) -> None:
    share = await service.receive()
    await service.decide(share)
    await service.sharing.delivery.deliver_due()
    notices = (await service.supervisor("GET", "/v1/notices"))["notices"]
    shown = [
        await service.supervisor("GET", "/v1/shares"),
        await service.supervisor("GET", f"/v1/shares/{share['share_id']}"),
        notices,
        *[await service.supervisor("GET", f"/v1/notices/{each['notice_id']}") for each in notices],
    ]
    assert not [word for word in PERSONAL if word in json.dumps(shown)]


async def test_log_holds_no_personal_data(service: Service) -> None:
    share = await service.receive()
    await service.decide(share)
    await service.sharing.delivery.deliver_due()
    async with service.sharing.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT content FROM audit_record"))).scalars()
        logged = b"".join(bytes(row) for row in rows).decode()
    assert not [word for word in (*PERSONAL, STATEMENT) if word in logged]


async def test_protected_person_reads_as_not_authorised(service: Service) -> None:
    share = await service.receive()
    finding = {
        "hit_id": share["hit_id"],
        "subject_protection": "REFUGEE",
        "feared_states": ["XBB"],
        "nationality": ["XBB"],
    }
    recorded = await service.ask("POST", "/v1/vault", "ASYLUM_OFFICER", subject="asylum", body=finding)
    assert (recorded.status_code, set(recorded.json())) == (201, {"finding_id"})
    await service.decide(share)
    path = f"/v1/shares/{share['share_id']}"
    seen = {
        role: next(
            each
            for each in (await service.ask("GET", path, role, subject="someone")).json()["recipients"]
            if each["authority_id"] == "XBB-PIU-01"
        )["reasons"]
        for role in ("SUPERVISOR", "DPO", "LEGAL")
    }
    assert seen["SUPERVISOR"] == seen["DPO"] == ["NOT_AUTHORISED"]
    assert seen["LEGAL"] == ["SG-35.PROTECTED_PERSON"]


async def test_officers_words_on_each_risk_are_kept(service: Service) -> None:
    share = await service.receive()
    body = {"individual_risk": False, "assessments": {"legal": "CLEAR", "torture": "None found."}}
    await service.legal("POST", f"/v1/shares/{share['share_id']}/individual-risk", body)
    async with service.sharing.engine.connect() as connection:
        row = (await connection.execute(text("SELECT legal, notes FROM individual_assessment"))).one()
    assert (row.legal, row.notes) == ("CLEAR", {"torture": "None found."})


async def test_human_rights_officer_does_not_speak_for_the_legal_one(service: Service) -> None:
    share = await service.receive()
    answer = await service.ask(
        "POST",
        f"/v1/shares/{share['share_id']}/individual-risk",
        "HUMAN_RIGHTS",
        subject="rights",
        body={"individual_risk": False, "assessments": {"legal": "CLEAR"}},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/v1/shares", "VERIFIER"),
        ("GET", "/v1/shares", "ADMIN"),
        ("POST", "/v1/vault", "LEGAL"),
        ("POST", f"/v1/shares/{UNKNOWN}/individual-risk", "SUPERVISOR"),
        ("POST", f"/v1/shares/{UNKNOWN}/proposal", "LEGAL"),
        ("POST", f"/v1/shares/{UNKNOWN}/approval", "SUPERVISOR"),
        ("POST", "/v1/registers/country-risk", "SUPERVISOR"),
        ("POST", "/internal/v1/inbox", "SUPERVISOR"),
        ("GET", "/v1/notices", "FRONT_LINE"),
    ],
)
async def test_other_roles_are_refused_and_it_is_recorded(
    service: Service, method: str, path: str, role: str
) -> None:
    answer = await service.ask(method, path, role, subject="someone", body={})
    assert answer.status_code == 403
    record = (await service.records("access.refuse"))[-1]
    assert (record["actor"], record["object_kind"]) == ("someone", "PERMISSION")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("proposal", {"statement": "s", "alternatives_considered": "a", "period_days": 91}),
        ("proposal", {"statement": "s", "alternatives_considered": "a", "period_days": 0}),
        ("proposal", {"statement": "", "alternatives_considered": "a", "period_days": 7}),
        ("approval", {"approve": True, "surprise": 1}),
    ],
)
async def test_body_of_another_shape_is_refused(service: Service, step: str, body: dict[str, Any]) -> None:
    role = "SUPERVISOR" if step == "proposal" else "LEGAL"
    answer = await service.ask("POST", f"/v1/shares/{uuid4()}/{step}", role, subject="someone", body=body)
    assert answer.status_code == 422


async def test_unknown_share_is_not_found(service: Service) -> None:
    answer = await service.ask("GET", f"/v1/shares/{uuid4()}", "SUPERVISOR", subject="supervisor")
    assert (answer.status_code, answer.json()["code"]) == (404, "SHARE_NOT_FOUND")


async def test_port_is_released_through_screening_and_then_delivered(service: Service) -> None:
    share = await service.receive()
    await service.decide(share)
    port = next(
        each
        for each in (await service.supervisor("GET", "/v1/notices"))["notices"]
        if each["authority_id"] == "XAA-BORDER-01"
    )
    while not service.carrier.taken:
        await service.client.get("/health/live")
    (message,) = service.carrier.taken
    assert (message.kind, message.body["hit_id"]) == ("NationalReleaseV1", share["hit_id"])
    assert str(message.message_id) == port["notice_id"]


async def test_reject_of_a_register_entry(service: Service) -> None:
    risk = {
        "state": "XEE",
        "level": "LOW",
        "death_penalty": False,
        "sources": ["report"],
        "assessed_at": "2027-11-01",
    }
    proposed = await service.legal("POST", "/v1/registers/country-risk", risk)
    path = f"/v1/registers/approvals/{proposed['approval_id']}"
    decided = await service.ask("POST", path, "DPO", subject="dpo", body={"approve": False})
    register = await service.legal("GET", "/v1/registers/country-risk")
    assert decided.json()["state"] == "REJECTED"
    assert "XEE" not in {each["entry"]["state"] for each in register["entries"]}


async def test_suspension_over_http(service: Service) -> None:
    path = "/v1/registers/agreements/XAA-XBB-2025/suspension"
    await service.legal("POST", path, {"why": "recall overdue"})
    register = await service.legal("GET", "/v1/registers/agreements")
    suspended = {each["entry"]["id"]: each["entry"]["suspended"] for each in register["entries"]}
    assert suspended["XAA-XBB-2025"]["by"] == "legal"
    assert suspended["XAA-XDD-2025"] is None


async def test_service_is_ready_and_tells_its_keys_to_nobody(service: Service) -> None:
    assert (await service.client.get("/health/ready")).json()["ready"] is True
    register = await service.legal("GET", "/v1/registers/authorities")
    assert '"d":' not in json.dumps(register)


async def test_an_account_that_ingest_tells_is_frozen_until_it_is_released(service: Service) -> None:
    frozen: dict[str, Any] = {
        "freeze_id": str(uuid4()),
        "account": "legal",
        "incident_id": str(uuid4()),
        "is_by_oversight": False,
        "frozen_at": service.clock.now().isoformat(),
    }
    released = service.clock.now().isoformat()
    token = service.issuer.service_token("ingest", audience="sharing")
    # What was released stays released, whichever message comes first, and however often.
    for released_at, status in ((None, 403), (None, 403), (released, 200), (None, 200)):
        message_id = str(uuid4())
        body = {"message_id": message_id, **frozen, "released_at": released_at}
        taken = await service.client.post(
            "/internal/v1/inbox",
            json={"message_id": message_id, "kind": "AccountFreezeV1", "body": body},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert taken.json() == {"taken": True}
        await service.app.state.frozen_accounts.read()
        answer = await service.ask("GET", "/v1/shares", "LEGAL", subject="legal")
        assert answer.status_code == status, answer.text
    assert [each["actor"] for each in await service.records("account.freeze")] == ["ingest"]
    assert len(await service.records("account.release")) == 1
    assert len(await service.records("access.refuse")) == 2


async def test_kind_of_message_is_taken_from_its_own_service_only(service: Service) -> None:
    now = service.clock.now().isoformat()
    freeze = {
        "freeze_id": str(uuid4()),
        "account": "legal",
        "incident_id": str(uuid4()),
        "is_by_oversight": False,
        "frozen_at": now,
        "released_at": None,
    }
    withdrawn = {"hit_id": str(uuid4()), "reason": "COURT", "is_urgent": False, "withdrawn_at": now}
    foreign = (
        ("screening", "AccountFreezeV1", freeze),
        ("ingest", "HitWithdrawnV1", withdrawn),
        ("ingest", "HitConfirmedV1", a_hit(hit_id=uuid4(), message_id=uuid4()).as_json()),
    )
    for sender, kind, body in foreign:
        message_id = body.get("message_id", str(uuid4()))
        token = service.issuer.service_token(sender, audience="sharing")
        refused = await service.client.post(
            "/internal/v1/inbox",
            json={"message_id": message_id, "kind": kind, "body": {**body, "message_id": message_id}},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "FOREIGN_MESSAGE"), refused.text
    assert await service.records("account.freeze") == []
    assert (await service.supervisor("GET", "/v1/shares"))["shares"] == []
