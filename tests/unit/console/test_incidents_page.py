"""Incidents in the console: clocks and what is missing are shown, three forms are sent on."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.console.incident_world import APPROVAL, FREEZE, INCIDENT, PATH, SUMMARY
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def test_an_incident_says_what_is_late_and_what_is_missing(world: World) -> None:
    page = (await (await signed_in(world, "dpo")).get("/incidents")).text
    for words in (
        "late",
        "no partner is concerned",
        "Before it can be closed",
        "Close it",
        "by their message",
    ):
        assert words in page, words
    office = (await (await signed_in(world, "supervisor")).get("/incidents")).text
    assert "Close it" not in office
    assert "Write an incident down" in office


@pytest.mark.parametrize(
    ("person", "path", "form", "sent"),
    [
        (
            "supervisor",
            "/incidents",
            {
                "kind": "LOSS",
                "persons": "2",
                "data_classes": "PNR",
                "is_high_risk": "yes",
                "summary": SUMMARY,
            },
            {"kind": "LOSS", "persons": 2, "data_classes": ["PNR"], "is_high_risk": True},
        ),
        (
            "legal",
            f"/incidents/{INCIDENT}/reports",
            {"report": "DPO"},
            {"report": "DPO"},
        ),
        (
            "dpo",
            f"/incidents/{INCIDENT}/closing",
            {"lessons": SUMMARY},
            {"lessons": SUMMARY},
        ),
        (
            "supervisor",
            f"/incidents/{INCIDENT}/freezes",
            {"accounts": "verifier-1 analyst-7"},
            {"accounts": ["verifier-1", "analyst-7"]},
        ),
        (
            "dpo",
            f"/incidents/releases/{APPROVAL}",
            {"version": "1", "decision": "keep"},
            {"version": 1, "approve": False},
        ),
    ],
)
async def test_each_form_is_sent_on(
    world: World, person: str, path: str, form: dict[str, str], sent: dict[str, Any]
) -> None:
    answer = await (await signed_in(world, person)).post(path, form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert world.services.body_of("POST", f"/v1{path}").items() >= sent.items()


async def test_a_number_of_persons_is_a_number(world: World) -> None:
    form = {"kind": "LOSS", "persons": "many", "summary": SUMMARY}
    answer = await (await signed_in(world, "supervisor")).post("/incidents", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_a_frozen_account_is_released_by_another_than_who_proposed_it(world: World) -> None:
    dpo = (await (await signed_in(world, "dpo")).get("/incidents")).text
    assert "Release analyst-7" in dpo
    assert "Propose to release verifier-1" in dpo
    supervisor = await signed_in(world, "supervisor")
    page = (await supervisor.get("/incidents")).text
    assert "supervisor proposes to release it" in page
    assert "Release analyst-7" not in page
    assert (
        await supervisor.post(f"/incidents/freezes/{FREEZE}/release", {})
    ).status_code == HTTPStatus.SEE_OTHER
    dpo_again = await signed_in(world, "dpo")
    form = {"version": "one", "decision": "release"}
    answer = await dpo_again.post(f"/incidents/releases/{APPROVAL}", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_the_session_of_a_frozen_account_ends_with_its_next_page(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    world.services.answers["GET", PATH] = httpx.Response(
        403, json={"code": "ACCOUNT_FROZEN", "detail": "This account is frozen."}
    )
    refused = await browser.get("/incidents")
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "This account is frozen because of an incident." in refused.text
    assert ("sign_out", "supervisor") in world.sessions.record
    assert (await browser.get("/incidents")).status_code == HTTPStatus.SEE_OTHER


async def test_a_frozen_accounts_token_reads_no_log_of_the_console(world: World) -> None:
    await (await signed_in(world, "auditor")).get("/incidents")
    frozen = httpx.Response(403, json={"code": "ACCOUNT_FROZEN", "detail": "This account is frozen."})
    token = world.services.asked[-1].headers["authorization"]
    bearer = {"Authorization": token, "Purpose-Code": "OVERSIGHT"}
    for answer, code in ((frozen, "ACCOUNT_FROZEN"), (httpx.Response(500), "FROZEN_ACCOUNTS_UNKNOWN")):
        world.services.answers["GET", "/v1/account"] = answer
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(world.console), base_url=world.console_url
        ) as machine:
            refused = await machine.get("/v1/audit/checkpoint", headers=bearer)
        assert refused.json()["code"] == code
