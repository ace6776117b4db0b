"""What second persons read before they answer: an entry's life, findings and merges that wait."""

from datetime import timedelta
from typing import Any

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import ESEMPIO, MISALI
from tests.integration.screening.test_entries import FIRST, SECOND, merged, two_lists
from tests.integration.screening.test_nominations import decide, submitted

FINDING = "The grounds were read again and still exist."


async def proposed_renewal(desk: Desk, entry_id: str = FIRST) -> dict[str, Any]:
    due = (desk.clock.now() + timedelta(days=100)).date().isoformat()
    body = {"finding": FINDING, "review_due": due}
    path = f"/v1/watchlist/entries/{entry_id}/renewal"
    found: dict[str, Any] = await desk.ask("supervisor", "POST", path, json=body, status=201)
    return found


async def test_an_entry_tells_who_answers_for_it_and_what_was_done(desk: Desk) -> None:
    decided = await decide(desk, await submitted(desk))
    path = f"/v1/watchlist/entries/{decided['entry_id']}"
    desk.clock.advance(seconds=5)
    await desk.ask("steward", "POST", f"{path}/suspension", json={"reason": "DISPUTED"}, status=204)
    life = await desk.ask("steward", "GET", f"{path}/life")
    assert (life["nominator"], life["approver"], life["handling_code"]) == ("steward", "supervisor", "H1")
    assert (life["status"], life["is_used"], life["category"]) == ("SUSPENDED", False, "REASONABLY_SUSPECTED")
    assert [step["action"] for step in life["steps"]] == ["wl.suspend", "wl.activate"]
    assert life["steps"][0]["facts"]["reason"] == "DISPUTED"
    await desk.ask("steward", "GET", "/v1/watchlist/entries/DEMO:NOBODY/life", status=404)


async def test_finding_that_waits_is_read_before_it_is_answered(desk: Desk) -> None:
    proposed = await proposed_renewal(desk)
    looks = await desk.audited("record.read", "PERMITTED")
    waiting = await desk.ask("legal", "GET", "/v1/watchlist/renewals")
    assert [each["payload"]["finding"] for each in waiting["renewals"]] == [FINDING]
    assert await desk.audited("record.read", "PERMITTED") == looks + 1
    life = await desk.ask("supervisor", "GET", f"/v1/watchlist/entries/{FIRST}/life")
    assert [each["approval_id"] for each in life["renewals"]] == [proposed["approval_id"]]


async def test_renewal_that_a_second_person_refuses_changes_nothing_and_waits_no_more(desk: Desk) -> None:
    proposed = await proposed_renewal(desk)
    before = await desk.ask("supervisor", "GET", f"/v1/watchlist/entries/{FIRST}/life")
    path = f"/v1/watchlist/renewals/{proposed['approval_id']}"
    answered = await desk.ask("legal", "POST", f"{path}/rejection")
    assert (answered["state"], answered["decided_by"]) == ("REJECTED", "legal")
    after = await desk.ask("supervisor", "GET", f"/v1/watchlist/entries/{FIRST}/life")
    assert (after["review_due"], after["renewals"]) == (before["review_due"], [])
    await desk.ask("legal", "POST", f"{path}/approval", status=409)


async def test_merges_that_wait_and_those_that_stand_are_told_apart(desk: Desk) -> None:
    await two_lists(desk)
    body = {"entry_id": FIRST, "other_id": SECOND, "key": "DOCUMENT"}
    proposed = await desk.ask("steward", "POST", "/v1/watchlist/merges", json=body, status=201)
    (waiting,) = (await desk.ask("supervisor", "GET", "/v1/watchlist/merges"))["pending"]
    assert (waiting["proposer"], waiting["payload"]) == ("steward", body)
    path = f"/v1/watchlist/merges/{proposed['approval_id']}/rejection"
    assert (await desk.ask("supervisor", "POST", path))["state"] == "REJECTED"
    decision_id = await merged(desk)
    listed = await desk.ask("verifier-1", "GET", "/v1/watchlist/merges")
    assert listed["pending"] == []
    (stands,) = listed["decisions"]
    assert (stands["decision_id"], stands["is_same"], stands["approver"]) == (decision_id, True, "supervisor")
    await desk.ask("steward", "POST", f"/v1/watchlist/merges/{decision_id}/undoing", status=204)
    assert (await desk.ask("steward", "GET", "/v1/watchlist/merges"))["decisions"] == []


async def test_entry_is_found_by_its_lists_own_reference(desk: Desk) -> None:
    found = await desk.ask("steward", "POST", "/v1/watchlist/entries/search", json={"words": "DEMi.001"})
    assert [each["entry_id"] for each in found["entries"]] == [FIRST]


async def test_whom_the_list_in_force_names_no_longer_nobody_renews(desk: Desk) -> None:
    proposed = await proposed_renewal(desk)
    await desk.load([MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    due = (desk.clock.now() + timedelta(days=90)).date().isoformat()
    body = {"finding": "The grounds still exist, as read today in the file.", "review_due": due}
    path = "/v1/watchlist/entries/DEMO:DEMi.001/renewal"
    refused = await desk.ask("supervisor", "POST", path, json=body, status=404)
    assert "names no longer" in refused["detail"]
    waiting = f"/v1/watchlist/renewals/{proposed['approval_id']}/approval"
    await desk.ask("legal", "POST", waiting, json={}, status=404)
    await desk.ask("supervisor", "POST", path.replace("001", "002"), json=body, status=201)
