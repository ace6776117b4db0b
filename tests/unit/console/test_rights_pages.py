"""Rights, retention, masked values, the duty desk and boarding: what is shown, and what is sent on."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.console.rendering import local_time
from services.console.words import sentence
from services.sharing.exchange import own_rules
from tests.unit.console.rights_world import (
    ADVICE,
    ARABIC,
    ASKED,
    CHANGE,
    CUSTODY,
    DIGEST,
    GRANTED,
    HOLD,
    HOLD_PROPOSAL,
    LETTER,
    PROPOSED,
    RECEIVED,
    RECORD,
    REFUSAL,
    REQUEST,
    TASK,
)
from tests.unit.console.world import SHARE, Browser, World, a_world, problem

WHY = "The witness named a seat, and the case needs the person who sat in it."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path, time_zone="Etc/GMT-2")


async def signed_in(world: World, person: str) -> Browser:
    browser = Browser(world)
    await browser.sign_in(person)
    return browser


async def sent(world: World, person: str, path: str, form: dict[str, Any], to: str) -> Any:
    """What a form makes the console send on."""
    answer = await (await signed_in(world, person)).post(path, form)
    assert answer.status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.OK}, answer.text
    return world.services.body_of("POST", to)


# --- rights ---


async def test_what_is_late_stands_out_and_what_waits_is_offered(world: World) -> None:
    page = (await (await signed_in(world, "dpo")).get("/rights")).text
    assert "goes to the independent authority" in page
    assert f"/rights/approvals/{REFUSAL}" in page
    assert "Take a request down" not in page, "the data-protection officer handles none"
    assert "Take a request down" in (await (await signed_in(world, "legal")).get("/rights")).text


async def test_the_letter_is_shown_in_the_person_s_direction_and_offered_in_six_languages(
    world: World,
) -> None:
    page = (await (await signed_in(world, "legal")).get(f"/rights/{REQUEST}")).text
    assert 'lang="ar" dir="rtl"' in page
    assert ARABIC in page
    assert page.count("hreflang=") == 6


async def test_what_was_left_at_the_door_is_opened_on_demand(world: World) -> None:
    browser = await signed_in(world, "legal")
    assert "Poste restante" not in (await browser.get(f"/rights/{REQUEST}")).text
    opened = await browser.post(f"/rights/{REQUEST}/opening")
    assert "Poste restante" in opened.text
    assert "recorded" in opened.text


async def test_an_answer_is_given_after_its_letter_was_looked_at(world: World) -> None:
    browser = await signed_in(world, "legal")
    form = {"result": "GRANTED", "reasons": "The date was wrong.", "birth_date": "1971-02-03"}
    preview = await browser.post(f"/rights/{REQUEST}/answer", form | {"step": "preview"})
    assert ARABIC in preview.text
    assert DIGEST in preview.text
    assert 'name="birth_date" value="1971-02-03"' in preview.text
    assert ("POST", f"/v1/rights/requests/{REQUEST}/answer") not in [
        (each.method, each.url.path) for each in world.services.asked
    ]
    given = await browser.post(f"/rights/{REQUEST}/answer", form | {"step": "give"})
    assert given.status_code == HTTPStatus.SEE_OTHER
    body = world.services.body_of("POST", f"/v1/rights/requests/{REQUEST}/answer")
    assert (body["result"], body["corrections"]) == ("GRANTED", {"birth_date": "1971-02-03"})


async def test_a_refusal_names_its_ground_and_one_record(world: World) -> None:
    form = {
        "result": "REFUSED",
        "reasons": "An inquiry is open.",
        "ground": "SOURCE_PROTECTION",
        "refused_record_ids": RECORD,
        "expires_days": "90",
        "step": "give",
    }
    to = f"/v1/rights/requests/{REQUEST}/answer"
    body = await sent(world, "legal", f"/rights/{REQUEST}/answer", form, to)
    assert (body["ground"], body["record_ids"], body["expires_days"]) == ("SOURCE_PROTECTION", [RECORD], 90)


@pytest.mark.parametrize(
    "wrong",
    [{"refused_record_ids": "not-an-identifier"}, {"expires_days": "184"}, {"result": "ANYTHING"}],
)
async def test_a_form_that_cannot_be_right_is_told_at_once(world: World, wrong: dict[str, str]) -> None:
    browser = await signed_in(world, "legal")
    form = {"result": "REFUSED", "reasons": "An inquiry is open.", "step": "give", **wrong}
    answer = await browser.post(f"/rights/{REQUEST}/answer", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please complete the form" in answer.text


async def test_the_approver_approves_the_letter_that_stands_on_the_page(world: World) -> None:
    browser = await signed_in(world, "dpo")
    page = (await browser.get(f"/rights/approvals/{REFUSAL}")).text
    assert LETTER in page
    assert DIGEST in page
    form = {"decision": "approve", "version": "3", "letter_sha256": DIGEST}
    to = f"/v1/rights/approvals/{REFUSAL}"
    assert await sent(world, "dpo", f"/rights/approvals/{REFUSAL}", form, to) == {
        "version": 3,
        "reject": False,
        "letter_sha256": DIGEST,
    }


async def test_a_letter_that_changed_is_told_in_words(world: World) -> None:
    world.services.answers["POST", f"/v1/rights/approvals/{REFUSAL}"] = problem(
        409, "LETTER_CHANGED", "The letter is no longer the one that you looked at."
    )
    browser = await signed_in(world, "dpo")
    answer = await browser.post(f"/rights/approvals/{REFUSAL}", {"decision": "approve", "version": "3"})
    assert "no longer the one that you looked at" in answer.text


async def test_somebody_is_told_or_put_off_with_a_reason(world: World) -> None:
    browser = await signed_in(world, "legal")
    assert LETTER in (await browser.get(f"/rights/notifications/{TASK}")).text
    assert (await browser.post(f"/rights/notifications/{TASK}/sent")).status_code == HTTPStatus.SEE_OTHER
    form = {"harm": "endanger", "reason": "A threat was made.", "until_days": "30"}
    to = f"/v1/rights/notifications/{TASK}/deferral"
    body = await sent(world, "legal", f"/rights/notifications/{TASK}/deferral", form, to)
    assert (body["would_endanger"], body["would_jeopardise"], body["until_days"]) == (True, False, 30)


# --- retention and masked values ---


async def test_retention_says_what_is_overdue_and_shows_each_run_s_certificate(world: World) -> None:
    page = (await (await signed_in(world, "dpo")).get("/retention")).text
    assert "Something is overdue" in page
    assert "hmac-sha256:3c" in page
    assert "Propose a hold" not in page, "the data-protection officer proposes none"
    assert "Approve" in page


async def test_a_hold_names_records_and_never_a_flight(world: World) -> None:
    form = {
        "hold_record_ids": f"{RECORD}\n{ASKED}, {RECORD}",
        "hold_case_id": "C-1",
        "ordered_by": "COURT",
        "order_ref": "HC-1",
        "review_at": "2026-12-01",
    }
    body = await sent(world, "legal", "/retention/holds", form, "/v1/retention/holds")
    assert body["record_ids"] == [RECORD, ASKED]
    browser = await signed_in(world, "legal")
    for none in ("", "flight XA418"):
        refused = await browser.post("/retention/holds", form | {"hold_record_ids": none})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_holds_are_decided_by_a_second_person_and_ended_by_one(world: World) -> None:
    to = f"/v1/retention/approvals/{HOLD_PROPOSAL}"
    form = {"decision": "reject", "version": "1"}
    assert (await sent(world, "dpo", f"/retention/approvals/{HOLD_PROPOSAL}", form, to))["reject"]
    to = f"/v1/retention/holds/{HOLD}/end"
    body = await sent(world, "dpo", f"/retention/holds/{HOLD}/end", {"cause": "CASE_CLOSED"}, to)
    assert body == {"cause": "CASE_CLOSED"}


async def test_the_first_s_reasons_are_hidden_until_the_second_has_found(world: World) -> None:
    page = (await (await signed_in(world, "verifier-2")).get("/reidentifications")).text
    assert "hidden until the second person has saved a finding" in page
    to = f"/v1/reidentifications/{ASKED}/finding"
    form = {"finding": "not_needed", "statement": WHY}
    body = await sent(world, "verifier-2", f"/reidentifications/{ASKED}/finding", form, to)
    assert body == {"is_needed": False, "statement": WHY}


async def test_only_the_independent_authority_is_offered_the_grant(world: World) -> None:
    assert "/grant" not in (await (await signed_in(world, "supervisor")).get("/reidentifications")).text
    assert (
        f"/reidentifications/{REQUEST}/grant"
        in (await (await signed_in(world, "authority")).get("/reidentifications")).text
    )
    to = f"/v1/reidentifications/{REQUEST}/grant"
    form = {"decision": "grant", "hours": "48", "statement": WHY}
    body = await sent(world, "authority", f"/reidentifications/{REQUEST}/grant", form, to)
    assert (body["is_granted"], body["hours"]) == (True, 48)


async def test_granted_elements_are_shown_to_who_asked_for_them(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    assert f"/reidentifications/{GRANTED}/use" in (await browser.get("/reidentifications")).text
    shown = await browser.post(f"/reidentifications/{GRANTED}/use")
    assert "QF1234567" in shown.text
    assert shown.headers["cache-control"] == "no-store"


# --- the duty desk ---


def test_the_desk_s_clocks_are_local_and_utc() -> None:
    instant = datetime(2026, 6, 1, 10, 5, tzinfo=UTC)
    assert local_time(instant, ZoneInfo("Asia/Kathmandu")) == "15:50 here (UTC+5:45), 10:05 UTC, 1 June"
    assert local_time(instant, ZoneInfo("America/New_York")) == "06:05 here (UTC−4), 10:05 UTC, 1 June"
    assert local_time(instant, ZoneInfo("UTC")) == "10:05 UTC, 1 June"
    assert local_time(None, ZoneInfo("UTC")) == "not given"


async def test_a_received_message_shows_caveats_and_clocks_and_nothing_of_a_person(world: World) -> None:
    page = (await (await signed_in(world, "supervisor")).get(f"/desk/{RECEIVED}")).text
    assert "not proof of guilt" in page
    assert "12:05 here (UTC+2), 10:05 UTC" in page
    assert "QUILLFEATHER" not in page
    inbox = (await (await signed_in(world, "supervisor")).get("/desk")).text
    assert "Waits for a second person" in inbox
    assert "Overdue" in inbox


async def test_content_is_shown_for_a_purpose_alone(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    path = f"/desk/{RECEIVED}/content"
    assert (await browser.post(path)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    purpose = {
        "purpose_code": "TERR_TRAVEL",
        "purpose_case": RECEIVED,
        "purpose_statement": "I compare the notice with our travellers before the flight lands.",
    }
    assert "QUILLFEATHER ZEPHYRINE" in (await browser.post(path, purpose)).text


async def test_a_person_acknowledges_and_proposes_feedback(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    seen = await browser.post(f"/desk/{RECEIVED}/acknowledgement")
    assert seen.status_code == HTTPStatus.SEE_OTHER
    form = {
        "same_person": "NO",
        "identifiers": ["names", "document"],
        "measure_class": "DOCUMENT_CHECK",
        "wrong_field": "date_of_birth",
        "wrong_words": "The passport says 1984.",
        "statement": "The sender has to recall what it sent of somebody else.",
        "alternatives_considered": "None: the sender must know.",
    }
    body = await sent(world, "supervisor", f"/desk/{RECEIVED}/feedback", form, "/v1/exchange/proposals")
    assert (body["type"], body["recipient"], body["in_reply_to"]) == ("FEEDBACK", "XBB-PIU-01", RECEIVED)
    assert body["payload"] == {
        "message_ref": RECEIVED,
        "same_person": "NO",
        "identifiers": ["names", "document"],
        "measure_class": "DOCUMENT_CHECK",
        "corrections": [{"field": "date_of_birth", "words": "The passport says 1984."}],
    }


@pytest.mark.parametrize(
    ("reference", "shown"),
    [("XAA-FC/2027/118", "XAA-FC/2027/118"), (None, "named in their request, which has to be opened")],
)
async def test_who_lets_a_message_go_sees_the_court_order_that_it_rests_on(
    world: World, reference: str | None, shown: str
) -> None:
    path = "GET", f"/v1/exchange/messages/{PROPOSED}"
    order = {"reference": reference, "court": None, "dated": None, "scope": None}
    browser = await signed_in(world, "legal")
    assert "Court order" not in (await browser.get(f"/desk/{PROPOSED}")).text
    world.services.answers[path] = world.services.answers[path] | {"court_order": order}
    assert shown in (await browser.get(f"/desk/{PROPOSED}")).text


async def test_second_person_sees_what_would_leave_for_a_purpose_and_then_decides(world: World) -> None:
    browser = await signed_in(world, "legal")
    assert "See exactly what would leave" in (await browser.get(f"/desk/{PROPOSED}")).text
    path = f"/desk/{PROPOSED}/preview"
    assert (await browser.post(path)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    purpose = {
        "purpose_code": "TERR_TRAVEL",
        "purpose_case": PROPOSED,
        "purpose_statement": "I see what is to leave before I let it go as the second person.",
    }
    page = (await browser.post(path, purpose)).text
    assert "QUILFEDER" in page
    assert "you find it by yourself" in page
    assert "Let it go" in page


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("FEEDBACK", {"YES", "NO", "UNKNOWN"}),
        ("IDENTITY_ANSWER", {"SAME", "DIFFERENT"}),
        ("WL_DECISION", set()),
    ],
)
async def test_second_person_can_find_what_the_first_one_could(
    world: World, kind: str, offered: set[str]
) -> None:
    path = "GET", f"/v1/exchange/messages/{PROPOSED}"
    answer = world.services.answers[path]
    world.services.answers[path] = answer | {"message": answer["message"] | {"type": kind}}
    page = (await (await signed_in(world, "legal")).get(f"/desk/{PROPOSED}")).text
    found = set(re.findall(r'name="finding" value="(\w+)"', page))
    assert offered <= found
    assert bool(found) is bool(offered)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("OWN_RULES.CHILD", "children are not sent"), ("SG-30.AGREEMENT_SUSPENDED", "agreement")],
)
async def test_why_a_message_was_refused_stands_beside_it(world: World, reason: str, words: str) -> None:
    path = "GET", f"/v1/exchange/messages/{RECEIVED}"
    answer = world.services.answers[path]
    refused = answer["message"] | {"state": "NOT_IN_SCOPE", "reasons": [reason]}
    world.services.answers[path] = answer | {"message": refused}
    page = (await (await signed_in(world, "auditor")).get(f"/desk/{RECEIVED}")).text
    assert reason in page
    assert words in page


def test_every_reason_of_our_own_rules_has_a_sentence() -> None:
    text = Path(own_rules.__file__).read_text(encoding="utf-8")
    codes = {*re.findall(r'(?:return|else) "([A-Z_]{3,})"', text), "WITHDRAWN"}
    assert {"CHILD", "RETENTION", "FALLBACK"} <= codes
    assert [code for code in codes if not sentence(f"OWN_RULES.{code}")] == []


async def test_what_one_person_sent_alone_shows_the_words_that_stayed_here(world: World) -> None:
    path = "GET", f"/v1/exchange/messages/{PROPOSED}"
    world.services.answers[path] = world.services.answers[path] | {"statement": "The entry was mistaken."}
    page = (await (await signed_in(world, "supervisor")).get(f"/desk/{PROPOSED}")).text
    assert "The entry was mistaken." in page
    assert "They did not leave." in page


async def test_what_the_safeguards_refuse_is_said_to_the_second_person(world: World) -> None:
    browser = await signed_in(world, "legal")
    form = {"finding": "NO", "individual_risk": "yes"}
    answer = await browser.post(f"/desk/{PROPOSED}/approval", form)
    assert "never leaves" in answer.text
    body = world.services.body_of("POST", f"/v1/exchange/messages/{PROPOSED}/approval")
    assert body == {"finding": "NO", "individual_risk": True}


# --- boarding ---


async def test_whom_somebody_has_to_call_stands_first(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    page = (await browser.get("/boarding")).text
    assert "Somebody has to call the carrier" in page
    assert "QF3LOC" not in page
    opened = await browser.post(f"/boarding/changes/{CHANGE}/references")
    assert "QF3LOC" in opened.text
    told = await browser.post(f"/boarding/changes/{CHANGE}/told")
    assert told.status_code == HTTPStatus.SEE_OTHER


async def test_an_officer_finds_for_the_own_office_and_one_takes_back(world: World) -> None:
    draft = {"order_id": ADVICE, "hit_id": RECORD, "kind": "BOARDING_ADVICE", "state": "DRAFT"}
    world.services.answers["GET", "/v1/orders"] = {"orders": [draft | {"statement": WHY, "author": "s"}]}
    assert WHY in (await (await signed_in(world, "legal")).get("/boarding")).text
    to = f"/v1/orders/{ADVICE}/assessment"
    form = {"human_rights": "RISK", "individual_risk": "yes", "words": "A refusal here sends her back."}
    body = await sent(world, "legal", f"/boarding/orders/{ADVICE}/assessment", form, to)
    assert body == {"human_rights": "RISK", "individual_risk": True, "words": form["words"]}
    to = f"/v1/orders/{ADVICE}/release"
    body = await sent(world, "supervisor", f"/boarding/orders/{ADVICE}/release", {"cause": "LAW"}, to)
    assert body == {"cause": "LAW"}


# --- arrests ---


async def test_what_happened_is_written_down_by_one_and_confirmed_by_another(world: World) -> None:
    form = {
        "share_id": SHARE,
        "event": "DETAINED",
        "at": "2026-06-01T10:05",
        "legal_basis": "WARRANT",
        "grounds": WHY,
        "is_own_law": "yes",
        "place_type": "AIRPORT",
        "consular_status": "",
    }
    body = await sent(world, "supervisor", "/arrests", form, f"/v1/shares/{SHARE}/custody")
    assert (body["place_type"], body["consular_status"]) == ("AIRPORT", None)
    assert (body["event"], body["at"]) == ("DETAINED", "2026-06-01T10:05:00+00:00")
    browser = await signed_in(world, "legal")
    page = (await browser.get("/arrests")).text
    assert "warrant W-17" in page
    assert "Write down what happened" not in page
    confirmed = await browser.post(f"/arrests/{CUSTODY}", {"decision": "approve", "version": "1"})
    assert "XBB-PIU-01" in confirmed.text
    assert "consular rights" in confirmed.text


@pytest.mark.parametrize("wrong", [{"is_own_law": ""}, {"at": "yesterday"}, {"share_id": "none"}])
async def test_an_arrest_that_is_not_fully_told_is_not_sent_on(world: World, wrong: dict[str, str]) -> None:
    form = {"event": "DETAINED", "at": "2026-06-01T10:05", "legal_basis": "WARRANT", "grounds": WHY}
    browser = await signed_in(world, "supervisor")
    refused = await browser.post("/arrests", form | {"share_id": SHARE, "is_own_law": "yes"} | wrong)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert world.services.asked == []


# --- protection ---


async def test_a_finding_goes_into_the_vault_and_is_shown_to_nobody(world: World) -> None:
    form = {
        "hit_id": RECORD,
        "subject_protection": "REFUGEE",
        "feared_states": "xdd, XCC",
        "claim_signs": ["NO_CONSULAR_CONTACT"],
    }
    browser = await signed_in(world, "asylum")
    kept = await browser.post("/protection", form)
    body = world.services.body_of("POST", "/v1/vault")
    assert (body["subject_protection"], body["feared_states"]) == ("REFUGEE", ["XDD", "XCC"])
    assert "Kept." in kept.text
    # Whole words: the form's random token may hold the three letters by chance.
    assert not re.findall(rf"\b(?:{RECORD}|XDD|checked)\b", kept.text)
    refused = await browser.post("/protection", form | {"feared_states": "Utopia"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for person in ("supervisor", "legal", "auditor", "admin"):
        other = await signed_in(world, person)
        assert (await other.get("/protection")).status_code == HTTPStatus.FORBIDDEN
        assert "/protection" not in (await other.get("/")).text
