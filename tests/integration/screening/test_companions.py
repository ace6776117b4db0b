"""Whoever travels with a confirmed person: no suspect, no name, a specialist's look, help, and erased."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.screening.conftest import Desk

PATH = "/v1/companions"
WORDS = "She says that she was brought here against her will, and her own papers agree with it."
PLACE = "waiting area B, with the carer"


@pytest.fixture
async def hit_id(desk: Desk) -> str:
    """A person whom two confirmed."""
    return await desk.confirmed()


async def met(desk: Desk, hit_id: str, person: str = "supervisor", **facts: Any) -> str:
    """Somebody beside the confirmed person."""
    body = {"hit_id": hit_id, "link": "FAMILY", "is_child": False, "whereabouts": PLACE, **facts}
    return str((await desk.ask(person, "POST", PATH, json=body, status=201))["companion_id"])


async def assess(desk: Desk, companion_id: str, *, status: int = 204, **facts: Any) -> Any:
    body = {"category": "VICTIM", "evidence": ["INTERVIEW"], "words": WORDS, **facts}
    return await desk.ask("legal", "POST", f"{PATH}/{companion_id}/assessment", json=body, status=status)


async def refer(desk: Desk, companion_id: str, kind: str, person: str = "legal", *, status: int = 204) -> Any:
    path = f"{PATH}/{companion_id}/referrals"
    return await desk.ask(person, "POST", path, json={"kind": kind, "words": WORDS}, status=status)


async def board(desk: Desk, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.ask(person, "GET", PATH))["companions"]
    return found


async def test_whoever_is_met_is_no_suspect_has_no_name_and_waits_for_a_specialist(
    desk: Desk, hit_id: str
) -> None:
    companion_id = await met(desk, hit_id)
    (each,) = await board(desk, "legal")
    assert (each["companion_id"], each["category"]) == (companion_id, "ASSOCIATE_NOT_SUSPECT")
    assert set(each) & {"name", "surname", "traveller", "entry", "hit_id"} == set()
    assert timedelta(hours=4) == (
        (await desk.rows("SELECT due_at - recorded_at AS term FROM companion"))[0].term
    )


async def test_association_makes_no_hit_no_order_and_no_entry(desk: Desk, hit_id: str) -> None:
    before = {table: await desk.count(table) for table in ("hit", "hit_order", "watchlist_entry")}
    companion_id = await met(desk, hit_id, link="SAME_BOOKING")
    await assess(desk, companion_id)
    await refer(desk, companion_id, "REFER_VICTIM")
    assert {table: await desk.count(table) for table in before} == before
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"


@pytest.mark.parametrize("category", ["SUSPECT", "CONVICTED"])
async def test_no_finding_makes_anybody_a_suspect(desk: Desk, hit_id: str, category: str) -> None:
    companion_id = await met(desk, hit_id)
    await assess(desk, companion_id, category=category, status=422)
    (each,) = await board(desk, "legal")
    assert each["category"] == "ASSOCIATE_NOT_SUSPECT"


async def test_a_finding_rests_on_evidence_about_the_person(desk: Desk, hit_id: str) -> None:
    companion_id = await met(desk, hit_id)
    await assess(desk, companion_id, evidence=[], status=422)
    await assess(desk, companion_id, evidence=["TRAVELS_WITH_SUSPECT"], status=422)
    await assess(desk, companion_id)
    (each,) = await board(desk, "legal")
    assert (each["category"], each["evidence"], each["is_late"]) == ("VICTIM", ["INTERVIEW"], False)
    assert await desk.audited("companion.assess") == 1


@pytest.mark.parametrize("kind", ["OBSERVE", "SECONDARY_INSPECTION", "BOARDING_ADVICE"])
async def test_a_measure_against_a_companion_cannot_even_be_asked_for(
    desk: Desk, hit_id: str, kind: str
) -> None:
    await refer(desk, await met(desk, hit_id), kind, status=422)


async def test_a_referral_is_permitted_by_the_safeguards_stands_at_once_and_has_an_outcome(
    desk: Desk, hit_id: str
) -> None:
    companion_id = await met(desk, hit_id)
    await refer(desk, companion_id, "REFER_VICTIM")
    assert await desk.audited("action.order", "PERMITTED") == 1
    await refer(desk, companion_id, "REFER_VICTIM", status=409)
    path = f"{PATH}/{companion_id}/referrals/outcome"
    ended = {"kind": "REFER_VICTIM", "outcome": "DECLINED"}
    await desk.ask("legal", "POST", path, json=ended, status=204)
    await desk.ask("legal", "POST", path, json=ended, status=409)
    (each,) = await board(desk, "legal")
    assert each["referrals"][0]["outcome"] == "DECLINED"


async def test_a_child_is_a_flag_for_the_child_protection_specialist_alone(desk: Desk, hit_id: str) -> None:
    companion_id = await met(desk, hit_id, is_child=True)
    assert await board(desk, "legal") == []
    await assess(desk, companion_id, status=404)
    await refer(desk, companion_id, "REFER_CHILD", "legal", status=404)
    (each,) = await board(desk, "child-specialist")
    assert each["is_child"]
    assert await desk.audited("companion.see") == 1
    await refer(desk, companion_id, "REFER_VICTIM", "child-specialist", status=404)
    await refer(desk, companion_id, "REFER_CHILD", "child-specialist")


async def test_who_meets_somebody_does_not_read_what_specialists_found(desk: Desk, hit_id: str) -> None:
    await assess(desk, await met(desk, hit_id))
    answer = await desk.ask("supervisor", "GET", PATH)
    assert answer["companions"] == []
    assert [each["hit_id"] for each in answer["hits"]] == [hit_id]
    for person in ("verifier-1", "auditor", "steward"):
        await desk.ask(person, "GET", PATH, status=403)


async def test_at_the_counter_only_the_port_s_own_cards_count(desk: Desk, hit_id: str) -> None:
    body = {"hit_id": hit_id, "link": "FAMILY", "is_child": False, "whereabouts": PLACE}
    await desk.ask("front-line", "POST", PATH, json=body, status=404)
    await desk.release(hit_id)
    await met(desk, hit_id, "front-line")
    await desk.ask("other-port", "POST", PATH, json=body, status=404)


async def test_a_hit_that_is_not_confirmed_has_no_companions(desk: Desk) -> None:
    unknown = "01930000-0000-7000-8000-000000000e11"
    body = {"hit_id": unknown, "link": "FAMILY", "is_child": False, "whereabouts": PLACE}
    await desk.ask("supervisor", "POST", PATH, json=body, status=404)


async def test_what_is_told_of_companions_is_erased_when_the_hit_closes(desk: Desk, hit_id: str) -> None:
    companion_id = await met(desk, hit_id)
    await assess(desk, companion_id)
    await refer(desk, companion_id, "REFER_VICTIM")
    await desk.rows_written(
        f"UPDATE hit SET state = 'CLOSED', closing_code = 'SAME_PERSON_NO_ACTION' WHERE hit_id = '{hit_id}'"
    )
    await desk.beat()
    assert await board(desk, "legal") == []
    (row,) = await desk.rows(
        "SELECT c.whereabouts, c.words, r.words AS why, r.kind FROM companion c"
        " JOIN companion_referral r USING (companion_id)"
    )
    assert tuple(row) == (None, None, None, "REFER_VICTIM"), "the count stays, nothing of the person"
    assert await desk.audited("companion.erase") == 1


async def test_a_desk_that_nobody_tends_rings_once_and_its_supervisor_reads_it(
    desk: Desk, hit_id: str
) -> None:
    await met(desk, hit_id, is_child=True)
    companion_id = await met(desk, hit_id)
    assert await clocks(desk) == {"CHILDREN": (1, 0), "COMPANIONS": (1, 0)}
    desk.clock.advance(minutes=61)
    await desk.beat()
    await desk.beat()
    assert await desk.audited("desk.overdue", "FAILED") == 1
    assert await clocks(desk) == {"CHILDREN": (1, 1), "COMPANIONS": (1, 0)}
    assert 'safeconduct_screening_desk_overdue{desk="CHILDREN"} 1.0' in await figures(desk)
    await board(desk, "child-specialist")
    await assess(desk, companion_id)
    await desk.beat()
    assert await clocks(desk) == {"CHILDREN": (0, 0), "COMPANIONS": (0, 0)}
    assert 'safeconduct_screening_desk_overdue{desk="CHILDREN"} 0.0' in await figures(desk)
    await desk.ask("verifier-1", "GET", "/v1/desk-clocks", status=403)


async def clocks(desk: Desk) -> dict[str, tuple[int, int]]:
    """How many wait at each desk, and how many of them too long."""
    found = (await desk.ask("supervisor", "GET", "/v1/desk-clocks"))["desks"]
    return {each["desk"]: (each["waiting"], each["overdue"]) for each in found}


async def figures(desk: Desk) -> str:
    return (await desk.client.get("/metrics")).text
