"""Consular help: told first, only where wanted, and no consulate of somebody under protection (SG-36)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.sharing.vault import Finding, Protection
from shared.web.purpose import Purpose
from tests.integration.sharing import test_http
from tests.integration.sharing.test_http import PERSONAL, Service
from tests.unit.sharing.samples import a_consular_treaty

service = test_http.service
PATH = "/v1/consular"
GROUNDS = "Stopped under warrant W-17 by the border force; the court has seen the file."


async def detained(service: Service) -> dict[str, Any]:
    share = await service.receive()
    happened = {
        "event": "DETAINED",
        "at": (service.clock.now() - timedelta(minutes=20)).isoformat(),
        "legal_basis": "WARRANT",
        "grounds": GROUNDS,
    }
    path = f"/v1/shares/{share['share_id']}/custody"
    proposed = await service.supervisor("POST", path, happened)
    await service.legal("POST", f"/v1/custody/{proposed['approval_id']}", {"version": 1})
    return share


async def step(
    service: Service, share: dict[str, Any], name: str, body: Any = None, status: int = 200
) -> Any:
    path = f"{PATH}/{share['share_id']}/{name}"
    answer = await service.ask("POST", path, "SUPERVISOR", subject="supervisor", body=body)
    assert answer.status_code == status, answer.text
    assert not any(secret in answer.text for secret in PERSONAL)
    return answer.json()


async def wished(service: Service, wish: str = "YES", *states: str) -> dict[str, Any]:
    share = await detained(service)
    await step(service, share, "told")
    await step(service, share, "wish", {"wish": wish, "picked_states": list(states), "witness": "W-2027-3"})
    return share


CONSULATE = {"addressee": "CONSULATE", "post_state": "XBB"}


async def test_a_detention_is_a_task_that_is_overdue_after_three_hours(service: Service) -> None:
    share = await detained(service)
    (task,) = (await service.supervisor("GET", PATH))["tasks"]
    assert (task["share_id"], task["told_at"], task["is_overdue"]) == (share["share_id"], None, False)
    service.clock.advance(minutes=161)
    (task,) = (await service.supervisor("GET", PATH))["tasks"]
    assert task["is_overdue"]


async def test_no_post_is_informed_before_the_person_was_told_and_asked(service: Service) -> None:
    share = await detained(service)
    await step(service, share, "wish", {"wish": "YES", "witness": "W-1"}, status=404)
    refused = await step(service, share, "notice", CONSULATE, status=403)
    assert "SG-36.PERSON_NOT_ASKED" in refused["detail"]
    await step(service, share, "told")
    await step(service, share, "notice", CONSULATE, status=403)
    await step(service, share, "wish", {"wish": "YES", "picked_states": ["XBB"], "witness": "W-1"})
    informed = await step(service, share, "notice", CONSULATE)
    assert (informed["addressee"], informed["post_state"]) == ("CONSULATE", "XBB")
    outcomes = sorted(record["outcome"] for record in await service.records("consular.notify"))
    assert outcomes == ["PERMITTED", "REFUSED", "REFUSED"]


async def test_who_declines_is_left_in_peace_and_asked_again_after_a_day(service: Service) -> None:
    share = await wished(service, "NO")
    refused = await step(service, share, "notice", CONSULATE, status=403)
    assert "SG-36.DECLINED" in refused["detail"]
    (task,) = (await service.supervisor("GET", PATH))["tasks"]
    assert task["asked_again_at"] > task["wish_at"]


async def put_treaty(service: Service, *, second: str = "SUPERVISOR", **changes: Any) -> int:
    """A legal officer proposes a consular treaty, somebody approves it; the answer's status."""
    path = "/v1/registers"
    treaty = a_consular_treaty(**changes).as_json()
    proposed = await service.ask("POST", f"{path}/consular-treaties", "LEGAL", subject="legal", body=treaty)
    assert proposed.status_code == 201, proposed.text
    approval = f"{path}/approvals/{proposed.json()['approval_id']}"
    answer = await service.ask("POST", approval, second, subject=second.lower(), body={"approve": True})
    return answer.status_code


async def test_who_declines_is_announced_where_a_treaty_of_two_people_says_so(service: Service) -> None:
    share = await wished(service, "NO")
    assert await put_treaty(service, second="LEGAL") == 403
    await step(service, share, "notice", CONSULATE, status=403)
    assert (await service.supervisor("GET", PATH))["treaty_states"] == []
    assert await put_treaty(service) == 200
    assert (await service.supervisor("GET", PATH))["treaty_states"] == ["XBB"]
    informed = await step(service, share, "notice", CONSULATE)
    assert (informed["addressee"], informed["post_state"]) == ("CONSULATE", "XBB")


async def test_one_officers_word_is_no_treaty(service: Service) -> None:
    share = await wished(service, "NO")
    await step(service, share, "notice", {**CONSULATE, "mandatory_treaty": True}, status=422)


