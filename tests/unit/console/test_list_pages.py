"""The pages of watchlist staff: what they show, what they send on, who answers whom."""

import re
from base64 import b64decode
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.unit.console.test_pages import signed_in
from tests.unit.console.watchlist_world import (
    ARABIC,
    CLEARANCE,
    CLEARED,
    DECISION,
    ENTRY,
    FINDING,
    LIST_VERSION,
    MERGE,
    NAME,
    NOMINATION,
    OTHER_ENTRY,
    OWN_NOMINATION,
    RENEWAL,
    entry,
    entry_line,
    life,
    nomination,
    own_draft,
    renewal,
)
from tests.unit.console.world import World, a_world, problem

ENTRY_PAGE = f"/entries/{ENTRY}"
OTHER_PAGE = f"/entries/{OTHER_ENTRY}"
LISTED = "/v1/watchlist"
SEARCH = f"{LISTED}/entries/search"
DRAFT: dict[str, Any] = {
    "source_id": "NATIONAL",
    "name_text": ["Zefirin Quilfether", ARABIC, ""],
    "name_kind": ["PRIMARY", "ORIGINAL_SCRIPT", ""],
    "name_quality": ["GOOD", "", ""],
    "birth_when": ["1971-03-09", "about 1970", "1969-1972", "1971", ""],
    "place_city": ["Townsville"],
    "place_country": ["xcc"],
    "nationalities": "xbb; XCC",
    "sex": "M",
    "document_number": ["QF1234567"],
    "document_type": ["P"],
    "document_issuer": ["xbb"],
    "category": "REASONABLY_SUSPECTED",
    "ground_kind": ["CONDUCT", ""],
    "ground_text": ["Bought tickets in a story.", ""],
    "ground_source": ["S1", ""],
    "ground_grade": ["1a", ""],
    "ground_is_fact": ["yes", ""],
    "ground_as_of": ["2026-01-01", ""],
    "tear_line": "Verify the document.",
    "recommendation": "List for half a year.",
    "review_due": "2027-01-31",
    "expires": "2029-01-31",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def shown(world: World, person: str, path: str) -> str:
    return (await (await signed_in(world, person)).get(path)).text


async def sent(world: World, person: str, path: str, fields: dict[str, Any]) -> Any:
    return await (await signed_in(world, person)).post(path, fields)


# --- entries ---


async def test_entries_are_looked_for_without_the_name_in_an_address(world: World) -> None:
    browser = await signed_in(world, "steward")
    address = (await browser.post("/entries", {"sought": ARABIC})).headers["location"]
    found = await browser.get(address)
    assert f'href="/entries/{quote(ENTRY, safe="")}"' in found.text
    assert f'value="{ARABIC}"' in found.text
    assert ARABIC not in unquote(address)
    assert ARABIC.encode() not in b64decode(address.partition("=")[2], altchars=b"-_")
    assert world.services.asked[-1].url.query == b""
    assert world.services.body_of("POST", SEARCH) == {"words": ARABIC, "after": None}


async def test_what_was_found_is_a_page_to_go_back_to_and_to_turn(world: World) -> None:
    world.services.answers["POST", SEARCH] = {"entries": [entry_line()], "next": ENTRY}
    browser = await signed_in(world, "steward")
    address = (await browser.post("/entries", {"sought": "aba"})).headers["location"]
    first = await browser.get(address)
    assert (await browser.get(address)).status_code == HTTPStatus.OK
    following = re.search(r'href="(/entries\?look=[^"]+)"', first.text)
    assert following is not None
    await browser.get(following[1])
    assert world.services.body_of("POST", SEARCH) == {"words": "aba", "after": ENTRY}


async def test_address_of_what_was_found_opens_for_nobody_else(world: World) -> None:
    address = (await sent(world, "steward", "/entries", {"sought": "aba"})).headers["location"]
    asked = len(world.services.asked)
    page = await shown(world, "supervisor", address)
    assert "found for" not in page
    assert len(world.services.asked) == asked


async def test_one_character_is_not_looked_for(world: World) -> None:
    answer = await sent(world, "steward", "/entries", {"sought": "z"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "at least two characters" in answer.text
    assert world.services.asked == []


async def test_nobody_found_is_said(world: World) -> None:
    world.services.answers["POST", SEARCH] = {"entries": []}
    browser = await signed_in(world, "steward")
    address = (await browser.post("/entries", {"sought": "nobody"})).headers["location"]
    assert "No entries found" in (await browser.get(address)).text


async def test_each_value_stands_beside_who_says_it(world: World) -> None:
    page = await shown(world, "steward", ENTRY_PAGE)
    for words in ("between 1969 and 1972", ARABIC, "Original script, Arabic", "low quality", "XBB", "XCC"):
        assert words in page
    assert page.count("disagree</span>") == 2
    assert "of 31 October 2026" in page
    assert f'href="/watchlist/versions/{LIST_VERSION}"' in page
    assert f'href="/nominations/{NOMINATION}"' in page
    assert "competent authorities" in page


async def test_reviewer_is_not_offered_where_the_provenance_leads(world: World) -> None:
    # A verifier may read the lists, but no entries.
    answer = await (await signed_in(world, "verifier-1")).get(ENTRY_PAGE)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    page = await shown(world, "supervisor", ENTRY_PAGE)
    assert "Suspend:" not in page
    assert "Remove for good" not in page


async def test_entry_that_is_not_used_says_why(world: World) -> None:
    world.services.answers["GET", f"{LISTED}/entries/{ENTRY}"] = entry() | {
        "refusals": ["SG-14.REVIEW_OVERDUE"]
    }
    page = await shown(world, "steward", ENTRY_PAGE)
    assert "Nobody is compared with this entry" in page
    assert "SG-14.REVIEW_OVERDUE" in page


async def test_finding_waits_for_somebody_else_than_who_found(world: World) -> None:
    assert "Let it lapse" in await shown(world, "supervisor", ENTRY_PAGE)
    own = {**life(), "renewals": [renewal("supervisor")]}
    world.services.answers["GET", f"{LISTED}/entries/{ENTRY}/life"] = own
    page = await shown(world, "supervisor", ENTRY_PAGE)
    assert "somebody else answers" in page
    assert "Let it lapse" not in page


async def test_nominator_does_not_review_their_own_entry(world: World) -> None:
    own = life(OTHER_ENTRY, nominator="supervisor")
    world.services.answers["GET", f"{LISTED}/entries/{OTHER_ENTRY}/life"] = own
    page = await shown(world, "supervisor", OTHER_PAGE)
    assert "You nominated this entry" in page
    assert 'name="finding"' not in page


@pytest.mark.parametrize(
    ("person", "path", "fields", "goes_on"),
    [
        (
            "steward",
            f"{ENTRY_PAGE}/suspension",
            {"reason": "DISPUTED"},
            (f"{LISTED}/entries/{ENTRY}/suspension", {"reason": "DISPUTED"}),
        ),
        (
            "steward",
            f"{ENTRY_PAGE}/removal",
            {"reason": "ACQUITTED", "confirmation": "remove"},
            (f"{LISTED}/entries/{ENTRY}/removal", {"reason": "ACQUITTED"}),
        ),
        (
            "supervisor",
            f"{OTHER_PAGE}/renewal",
            {"finding": FINDING, "review_due": "2027-06-01"},
            (f"{LISTED}/entries/{OTHER_ENTRY}/renewal", {"finding": FINDING, "review_due": "2027-06-01"}),
        ),
        (
            "legal",
            f"/renewals/{RENEWAL}",
            {"answer": "agree"},
            (f"{LISTED}/renewals/{RENEWAL}/approval", None),
        ),
        (
            "legal",
            f"/renewals/{RENEWAL}",
            {"answer": "lapse"},
            (f"{LISTED}/renewals/{RENEWAL}/rejection", None),
        ),
        (
            "steward",
            "/merges",
            {"entry_id": ENTRY, "other_id": "DEMO:D-1", "key": "DOCUMENT", "decision": "same"},
            (f"{LISTED}/merges", {"entry_id": ENTRY, "other_id": "DEMO:D-1", "key": "DOCUMENT"}),
        ),
        (
            "steward",
            "/merges",
            {"entry_id": ENTRY, "other_id": "DEMO:D-1", "key": "OTHER", "decision": "different"},
            (f"{LISTED}/merges/different", {"entry_id": ENTRY, "other_id": "DEMO:D-1"}),
        ),
        (
            "supervisor",
            f"/merges/{MERGE}/answer",
            {"decision": "approve"},
            (f"{LISTED}/merges/{MERGE}/approval", None),
        ),
        (
            "supervisor",
            f"/merges/{MERGE}/answer",
            {"decision": "reject"},
            (f"{LISTED}/merges/{MERGE}/rejection", None),
        ),
        ("steward", f"/merges/{DECISION}/undoing", {}, (f"{LISTED}/merges/{DECISION}/undoing", None)),
        (
            "steward",
            f"/watchlist/versions/{LIST_VERSION}/return",
            {},
            (f"{LISTED}/versions/{LIST_VERSION}/return", None),
        ),
        (
            "supervisor",
            f"/nominations/{NOMINATION}/decision",
            {"version": "3", "decision": "RETURNED", "reason": "Add a document."},
            (
                f"/v1/nominations/{NOMINATION}/decision",
                {"version": 3, "decision": "RETURNED", "reason": "Add a document."},
            ),
        ),
        (
            "steward",
            f"/nominations/{OWN_NOMINATION}/submission",
            {},
            (f"/v1/nominations/{OWN_NOMINATION}/submission", None),
        ),
        (
            "legal",
            f"/cleared/{CLEARANCE}/approval",
            {"decision": "approve", "version": "1"},
            (f"/v1/cleared/{CLEARANCE}/approval", {"approve": True, "version": 1}),
        ),
        (
            "supervisor",
            f"/cleared/{CLEARED}/review",
            {"outcome": "STILL_CLEARED"},
            (f"/v1/cleared/{CLEARED}/review", {"outcome": "STILL_CLEARED"}),
        ),
        (
            "legal",
            f"/cleared/{CLEARED}/ending",
            {"confirmation": "erase"},
            (f"/v1/cleared/{CLEARED}/ending", None),
        ),
        (
            "supervisor",
            "/cleared",
            {
                "entry_id": ENTRY,
                "evidence": "REDRESS-1",
                "valid_days": "700",
                "document_number": "QF1234567",
                "issuer": "xbb",
                "surname": "Quill",
                "birth_date": "1984-02-29",
            },
            (
                "/v1/cleared",
                {
                    "entry_id": ENTRY,
                    "evidence": "REDRESS-1",
                    "valid_days": 700,
                    "document": {"number": "QF1234567", "issuer": "XBB"},
                    "surname": "Quill",
                    "given_names": "",
                    "birth_date": "1984-02-29",
                },
            ),
        ),
    ],
)
async def test_word_goes_on_as_it_was_given(
    world: World, person: str, path: str, fields: dict[str, Any], goes_on: tuple[str, Any]
) -> None:
    route, body = goes_on
    answer = await sent(world, person, path, fields)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    last = next(each for each in reversed(world.services.asked) if each.method == "POST")
    assert last.url.path == route
    if body is not None:
        assert world.services.body_of("POST", route) == body


@pytest.mark.parametrize(
    ("person", "path", "fields", "words"),
    [
        ("steward", f"{ENTRY_PAGE}/suspension", {}, "choose reason"),
        ("steward", f"{ENTRY_PAGE}/removal", {"reason": "DEAD"}, "choose confirmation"),
        ("supervisor", f"{ENTRY_PAGE}/renewal", {"finding": "x", "review_due": "soon"}, "2027-06-30"),
        ("legal", f"/renewals/{RENEWAL}", {}, "choose answer"),
        ("steward", "/merges", {"entry_id": ENTRY, "other_id": "A", "key": "OTHER"}, "choose decision"),
        ("supervisor", f"/nominations/{NOMINATION}/decision", {"reason": "x"}, "choose decision"),
        ("supervisor", f"/nominations/{NOMINATION}/decision", {"decision": "REJECTED"}, "reason is missing"),
        (
            "supervisor",
            "/cleared",
            {"entry_id": ENTRY, "evidence": "R-1", "valid_days": "0"},
            "how many days",
        ),
        (
            "supervisor",
            "/cleared",
            {"entry_id": ENTRY, "evidence": "R-1", "valid_days": "9"},
            "redress number",
        ),
        ("legal", f"/cleared/{CLEARED}/ending", {}, "choose confirmation"),
    ],
)
async def test_word_that_is_not_whole_changes_nothing(
    world: World, person: str, path: str, fields: dict[str, Any], words: str
) -> None:
    answer = await sent(world, person, path, fields)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in answer.text
    assert all(each.method == "GET" for each in world.services.asked)


async def test_refused_finding_keeps_its_words(world: World) -> None:
    world.services.answers["POST", f"{LISTED}/entries/{OTHER_ENTRY}/renewal"] = problem(
        403, "REFUSED_BY_POLICY", "A safeguard does not allow this.", reasons=["SG-14.RENEWAL_NOT_FRESH"]
    )
    fields = {"finding": FINDING, "review_due": "2027-06-01"}
    answer = await sent(world, "supervisor", f"{OTHER_PAGE}/renewal", fields)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "SG-14.RENEWAL_NOT_FRESH" in answer.text
    assert FINDING in answer.text


async def test_counterpart_is_told_no_grounds(world: World) -> None:
    page = await shown(world, "steward", f"{ENTRY_PAGE}/releasable")
    assert NAME in page
    assert "story" not in page


# --- calendar, merges, statistics ---


async def test_overdue_stands_before_what_is_due(world: World) -> None:
    page = await shown(world, "steward", "/calendar?days=30")
    assert page.index("3 days overdue") < page.index("in 24 days")
    assert "found by rev-1" in page
    asked = [each for each in world.services.asked if each.url.path == f"{LISTED}/reviews"]
    assert asked[0].url.params["days"] == "30"


async def test_auditor_sees_the_calendar_without_findings(world: World) -> None:
    page = await shown(world, "auditor", "/calendar?days=7")
    assert "overdue" in page
    assert "Findings that wait" not in page
    assert all(each.url.path != f"{LISTED}/renewals" for each in world.services.asked)


async def test_legal_officer_answers_findings(world: World) -> None:
    page = await shown(world, "legal", "/renewals")
    assert FINDING in page
    assert "Renew<" in page


async def test_pair_that_waits_is_not_to_be_looked_at_again(world: World) -> None:
    page = await shown(world, "supervisor", "/merges")
    assert page.count("Both hold the same document") == 1
    assert "A name and a full birth date are the same" in page
    assert "Two persons" in page


async def test_entries_are_compared_value_by_value(world: World) -> None:
    path = f"/merges/compare?one={quote(ENTRY)}&other={quote(OTHER_ENTRY)}"
    page = await shown(world, "supervisor", path)
    assert "Both say" in page
    assert "None the same" in page
    assert "Only one says" in page
    assert "One person: confirm" in page
    assert "somebody else decides" in await shown(world, "steward", path)


async def test_entry_is_not_compared_with_itself(world: World) -> None:
    browser = await signed_in(world, "steward")
    answer = await browser.get(f"/merges/compare?one={quote(ENTRY)}&other={quote(ENTRY)}")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_statistics_name_entries_and_nobody(world: World) -> None:
    page = await shown(world, "auditor", "/list-statistics")
    assert ENTRY in page
    assert NAME not in page
    assert "Waits for adoption" in page


async def test_rescreening_tells_how_far_it_is(world: World) -> None:
    page = await shown(world, "admin", "/rescreening")
    assert "12,000" in page
    assert "Under way" in page
    assert "all days" in page


async def test_source_whose_alarm_rings_stands_first_with_what_to_do(world: World) -> None:
    page = await shown(world, "steward", "/watchlist")
    assert "ask the publisher" in page
    assert "Element <code>html</code>, line 1" in page
    table = page.partition('id="sources"')[2]
    assert table.index("XBB_LIST") < table.index("DEMO") < table.index("NATIONAL")
    assert "too old: 11 days" in table
    assert "a newer one waits" in table
    assert "by nomination" in table


async def test_steward_fetches_a_source_now(world: World) -> None:
    answer = await sent(world, "steward", "/watchlist/sources/UN_DEMO/fetch", {})
    assert answer.headers["location"] == "/watchlist"
    assert world.services.asked[-1].url.path == f"{LISTED}/sources/UN_DEMO/fetch"
    assert "Fetch now" not in await shown(world, "supervisor", "/watchlist")


# --- nominations ---


async def test_nominations_that_wait_stand_apart_from_drafts(world: World) -> None:
    page = await shown(world, "supervisor", "/nominations")
    assert page.index("analyst-7") < page.index("Being written") < page.rindex("steward")
    await shown(world, "supervisor", "/nominations?decided=REJECTED")
    assert world.services.asked[-1].url.params["state"] == "REJECTED"


async def test_draft_goes_on_field_by_field(world: World) -> None:
    answer = await sent(world, "steward", "/nominations/new", DRAFT)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    body = world.services.body_of("POST", "/v1/nominations")
    assert body["entry"]["names"] == [
        {"text": NAME, "kind": "PRIMARY", "quality": "GOOD"},
        {"text": ARABIC, "kind": "ORIGINAL_SCRIPT", "quality": "UNKNOWN"},
    ]
    assert body["entry"]["birth_dates"] == [
        {"kind": "EXACT", "date": "1971-03-09"},
        {"kind": "APPROXIMATE", "year": 1970},
        {"kind": "BETWEEN", "from_year": 1969, "to_year": 1972},
        {"kind": "YEAR", "year": 1971},
    ]
    assert body["entry"]["nationalities"] == ["XBB", "XCC"]
    assert body["entry"]["documents"] == [{"number": "QF1234567", "type": "P", "issuer": "XBB"}]
    assert body["terms"]["grounds"] == [
        {
            "kind": "CONDUCT",
            "text": "Bought tickets in a story.",
            "source": "S1",
            "grade": "1A",
            "is_fact": True,
            "as_of": "2026-01-01",
        }
    ]
    assert (body["entry_id"], body["terms"]["notice"]) == (None, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name_text": [""]}, "at least one name"),
        ({"birth_when": ["spring 1971"]}, "write births as"),
        ({"birth_when": ["1981-1978"]}, "write births as"),
        ({"nationalities": "Bee"}, None),
        ({"nationalities": "Beeland"}, "three letters"),
        ({"ground_text": [""]}, "at least one ground"),
        ({"ground_kind": [""]}, "what kind each ground is"),
        ({"category": ""}, "choose the category"),
        ({"tear_line": ""}, "the tear-line is missing"),
        ({"notice_type": "RED"}, "every question about the INTERPOL notice"),
    ],
)
async def test_draft_with_a_fault_keeps_every_word(
    world: World, change: dict[str, Any], words: str | None
) -> None:
    answer = await sent(world, "steward", "/nominations/new", DRAFT | change)
    if words is None:
        assert answer.status_code == HTTPStatus.SEE_OTHER
        return
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in answer.text
    assert "List for half a year." in answer.text
    assert world.services.asked == []


async def test_one_more_row_is_drawn_and_nothing_is_sent(world: World) -> None:
    answer = await sent(world, "steward", "/nominations/new", DRAFT | {"more": "document"})
    assert answer.text.count('name="document_number"') == 2
    assert "QF1234567" in answer.text
    assert world.services.asked == []


async def test_empty_form_chooses_nothing(world: World) -> None:
    page = await shown(world, "steward", "/nominations/new")
    form = page.partition('class="nominate"')[2]
    assert " checked>" not in form
    assert " selected>" not in form


async def test_foreign_row_is_adopted_with_what_was_checked(world: World) -> None:
    page = await shown(world, "steward", f"/nominations/new?entry_id={quote('FOREIGN:1')}&source_id=FOREIGN")
    assert 'name="name_text"' not in page
    checked = {
        "notice_type": "RED",
        "notice_terrorism": "yes",
        "notice_valid": "yes",
        "notice_political": "no",
    }
    await sent(world, "steward", "/nominations/new", DRAFT | checked | {"entry_id": "FOREIGN:1"})
    body = world.services.body_of("POST", "/v1/nominations")
    assert (body["entry_id"], body["entry"]) == ("FOREIGN:1", {})
    assert body["terms"]["notice"] == {
        "type": "RED",
        "terrorism_ground": True,
        "check_ref": None,
        "valid": True,
        "political": False,
    }


async def test_changed_draft_loses_nothing_that_the_form_does_not_ask(world: World) -> None:
    page = await shown(world, "steward", f"/nominations/{OWN_NOMINATION}/edit")
    assert "Bought tickets to the front" in page
    answer = await sent(world, "steward", f"/nominations/{OWN_NOMINATION}/edit", DRAFT)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    body = world.services.body_of("PUT", f"/v1/nominations/{OWN_NOMINATION}")
    assert body["entry"]["names"][0]["note"] == "as in the passport"
    assert body["entry"]["addresses"] == own_draft()["entry"]["addresses"]


async def test_second_person_sees_the_trial_and_no_recommendation(world: World) -> None:
    page = await shown(world, "supervisor", f"/nominations/{NOMINATION}")
    assert "1,204" in page
    assert "Approving sends it back" in page
    assert "shown once it is decided" in page
    assert "This is a possible match until verified." in page
    assert " checked>" not in page


async def test_trial_on_nobody_says_nothing(world: World) -> None:
    trial = nomination()["trial"] | {
        "tried": 0,
        "stopped": 0,
        "plainly_different": 0,
        "stops_too_many": False,
    }
    world.services.answers["GET", f"/v1/nominations/{NOMINATION}"] = nomination(trial=trial)
    assert "Nobody could be tried." in await shown(world, "supervisor", f"/nominations/{NOMINATION}")


async def test_own_nomination_is_decided_by_somebody_else(world: World) -> None:
    own = nomination(nominator="supervisor")
    world.services.answers["GET", f"/v1/nominations/{NOMINATION}"] = own
    page = await shown(world, "supervisor", f"/nominations/{NOMINATION}")
    assert "somebody else decides" in page
    assert 'name="decision"' not in page


async def test_criterion_that_is_not_met_is_told_in_a_sentence(world: World) -> None:
    path = f"/nominations/{OWN_NOMINATION}/submission"
    world.services.answers["POST", f"/v1{path}"] = problem(
        403, "REFUSED_BY_SAFEGUARD", "A safeguard does not allow this.", reasons="SG-13.IDENTIFIERS, SG-14"
    )
    answer = await sent(world, "steward", path, {})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "SG-13.IDENTIFIERS" in answer.text
    assert "Check and hand to a second person" in answer.text


async def test_committee_draft_is_shown_and_downloaded(world: World) -> None:
    path = f"/nominations/{NOMINATION}/committee-draft"
    page = await shown(world, "steward", path)
    assert "about 1971" in page
    assert "Convicted in a story." in page
    file = await (await signed_in(world, "steward")).get(f"{path}.json")
    assert file.json()["A_identifiers"]["names"] == [NAME]
    assert "attachment" in file.headers["content-disposition"]


async def test_sheet_is_handed_on_and_its_faults_are_told(world: World) -> None:
    browser = await signed_in(world, "steward")
    answer = await browser.http.post(
        "/nominations/sheet",
        data={"csrf": await browser.csrf(), "source_id": "NATIONAL"},
        files={"file": ("sheet.csv", b"Reference")},
        headers={"Origin": world.console_url},
    )
    assert answer.status_code == HTTPStatus.OK
    assert "1 row is a draft" in answer.text
    assert "Write 1980-01-02." in answer.text
    assert (await browser.get("/nominations/template.csv")).text.startswith("Reference")


# --- fairness, cleared ---


async def test_fairness_is_judged_by_its_bounds(world: World) -> None:
    page = await shown(world, "auditor", "/fairness")
    assert page.index("Horn Of Africa") < page.index("Slavic") < page.index("West Europe")
    assert "within the limit" in page
    assert "within 1.5" in page
    assert "not the one in use" in page
    assert "Hand in a measurement" not in page


async def test_measurement_is_handed_on_as_it_is(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    answer = await browser.http.post(
        "/fairness",
        data={"csrf": await browser.csrf()},
        files={"file": ("fairness.json", b"{}")},
        headers={"Origin": world.console_url},
    )
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert next(each for each in world.services.asked if each.method == "POST").content == b"{}"


async def test_cleared_register_names_nobody_and_offers_each_role_its_part(world: World) -> None:
    page = await shown(world, "legal", "/cleared")
    assert "REDRESS-2026-0117" in page
    assert "Erase on the person" in page
    assert "Approve<" in page
    assert "somebody else decides" in await shown(world, "supervisor", "/cleared")
    assert "Propose to clear" not in await shown(world, "auditor", "/cleared")


async def test_refused_clearance_keeps_what_was_written(world: World) -> None:
    world.services.answers["POST", "/v1/cleared"] = problem(404, "NOT_FOUND", "There is no such entry.")
    fields = {"entry_id": "NO:1", "evidence": "REDRESS-9", "valid_days": "10", "redress_number": "R1"}
    answer = await sent(world, "supervisor", "/cleared", fields)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "There is no such entry." in answer.text
    assert 'value="REDRESS-9"' in answer.text
