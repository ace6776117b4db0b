"""People's own entries: drafted, submitted, decided by another, renewed. All persons are invented."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import Listed, a_traveller, un_list
from tests.integration.screening.test_watchlist_versions import SECOND_DAY, THIRD_DAY, import_as, register

GRETA: dict[str, Any] = {
    "names": [{"text": "GRETA BEISPIEL"}, {"text": "Грета Байшпиль", "kind": "ORIGINAL_SCRIPT"}],
    "birth_dates": [{"kind": "EXACT", "date": "1980-01-02"}],
    "nationalities": ["XCC", "XBB"],
    "sex": "F",
    "documents": [{"number": "XC77", "type": "P", "issuer": "XCC"}],
}
TRAVELLER = a_traveller(
    surname="BEISPIEL",
    given_names="GRETA",
    birth_date="1980-01-02",
    sex="F",
    nationality="XCC",
    documents=[{"type": "P", "number": "XC77", "issuer": "XCC"}],
)


def a_ground(**facts: Any) -> dict[str, Any]:
    usual = {"kind": "CONDUCT", "text": "Bought tickets in a story.", "source": "S1", "grade": "1A"}
    return usual | {"is_fact": True, "as_of": "2027-01-01"} | facts


def terms(desk: Desk, **facts: Any) -> dict[str, Any]:
    today = desk.clock.now().date()
    usual = {
        "category": "REASONABLY_SUSPECTED",
        "grounds": [a_ground(), a_ground(source="S2", text="Met recruiters in a story.")],
        "offence_link": "Penal Code art. 141a: travel to join a listed group",
        "summary": "Named for travel in a story.",
        "tear_line": "Verify the document. Call the duty desk. Do not detain on this alone.",
        "recommendation": "List for six months.",
        "review_due": today.replace(year=today.year + 1, month=1, day=31).isoformat(),
        "expires": today.replace(year=today.year + 3).isoformat(),
    }
    return usual | facts


async def submitted(desk: Desk, status: int = 200, **facts: Any) -> str:
    """A nomination of GRETA that waits for an approver."""
    more = {name: facts.pop(name) for name in ("entry", "entry_id", "source_id") if name in facts}
    body = {"source_id": "DEMO", "entry": GRETA, "terms": terms(desk, **facts)} | more
    drafted = await desk.ask("steward", "POST", "/v1/nominations", json=body, status=201)
    path = f"/v1/nominations/{drafted['nomination_id']}"
    await desk.ask("steward", "POST", f"{path}/submission", status=status)
    return path


async def decide(desk: Desk, path: str, decision: str = "ACTIVATED", status: int = 200) -> Any:
    shown = await desk.ask("supervisor", "GET", path)
    body = {"version": shown["version"], "decision": decision, "reason": "Compared with the file."}
    return await desk.ask("supervisor", "POST", f"{path}/decision", json=body, status=status)


async def test_a_second_person_brings_a_nomination_into_use(desk: Desk) -> None:
    path = await submitted(desk)
    waiting = await desk.ask("supervisor", "GET", path)
    assert waiting["state"] == "SUBMITTED"
    assert "recommendation" not in waiting["terms"]
    assert waiting["trial"]["stops_too_many"] is False
    decided = await decide(desk, path)
    assert (decided["state"], decided["approver"]) == ("ACTIVATED", "supervisor")
    assert decided["terms"]["recommendation"] == "List for six months."
    await desk.service.current.refresh()
    await desk.deliver(desk.batch([TRAVELLER]))
    (hit,) = await desk.rows("SELECT entry_id FROM hit")
    assert hit.entry_id == decided["entry_id"]
    await decide(desk, path, status=409)


async def test_a_new_file_of_its_source_leaves_a_national_entry_alone(desk: Desk) -> None:
    decided = await decide(desk, await submitted(desk))
    await desk.load([Listed("DEMi.001", ("SAMIR",))], SECOND_DAY)
    (entry,) = await desk.rows(
        "SELECT status, is_used FROM watchlist_entry WHERE entry_id = :id", id=decided["entry_id"]
    )
    assert (entry.status, entry.is_used) == ("ACTIVE", True)


async def test_decision_is_on_what_was_shown(desk: Desk) -> None:
    """Sent back and written anew, of somebody else, between an approver's look and their word."""
    path = await submitted(desk)
    shown = await desk.ask("supervisor", "GET", path)
    await decide(desk, path, "RETURNED")
    other = GRETA | {"names": [{"text": "ESEMPIO CARLA"}]}
    anew = {"source_id": "DEMO", "entry": other, "terms": terms(desk)}
    await desk.ask("steward", "PUT", path, json=anew)
    await desk.ask("steward", "POST", f"{path}/submission")
    body = {"version": shown["version"], "decision": "ACTIVATED", "reason": "Compared with the file."}
    refused = await desk.ask("supervisor", "POST", f"{path}/decision", json=body, status=409)
    assert refused["code"] == "APPROVAL_CONFLICT"
    assert (await desk.ask("steward", "GET", path))["state"] == "SUBMITTED"