@pytest.mark.parametrize(
    ("treaty", "to"),
    [
        ({"valid_to": date(2026, 6, 1)}, CONSULATE),
        ({"valid_from": date(2026, 6, 2)}, CONSULATE),
        ({"state": "XCC"}, CONSULATE),
        ({"state": "XCC"}, {"addressee": "CONSULATE", "post_state": "XCC"}),
        ({}, {"addressee": "PROTECTING_POWER", "post_state": "XBB"}),
        ({}, {"addressee": "UNHCR"}),
    ],
    ids=["over", "not begun", "with another State", "no national of that State", "no consulate", "no State"],
)
async def test_treaty_reaches_no_further_than_its_days_and_its_nationals(
    service: Service, treaty: dict[str, Any], to: dict[str, Any]
) -> None:
    share = await wished(service, "NO")
    assert await put_treaty(service, **treaty) == 200
    refused = await step(service, share, "notice", to, status=403)
    assert "SG-36.DECLINED" in refused["detail"]


@pytest.mark.parametrize("changes", [{"state": "XAA"}, {"valid_to": date(2019, 1, 1)}])
async def test_treaty_that_cannot_be_one_is_refused(service: Service, changes: dict[str, Any]) -> None:
    treaty = a_consular_treaty(**changes).as_json()
    path = "/v1/registers/consular-treaties"
    answer = await service.ask("POST", path, "LEGAL", subject="legal", body=treaty)
    assert answer.json()["code"] == "REGISTER_ENTRY_REFUSED"


async def test_only_the_post_that_the_person_picked_is_informed(service: Service) -> None:
    share = await wished(service, "YES", "XCC")
    refused = await step(service, share, "notice", CONSULATE, status=403)
    assert "SG-36.POST_NOT_PICKED" in refused["detail"]


@pytest.mark.parametrize("wish", ["YES", "NO"])
async def test_a_protected_person_is_announced_to_no_consulate_and_nothing_says_why(
    service: Service, wish: str
) -> None:
    share = await wished(service, wish)
    finding = Finding(share["hit_id"], Protection.REFUGEE, feared_states=("XBB",), nationality=("XBB",))
    await service.sharing.vault.record(finding, by="asylum")
    assert await put_treaty(service) == 200
    refused = await step(service, share, "notice", CONSULATE, status=403)
    assert refused["detail"] == "The safeguards refuse this: NOT_AUTHORISED."
    (record,) = await service.records("consular.notify")
    assert record["reasons"] == ["NOT_AUTHORISED"]
    if wish == "YES":
        assert (await step(service, share, "notice", {"addressee": "UNHCR"}))["addressee"] == "UNHCR"


async def test_a_protected_person_who_declines_reads_like_anybody_who_does(service: Service) -> None:
    shares = [await wished(service, "NO") for _ in range(2)]
    protected = Finding(shares[0]["hit_id"], Protection.APPLICANT, feared_states=("XBB",))
    await service.sharing.vault.record(protected, by="asylum")
    refusals = [await step(service, share, "notice", CONSULATE, status=403) for share in shares]
    assert refusals[0]["detail"] == refusals[1]["detail"]


async def test_nobody_who_is_not_detained_has_a_task_and_a_consulate_has_a_state(service: Service) -> None:
    share = await service.receive()
    await step(service, share, "told", status=404)
    await step(service, share, "notice", {"addressee": "CONSULATE"}, status=422)
    answer = await service.ask("GET", PATH, "LIAISON", subject="liaison")
    assert answer.status_code == 403


async def figures(service: Service) -> dict[tuple[str, str | None], Any]:
    answer = await service.ask(
        "GET", "/v1/oversight/figures", "DPO", subject="dpo", purpose=Purpose("OVERSIGHT", None)
    )
    told = answer.json()["figures"]
    return {(each["name"], each["group"]): each["value"] for each in told if "consular" in each["name"]}


async def test_oversight_reads_who_was_told_in_time_and_what_they_wanted(service: Service) -> None:
    await step(service, await wished(service), "notice", CONSULATE)
    assert await figures(service) == {
        ("detained_told_of_consular_help_in_3_hours", None): None,
        ("consular_wishes", "YES"): "<10",
        ("consular_posts_informed", None): "<10",
    }
    # 24 more are detained then: 12 are told in time and want it, 12 are told too late and do not.
    async with service.sharing.engine.begin() as connection:
        await connection.execute(
            text("""
            WITH more AS (
                INSERT INTO share SELECT (jsonb_populate_record(
                    s, jsonb_build_object('share_id', gen_random_uuid(), 'hit_id', gen_random_uuid())
                )).* FROM share s, generate_series(1, 24) RETURNING share_id
            ), numbered AS (SELECT share_id, row_number() OVER () AS n FROM more)
            INSERT INTO consular_task (share_id, told_at, told_by, wish, wish_at, witness)
            SELECT m.share_id, t.told_at + CASE WHEN m.n > 12 THEN interval '3 hours' ELSE interval '0' END,
                   'officer', CASE WHEN m.n > 12 THEN 'NO' ELSE 'YES' END, t.told_at, 'W-1'
            FROM numbered m, consular_task t
            """)
        )
    assert await figures(service) == {
        ("detained_told_of_consular_help_in_3_hours", None): 52.0,
        ("consular_wishes", "NO"): 12,
        ("consular_wishes", "YES"): 13,
        ("consular_posts_informed", None): "<10",
    }
    service.clock.advance(days=40)
    assert ("consular_wishes", "YES") not in await figures(service)
