"""Pages and forms: who may open them, where forms may come from, what they send on."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from services.console import log_words
from services.console.clients.service import MAX_ROWS
from services.console.navigation import PAGES
from services.console.rendering import (
    airport_time,
    clock_from,
    day_time,
    minutes_in_words,
    read_static,
    shown,
)
from services.console.words import named, sentence
from shared.policy.actions import ACTIONS as SAFEGUARDED
from shared.security.roles import Permission
from shared.web.route_table import permissions_of
from tests.unit.console.world import (
    CANARY,
    FLIGHT,
    HIT,
    NOTICE,
    ORDER,
    SHARE,
    VERSION,
    Browser,
    World,
    a_world,
    audit_records,
    hit_view,
    problem,
    share,
)

STATEMENT = "The measure has to be prepared before the flight lands."
COURT_ORDER = {
    "reference": "XAA-FC/2027/118",
    "court": "Family Court of the capital",
    "dated": "2026-05-29",
    "scope": "Identity and place, to XBB alone.",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def signed_in(world: World, person: str) -> Browser:
    browser = Browser(world)
    await browser.sign_in(person)
    return browser


def test_every_page_of_the_navigation_exists_and_names_the_same_permission(world: World) -> None:
    table = {
        path: permission for method, path, permission in permissions_of(world.console) if method == "GET"
    }
    assert {entry.path: entry.permission.value for entry in PAGES}.items() <= table.items()


async def test_navigation_offers_only_what_opens(world: World) -> None:
    browser = await signed_in(world, "front-line")
    page = (await browser.get("/")).text
    assert 'href="/cards"' in page
    assert 'href="/queue"' not in page
    refused = await browser.get("/queue")
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "Not for your roles" in refused.text


async def test_every_page_says_that_it_is_a_demonstration(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    pages = [await browser.get(path) for path in ("/", "/queue", "/nowhere", "/cards", "/signed-out")]
    assert all("acted upon" in page.headers["demonstration"] for page in pages)
    assert all("<b>Demonstration.</b>" in page.text for page in pages)
    # True with a real list too: nobody may be told that all who are shown are invented.
    assert not any("fictional" in page.text.partition("<main")[0] for page in pages)


async def test_production_pages_claim_no_demonstration(tmp_path: Path) -> None:
    world = a_world(tmp_path, public_url="https://console.example", profile="production")
    page = await Browser(world).get("/signed-out")
    assert "Demonstration" not in page.text
    assert page.headers["strict-transport-security"]


async def test_answers_are_never_kept_and_let_nothing_foreign_in(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    page = await browser.get(f"/review/{HIT}")
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert page.headers["referrer-policy"] == "same-origin"
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert "onclick" not in page.text


async def test_part_of_a_page_that_fails_is_a_sentence_and_no_page(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    world.services.answers["GET", "/v1/queue"] = problem(503, "NO_ANSWER", "Screening is away.")
    answer = await browser.get("/fragments/queue")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.text.strip() == '<p class="alert" data-code="NO_ANSWER">Screening is away.</p>'
    del world.services.answers["GET", "/v1/queue"]
    unforeseen = await browser.get("/fragments/queue")
    assert unforeseen.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "<html" not in unforeseen.text


# --- forms ---


async def test_form_from_another_origin_is_refused(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    for origin in ("https://evil.test", "null", "http://127.0.0.1:8103.evil.test"):
        refused = await browser.post(f"/review/{HIT}/release", origin=origin)
        assert refused.status_code == HTTPStatus.FORBIDDEN
    assert world.services.asked == []


async def test_form_without_an_origin_is_refused(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    csrf = await browser.csrf()
    refused = await browser.http.post(f"/review/{HIT}/release", data={"csrf": csrf})
    assert refused.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("token", ["", "guess", "0" * 64, "ü"])
async def test_form_with_a_wrong_token_is_refused(world: World, token: str) -> None:
    browser = await signed_in(world, "verifier-1")
    refused = await browser.post(f"/review/{HIT}/release", {"csrf": token})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert world.services.asked == []


async def test_form_token_of_another_person_is_refused(world: World) -> None:
    mine, other = await signed_in(world, "verifier-1"), await signed_in(world, "verifier-2")
    refused = await mine.post(f"/review/{HIT}/release", {"csrf": await other.csrf()})
    assert refused.status_code == HTTPStatus.FORBIDDEN


async def test_form_of_a_role_that_may_not_is_refused_before_anything_is_asked(world: World) -> None:
    browser = await signed_in(world, "auditor")
    refused = await browser.post(f"/orders/{ORDER}/approval", {"decision": "approve"})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert world.services.asked == []


# --- review ---


def an_answer(**change: Any) -> dict[str, Any]:
    answer = {
        "outcome": "SAME",
        "reasons": "Names and nationality agree in every word.",
        "compared_fields": ["name", "nationality"],
        "explanation_BIRTH_YEAR_DIFFERS": "The sender gave a placeholder.",
    }
    return {name: value for name, value in (answer | change).items() if value is not None}


async def test_review_shows_both_sides_and_chooses_nothing(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    page = (await browser.get(f"/review/{HIT}")).text
    assert CANARY in page
    assert "Зефирин Квилфезер" in page
    for words in ("Agrees", "Differs", "Missing"):
        assert words in page
    assert "checked" not in page
    for hidden in ("AWAITING_SECOND", "IN_REVIEW", "first look", "score"):
        assert hidden not in page


async def test_answer_goes_on_as_it_was_given(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    done = await browser.post(f"/review/{HIT}/decision", an_answer())
    assert done.status_code == HTTPStatus.SEE_OTHER
    assert world.services.body_of("POST", f"/v1/hits/{HIT}/decision") == {
        "outcome": "SAME",
        "reasons": "Names and nationality agree in every word.",
        "compared_fields": ["name", "nationality"],
        "explanations": {"BIRTH_YEAR_DIFFERS": "The sender gave a placeholder."},
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": None}, "choose outcome"),
        ({"outcome": "PROBABLY"}, "choose outcome"),
        ({"reasons": "  "}, "reasons is missing"),
        ({"compared_fields": None}, "tick what you compared"),
    ],
    ids=["none", "unknown", "no reasons", "nothing compared"],
)
async def test_incomplete_answer_is_not_sent_and_keeps_its_words(
    world: World, change: dict[str, Any], words: str
) -> None:
    browser = await signed_in(world, "verifier-1")
    page = await browser.post(f"/review/{HIT}/decision", an_answer(**change))
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in page.text
    assert "The sender gave a placeholder." in page.text
    assert ("POST", f"/v1/hits/{HIT}/decision") not in {(r.method, r.url.path) for r in world.services.asked}


async def test_hit_held_by_somebody_else_is_told(world: World) -> None:
    world.services.answers["POST", f"/v1/hits/{HIT}/lease"] = problem(
        409, "LEASE_HELD_BY_ANOTHER", "Somebody else works on this hit."
    )
    browser = await signed_in(world, "verifier-1")
    page = await browser.get(f"/review/{HIT}")
    assert page.status_code == HTTPStatus.CONFLICT
    assert "Somebody else works on this hit." in page.text


@pytest.mark.parametrize("path", ["/review/../../v1", "/review/x", "/flights/%2e%2e", "/shares/1"])
async def test_identifier_that_is_none_leads_nowhere(world: World, path: str) -> None:
    browser = await signed_in(world, "supervisor")
    assert (await browser.get(path)).status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
    assert world.services.asked == []


# --- what is asked of services ---


async def test_services_are_asked_with_the_persons_own_token(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    await browser.get("/queue")
    (request,) = world.services.asked
    token = request.headers["authorization"].removeprefix("Bearer ")
    principal = await world.console.state.token_verifier.verify(token)
    assert principal.subject == "verifier-1"
    assert principal.may(Permission.REVIEW)
    assert token not in (await browser.get("/queue")).text


async def test_look_outside_the_queue_states_its_purpose(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    asked = await browser.get(f"/hits/{HIT}")
    assert "Why do you look at this person?" in asked.text
    # The flight comes from the list of hits, which names nobody.
    assert {request.url.path for request in world.services.asked} == {"/v1/hits"}
    world.services.asked.clear()
    stated = {"purpose_code": "TERR_TRAVEL", "purpose_case": HIT, "purpose_statement": STATEMENT + " Größe"}
    await browser.post(f"/hits/{HIT}", stated)
    (request,) = world.services.asked
    assert request.headers["purpose-code"] == "TERR_TRAVEL"
    assert request.headers["purpose-case"] == HIT
    assert unquote(request.headers["purpose-statement"]) == STATEMENT + " Größe"


@pytest.mark.parametrize("missing", ["purpose_code", "purpose_statement"])
async def test_without_a_purpose_nobody_is_shown(world: World, missing: str) -> None:
    browser = await signed_in(world, "supervisor")
    stated = {"purpose_code": "TERR_TRAVEL", "purpose_statement": STATEMENT, missing: ""}
    refused = await browser.post(f"/hits/{HIT}", stated)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert world.services.asked == []


FORMS: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "supervisor",
        f"/hits/{HIT}/order",
        {"kind": "OBSERVE", "statement": STATEMENT},
        f"/v1/hits/{HIT}/orders",
        {"kind": "OBSERVE", "statement": STATEMENT},
    ),
    (
        "legal",
        f"/orders/{ORDER}/approval",
        {"decision": "reject"},
        f"/v1/orders/{ORDER}/approval",
        {"approve": False},
    ),
    (
        "supervisor",
        "/standing-orders",
        {
            "purpose_code": "TERR_TRAVEL",
            "statement": STATEMENT,
            "alternatives_considered": "None.",
            "period_days": "30",
        },
        "/v1/standing-orders",
        {
            "purpose_code": "TERR_TRAVEL",
            "statement": STATEMENT,
            "alternatives_considered": "None.",
            "period_days": 30,
        },
    ),
    (
        "legal",
        f"/standing-orders/{ORDER}/approval",
        {"decision": "approve", "version": "1"},
        f"/v1/standing-orders/{ORDER}/approval",
        {"approve": True, "version": 1},
    ),
    (
        "legal",
        f"/matcher/{ORDER}/approval",
        {"decision": "approve", "version": "3"},
        f"/v1/matcher-approvals/{ORDER}/approval",
        {"approve": True, "version": 3},
    ),
    ("supervisor", "/matcher", {}, "/v1/matcher-approvals", {}),
    (
        "supervisor",
        "/match/cases",
        {"case_id": "C-1", "members": "verifier-1, verifier-2"},
        "/v1/cases",
        {"case_id": "C-1", "members": ["verifier-1", "verifier-2"]},
    ),
    (
        "steward",
        f"/watchlist/versions/{VERSION}/approval",
        {"decision": "approve"},
        f"/v1/watchlist/versions/{VERSION}/approval",
        {"approve": True},
    ),
    (
        "supervisor",
        f"/shares/{SHARE}/proposal",
        {
            "statement": STATEMENT,
            "alternatives_considered": "None.",
            "period_days": "7",
            "authorities": ["XBB-PIU-01"],
        },
        f"/v1/shares/{SHARE}/proposal",
        {
            "statement": STATEMENT,
            "alternatives_considered": "None.",
            "period_days": 7,
            "authorities": ["XBB-PIU-01"],
            "purpose_code": "TERR_TRAVEL",
            "court_order": None,
        },
    ),
    (
        "supervisor",
        f"/shares/{SHARE}/proposal",
        {
            "statement": STATEMENT,
            "alternatives_considered": "None.",
            "period_days": "7",
            "court_order_reference": "XAA-FC/2027/118",
            "court_order_court": "Family Court of the capital",
            "court_order_dated": "2026-05-29",
            "court_order_scope": "Identity and place, to XBB alone.",
        },
        f"/v1/shares/{SHARE}/proposal",
        {
            "statement": STATEMENT,
            "alternatives_considered": "None.",
            "period_days": 7,
            "authorities": [],
            "purpose_code": "TERR_TRAVEL",
            "court_order": COURT_ORDER,
        },
    ),
    (
        "legal",
        f"/shares/{SHARE}/approval",
        {"decision": "approve", "approval_id": ORDER, "fallback": ["XCC-PIU-01"]},
        f"/v1/shares/{SHARE}/approval",
        {"approval_id": ORDER, "approve": True, "fallback": ["XCC-PIU-01"]},
    ),
    (
        "legal",
        f"/shares/{SHARE}/individual-risk",
        {"individual_risk": "no", "legal": "CLEAR", "torture": "None found."},
        f"/v1/shares/{SHARE}/individual-risk",
        {"individual_risk": False, "assessments": {"torture": "None found.", "legal": "CLEAR"}},
    ),
    (
        "front-line",
        f"/cards/{HIT}/outcome",
        {"outcome": "DIFFERENT_PERSON"},
        f"/v1/front-line/cards/{HIT}/outcome",
        {"outcome": "DIFFERENT_PERSON"},
    ),
    (
        "front-line",
        "/cards/look-up",
        {"document_number": "QF1234567"},
        "/v1/front-line/look-up",
        {"document_number": "QF1234567"},
    ),
    (
        "verifier-1",
        "/match",
        {
            "surname": "Quilfether",
            "birth_date": "1971",
            "document_number": "X1",
            "issuer": "xcc",
            "purpose_code": "TERR_DETECT",
            "purpose_case": "C-1",
            "purpose_statement": STATEMENT,
        },
        "/v1/match",
        {
            "traveller": {
                "surname": "Quilfether",
                "birth_date": "1971",
                "documents": [{"number": "X1", "issuer": "XCC", "type": "P"}],
            }
        },
    ),
]


@pytest.mark.parametrize("form", FORMS, ids=[form[1] for form in FORMS])
async def test_form_is_handed_on_field_by_field(
    world: World, form: tuple[str, str, dict[str, Any], str, dict[str, Any]]
) -> None:
    person, page, fields, path, body = form
    browser = await signed_in(world, person)
    answer = await browser.post(page, fields)
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}
    assert world.services.body_of("POST", path) == body


@pytest.mark.parametrize(
    ("person", "page", "fields"),
    [
        ("supervisor", f"/hits/{HIT}/order", {"kind": "ARREST", "statement": STATEMENT}),
        (
            "supervisor",
            f"/shares/{SHARE}/proposal",
            {"statement": STATEMENT, "alternatives_considered": "x", "period_days": "91"},
        ),
        (
            "supervisor",
            f"/shares/{SHARE}/proposal",
            {
                "statement": STATEMENT,
                "alternatives_considered": "x",
                "period_days": "7",
                "court_order_reference": "XAA-FC/2027/118",
            },
        ),
        (
            "supervisor",
            "/standing-orders",
            {
                "purpose_code": "OVERSIGHT",
                "statement": STATEMENT,
                "alternatives_considered": "x",
                "period_days": "1",
            },
        ),
        (
            "supervisor",
            "/standing-orders",
            {
                "purpose_code": "TERR_TRAVEL",
                "statement": STATEMENT,
                "alternatives_considered": "x",
                "period_days": "0",
            },
        ),
        ("legal", f"/orders/{ORDER}/approval", {"decision": "perhaps"}),
        ("front-line", "/cards/look-up", {}),
        ("front-line", "/cards/look-up", {"document_number": "A1", "mrz": "P<"}),
        ("front-line", f"/cards/{HIT}/outcome", {"outcome": "ARRESTED"}),
        ("front-line", "/cards/look-up", {"document_number": "x" * 41}),
        ("auditor", "/log", {"service": "issuer"}),
        ("auditor", "/log", {"service": "ingest", "since": "yesterday"}),
        ("steward", "/watchlist/imports", {"reader": "un", "source": "UN_SC"}),
    ],
)
async def test_form_that_offers_something_else_is_refused_here(
    world: World, person: str, page: str, fields: dict[str, Any]
) -> None:
    browser = await signed_in(world, person)
    refused = await browser.post(page, fields)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please complete the form" in refused.text
    assert world.services.asked == []


async def test_list_file_is_handed_on_as_it_is(world: World) -> None:
    browser = await signed_in(world, "steward")
    content = b"<CONSOLIDATED_LIST/>"
    files = {"file": ("list.xml", content, "text/xml")}
    done = await browser.post("/watchlist/imports", {"reader": "un", "source": "UN_SC"}, files=files)
    assert done.headers["location"] == f"/watchlist/versions/{VERSION}"
    (request,) = world.services.asked
    assert request.content == content
    assert dict(request.url.params) == {"source": "un", "as": "UN_SC"}


async def test_list_file_with_another_digest_goes_nowhere(world: World) -> None:
    browser = await signed_in(world, "steward")
    files = {"file": ("list.xml", b"<CONSOLIDATED_LIST/>", "text/xml")}
    fields = {"reader": "un", "source": "UN_SC", "sha256": "0" * 64}
    refused = await browser.post("/watchlist/imports", fields, files=files)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert world.services.asked == []


# --- registers ---


async def test_registers_show_what_is_in_force_and_what_waits(world: World) -> None:
    page = await (await signed_in(world, "legal")).get("/registers")
    assert page.status_code == HTTPStatus.OK
    for words in ("Laws: screening", "Carriers", "XAA-XBB-2025", "XAA-XCC-2026", "law-2", "Al-Qaida"):
        assert words in page.text
    assert page.text.count('value="approve"') == 3


@pytest.mark.parametrize("person", ["supervisor", "auditor"])
async def test_who_may_not_be_the_second_person_is_offered_no_button(world: World, person: str) -> None:
    page = await (await signed_in(world, person)).get("/registers")
    assert "XAA-XCC-2026" in page.text
    assert 'value="approve"' not in page.text


@pytest.mark.parametrize(
    ("service", "decision", "path", "body"),
    [
        ("ingest", "approve", f"/v1/registers/{ORDER}/approval", {"version": 2, "reject": False}),
        ("ingest", "reject", f"/v1/registers/{ORDER}/approval", {"version": 2, "reject": True}),
        ("screening", "reject", f"/v1/registers/{ORDER}/approval", {"version": 2, "approve": False}),
        ("sharing", "approve", f"/v1/registers/approvals/{ORDER}", {"approve": True}),
    ],
)
async def test_decision_goes_to_the_registers_own_service(
    world: World, service: str, decision: str, path: str, body: dict[str, Any]
) -> None:
    browser = await signed_in(world, "legal")
    fields = {"service": service, "version": "2", "decision": decision}
    done = await browser.post(f"/registers/{ORDER}/approval", fields)
    assert done.headers["location"] == "/registers"
    assert world.services.body_of("POST", path) == body
    assert world.services.asked[-1].url.host == f"{service}.test"


@pytest.mark.parametrize("answer", [problem(503, "STORE_UNAVAILABLE", "Later."), {"legal_rows": 5}, []])
async def test_register_that_cannot_be_read_hides_no_other(world: World, answer: Any) -> None:
    world.services.answers["GET", "http://screening.test/v1/registers"] = answer
    page = await (await signed_in(world, "dpo")).get("/registers")
    assert page.status_code == HTTPStatus.OK
    assert "<b>Laws: screening</b> cannot be shown" in page.text
    assert "XAA-XBB-2025" in page.text


async def test_yes_and_no_are_read_as_such(world: World) -> None:
    form = (await (await signed_in(world, "legal")).get("/registers/new/agreements")).text
    assert '<option value="yes">Yes</option>' in form
    assert '<option value="no">No</option>' in form


async def test_page_after_a_form_says_once_that_it_was_recorded(world: World) -> None:
    browser = await signed_in(world, "front-line")
    done = await browser.post(f"/cards/{HIT}/outcome", {"outcome": "DIFFERENT_PERSON"})
    await browser.get("/fragments/waiting")
    told = '<p class="done" role="status">Recorded.</p>'
    assert told in (await browser.get(done.headers["location"])).text
    assert told not in (await browser.get(done.headers["location"])).text


async def test_page_after_a_refused_form_says_nothing_was_recorded(world: World) -> None:
    browser = await signed_in(world, "front-line")
    refused = await browser.post(f"/cards/{HIT}/outcome", {"outcome": "ARRESTED"})
    assert "Recorded." not in refused.text
    assert "Recorded." not in (await browser.get("/cards")).text


# --- services that fail ---


@pytest.mark.parametrize(
    "answer",
    [
        problem(503, "STORE_UNAVAILABLE", "Nothing can be stored at the moment."),
        problem(403, "REFUSED_BY_POLICY", "The safeguards refuse this."),
    ],
    ids=["away", "refused"],
)
async def test_refusal_of_a_service_is_shown_in_its_words(world: World, answer: Any) -> None:
    world.services.answers["GET", "/v1/shares"] = answer
    browser = await signed_in(world, "supervisor")
    page = await browser.get("/shares")
    assert page.status_code == answer.status_code
    assert answer.json()["detail"] in page.text
    assert answer.json()["code"] in page.text
    assert ("Refused by a safeguard" in page.text) == (answer.status_code == HTTPStatus.FORBIDDEN)


@pytest.mark.parametrize("answer", [[], {"shares": "none"}, {"shares": [{"share_id": 5}]}, "text"])
async def test_answer_of_another_shape_is_a_fault_without_its_content(world: World, answer: Any) -> None:
    world.services.answers["GET", "/v1/shares"] = answer
    browser = await signed_in(world, "supervisor")
    page = await browser.get("/shares")
    assert page.status_code == HTTPStatus.BAD_GATEWAY
    assert "could not be read" in page.text


async def test_fault_that_nobody_foresaw_is_a_page_that_tells_nothing(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    del world.services.answers["GET", "/v1/shares"]
    page = await browser.get("/shares")
    assert page.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["trace-id"] in page.text
    assert "KeyError" not in page.text


async def test_log_is_searched_by_hit_when_no_traveller_has_that_identifier(world: World) -> None:
    world.services.answers["GET", "/v1/audit/records"] = {"records": []}
    browser = await signed_in(world, "auditor")
    await browser.post(
        "/log", {"service": "screening", "about": HIT, "since": "2026-06-01", "until": "2026-06-01"}
    )
    queries = [dict(request.url.params) for request in world.services.asked]
    assert [query.get("subject_id") or query.get("object_id") for query in queries] == [HIT, HIT]
    assert queries[0]["from"] == "2026-06-01T00:00:00+00:00"
    assert queries[0]["to"] == "2026-06-02T00:00:00+00:00"
    assert {request.headers["purpose-code"] for request in world.services.asked} == {"OVERSIGHT"}


async def test_log_says_in_words_what_was_asked_and_why_it_was_refused(world: World) -> None:
    browser = await signed_in(world, "auditor")
    page = (await browser.post("/log", {"service": "screening"})).text
    assert "Look at a record" in page
    assert sentence("SG-26.NOT_ON_CASE") in page
    assert "SG-26.NOT_ON_CASE" in page
    assert "2 records, newest first" in page


async def test_log_says_when_it_holds_more_than_is_shown(world: World) -> None:
    record = audit_records()["records"][0]
    world.services.answers["GET", "/v1/audit/records"] = {"records": [record] * MAX_ROWS}
    browser = await signed_in(world, "auditor")
    page = (await browser.post("/log", {"service": "screening"})).text
    assert f"The newest {MAX_ROWS} records; there may be older ones" in page


def test_every_action_of_the_safeguards_has_words_in_the_log() -> None:
    assert set(SAFEGUARDED) <= set(log_words.ACTIONS)


async def test_log_that_does_not_verify_is_told(world: World) -> None:
    world.services.answers["GET", "/v1/audit/export"] = {"type": "log", "format": 1, "origin": "x"}
    browser = await signed_in(world, "auditor")
    page = await browser.post("/log/proof", {"service": "screening"})
    assert "The log of screening does not hold" in page.text


async def test_export_is_handed_on_as_a_file(world: World) -> None:
    world.services.answers["GET", "/v1/audit/export"] = {"type": "log"}
    browser = await signed_in(world, "auditor")
    file = await browser.post("/log/export", {"service": "ingest"})
    assert file.headers["content-disposition"] == 'attachment; filename="safeconduct-ingest-log.ndjson"'
    assert file.json() == {"type": "log"}


async def test_flight_page_tells_faults_by_place(world: World) -> None:
    browser = await signed_in(world, "admin")
    page = (await browser.get(f"/flights/{FLIGHT}")).text
    for words in ("BIRTH_DATE_UNREADABLE", "412", "184 of 185"):
        assert words in page


# --- small things ---


def test_static_files_are_a_closed_list() -> None:
    assert read_static("console.css") is not None
    assert read_static("../settings.py") is None
    assert read_static("vendor/htmx.LICENSE") is not None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "no limit"),
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h 00 min"),
        (1440, "1 days"),
        (-5, "5 min late"),
    ],
)
def test_minutes_in_words(minutes: int | None, words: str) -> None:
    assert minutes_in_words(minutes) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not given"),
        ([], "not given"),
        (True, "yes"),
        (["a", None], "a, not given"),
        ({"sex": "F"}, "Sex: F"),
    ],
)
def test_values_as_text(value: Any, words: str) -> None:
    assert shown(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("TERR_TRAVEL", "Terrorist travel"),
        (["crew_duty", "seat"], ["Crew duty", "seat"]),
        ({"torture": "NOT_REPORTED"}, {"torture": "Not reported"}),
        ("XAA-PIU-01", "XAA-PIU-01"),
        ("Passenger Information Act 12/2025", "Passenger Information Act 12/2025"),
        (True, True),
        (None, None),
    ],
)
def test_codes_are_named_and_identifiers_are_not(value: Any, words: Any) -> None:
    assert named(value) == words


def test_refused_safeguard_speaks_in_the_catalogues_words() -> None:
    assert sentence("SG-34.DEATH_PENALTY").startswith("Sending this could expose the person to torture")
    assert sentence("SG-35.PROTECTED_PERSON") == "Not authorised. Contact the duty supervisor."
    assert sentence("SOMETHING_ELSE") == ""


async def test_share_tells_why_not_in_a_sentence_once(world: World) -> None:
    world.services.answers["GET", f"/v1/shares/{SHARE}"] = share() | {
        "recipients": [
            {"authority_id": "XDD-PIU-01", "outcome": "BLOCK", "reasons": ["SG-34.REAL_RISK", "SG-34.OTHER"]}
        ]
    }
    page = await (await signed_in(world, "legal")).get(f"/shares/{SHARE}")
    assert page.text.count("Sending this could expose the person to torture") == 1
    assert "SG-34.OTHER" in page.text


async def test_who_approves_a_share_sees_the_court_order_that_it_rests_on(world: World) -> None:
    world.services.answers["GET", f"/v1/shares/{SHARE}"] = share() | {"court_order": COURT_ORDER}
    page = (await (await signed_in(world, "legal")).get(f"/shares/{SHARE}")).text
    for words in (COURT_ORDER["reference"], COURT_ORDER["court"], "29 May 2026", COURT_ORDER["scope"]):
        assert words in page, words


def test_absent_time_says_so() -> None:
    assert day_time(None) == "unknown"


def test_arrival_on_another_day_names_the_day() -> None:
    now = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert clock_from(now, now) == "23:30 UTC"
    assert clock_from(now + timedelta(hours=1), now) == "22 November, 00:30 UTC"
    assert clock_from(None, now) == "unknown"


async def test_whoever_approves_a_version_reads_what_it_changes(world: World) -> None:
    browser = await signed_in(world, "steward")
    assert (
        f"/watchlist/versions/{VERSION}/delta" in (await browser.get(f"/watchlist/versions/{VERSION}")).text
    )
    page = await browser.get(f"/watchlist/versions/{VERSION}/delta")
    assert "1 added, 1 changed, 0 removed, 5 as before" in page.text
    assert "PAOLO ESEMPIO" in page.text
    assert "identifying" in page.text


async def test_looked_up_document_is_named_so_that_a_slip_is_seen(world: World) -> None:
    world.services.answers["POST", "/v1/front-line/look-up"] = {"cards": []}
    browser = await signed_in(world, "front-line")
    page = (await browser.post("/cards/look-up", {"document_number": "XD5550O01"})).text
    assert "document <code>XD5550O01</code>" in page


async def test_officer_at_the_port_may_say_that_nobody_came(world: World) -> None:
    browser = await signed_in(world, "front-line")
    sure = (await browser.post(f"/cards/{HIT}", {"outcome": "DID_NOT_TRAVEL"})).text
    assert "The hit is closed. It cannot be changed afterwards." in sure
    assert "QF1234567" in sure, "whose card it is"


async def test_names_in_several_scripts_stand_apart(world: World) -> None:
    view = hit_view()
    view["evidence"][0]["entry"] = "Zephyrine Quillfeather; زفيرين"
    world.services.answers["POST", f"/v1/hits/{HIT}/lease"] = view
    browser = await signed_in(world, "verifier-1")
    page = (await browser.get(f"/review/{HIT}")).text
    assert "<li><bdi>Zephyrine Quillfeather</bdi></li><li><bdi>زفيرين</bdi></li>" in page


async def test_a_reported_document_is_told_whoever_carries_it(world: World) -> None:
    reported = {
        "issuer": "XDD",
        "kind": "STOLEN",
        "reported_on": "2026-03-02",
        "words": "This document was reported stolen.",
        "tear_line": "The bearer may be its victim.",
        "desk_phone": "+000 100",
    }
    world.services.answers["POST", "/v1/front-line/look-up"] = {"cards": [], "documents": [reported]}
    browser = await signed_in(world, "front-line")
    shown = await browser.post("/cards/look-up", {"document_number": "XD5550001"})
    assert "This document was reported stolen." in shown.text
    assert "The bearer may be its victim." in shown.text
    assert "Nothing is known about this document" not in shown.text


async def test_what_is_late_or_disputed_stands_beside_the_share_and_its_notices(world: World) -> None:
    late = [{"clock": "DECIDE", "due_at": "2026-06-01T09:30:00Z", "met_at": None, "is_overdue": True}]
    held = share() | {"clocks": late, "disputed_since": "2026-06-01T10:00:00Z"}
    world.services.answers["GET", "/v1/shares"] = {"shares": [held]}
    world.services.answers["GET", f"/v1/shares/{SHARE}"] = held
    browser = await signed_in(world, "supervisor")
    for path in ("/shares", f"/shares/{SHARE}"):
        page = (await browser.get(path)).text
        assert "Not decided in time" in page
        assert "Disputed by the person" in page
    notices = (await browser.get("/notices")).text
    assert "Seen by nobody in time" in notices
    assert "Detained" in notices


async def test_an_emergency_names_the_hit_and_nobody_types_an_identity(world: World) -> None:
    world.services.answers["POST", "/v1/exchange/proposals"] = {}
    browser = await signed_in(world, "supervisor")
    assert "A life is in danger" in (await browser.get(f"/shares/{SHARE}")).text
    form = {
        "recipient": "XBB-PIU-01",
        "threat": "A named person is about to board with a weapon.",
        "why_normal_way_fails": "The flight leaves within the hour.",
        "statement": STATEMENT,
        "relaxes": ["SG-30", "SG-35"],
        "hours": "12",
    }
    assert (await browser.post(f"/shares/{SHARE}/emergency", form)).status_code == HTTPStatus.SEE_OTHER
    sent = world.services.body_of("POST", "/v1/exchange/proposals")
    assert (sent["type"], sent["hit_id"], sent["recipient"]) == ("EMERGENCY", HIT, "XBB-PIU-01")
    assert sent["payload"]["relaxes"] == ["SG-30"]
    assert "notices" not in sent["payload"]
    for wrong in ({"hours": "25"}, {"recipient": "XAA-BORDER-01"}):
        answer = await browser.post(f"/shares/{SHARE}/emergency", form | wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong


async def test_court_order_told_in_part_is_asked_for_in_full(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    fields = {"statement": STATEMENT, "alternatives_considered": "x", "period_days": "7"}
    fields["court_order_reference"] = "XAA-FC/2027/118"
    answer = await browser.post(f"/shares/{SHARE}/proposal", fields)
    assert "a court&#39;s order has a number, a court, a day, and what it covers" in answer.text


async def test_flights_show_their_times_by_the_clocks_of_their_airports(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    for path in ("/flights", f"/flights/{FLIGHT}"):
        page = (await browser.get(path)).text
        assert "1 June 2026, 10:00 at XQB (UTC+5:30)" in page
        assert "1 June 2026, 13:00 at XQA (UTC+3)" in page
        assert 'datetime="2026-06-01T04:30:00+00:00"' in page


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (None, "3 June 2026, 14:05 at XQA"),
        (datetime(2026, 6, 3, 14, 5, tzinfo=UTC), "3 June 2026, 14:05 at XQA (UTC)"),
        (datetime(2026, 6, 3, 19, 5, tzinfo=UTC), "3 June 2026, 14:05 at XQA (UTC−5)"),
    ],
)
def test_time_of_an_airport_names_the_airport(instant: datetime | None, words: str) -> None:
    assert airport_time(datetime(2026, 6, 3, 14, 5), instant, "XQA") == words  # noqa: DTZ001 - local


async def test_card_tells_the_crossing_leg_with_both_its_times(world: World) -> None:
    page = (await (await signed_in(world, "front-line")).get("/cards")).text
    facts = page[page.index("<dt>Flight</dt>") : page.index('class="action"')]
    assert "XQB&nbsp;→&nbsp;XQA" in facts
    assert "<dt>Departs</dt>" in facts
    assert "<dt>Arrives</dt>" in facts


async def test_delivered_notice_tells_its_tries_and_calls_none_failed(world: World) -> None:
    delivered = world.services.answers["GET", f"/v1/notices/{NOTICE}"] | {"state": "DELIVERED", "tries": 1}
    world.services.answers["GET", f"/v1/notices/{NOTICE}"] = delivered
    page = (await (await signed_in(world, "supervisor")).get(f"/notices/{NOTICE}")).text
    assert "<dt>Tries</dt><dd>1</dd>" in page


async def test_remark_on_a_name_as_a_whole_agrees_with_nobody(world: World) -> None:
    remark = "Together they say less than one by one."
    piece = {"kind": "name", "label": "Name", "traveller": None, "entry": None, "words": remark}
    view = hit_view()
    view["evidence"].append(piece | {"relation": "AGREE"})
    world.services.answers["POST", f"/v1/hits/{HIT}/lease"] = view
    page = (await (await signed_in(world, "verifier-1")).get(f"/review/{HIT}")).text
    row = page[: page.index(remark)].rpartition("<tr>")[2]
    assert "Agrees" not in row
