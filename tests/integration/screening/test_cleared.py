"""Cleared travellers: kept from officers, recognised by what they bring, looked at again once, silently."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import HADI, MISALI, a_traveller

ENTRY = "DEMO:DEMi.001"
BY_REDRESS = {"entry_id": ENTRY, "evidence": "redress/2027-17", "redress_number": "RC 1234567"}
BY_DOCUMENT = {
    "entry_id": ENTRY,
    "evidence": "redress/2027-18",
    "document": {"number": "XB 4471902", "issuer": "XBB"},
    "surname": "Namudhaji",
    "given_names": "Samir Hadi",
    "birth_date": "1979-05-14",
}


async def clear(desk: Desk, body: dict[str, Any]) -> str:
    proposed = await desk.ask("supervisor", "POST", "/v1/cleared", json=body, status=201)
    await desk.approve(f"/v1/cleared/{proposed['approval_id']}", "legal")
    return str(proposed["approval_id"])


async def states(desk: Desk) -> list[str]:
    return [row.state for row in await desk.rows("SELECT state FROM hit ORDER BY hit_id")]


@pytest.mark.parametrize(
    ("body", "traveller"),
    [
        (BY_REDRESS, a_traveller(redress_number="rc1234567", documents=[])),
        (BY_DOCUMENT, a_traveller()),
        (BY_DOCUMENT, a_traveller(surname="HADI", given_names="NAMUDHAJI SAMIR")),
    ],
)
async def test_a_cleared_traveller_is_kept_from_officers(
    desk: Desk, body: dict[str, Any], traveller: dict[str, Any]
) -> None:
    cleared_id = await clear(desk, body)
    await desk.deliver(desk.batch([traveller]))
    assert await states(desk) == ["SUPPRESSED"]
    assert await desk.queue() == []
    assert await desk.audited("hit.suppressed") == 1
    listed = await desk.ask("dpo", "GET", "/v1/cleared")
    assert [(each["cleared_id"], each["suppressed"]) for each in listed["cleared"]] == [(cleared_id, 1)]
    await desk.beat()
    (hit,) = await desk.rows("SELECT state, closing_code, traveller FROM hit")
    assert tuple(hit) == ("CLOSED", "DIFFERENT_PERSON", None)


@pytest.mark.parametrize(
    "facts",
    [
        {"birth_date": "1979-05-15"},
        {"birth_date": "1979"},
        {"documents": [{"type": "P", "number": "XB4471903", "issuer": "XBB"}]},
        {"given_names": "SAMIR"},
    ],
)
async def test_somebody_else_is_not_cleared(desk: Desk, facts: dict[str, Any]) -> None:
    await clear(desk, BY_DOCUMENT)
    await desk.deliver(desk.batch([a_traveller(**facts)]))
    assert await states(desk) == ["POSSIBLE_MATCH"]


async def test_clearance_against_one_entry_is_none_against_another(desk: Desk) -> None:
    await clear(desk, BY_REDRESS | {"entry_id": "DEMO:DEMi.002"})
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")]))
    assert await states(desk) == ["POSSIBLE_MATCH"]


async def test_two_people_clear_and_one_alone_does_not(desk: Desk) -> None:
    proposed = await desk.ask("legal", "POST", "/v1/cleared", json=BY_REDRESS, status=201)
    path = f"/v1/cleared/{proposed['approval_id']}"
    await desk.approve(path, "legal", status=403)
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")]))
    assert await states(desk) == ["POSSIBLE_MATCH"]
    await desk.approve(path, "dpo")
    assert await desk.count("cleared_person") == 1


async def test_nobody_can_be_read_in_the_register(desk: Desk) -> None:
    await clear(desk, BY_DOCUMENT)
    kept = str([tuple(row) for row in await desk.rows("SELECT * FROM cleared_person")])
    kept += str([tuple(row) for row in await desk.rows("SELECT * FROM approval")])
    assert "4471902" not in kept
    assert "amudhaji" not in kept.lower()


async def test_clearance_follows_the_person_through_a_merge(desk: Desk) -> None:
    await clear(desk, BY_REDRESS | {"entry_id": "DEMO:DEMi.002"})
    await desk.rows_written(
        "INSERT INTO merge_decision (decision_id, entry_id, other_id, is_same, key, author, approver, at)"
        f" VALUES (gen_random_uuid(), 'DEMO:DEMi.002', '{ENTRY}', true, 'DOCUMENT', 'steward', 'supervisor',"
        " now())"
    )
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")]))
    assert await states(desk) == ["SUPPRESSED"]


async def test_changed_entry_is_looked_at_once_and_silently(desk: Desk) -> None:
    cleared_id = await clear(desk, BY_REDRESS)
    await desk.load([replace(HADI, birth_date="1979-05-15"), MISALI], "2027-11-02T00:00:00.000Z")
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")]))
    assert await states(desk) == ["CANDIDATE"]
    assert await desk.queue() == []
    looks = (await desk.ask("supervisor", "GET", "/v1/cleared"))["looks"]
    assert [each["cleared_id"] for each in looks] == [cleared_id]
    path = f"/v1/cleared/{cleared_id}/review"
    await desk.ask("legal", "POST", path, json={"outcome": "STILL_CLEARED"}, status=204)
    assert await states(desk) == ["SUPPRESSED"]
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")], journey="later"))
    assert await states(desk) == ["SUPPRESSED", "SUPPRESSED"]
    await desk.ask("legal", "POST", path, json={"outcome": "STILL_CLEARED"}, status=404)


async def test_no_longer_cleared_becomes_a_task(desk: Desk) -> None:
    cleared_id = await clear(desk, BY_REDRESS)
    await desk.load([replace(HADI, birth_date="1979-05-15"), MISALI], "2027-11-02T00:00:00.000Z")
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")]))
    body = {"outcome": "NO_LONGER_CLEARED"}
    await desk.ask("legal", "POST", f"/v1/cleared/{cleared_id}/review", json=body, status=204)
    assert await states(desk) == ["POSSIBLE_MATCH"]
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")], journey="later"))
    assert await states(desk) == ["POSSIBLE_MATCH", "POSSIBLE_MATCH"]


async def test_ended_and_expired_clearances_are_erased(desk: Desk) -> None:
    cleared_id = await clear(desk, BY_REDRESS)
    await desk.ask("dpo", "POST", f"/v1/cleared/{cleared_id}/ending", status=204)
    await desk.ask("dpo", "POST", f"/v1/cleared/{cleared_id}/ending", status=404)
    assert (await desk.count("cleared_person"), await desk.audited("cleared.end")) == (0, 1)
    await desk.deliver(desk.batch([a_traveller(redress_number="RC1234567")]))
    assert await states(desk) == ["POSSIBLE_MATCH"]


@pytest.mark.parametrize(
    "change",
    [{"redress_number": "--- ---"}, {"redress_number": None}, {"entry_id": "x" * 101}, {"valid_days": 2000}],
)
async def test_who_cannot_be_recognised_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    await desk.ask("supervisor", "POST", "/v1/cleared", json=BY_REDRESS | change, status=422)


async def test_not_a_match_is_looked_at_once_a_journey_and_not_once_a_push(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()], journey="one"))
    await desk.decide(str((await desk.queue())[0]["hit_id"]), "DIFFERENT")
    # The same person on another leg of the itinerary, and again in a later push, under other identifiers.
    await desk.deliver(desk.batch([a_traveller()], journey="one", hours=30))
    await desk.deliver(desk.batch([a_traveller()], journey="one", hours=30))
    assert await desk.queue() == []
    assert (await states(desk)).count("SUPPRESSED") == 2
    # A day after the last leg the same names on another itinerary are a new question.
    desk.clock.advance(minutes=60 * 60)
    await desk.deliver(desk.batch([a_traveller()], journey="one"))
    assert len(await desk.queue()) == 1


async def test_two_pushes_at_once_both_find_the_pair_suppressed(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()], journey="one"))
    await desk.decide(str((await desk.queue())[0]["hit_id"]), "DIFFERENT")
    batches = [desk.batch([a_traveller()], journey="one", hours=5 + number) for number in range(4)]
    await asyncio.gather(*(desk.deliver(each) for each in batches))
    assert (await states(desk)).count("SUPPRESSED") == 4
    assert await desk.queue() == []