async def test_the_nominator_decides_nothing(desk: Desk) -> None:
    path = await submitted(desk)
    body = {"version": 2, "decision": "ACTIVATED", "reason": "My own."}
    await desk.ask("steward", "POST", f"{path}/decision", json=body, status=403)
    assert await desk.count("watchlist_entry") == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"grounds": [a_ground()]},
        {"grounds": [a_ground(), a_ground(source="S2", kind="KINSHIP")]},
        {"offence_link": None},
        {"entry": {"names": [{"text": "GRETA BEISPIEL"}]}},
        {"entry": GRETA | {"birth_dates": [{"kind": "EXACT", "date": "2015-01-02"}]}},
        {"review_due": "2029-01-01"},
    ],
    ids=["one ground", "kinship", "no offence", "name alone", "child", "reviewed too late"],
)
async def test_what_does_not_meet_the_criteria_is_not_submitted(desk: Desk, facts: dict[str, Any]) -> None:
    path = await submitted(desk, 403, **facts)
    assert (await desk.ask("steward", "GET", path))["state"] == "DRAFT"
    assert await desk.audited("wl.nominate", "REFUSED") == 1


async def test_child_is_listed_by_an_approver_who_is_a_child_protection_specialist_alone(desk: Desk) -> None:
    today = desk.clock.now().date()
    child = GRETA | {"birth_dates": [{"kind": "EXACT", "date": str(today.replace(year=today.year - 15))}]}
    facts: dict[str, Any] = {"category": "CONVICTED", "grounds": [a_ground(kind="COURT")], "entry": child}
    named: dict[str, Any] = {"best_interests_id": "BI-44", "child_specialist": "child-specialist"}
    path = await submitted(desk, **facts, **named, review_due=str(today + timedelta(days=150)))
    refused = await decide(desk, path, status=403)
    assert "SG-16.BEST_INTERESTS_MISSING" in str(refused["reasons"])
    headers = desk.headers("supervisor")
    token = desk.issuer.token(
        *("APPROVER", "CHILD_SPECIALIST"), subject="child-specialist", authority="XAA-PIU-01", clearance="H3"
    )
    reason = "In the child's interest, as file BI-44 finds."
    version = (await desk.ask("supervisor", "GET", path))["version"]
    body = {"version": version, "decision": "ACTIVATED", "reason": reason}
    answer = await desk.client.post(
        f"{path}/decision", json=body, headers={**headers, "Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.text
    (entry,) = await desk.rows("SELECT adoption FROM watchlist_entry WHERE version_id IS NULL")
    assert entry.adoption["child_specialist"] == "child-specialist"


async def test_what_stops_too_many_others_goes_back_for_identifiers(desk: Desk) -> None:
    others = [a_traveller(given_names="SAMIR HADI", birth_date="1979-05-14") for _ in range(5)]
    await desk.deliver(desk.batch(others))
    assert await desk.count("hit") == 5
    vague = {
        "names": [{"text": "SAMIR HADI NAMUDHAJI"}],
        "birth_dates": [{"kind": "YEAR", "year": 1979}],
        "nationalities": ["XBB"],
        "birth_places": [{"city": "Qasr", "country": "XBB"}],
        "sex": "F",
    }
    path = await submitted(desk, entry=vague)
    trial = (await desk.ask("steward", "GET", path))["trial"]
    assert (trial["tried"], trial["stopped"], trial["plainly_different"]) == (5, 5, 5)
    assert (await decide(desk, path))["state"] == "RETURNED"
    body = {"source_id": "DEMO", "entry": GRETA, "terms": terms(desk)}
    assert (await desk.ask("steward", "PUT", path, json=body))["state"] == "DRAFT"


async def test_a_foreign_row_is_screened_once_it_was_adopted(desk: Desk) -> None:
    await register(desk, source_id="FOREIGN", kind="PARTNER")
    abroad = Listed("DEMi.009", ("GRETA", "BEISPIEL"), "1980-01-02", "XCC", ("XC77", "XCC"), gender="Female")
    await import_as(desk, "un", "FOREIGN", un_list([abroad], SECOND_DAY))
    path = await submitted(desk, source_id="FOREIGN", entry_id="FOREIGN:DEMi.009", entry={})
    await decide(desk, path)
    await desk.service.current.refresh()
    await desk.deliver(desk.batch([TRAVELLER]))
    assert [row.entry_id for row in await desk.rows("SELECT entry_id FROM hit")] == ["FOREIGN:DEMi.009"]


async def test_a_foreign_row_that_changed_since_it_was_nominated_goes_back(desk: Desk) -> None:
    await register(desk, source_id="FOREIGN", kind="PARTNER")
    abroad = Listed("DEMi.009", ("GRETA", "BEISPIEL"), "1980-01-02", "XCC", ("XC77", "XCC"), gender="Female")
    await import_as(desk, "un", "FOREIGN", un_list([abroad], SECOND_DAY))
    facts: dict[str, Any] = {"source_id": "FOREIGN", "entry_id": "FOREIGN:DEMi.009", "entry": {}}
    path = await submitted(desk, **facts)
    child = replace(abroad, birth_date="2015-01-02")
    await import_as(desk, "un", "FOREIGN", un_list([child], THIRD_DAY))
    assert (await decide(desk, path))["state"] == "RETURNED"
    body = {"source_id": "FOREIGN", "entry_id": "FOREIGN:DEMi.009", "terms": terms(desk)}
    changed = await desk.ask("steward", "PUT", path, json=body)
    assert changed["entry"]["birth_dates"] == [{"kind": "EXACT", "date": "2015-01-02"}]
    refused = await desk.ask("steward", "POST", f"{path}/submission", status=403)
    assert "SG-16.UNDER_14" in str(refused["reasons"])


async def test_whoever_decides_again_has_not_read_the_recommendation_meanwhile(desk: Desk) -> None:
    path = await submitted(desk)
    assert "recommendation" not in (await decide(desk, path, "RETURNED"))["terms"]
    await desk.ask("steward", "POST", f"{path}/submission")
    assert "recommendation" not in (await desk.ask("supervisor", "GET", path))["terms"]
    assert "recommendation" in (await decide(desk, path))["terms"]


@pytest.mark.parametrize("way", ["committee-draft", "committee-draft/page"])
async def test_nobody_is_drafted_for_the_committee_before_the_criteria_were_judged(
    desk: Desk, way: str
) -> None:
    path = await submitted(desk, 403, grounds=[a_ground(kind="KINSHIP")])
    await desk.ask("steward", "GET", f"{path}/{way}", status=404)


async def test_a_review_is_renewed_by_two_people_and_overdue_ones_leave(desk: Desk) -> None:
    decided = await decide(desk, await submitted(desk))
    entry_path = f"/v1/watchlist/entries/{decided['entry_id']}"
    desk.clock.advance(seconds=70 * 86400)
    await desk.order_screening()
    await desk.beat()
    (entry,) = await desk.rows("SELECT status, is_used FROM watchlist_entry WHERE status = 'UNDER_REVIEW'")
    assert entry.is_used
    due = (desk.clock.now().date() + timedelta(days=90)).isoformat()
    finding = {"finding": "Both grounds were read again and stand.", "review_due": due}
    renewal = await desk.ask("supervisor", "POST", f"{entry_path}/renewal", json=finding, status=201)
    path = f"/v1/watchlist/renewals/{renewal['approval_id']}/approval"
    await desk.ask("supervisor", "POST", path, status=403)
    renewed = await desk.ask("legal", "POST", path)
    assert (renewed["status"], renewed["review_due"]) == ("ACTIVE", due)
    body = {"reason": "DISPUTED"}
    await desk.ask("steward", "POST", f"{entry_path}/suspension", json=body, status=204)
    (entry,) = await desk.rows(
        "SELECT status, is_used FROM watchlist_entry WHERE entry_id = :id", id=decided["entry_id"]
    )
    assert (entry.status, entry.is_used) == ("SUSPENDED", False)


async def test_a_nomination_becomes_the_draft_of_a_proposal_to_the_committee(desk: Desk) -> None:
    path = await submitted(desk)
    draft = await desk.ask("supervisor", "GET", f"{path}/committee-draft")
    assert draft["A_identifiers"]["original_script"] == ["Грета Байшпиль"]
    assert draft["A_identifiers"]["nationalities"] == ["XCC", "XBB"]
    headings = [section["heading"] for section in draft["sections"]]
    assert headings[:3] == ["I. Identifying information", "II. Basis for listing", "III. Statement of case"]
    (passport,) = [each for each in draft["sections"][0]["lines"] if each["label"].startswith("Passport")]
    assert passport["values"] == ["XC77 (XCC)"]
    assert "never compared" in draft["headings"]
    assert "S1" not in str(draft)
    assert "List for six months" not in str(draft)


async def test_the_draft_is_printed_under_the_committees_headings_with_every_text_escaped(desk: Desk) -> None:
    path = await submitted(desk, summary="Named for <b>travel</b> in a story.")
    answer = await desk.client.get(f"{path}/committee-draft/page", headers=desk.headers("supervisor"))
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert "Грета Байшпиль" in page
    assert "Named for &lt;b&gt;travel&lt;/b&gt; in a story." in page
    assert "<script" not in page
    assert "List for six months" not in page
    await desk.ask("front-line", "GET", f"{path}/committee-draft/page", status=403)
