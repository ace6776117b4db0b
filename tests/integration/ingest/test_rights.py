"""The rights office over a real database and the signed safeguards: clocks, answers by one or by two."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_retention import travellers

WHY = "The document number and the date of birth are another person's."


class Office:
    def __init__(self, ingest: Ingest) -> None:
        self.ingest = ingest

    async def post(self, path: str, role: str, body: Any = None, *, person: str = "") -> httpx.Response:
        token = self.ingest.issuer.token(role, subject=person or role.lower())
        return await self.ingest.http.post(
            f"/v1/rights/{path}", json=body, headers={"Authorization": f"Bearer {token}"}
        )

    async def read(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ingest.get("/v1/rights", self.ingest.issuer.token("DPO"))).json()
        return found

    async def registered(self, kind: str, *, language: str = "en", is_urgent: bool = False) -> str:
        body = {"kind": kind, "channel": "POST", "language": language, "is_urgent": is_urgent}
        answer = await self.post("requests", "LEGAL", body)
        assert answer.status_code == 201, answer.text
        [(request_id,)] = await self.ingest.rows(
            f"SELECT request_id FROM rights_request WHERE number = '{answer.json()['number']}'"
        )
        return str(request_id)

    async def answer(self, request_id: str, result: str, **more: Any) -> httpx.Response:
        body = {"result": result, "reasons": WHY, **more}
        return await self.post(f"requests/{request_id}/answer", "LEGAL", body)

    async def approve(self, answer: httpx.Response, role: str) -> httpx.Response:
        approval_id = answer.json()["pending"]["approval_id"]
        return await self.post(f"approvals/{approval_id}", role, {"version": 1})

    async def letter(self, request_id: str) -> str:
        token = self.ingest.issuer.token("LEGAL")
        answer = await self.ingest.get(f"/v1/rights/requests/{request_id}/letter", token)
        text: str = answer.json()["letter"]
        return text


@pytest.fixture
def office(bare_ingest: Ingest) -> Office:
    return Office(bare_ingest)


@pytest.mark.parametrize(("is_urgent", "hours"), [(True, 24), (False, 30 * 24)])
async def test_a_request_is_overdue_after_its_time(office: Office, is_urgent: bool, hours: int) -> None:
    await office.registered("REDRESS", is_urgent=is_urgent)
    office.ingest.clock.advance(hours=hours)
    assert [each["is_overdue"] for each in (await office.read())["requests"]] == [False]
    office.ingest.clock.advance(seconds=1)
    assert [each["is_overdue"] for each in (await office.read())["requests"]] == [True]


async def test_the_door_s_number_sent_again_is_the_same_request(office: Office) -> None:
    body = {"kind": "ACCESS", "channel": "WEB", "language": "fr", "number": "2345-6789-ABCD"}
    for _ in range(2):
        assert (await office.post("requests", "LEGAL", body)).json()["number"] == "2345-6789-ABCD"
    assert len((await office.read())["requests"]) == 1


async def test_nobody_is_answered_before_their_identity_is_known(office: Office) -> None:
    request_id = await office.registered("ACCESS")
    assert "SG-20.IDENTITY_NOT_VERIFIED" in (await office.answer(request_id, "GRANTED")).json()["detail"]
    assert (await office.read())["requests"][0]["decided_at"] is None


async def test_erasure_that_is_granted_lets_the_jobs_erase(ingest: Ingest, paxlst_a: bytes) -> None:
    office = Office(ingest)
    await ingest.submit(paxlst_a)
    one, *_ = await travellers(ingest)
    request_id = await office.registered("ERASE")
    identity = {"record_ids": [str(one)]}
    assert (await office.post(f"requests/{request_id}/identity", "LEGAL", identity)).status_code == 204
    assert (await office.answer(request_id, "GRANTED")).status_code == 200
    rows = await ingest.rows("SELECT traveller_id, erase_at <= first_reported_at FROM traveller")
    assert {row[0] for row in rows if row[1]} == {one}


async def test_a_refusal_takes_the_data_protection_officer(office: Office) -> None:
    request_id = await office.registered("ACCESS")
    await office.post(f"requests/{request_id}/identity", "LEGAL", {"record_ids": []})
    proposed = await office.answer(
        request_id, "REFUSED", ground="SOURCE_PROTECTION", record_ids=[str(uuid4())], expires_days=90
    )
    assert (await office.read())["requests"][0]["result"] is None
    assert (await office.approve(proposed, "LEGAL")).status_code == 403
    assert (await office.approve(proposed, "DPO")).status_code == 200
    found = (await office.read())["requests"][0]
    assert (found["result"], found["decided_by"], found["second"]) == ("REFUSED", "legal", "dpo")
    assert "neither confirm nor deny" in await office.letter(request_id)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "SG-20.REFUSAL_WITHOUT_GROUND"),
        ({"ground": "SOURCE_PROTECTION", "expires_days": 90}, "SG-20.BLANKET_REFUSAL"),
        (
            {"ground": "SOURCE_PROTECTION", "record_ids": [str(uuid4())], "expires_days": 184},
            "SG-20.REFUSAL_TOO_LONG",
        ),
    ],
)
async def test_a_refusal_that_the_safeguards_refuse_still_waits(
    office: Office, more: dict[str, Any], code: str
) -> None:
    request_id = await office.registered("ACCESS")
    await office.post(f"requests/{request_id}/identity", "LEGAL", {"record_ids": []})
    proposed = await office.answer(request_id, "REFUSED", **more)
    refused = await office.approve(proposed, "DPO")
    assert refused.status_code == 403
    assert code in refused.json()["detail"]
    assert len((await office.read())["pending"]) == 1


async def test_redress_in_the_person_s_favour_takes_one(office: Office) -> None:
    request_id = await office.registered("REDRESS", language="fr")
    office.ingest.clock.advance(days=90)
    assert (await office.answer(request_id, "CLEARED")).status_code == 200
    assert "en votre faveur" in await office.letter(request_id)
    assert (await office.answer(request_id, "CLEARED")).status_code == 404


async def test_no_original_reviewer_decides(office: Office) -> None:
    request_id = await office.registered("REDRESS")
    refused = await office.answer(request_id, "CLEARED", original_reviewers=["legal"])
    assert "SG-19.HANDLER_NOT_INDEPENDENT" in refused.json()["detail"]


async def test_upholding_takes_the_independent_authority_and_is_in_time(office: Office) -> None:
    request_id = await office.registered("REDRESS")
    proposed = await office.answer(request_id, "UPHELD", appeal_body="Supreme Court of XAA")
    assert (await office.approve(proposed, "DPO")).status_code == 403
    office.ingest.clock.advance(days=31)
    late = await office.approve(proposed, "INDEPENDENT_AUTHORITY")
    assert "SG-19.UPHELD_TOO_LATE" in late.json()["detail"]
    extended = await office.post(f"requests/{request_id}/extension", "LEGAL", {"reason": WHY})
    assert extended.status_code == 204
    assert (await office.approve(proposed, "INDEPENDENT_AUTHORITY")).status_code == 200


async def test_there_is_one_extension_and_none_for_the_urgent(office: Office) -> None:
    usual, urgent = await office.registered("REDRESS"), await office.registered("REDRESS", is_urgent=True)
    answers = [
        (await office.post(f"requests/{each}/extension", "LEGAL", {"reason": WHY})).status_code
        for each in (usual, usual, urgent)
    ]
    assert answers == [204, 409, 409]


async def test_an_answer_fits_the_kind_of_request(office: Office) -> None:
    request_id = await office.registered("ACCESS")
    assert (await office.answer(request_id, "CLEARED")).json()["code"] == "ANSWER_UNFIT"


async def a_task(office: Office) -> str:
    task_id = uuid4()
    async with office.ingest.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO notification_task (task_id, cause, cause_id, made_at, due_at)"
            f" VALUES ('{task_id}', 'REIDENTIFIED', '{uuid4()}', now(), now())"
        )
    return str(task_id)


async def test_a_person_is_told_later_only_when_two_find_harm(office: Office) -> None:
    task_id = await a_task(office)
    harm = {"would_jeopardise": True, "reason": "An arrest is planned for that week.", "until_days": 90}
    proposed = await office.post(f"notifications/{task_id}/deferral", "LEGAL", harm)
    approved = await office.post(f"approvals/{proposed.json()['approval_id']}", "DPO", {"version": 1})
    assert approved.status_code == 200, approved.text
    assert (await office.read())["notifications"][0]["deferrals"] == 1
    assert (await office.post(f"notifications/{task_id}/sent", "LEGAL")).status_code == 204
    assert (await office.post(f"notifications/{task_id}/sent", "LEGAL")).status_code == 404


@pytest.mark.parametrize(("would_jeopardise", "days"), [(False, 90), (True, 181)])
async def test_a_deferral_without_harm_or_too_long_is_refused(
    office: Office, would_jeopardise: bool, days: int
) -> None:
    task_id = await a_task(office)
    harm = {"would_jeopardise": would_jeopardise, "reason": "It is inconvenient.", "until_days": days}
    proposed = await office.post(f"notifications/{task_id}/deferral", "LEGAL", harm)
    refused = await office.post(f"approvals/{proposed.json()['approval_id']}", "DPO", {"version": 1})
    assert "SG-21." in refused.json()["detail"]
    assert (await office.read())["notifications"][0]["deferrals"] == 0
