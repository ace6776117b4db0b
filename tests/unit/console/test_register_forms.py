"""Rows of screening's registers, proposed from the console: each form, its faults, and what is sent on."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from services.console.register_fields import FORMS
from services.screening.register_forms import CountryRiskIn, LegalRowIn, ListSourceIn
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world, problem

LAW = {
    "authority": "XAA-PIU-01",
    "action": "screen.run",
    "data_class": "API",
    "purpose_code": "TERR_TRAVEL",
    "valid_from": "2026-11-21",
    "valid_to": "2027-11-21",
    "instrument_ref": "Border Act, article 7",
    "public_url": "https://laws.example/border-act",
    "orders": "",
}
SOURCE = {
    "source_id": "PARTNER_XBB",
    "publisher": "Interior Ministry of XBB",
    "kind": "PARTNER",
    "reader": "un",
    "allow_list": "Al-Qaida; ISIL",
    "handling_code": "H2",
    "conditions": "no-onward",
    "action_code": "SECONDARY",
    "tear_line": "Verify the document.",
    "desk_phone": "+000 1",
    "source_grade": "2",
    "info_grade": "B",
    "location": "https://lists.example/xbb.xml",
    "digest_location": "",
    "verify": "HASH",
    "fetch_minutes": "360",
    "fresh_for_hours": "192",
}
RISK = {
    "state": "XCC",
    "level": "HIGH",
    "death_penalty": "yes",
    "assessed_at": "2026-11-21",
    "sources": "A report in a story, 2026.",
}
FILLED: dict[str, tuple[dict[str, str], Any]] = {
    "legal-rows": (LAW, LegalRowIn),
    "list-sources": (SOURCE, ListSourceIn),
    "country-risk": (RISK, CountryRiskIn),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = a_world(tmp_path)
    made.services.answers["POST", "http://screening.test/v1/registers"] = {"approval_id": "x"}
    return made


@pytest.mark.parametrize("register", FORMS)
async def test_each_form_sends_a_row_that_its_register_takes(world: World, register: str) -> None:
    fields, taken = FILLED[register]
    browser = await signed_in(world, "legal")
    shown = (await browser.get(f"/registers/new/{register}")).text
    assert all(f'name="{field.name}"' in shown for field in FORMS[register].fields)
    assert set(fields) == {field.name for field in FORMS[register].fields}
    done = await browser.post(f"/registers/new/{register}", fields)
    assert done.headers["location"] == "/registers"
    body = world.services.body_of("POST", "/v1/registers")
    assert body["register"] == register
    taken.model_validate(body["row"])


async def test_lists_numbers_and_answers_are_sent_as_such(world: World) -> None:
    browser = await signed_in(world, "legal")
    await browser.post("/registers/new/list-sources", SOURCE)
    row = world.services.body_of("POST", "/v1/registers")["row"]
    assert (row["allow_list"], row["source_grade"], row["conditions"]) == (
        ["Al-Qaida", "ISIL"],
        2,
        ["no-onward"],
    )
    assert "digest_location" not in row
    await browser.post("/registers/new/country-risk", RISK | {"death_penalty": "no"})
    assert world.services.body_of("POST", "/v1/registers")["row"]["death_penalty"] is False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"valid_from": "tomorrow"}, "In force from: 2026-11-21"),
        ({"authority": ""}, "Authority is missing"),
        ({"action": "everything"}, "choose May do"),
    ],
)
async def test_a_fault_is_said_and_what_was_written_stays(
    world: World, change: dict[str, str], words: str
) -> None:
    answer = await (await signed_in(world, "legal")).post("/registers/new/legal-rows", LAW | change)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in answer.text
    assert "Border Act, article 7" in answer.text
    assert world.services.asked == []


async def test_refusal_of_the_register_is_shown_on_the_form(world: World) -> None:
    refusal = problem(403, "APPROVAL_ROLE_REFUSED", "Another role proposes this.")
    world.services.answers["POST", "http://screening.test/v1/registers"] = refusal
    answer = await (await signed_in(world, "supervisor")).post("/registers/new/country-risk", RISK)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "Another role proposes this." in answer.text
    assert "A report in a story" in answer.text


async def test_registers_page_offers_the_forms_to_who_may_propose(world: World) -> None:
    for person, is_offered in (("legal", True), ("auditor", False)):
        page = (await (await signed_in(world, person)).get("/registers")).text
        assert ("/registers/new/legal-rows" in page) is is_offered
