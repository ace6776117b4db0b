"""Holds, extensions and masked values: two people each, and for masked values a court besides."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import OKPKey

from services.ingest.retention.jobs import RetentionJobs
from services.ingest.retention.masking import OpenVault, Vault
from shared.bus.message import OutgoingMessage
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_retention import Screening, travellers

WHY = "The traveller's booking is named in the order of the investigating judge."
CASE = "C-2027-0014"


class Office:
    """The service with masked travellers, and the people who decide."""

    def __init__(self, ingest: Ingest, jobs: RetentionJobs, screening: Screening) -> None:
        self.ingest = ingest
        self.jobs = jobs
        self.screening = screening

    async def post(
        self, path: str, role: str, body: Any = None, *, person: str = "", **claims: Any
    ) -> httpx.Response:
        token = self.ingest.issuer.token(role, subject=person or role.lower(), **claims)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.ingest.http.post(path, json=body, headers=headers)

    async def approved(self, path: str, body: Any) -> httpx.Response:
        """Proposed by LEGAL, approved by the head of the unit."""
        proposed = await self.post(path, "LEGAL", body)
        assert proposed.status_code == 201, proposed.text
        approval_id = proposed.json()["approval_id"]
        return await self.post(f"/v1/retention/approvals/{approval_id}", "PIU_HEAD", {"version": 1})

    async def asked(self, records: list[str], fields: list[str]) -> str:
        """Asked by an analyst."""
        body = {"record_ids": records, "fields": fields, "case_id": CASE, "statement": WHY}
        answer = await self.post("/v1/reidentifications", "ANALYST", body)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["request_id"]
        return number

    async def granted(self, records: list[str], fields: list[str], role: str = "COURT") -> str:
        """Asked, found needed, granted."""
        number = await self.asked(records, fields)
        found = await self.post(
            f"/v1/reidentifications/{number}/finding", "SUPERVISOR", {"is_needed": True, "statement": WHY}
        )
        assert found.status_code == 204, found.text
        body = {"is_granted": True, "hours": 24, "statement": WHY}
        answer = await self.post(f"/v1/reidentifications/{number}/grant", role, body)
        assert answer.status_code == 204, answer.text
        return number

    async def use(self, number: str, *, role: str = "ANALYST", person: str = "") -> httpx.Response:
        return await self.post(f"/v1/reidentifications/{number}/use", role, person=person)


@pytest.fixture
async def office(ingest: Ingest, tmp_path: Path, paxlst_a: bytes) -> Office:
    path = tmp_path / "vault.json"
    path.write_text(json.dumps(OKPKey.generate_key("X25519", private=True).as_dict(private=True)))
    assert (await ingest.submit(paxlst_a)).status_code == 202
    ingest.app.state.open_vault = OpenVault.load(path)
    screening = Screening()
    return Office(ingest, RetentionJobs(ingest.app.state.ports, screening, Vault.load(path)), screening)


async def masked(office: Office) -> list[str]:
    async with office.ingest.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE traveller SET mask_at = first_reported_at, erase_at = mask_at + interval '99 days'"
        )
    assert await office.jobs.mask_due() == 3
    return [str(each) for each in await travellers(office.ingest)]


async def test_a_court_s_grant_shows_the_named_elements_once(office: Office) -> None:
    one, *_ = await masked(office)
    number = await office.granted([one], ["surname"])
    answer = await office.use(number)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()["records"][one]) == ["surname"]
    again = await office.use(number)
    assert again.status_code == 403
    assert "SG-24.GRANT_USED" in again.json()["detail"]


async def test_the_independent_authority_may_grant_as_well(office: Office) -> None:
    one, *_ = await masked(office)
    number = await office.granted([one], ["date_of_birth"], "INDEPENDENT_AUTHORITY")
    assert list((await office.use(number)).json()["records"][one]) == ["birth_date"]


@pytest.mark.parametrize("role", ["PIU_HEAD", "SUPERVISOR", "DPO", "LEGAL", "ANALYST", "ADMIN"])
async def test_nobody_of_the_unit_grants(office: Office, role: str) -> None:
    number = await office.asked([str(uuid4())], ["surname"])
    body = {"is_granted": True, "statement": WHY}
    assert (await office.post(f"/v1/reidentifications/{number}/grant", role, body)).status_code == 403


async def test_nothing_is_shown_without_a_grant(office: Office) -> None:
    one, *_ = await masked(office)
    number = await office.asked([one], ["surname"])
    answer = await office.use(number)
    assert answer.status_code == 403
    assert "SG-24.NO_INDEPENDENT_GRANT" in answer.json()["detail"]
    refused = await office.ingest.rows("SELECT outcome FROM audit_record WHERE action = 'reident.execute'")
    assert [row.outcome for row in refused] == ["REFUSED"]


async def test_nothing_is_granted_before_a_second_person_finds_it_needed(office: Office) -> None:
    number = await office.asked([str(uuid4())], ["surname"])
    body = {"is_granted": True, "statement": WHY}
    assert (await office.post(f"/v1/reidentifications/{number}/grant", "COURT", body)).status_code == 404
    own = await office.post(
        f"/v1/reidentifications/{number}/finding",
        "SUPERVISOR",
        {"is_needed": True, "statement": WHY},
        person="analyst",
    )
    assert own.status_code == 404, "nobody is their own second"


async def test_a_grant_that_ended_shows_nothing(office: Office) -> None:
    one, *_ = await masked(office)
    number = await office.granted([one], ["surname"])
    office.ingest.clock.advance(hours=24)
    assert "SG-24.GRANT_EXPIRED" in (await office.use(number)).json()["detail"]


async def test_another_person_cannot_use_the_grant(office: Office) -> None:
    one, *_ = await masked(office)
    number = await office.granted([one], ["surname"])
    assert (await office.use(number, person="somebody-else")).status_code == 404


async def test_a_second_who_stands_below_the_first_is_none(office: Office) -> None:
    one, *_ = await masked(office)
    number = await office.asked([one], ["surname"])
    await office.post(
        f"/v1/reidentifications/{number}/finding",
        "SUPERVISOR",
        {"is_needed": True, "statement": WHY},
        manager="analyst",
    )
    await office.post(
        f"/v1/reidentifications/{number}/grant", "COURT", {"is_granted": True, "statement": WHY}
    )
    assert "SG-09.REPORTS_TO_FIRST" in (await office.use(number)).json()["detail"]


async def test_the_second_does_not_see_the_first_s_reasons(office: Office) -> None:
    await office.asked([str(uuid4())], ["surname"])
    for role, reasons in (("SUPERVISOR", ""), ("ANALYST", WHY)):
        token = office.ingest.issuer.token(role, subject=role.lower())
        answer = await office.ingest.get("/v1/reidentifications", token)
        assert [each["first_statement"] for each in answer.json()["requests"]] == [reasons]


async def test_erased_records_cannot_be_shown(office: Office) -> None:
    number = await office.granted([str(uuid4())], ["surname"])
    assert (await office.use(number)).status_code == 404


async def test_an_instance_without_the_key_shows_nothing(office: Office) -> None:
    one, *_ = await masked(office)
    office.ingest.app.state.open_vault = None
    assert (await office.use(await office.granted([one], ["surname"]))).json()["code"] == "VAULT_CLOSED"


def a_hold(office: Office, *records: str, days: int = 180, ordered_by: str = "COURT") -> dict[str, Any]:
    review = office.ingest.clock.now().date() + timedelta(days=days)
    return {
        "record_ids": list(records),
        "case_id": CASE,
        "ordered_by": ordered_by,
        "order_ref": "ORD-7",
        "review_at": review.isoformat(),
    }


async def test_a_hold_keeps_its_records_until_nobody_reviews_it(office: Office) -> None:
    one, *_ = [str(each) for each in await travellers(office.ingest)]
    answer = await office.approved("/v1/retention/holds", a_hold(office, one, days=60))
    assert answer.status_code == 200, answer.text
    office.ingest.clock.advance(days=31)
    assert (await office.jobs.beat()).erased == 2
    office.ingest.clock.advance(days=29)
    beat = await office.jobs.beat()
    assert (beat.lapsed_holds, beat.erased) == (1, 1)


async def test_a_hold_without_a_near_review_is_refused(office: Office) -> None:
    one, *_ = [str(each) for each in await travellers(office.ingest)]
    answer = await office.approved("/v1/retention/holds", a_hold(office, one, days=184))
    assert answer.status_code == 403
    assert "SG-25.NO_REVIEW_DATE" in answer.json()["detail"]
    assert await office.ingest.rows("SELECT 1 FROM retention_hold") == []
    assert (
        await office.ingest.rows(
            "SELECT 1 FROM approval WHERE kind = 'retention.hold' AND state <> 'PENDING'"
        )
        == []
    )


async def test_a_hold_names_records_that_are_held(office: Office) -> None:
    answer = await office.post("/v1/retention/holds", "LEGAL", a_hold(office, str(uuid4())))
    assert answer.json()["code"] == "RECORDS_UNKNOWN"


async def test_one_person_ends_a_hold(office: Office) -> None:
    one, *_ = [str(each) for each in await travellers(office.ingest)]
    await office.approved("/v1/retention/holds", a_hold(office, one))
    [(hold_id,)] = await office.ingest.rows("SELECT hold_id FROM retention_hold")
    path = f"/v1/retention/holds/{hold_id}/end"
    assert (await office.post(path, "DPO", {"cause": "CASE_CLOSED"})).status_code == 204
    assert (await office.post(path, "DPO", {"cause": "CASE_CLOSED"})).status_code == 404
    office.ingest.clock.advance(days=31)
    assert (await office.jobs.beat()).erased == 3


async def test_state_and_figures_hold_numbers_only(office: Office) -> None:
    await masked(office)
    answer = await office.ingest.get("/v1/retention", office.ingest.issuer.token("DPO"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"]["masked_travellers"] == 3
    assert [(each["act"], each["number"]) for each in answer.json()["figures"]] == [("MASKED", 3)]


class Answers:
    """Screening, which says of everybody the same."""

    def __init__(self, office: Office, link: str) -> None:
        self._at = office.ingest.clock.now().isoformat()
        self._link = link

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        return {"links": dict.fromkeys(message.body["travellers"], self._link), "at": self._at}


async def extend(office: Office, until_age_days: int = 400) -> httpx.Response:
    one, *_ = [str(each) for each in await travellers(office.ingest)]
    body = {"record_ids": [one], "case_id": CASE, "until_age_days": until_age_days}
    return await office.approved("/v1/retention/extensions", body)


async def test_nothing_is_extended_while_screening_is_silent(office: Office) -> None:
    assert (await extend(office)).json()["code"] == "SCREENING_SILENT"
    assert await office.ingest.rows("SELECT 1 FROM retention_extension") == []


async def test_a_confirmed_hit_s_record_is_kept_until_the_extension_ends(office: Office) -> None:
    office.ingest.app.state.screening_carrier = Answers(office, "CONFIRMED")
    assert (await extend(office)).status_code == 200
    office.ingest.clock.advance(days=399)
    assert (await office.jobs.beat()).erased == 2
    office.ingest.clock.advance(days=1)
    assert (await office.jobs.beat()).erased == 1
    assert await office.ingest.rows("SELECT 1 FROM retention_extension") == []


@pytest.mark.parametrize("link", ["OPEN", "NOT_A_MATCH"])
async def test_no_other_record_is_extended(office: Office, link: str) -> None:
    office.ingest.app.state.screening_carrier = Answers(office, link)
    refused = await extend(office)
    assert refused.status_code == 403
    assert "SG-23." in refused.json()["detail"]
