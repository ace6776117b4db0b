"""Children: their own desk within the hour, best interests before anything follows, help by one person."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import HADI, Listed, a_traveller

PATH = "/v1/children"
WORDS = "The child travels with an aunt; a short look at the documents in her presence does no harm."
STATEMENT = "Two officers confirmed the person; the documents have to be looked at again."


@pytest.fixture
async def with_child(desk: Desk) -> Desk:
    """A list on which a person of fifteen stands."""
    born = desk.clock.now().date().replace(day=1) - timedelta(days=15 * 365 + 30)
    child = Listed("DEMi.009", ("NOUR", "BEISPIEL"), str(born), "XBB", ("XB7700112", "XBB"))
    await desk.load([HADI, child], "2027-11-02T00:00:00.000Z")
    return desk


async def a_child(desk: Desk, **facts: Any) -> str:
    """The hit of the listed child."""
    (row,) = await desk.rows("SELECT body FROM watchlist_entry WHERE entry_id = 'DEMO:DEMi.009'")
    usual = {
        "surname": "BEISPIEL",
        "given_names": "NOUR",
        "birth_date": row.body["birth_dates"][0]["date"],
        "documents": [{"type": "P", "number": "XB7700112", "issuer": "XBB"}],
    }
    await desk.deliver(desk.batch([a_traveller(**{**usual, **facts})], journey="child"))
    (item,) = await desk.queue()
    return str(item["hit_id"])


async def confirmed(desk: Desk) -> str:
    hit_id = await a_child(desk)
    await desk.decide(hit_id, "SAME")
    await desk.decide(hit_id, "SAME", "verifier-2")
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"
    return hit_id


async def assess(desk: Desk, hit_id: str, *, allows: bool, shares: bool = False) -> str:
    body = {"allows_inspection": allows, "allows_share": shares, "words": WORDS}
    found = await desk.ask("child-specialist", "POST", f"{PATH}/{hit_id}/assessment", json=body)
    return str(found["assessment_id"])


async def ordered(desk: Desk, hit_id: str, kind: str, *, status: int) -> Any:
    body = {"kind": kind, "statement": STATEMENT}
    drafted = await desk.ask("supervisor", "POST", f"/v1/hits/{hit_id}/orders", json=body, status=201)
    return await desk.approve(f"/v1/orders/{drafted['order_id']}", "legal", status=status)


async def test_a_child_s_possible_match_is_before_the_specialist_with_its_clock(with_child: Desk) -> None:
    desk = with_child
    hit_id = await a_child(desk)
    (case,) = (await desk.ask("child-specialist", "GET", PATH))["cases"]
    assert (case["hit_id"], case["age"], case["state"]) == (hit_id, 15, "POSSIBLE_MATCH")
    assert set(case) & {"name", "surname", "traveller", "entry"} == set()
    (row,) = await desk.rows("SELECT due_at - opened_at AS term, seen_by FROM child_case")
    assert (row.term, row.seen_by) == (timedelta(hours=1), "child-specialist")
    await desk.ask("child-specialist", "GET", PATH)
    assert await desk.audited("child.see") == 1, "the first look ends the clock"


async def test_an_adult_is_no_case_and_unknown_age_counts_by_the_entry(with_child: Desk) -> None:
    desk = with_child
    await desk.deliver(desk.batch([a_traveller()], journey="adult"))
    assert (await desk.ask("child-specialist", "GET", PATH))["cases"] == []
    await desk.deliver(
        desk.batch(
            [
                a_traveller(
                    surname="BEISPIEL",
                    given_names="NOUR",
                    birth_date=None,
                    documents=[{"type": "P", "number": "XB7700112", "issuer": "XBB"}],
                )
            ],
            journey="unknown",
        )
    )
    (case,) = (await desk.ask("child-specialist", "GET", PATH))["cases"]
    assert case["age"] is None


async def test_no_second_inspection_before_the_specialist_finds_it_does_no_harm(with_child: Desk) -> None:
    desk = with_child
    hit_id = await confirmed(desk)
    refused = await ordered(desk, hit_id, "SECONDARY_INSPECTION", status=403)
    assert "SG-16.BEST_INTERESTS_MISSING" in str(refused["reasons"])
    await assess(desk, hit_id, allows=False)
    await ordered(desk, hit_id, "SECONDARY_INSPECTION", status=403)
    await assess(desk, hit_id, allows=True)
    await ordered(desk, hit_id, "SECONDARY_INSPECTION", status=200)


async def test_sharing_learns_the_specialist_s_verdict_and_none_of_the_words(with_child: Desk) -> None:
    desk = with_child
    hit_id = await a_child(desk)
    assert (await desk.state(hit_id))["best_interests"] is None
    found = await assess(desk, hit_id, allows=False, shares=True)
    told = (await desk.state(hit_id))["best_interests"]
    assert set(told) == {"assessment_id", "allows_share", "found_by", "found_at"}
    assert (told["assessment_id"], told["allows_share"], told["found_by"]) == (
        found,
        True,
        "child-specialist",
    )
    await assess(desk, hit_id, allows=False)
    assert (await desk.state(hit_id))["best_interests"]["allows_share"] is False, "the newest counts"


async def test_an_unseen_child_rings_once_and_the_first_look_ends_it(with_child: Desk) -> None:
    desk = with_child
    await a_child(desk)
    desk.clock.advance(minutes=59)
    await desk.beat()
    assert await desk.audited("desk.overdue") == 0
    desk.clock.advance(minutes=2)
    await desk.beat()
    await desk.beat()
    assert await desk.audited("desk.overdue", "FAILED") == 1
    (clock, _) = (await desk.ask("supervisor", "GET", "/v1/desk-clocks"))["desks"]
    assert (clock["desk"], clock["waiting"], clock["overdue"]) == ("CHILDREN", 1, 1)
    await desk.ask("child-specialist", "GET", PATH)
    (clock, _) = (await desk.ask("supervisor", "GET", "/v1/desk-clocks"))["desks"]
    assert (clock["waiting"], clock["overdue"]) == (0, 0)


async def test_a_child_is_never_observed_whatever_was_found(with_child: Desk) -> None:
    hit_id = await confirmed(with_child)
    await assess(with_child, hit_id, allows=True)
    refused = await ordered(with_child, hit_id, "OBSERVE", status=403)
    assert "SG-16.CHILD_PROTECTED" in str(refused["reasons"])


async def test_one_specialist_refers_a_child_and_it_stands_at_once(with_child: Desk) -> None:
    desk = with_child
    hit_id = await a_child(desk)
    path = f"{PATH}/{hit_id}/referral"
    referred = await desk.ask("child-specialist", "POST", path, json={"words": WORDS}, status=201)
    (order,) = (await desk.ask("supervisor", "GET", "/v1/orders"))["orders"]
    assert (order["order_id"], order["kind"], order["state"]) == (
        referred["order_id"],
        "REFER_CHILD",
        "APPROVED",
    )
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH", "a referral is no measure"
    assert await desk.audited("action.order", "PERMITTED") == 1
    await desk.ask("child-specialist", "POST", path, json={"words": WORDS}, status=409)


async def test_the_counter_reads_first_that_it_may_be_a_child(with_child: Desk) -> None:
    hit_id = await confirmed(with_child)
    await with_child.release(hit_id)
    (card,) = (await with_child.ask("front-line", "GET", "/v1/front-line/cards"))["cards"]
    assert card["tear_line"].startswith("May be a child")


async def test_only_the_specialist_works_there_and_only_on_open_cases(with_child: Desk) -> None:
    desk = with_child
    hit_id = await a_child(desk)
    for person in ("supervisor", "legal", "verifier-1"):
        await desk.ask(person, "GET", PATH, status=403)
    unknown = "01930000-0000-7000-8000-000000000e11"
    body = {"allows_inspection": True, "allows_share": False, "words": WORDS}
    await desk.ask("child-specialist", "POST", f"{PATH}/{unknown}/assessment", json=body, status=404)
    await desk.rows_written(
        f"UPDATE hit SET state = 'CLOSED', closing_code = 'DID_NOT_TRAVEL' WHERE hit_id = '{hit_id}'"
    )
    await desk.ask("child-specialist", "POST", f"{PATH}/{hit_id}/assessment", json=body, status=409)
