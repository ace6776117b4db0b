"""Oversight suspends an entry, a list or a rule: in force at once, lifted by nobody else (SG-42)."""

from typing import Any

import pytest

from tests.integration.screening.conftest import SOURCE, Desk
from tests.integration.screening.lists import HADI, MISALI, a_traveller
from tests.integration.screening.test_boarding import advised, allow, assess_state, told

PATH = "/v1/oversight/suspensions"
OVERSIGHT = {"Purpose-Code": "OVERSIGHT"}
ENTRY = "DEMO:DEMi.001"
LIST = f"SOURCE:{SOURCE['source_id']}"
ORDER = {"order_number": "IA-2027/17", "reason": "The grounds of this listing are before the court."}


async def suspend(
    desk: Desk, kind: str, object_id: str, person: str = "authority", *, status: int = 201
) -> Any:
    body = {"kind": kind, "object_id": object_id, **ORDER}
    return await desk.ask(person, "POST", PATH, headers=OVERSIGHT, json=body, status=status)


async def lift(desk: Desk, suspension: dict[str, Any], person: str, *, status: int = 200) -> Any:
    path = f"{PATH}/{suspension['suspension_id']}/lifting"
    body = {"order_number": "IA-2027/18"}
    return await desk.ask(person, "POST", path, headers=OVERSIGHT, json=body, status=status)


async def screened(desk: Desk, journey: str, **facts: Any) -> int:
    """How many tasks a traveller makes."""
    await desk.deliver(desk.batch([a_traveller(**facts)], journey=journey))
    return len(await desk.queue())


@pytest.mark.parametrize(("kind", "object_id"), [("ENTRY", ENTRY), ("RULE", LIST)])
async def test_what_is_suspended_is_compared_with_nobody_and_holds_nobody(
    desk: Desk, kind: str, object_id: str
) -> None:
    suspension = await suspend(desk, kind, object_id)
    assert await screened(desk, "before the index is built anew") == 0
    await desk.service.current.refresh()
    assert await screened(desk, "after") == 0
    (run, *_) = await desk.rows("SELECT travellers FROM screening_run ORDER BY screened_at DESC")
    assert run.travellers == 1, "the traveller was screened and goes on"
    await lift(desk, suspension, "authority")
    await desk.service.current.refresh()
    assert await screened(desk, "lifted") == 1


async def test_no_import_brings_a_suspended_entry_back(desk: Desk) -> None:
    await suspend(desk, "ENTRY", ENTRY)
    await desk.load([HADI, MISALI], "2027-11-02T00:00:00.000Z")
    assert await screened(desk, "imported anew") == 0


async def test_an_open_match_on_a_suspended_entry_confirms_nobody(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = str((await desk.queue())[0]["hit_id"])
    await desk.decide(hit_id, "SAME")
    await suspend(desk, "ENTRY", ENTRY)
    await desk.decide(hit_id, "SAME", "verifier-2")
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"]) == ("INCONCLUSIVE", "SUSPENDED")


async def test_nothing_is_ordered_on_a_suspended_entry_and_the_reason_says_who_can_lift(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    body = {"kind": "SECONDARY_INSPECTION", "statement": "Two officers confirmed the person on the list."}
    order = await desk.ask("supervisor", "POST", f"/v1/hits/{hit_id}/orders", json=body, status=201)
    suspension = await suspend(desk, "ENTRY", ENTRY)
    path = f"/v1/orders/{order['order_id']}"
    refused = await desk.approve(path, "legal", status=403)
    assert "SG-42.SUSPENDED" in str(refused["reasons"])
    assert suspension["sentence"] == (
        "Independent authority has suspended this entry by order IA-2027/17."
        " Only independent authority or a court can lift it."
    )


@pytest.mark.parametrize(("kind", "object_id"), [("ENTRY", ENTRY), ("RULE", "BOARDING_ADVICE")])
async def test_an_advice_against_boarding_ends_with_what_it_rests_on(
    desk: Desk, kind: str, object_id: str
) -> None:
    await allow(desk, "BOARDING_ADVICE")
    await assess_state(desk)
    await advised(desk)
    await suspend(desk, kind, object_id)
    await desk.beat()
    assert [change["meaning"] for change in await told(desk)] == ["DO_NOT_BOARD", "BOARD"]


async def test_a_card_at_the_port_goes_with_its_entry(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await desk.release(hit_id)
    cards = "/v1/front-line/cards"
    assert len((await desk.ask("front-line", "GET", cards))["cards"]) == 1
    await suspend(desk, "ENTRY", ENTRY)
    assert (await desk.ask("front-line", "GET", cards))["cards"] == []


async def test_without_the_matcher_equal_names_and_documents_are_still_found(desk: Desk) -> None:
    suspension = await suspend(desk, "RULE", "MATCHER")
    written_otherwise: dict[str, Any] = {"surname": "NAMUDAJI", "documents": []}
    assert await screened(desk, "otherwise", **written_otherwise) == 0
    assert await screened(desk, "alike", documents=[]) == 1
    await lift(desk, suspension, "court")
    assert await screened(desk, "otherwise again", **written_otherwise) == 2


@pytest.mark.parametrize("person", ["dpo", "supervisor"])
async def test_nobody_else_lifts_what_the_independent_authority_ordered(desk: Desk, person: str) -> None:
    suspension = await suspend(desk, "ENTRY", ENTRY)
    await lift(desk, suspension, person, status=403)
    (listed,) = (await desk.ask("supervisor", "GET", PATH))["suspensions"]
    assert listed["lifted_at"] is None
    assert await screened(desk, "still") == 0
    if person == "dpo":
        assert await desk.audited("oversight.lift_suspension", "REFUSED") == 1


async def test_orders_and_their_ends_stand_in_the_log_and_only_once(desk: Desk) -> None:
    suspension = await suspend(desk, "ENTRY", ENTRY, "dpo")
    again = await suspend(desk, "ENTRY", ENTRY, status=409)
    assert again["code"] == "ALREADY_SUSPENDED"
    assert (await lift(desk, suspension, "court"))["lifting_order"] == "IA-2027/18"
    assert (await lift(desk, suspension, "dpo", status=409))["code"] == "SUSPENSION_LIFTED"
    assert await desk.audited("oversight.suspend", "PERMITTED") == 1
    assert await desk.audited("oversight.lift_suspension", "PERMITTED") == 1
    await suspend(desk, "ENTRY", ENTRY)


@pytest.mark.parametrize(
    ("kind", "object_id"),
    [
        ("ENTRY", "DEMO:nobody"),
        ("RULE", "SOURCE:NONE"),
        ("RULE", "EVERYTHING"),
        ("PARTNER", "XBB-PIU-01"),
    ],
)
async def test_what_the_service_has_not_cannot_be_suspended_here(
    desk: Desk, kind: str, object_id: str
) -> None:
    refused = await suspend(desk, kind, object_id, status=404)
    assert refused["code"] == "NOTHING_TO_SUSPEND"


async def test_an_order_is_given_for_oversight_by_oversight(desk: Desk) -> None:
    body = {"kind": "ENTRY", "object_id": ENTRY, **ORDER}
    await desk.ask("supervisor", "POST", PATH, headers=OVERSIGHT, json=body, status=403)
    other = {"Purpose-Code": "TERR_DETECT"}
    await desk.ask("authority", "POST", PATH, headers=other, json=body, status=403)
    await desk.ask("verifier-1", "GET", PATH, status=403)
    assert (await desk.ask("supervisor", "GET", PATH))["suspensions"] == []
