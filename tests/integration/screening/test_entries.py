"""Entries found, told with their sources, merged by two people and told apart again."""

from typing import Any

import pytest

from services.screening.list_desk import entries
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import HADI, MISALI, Listed, un_list
from tests.integration.screening.test_nominations import TRAVELLER, decide, submitted
from tests.integration.screening.test_watchlist_versions import SECOND_DAY, import_as, register

HADI_ABROAD = Listed("OTHi.001", ("SAMIR", "NAMOUDHAJI"), "1979-05-14", "XCC", HADI.document, gender="Female")
FIRST, SECOND = "DEMO:DEMi.001", "OTHER:OTHi.001"


async def two_lists(desk: Desk) -> None:
    await register(desk, source_id="OTHER", kind="NATIONAL")
    await import_as(desk, "un", "OTHER", un_list([HADI_ABROAD], SECOND_DAY))
    await desk.service.current.refresh()


async def merged(desk: Desk) -> str:
    body = {"entry_id": FIRST, "other_id": SECOND, "key": "DOCUMENT"}
    proposed = await desk.ask("steward", "POST", "/v1/watchlist/merges", json=body, status=201)
    path = f"/v1/watchlist/merges/{proposed['approval_id']}/approval"
    await desk.ask("steward", "POST", path, status=403)
    decision: dict[str, Any] = await desk.ask("supervisor", "POST", path)
    await desk.service.current.refresh()
    return str(decision["decision_id"])


async def test_a_pair_is_proposed_confirmed_by_two_and_undone(desk: Desk) -> None:
    await two_lists(desk)
    listed = await desk.ask("steward", "GET", "/v1/watchlist/merge-proposals")
    assert listed["proposals"] == [{"entry_id": FIRST, "other_id": SECOND, "key": "DOCUMENT"}]
    decision_id = await merged(desk)
    assert (await desk.ask("steward", "GET", "/v1/watchlist/merge-proposals"))["proposals"] == []
    entry = await desk.ask("steward", "GET", f"/v1/watchlist/entries/{SECOND}")
    assert (entry["entry_id"], entry["merged_from"], entry["conflicts"]) == (FIRST, [SECOND], ["sex"])
    undoing = f"/v1/watchlist/merges/{decision_id}/undoing"
    await desk.ask("steward", "POST", undoing, status=204)
    await desk.ask("steward", "POST", undoing, status=409)
    await desk.service.current.refresh()
    assert (await desk.ask("steward", "GET", f"/v1/watchlist/entries/{SECOND}"))["merged_from"] == []


async def test_every_value_tells_who_says_it(desk: Desk) -> None:
    await two_lists(desk)
    await merged(desk)
    entry = await desk.ask("steward", "GET", f"/v1/watchlist/entries/{FIRST}")
    (document,) = [each for each in entry["values"] if each["field"] == "documents"]
    assert [each["reference"] for each in document["said_by"]] == ["DEMi.001", "OTHi.001"]
    assert all(each["sha256"] and each["source"] for value in entry["values"] for each in value["said_by"])
    assert {each["file_date"] for each in document["said_by"]} == {"2027-11-01", "2027-11-02"}
    nationalities = [each["value"] for each in entry["values"] if each["field"] == "nationalities"]
    assert nationalities == ["XBB", "XCC"]


async def test_whom_people_told_apart_is_proposed_no_more(desk: Desk) -> None:
    await two_lists(desk)
    body = {"entry_id": FIRST, "other_id": SECOND}
    await desk.ask("steward", "POST", "/v1/watchlist/merges/different", json=body, status=201)
    await desk.service.current.refresh()
    assert (await desk.ask("steward", "GET", "/v1/watchlist/merge-proposals"))["proposals"] == []


async def found_ids(desk: Desk, words: str, after: str | None = None) -> list[str]:
    body = {"words": words, "after": after}
    found = await desk.ask("steward", "POST", "/v1/watchlist/entries/search", json=body)
    assert found["next"] is None
    return [each["entry_id"] for each in found["entries"]]


async def test_many_entries_are_found_page_by_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await two_lists(desk)
    monkeypatch.setattr(entries, "MAX_FOUND", 1)
    seen: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        body = {"words": "dhaji", "after": page["next"] or None}
        page = await desk.ask("steward", "POST", "/v1/watchlist/entries/search", json=body)
        seen += [each["entry_id"] for each in page["entries"]]
    assert seen == sorted(set(seen))
    assert {FIRST, SECOND} <= set(seen)


async def test_entries_are_found_in_any_script_and_released_with_the_least(desk: Desk) -> None:
    decided = await decide(desk, await submitted(desk))
    assert await found_ids(desk, "байшпиль") == [decided["entry_id"]]
    assert await found_ids(desk, "nobody") == []
    assert await found_ids(desk, "байшпиль", after=decided["entry_id"]) == []
    path = f"/v1/watchlist/entries/{decided['entry_id']}/releasable"
    released = await desk.ask("steward", "GET", path)
    assert released["grounds_summary"] == "Named for travel in a story."
    assert released["tear_line"].startswith("Verify the document.")
    assert "Bought tickets" not in str(released)
    await desk.ask("front-line", "GET", path, status=403)
    await desk.ask("steward", "GET", "/v1/watchlist/entries/DEMO:NOBODY/releasable", status=404)


async def test_reviews_and_statistics_name_no_person(desk: Desk) -> None:
    await decide(desk, await submitted(desk))
    await desk.service.current.refresh()
    await desk.deliver(desk.batch([TRAVELLER]))
    reviews = await desk.ask("dpo", "GET", "/v1/watchlist/reviews", params={"days": 90})
    assert [each["source"] for each in reviews["due"]] == ["DEMO"]
    statistics = await desk.ask("dpo", "GET", "/v1/watchlist/statistics")
    assert statistics["by_status"] == {"DEMO": {"ACTIVE": 3}}
    assert statistics["never_matched"] == ["DEMO:DEMi.001", "DEMO:DEMi.002"]
    assert MISALI.names[0] not in str(reviews) + str(statistics)
