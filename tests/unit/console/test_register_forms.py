"""Rows of the three services' registers, proposed from the console: forms, faults, what is sent on."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from services.console.register_fields import row_of, written_of
from services.console.register_forms import FORMS
from services.console.registers import REGISTERS, SHARING
from services.ingest.registers.rows import CarrierRow, CollectionProfileRow, RouteRow, SenderRow
from services.ingest.registers.rows import LegalRow as CollectingRow
from services.screening.registers.forms import CountryRiskIn, LegalRowIn, ListSourceIn
from services.sharing.registers.entries import Agreement, Authority, ConsularTreaty, CountryRisk
from services.sharing.registers.entries import LegalRow as SharingRow
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
CARRIER = {
    "designator": "XB",
    "reports_for": "XC; XD",
    "notice_confirmed": "yes",
    "push_max": "4",
    "callback_url": "",
}
SENDER = {"client": "handler-QH", "identifiers": "QHGND; QHHOST", "carriers": "XA; XB"}
ROUTE = {
    "origin": "state:XBB",
    "destination": "airport:XQA",
    "valid_from": "2026-11-21",
    "valid_to": "2027-11-21",
}
PROFILE = {
    "data_class": "API",
    "allowed_elements": "surname; given_names",
    "instrument_ref": "Border Act, article 7",
    "assessment_ref": "DPIA 3/2026",
}
COLLECTING_LAW = {name: LAW[name] for name in LAW if name != "orders"} | {
    "action": "ingest.accept",
    "mask_after_days": "90",
    "erase_after_days": "",
}
AUTHORITY = {
    "id": "XBB-PIU-02",
    "scope": "FOREIGN",
    "state": "XBB",
    "name": "Passenger information unit of XBB",
    "kind": "PIU",
    "functions": "TERR_TRAVEL",
    "designated_by": "Note 4/2026",
    "status": "PENDING",
    "suspended_reason": "",
    "verified_at": "",
    "verified_how": "",
    "handling_max": "H2",
    "ports": "",
    "duty_desk.endpoint": "https://piu.example/v1/exchange",
    "duty_desk.phone": "+000 1",
    "duty_desk.languages": "en; fr",
    "duty_desk.hours": "24/7",
    "keys": "",
    "recall_endpoint": "",
    "dpo_contact": "",
    "oversight_body": "",
    "safeguards": json.dumps(
        {
            "assessment": "POSITIVE",
            "assessed_at": "2026-11-21",
            "expires": "2027-11-21",
            "retention_days": 180,
        }
    ),
}
_CLAUSES = ("non_refoulement", "redress", "oversight", "child")
AGREEMENT = {
    "id": "XAA-XBB-2026",
    "parties": "XAA; XBB",
    "instrument": "Agreement of 2026",
    "public_url": "https://laws.example/xaa-xbb",
    "purposes": "TERR_TRAVEL",
    "data_classes": "HIT",
    "message_types": "NOTIFY; FEEDBACK",
    "min_sets": "",
    "max_retention_days": "180",
    "onward_rule": "NONE",
    "names_bodies": "",
    "evidence_use": "NO",
    "death_penalty_assurance": "yes",
    "death_penalty_assurance_verified": "no",
    **{f"{clause}_clause": "yes" for clause in _CLAUSES},
    "recall_sla_h": "24",
    "feedback_sla_h": "",
    "valid_from": "2026-11-21",
    "valid_to": "2027-11-21",
    "review_due": "2027-05-21",
    "suspended": "",
}
SHARING_RISK = RISK | {"indicators": json.dumps({"torture": "reported"})}
SHARING_LAW = {
    "id": "XAA-ACT-12-2026",
    "authority": "XAA-PIU-01",
    "actions": "share.send; record.read",
    "data_classes": "HIT",
    "purpose_codes": "TERR_TRAVEL",
    "instrument_ref": "Border Act, article 9",
    "public_url": "https://laws.example/border-act",
    "valid_from": "2026-11-21",
    "valid_to": "2027-11-21",
}
CONSULAR_TREATY = {
    "state": "XBB",
    "instrument": "Consular convention of 1983, article 12",
    "public_url": "https://laws.example/consular-xbb",
    "valid_from": "2026-11-21",
    "valid_to": "2027-11-21",
}
FILLED: dict[str, tuple[dict[str, str], Any]] = {
    "carriers": (CARRIER, CarrierRow),
    "senders": (SENDER, SenderRow),
    "routes": (ROUTE, RouteRow),
    "collection-profiles": (PROFILE, CollectionProfileRow),
    "collecting-laws": (COLLECTING_LAW, CollectingRow),
    "authorities": (AUTHORITY, Authority),
    "agreements": (AGREEMENT, Agreement),
    "sharing-risk": (SHARING_RISK, CountryRisk),
    "sharing-laws": (SHARING_LAW, SharingRow),
    "consular-treaties": (CONSULAR_TREATY, ConsularTreaty),
    "legal-rows": (LAW, LegalRowIn),
    "list-sources": (SOURCE, ListSourceIn),
    "country-risk": (RISK, CountryRiskIn),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = a_world(tmp_path)
    for service in ("ingest", "screening"):
        made.services.answers["POST", f"http://{service}.test/v1/registers"] = {"approval_id": "x"}
    for register in ("authorities", "agreements", "country-risk", "legal-rows", "consular-treaties"):
        made.services.answers["POST", f"/v1/registers/{register}"] = {"approval_id": "x"}
    return made


def test_every_register_has_a_form() -> None:
    assert {(form.service, form.register) for form in FORMS.values()} == {
        (register.service, register.name) for register in REGISTERS
    }


@pytest.mark.parametrize("register", FORMS)
async def test_each_form_sends_a_row_that_its_register_takes(world: World, register: str) -> None:
    fields, taken = FILLED[register]
    form = FORMS[register]
    browser = await signed_in(world, "legal")
    shown = (await browser.get(f"/registers/new/{register}")).text
    assert all(f'name="{field.name}"' in shown for field in FORMS[register].fields)
    assert set(fields) == {field.name for field in FORMS[register].fields}
    done = await browser.post(f"/registers/new/{register}", fields)
    assert done.headers["location"] == "/registers"
    if form.service == SHARING:
        row = world.services.body_of("POST", f"/v1/registers/{form.register}")
    else:
        body = world.services.body_of("POST", "/v1/registers")
        assert body["register"] == form.register
        row = body["row"]
    taken.model_validate(row)


@pytest.mark.parametrize("register", FORMS)
def test_a_row_in_force_is_written_as_it_was_proposed(register: str) -> None:
    fields, _ = FILLED[register]
    row = row_of(FORMS[register], fields)
    assert row_of(FORMS[register], written_of(FORMS[register], row)) == row


async def test_a_change_begins_with_the_row_in_force(world: World) -> None:
    browser = await signed_in(world, "legal")
    assert 'href="/registers/new/agreements?like=XAA-XBB-2025"' in (await browser.get("/registers")).text
    form = (await browser.get("/registers/new/agreements?like=XAA-XBB-2025")).text
    assert 'value="XAA; XBB"' in form
    gone = await browser.get("/registers/new/agreements?like=XAA-XCC-1999")
    assert gone.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await browser.get("/registers/new/nothing")).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


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


async def test_closed_values_are_ticked_and_sent_as_a_list(world: World) -> None:
    browser = await signed_in(world, "legal")
    form = (await browser.get("/registers/new/authorities")).text
    assert '<input type="checkbox" name="functions" value="CHILD_PROTECTION">' in form
    ticked = AUTHORITY | {"functions": ["TERR_TRAVEL", "CHILD_PROTECTION"]}
    await browser.post("/registers/new/authorities", ticked)
    sent = world.services.body_of("POST", "/v1/registers/authorities")
    assert sent["functions"] == ["TERR_TRAVEL", "CHILD_PROTECTION"]


async def test_registers_page_offers_the_forms_to_who_may_propose(world: World) -> None:
    for person, is_offered in (("legal", True), ("auditor", False)):
        page = (await (await signed_in(world, person)).get("/registers")).text
        assert ("/registers/new/legal-rows" in page) is is_offered
