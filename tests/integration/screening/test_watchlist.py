"""List versions: held, released by two, refused, loaded once; entries that leave and stay away."""

import hashlib
import json

import pytest

from shared.travel import Traveller
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import (
    ESEMPIO,
    HADI,
    MISALI,
    SANCTIONED,
    Listed,
    a_traveller,
    un_list,
)

SECOND_DAY, THIRD_DAY = "2027-11-02T00:00:00.000Z", "2027-11-03T00:00:00.000Z"
TEN = [Listed(f"DEMi.1{number:02}", ("PERSONA", f"FITTIZIA{'ABCDEFGHIJ'[number]}")) for number in range(10)]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
async def ready(empty_desk: Desk) -> Desk:
    await empty_desk.put_in_force()
    return empty_desk


async def test_the_first_version_waits_for_two_different_posts(ready: Desk) -> None:
    version = await ready.import_list(un_list([HADI]))
    assert version["state"] == "HELD"
    path = f"/v1/watchlist/versions/{version['version_id']}"
    once = await ready.approve(path, "steward")
    assert (once["state"], once["approvers"]) == (
        "HELD",
        [{"person": "steward", "role": "LIST_STEWARD"}],
    )
    await ready.service.current.refresh()
    assert ready.service.current.matcher is None
    refused = await ready.approve(path, "steward", status=403)
    assert refused["code"] == "WRONG_ROLE_FOR_APPROVAL"
    twice = await ready.approve(path, "supervisor")
    assert twice["state"] == "IN_FORCE"
    await ready.approve(path, "supervisor", status=409)


async def test_one_person_may_reject_and_the_file_may_come_again(ready: Desk) -> None:
    content = un_list([HADI])
    version = await ready.import_list(content)
    path = f"/v1/watchlist/versions/{version['version_id']}/approval"
    rejected = await ready.ask("supervisor", "POST", path, json={"approve": False})
    assert rejected["state"] == "REJECTED"
    assert (await ready.import_list(content))["state"] == "HELD"


async def test_the_same_file_again_is_already_loaded(desk: Desk) -> None:
    content = un_list([HADI, MISALI])
    again = await desk.import_list(content)
    assert again["state"] == "ALREADY_LOADED"
    assert await desk.count("list_version") == 1


async def test_a_small_change_with_the_publishers_digest_goes_live_at_once(ready: Desk) -> None:
    await ready.load(TEN)
    content = un_list([*TEN, HADI], SECOND_DAY)
    version = await ready.import_list(content, digest=digest(content))
    assert version["state"] == "IN_FORCE"
    states = await ready.rows("SELECT state FROM list_version ORDER BY generated_at")
    assert [row.state for row in states] == ["SUPERSEDED", "IN_FORCE"]


@pytest.mark.parametrize(("kept", "state"), [(9, "IN_FORCE"), (8, "HELD")])
async def test_a_change_of_twenty_percent_is_held(ready: Desk, kept: int, state: str) -> None:
    await ready.load(TEN)
    content = un_list(TEN[:kept], SECOND_DAY)
    version = await ready.import_list(content, digest=digest(content))
    assert version["state"] == state


async def test_without_a_publishers_digest_two_people_have_to_see_the_files_own(ready: Desk) -> None:
    await ready.load(TEN)
    assert (await ready.import_list(un_list([*TEN, HADI], SECOND_DAY)))["state"] == "HELD"


async def test_a_wrong_digest_and_an_older_file_are_refused(desk: Desk) -> None:
    held = await desk.audited("wl.import", "REFUSED")
    content = un_list([HADI], SECOND_DAY)
    refused = await desk.import_list(content, digest="0" * 64, status=403)
    assert "SG-18.SOURCE_NOT_VERIFIED" in refused["reasons"]
    older = un_list([HADI, MISALI, ESEMPIO], "2027-10-01T00:00:00.000Z")
    await desk.import_list(older, digest=digest(older), status=403)
    assert await desk.count("list_version") == 1
    assert await desk.audited("wl.import", "REFUSED") == held + 2


async def test_a_source_that_is_not_registered_is_refused(ready: Desk) -> None:
    await ready.ask(
        "steward",
        "POST",
        "/v1/watchlist/imports",
        params={"source": "un", "as": "SOMEBODYS"},
        content=un_list([HADI]),
        status=403,
    )
    assert await ready.count("list_version") == 0


async def test_rows_of_other_regimes_are_counted_and_not_stored(ready: Desk) -> None:
    version = await ready.import_list(un_list([HADI, SANCTIONED]))
    assert version["by_regime"] == {"Al-Qaida": 1, "DPRK": 1}
    assert (version["individuals"], version["stored"]) == (2, 1)
    stored = await ready.rows("SELECT body::text AS body FROM list_row")
    assert "BEISPIEL" not in str([row.body for row in stored])


async def test_a_file_of_other_regimes_alone_is_refused(ready: Desk) -> None:
    refused = await ready.import_list(un_list([SANCTIONED]), status=403)
    assert "SG-18.REGIME_NOT_TERRORISM" in refused["reasons"]


@pytest.mark.parametrize("content", [b"", b"<nothing/>", b"\xff\xfe", b"<CONSOLIDATED_LIST>"])
async def test_what_is_no_list_is_told_so(ready: Desk, content: bytes) -> None:
    refused = await ready.import_list(content, status=422)
    assert refused["code"] == "LIST_REFUSED"


async def test_who_leaves_the_list_is_suspended_then_removed_and_open_hits_close(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await desk.load([MISALI], SECOND_DAY)
    assert (await desk.state(hit_id))["entry_status"] == "SUSPENDED"
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"
    await desk.deliver(desk.batch([a_traveller()], journey="another"))
    assert await desk.count("hit") == 1
    await desk.load([MISALI, ESEMPIO], THIRD_DAY)
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"]) == ("ENTRY_REMOVED", "REMOVED")
    await desk.beat()
    state = await desk.state(hit_id)
    assert (state["state"], state["is_open"]) == ("CLOSED", False)


async def test_what_was_removed_here_is_not_brought_back_by_a_file(desk: Desk) -> None:
    await desk.ask(
        "steward",
        "POST",
        "/v1/watchlist/entries/DEMO:DEMi.001/removal",
        json={"reason": "REDRESS"},
        status=204,
    )
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    await desk.deliver(desk.batch([a_traveller()]))
    assert await desk.count("hit") == 0
    entry = (await desk.rows("SELECT status, refusals FROM watchlist_entry WHERE entry_id LIKE '%001'"))[0]
    assert entry.status == "REMOVED"
    assert "SG-15.RESURRECTED" in entry.refusals
    page = await desk.ask("steward", "GET", "/v1/watchlist/entries/DEMO:DEMi.001")
    assert "SG-15.RESURRECTED" in page["refusals"]
    query = "SELECT content FROM audit_record WHERE action = 'wl.in_force' ORDER BY occurred_at, record_id"
    told = [json.loads(row.content)["facts"]["kept_out"] for row in await desk.rows(query)]
    assert sorted(told) == [0, 1], "the log says that the file lists somebody who stays out"


async def test_an_entry_whose_review_is_overdue_leaves_the_matcher(desk: Desk) -> None:
    desk.clock.advance(days=729)
    await desk.order_screening()
    assert (await desk.beat())["suspended_entries"] == 0
    desk.clock.advance(days=1)
    assert (await desk.beat())["suspended_entries"] == 2
    await desk.service.current.refresh()
    matcher = desk.service.current.matcher
    assert matcher is not None
    assert list(matcher.screen([Traveller.from_json(a_traveller())])[0]) == []
    statuses = await desk.rows("SELECT DISTINCT status FROM watchlist_entry")
    assert [row.status for row in statuses] == ["SUSPENDED"]


async def test_each_verified_file_is_a_review_of_whom_it_lists(desk: Desk) -> None:
    desk.clock.advance(days=300)
    await desk.load([HADI, MISALI, ESEMPIO], "2028-09-01T00:00:00.000Z")
    due = (await desk.rows("SELECT min(review_due) AS due FROM watchlist_entry"))[0].due
    assert (due - desk.clock.now().date()).days == 730


async def test_a_changed_entry_starts_the_reviews_of_its_hits_anew(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    changed = Listed("DEMi.001", ("SAMIR", "HADI", "NAMUDHAJI"), "1979-05-15", "XBB", HADI.document)
    await desk.load([changed, MISALI], SECOND_DAY)
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH"
    view = await desk.lease(hit_id)
    assert view["entry"]["birth_dates"][0]["date"] == "1979-05-15"


async def test_a_new_version_with_the_same_identifiers_disturbs_no_review(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"


async def test_another_worker_is_told_that_the_list_changed(desk: Desk) -> None:
    store = desk.service.ports.stores.watchlist
    async with desk.service.ports.database.connect() as connection:
        before, _ = await store.generation(connection)
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    async with desk.service.ports.database.connect() as connection:
        after, is_loaded = await store.generation(connection)
    assert (after, is_loaded) == (before + 1, True)
