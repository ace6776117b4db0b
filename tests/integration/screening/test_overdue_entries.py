"""An entry past its review or its end, or suspended, leads to nothing, whether or not a clock has beaten."""

from typing import Any

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller
from tests.integration.screening.test_boarding import advised, allow, assess_state, told

ENTRY = "DEMO:DEMi.001"
INSPECTION = {"kind": "SECONDARY_INSPECTION", "statement": "Two officers confirmed the person on the list."}


async def overdue(desk: Desk, column: str = "review_due") -> None:
    """Let the day of an entry come, before any clock has beaten."""
    today = desk.clock.now().date()
    await desk.rows_written(f"UPDATE watchlist_entry SET {column} = '{today}' WHERE entry_id = '{ENTRY}'")


async def suspended(desk: Desk) -> None:
    """One person takes the entry out of screening."""
    path = f"/v1/watchlist/entries/{ENTRY}/suspension"
    await desk.ask("steward", "POST", path, json={"reason": "DISPUTED"}, status=204)


async def order(desk: Desk, hit_id: str, *, status: int) -> Any:
    drafted = await desk.ask("supervisor", "POST", f"/v1/hits/{hit_id}/orders", json=INSPECTION, status=201)
    return await desk.approve(f"/v1/orders/{drafted['order_id']}", "legal", status=status)


@pytest.mark.parametrize("column", ["review_due", "expires"])
async def test_nobody_is_compared_with_an_overdue_entry(desk: Desk, column: str) -> None:
    await overdue(desk, column)
    await desk.deliver(desk.batch([a_traveller()]))
    assert await desk.queue() == []


async def test_an_overdue_entry_confirms_nobody_and_sharing_is_told_that_it_is_suspended(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = str((await desk.queue())[0]["hit_id"])
    await desk.decide(hit_id, "SAME")
    await overdue(desk)
    await desk.decide(hit_id, "SAME", "verifier-2")
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"]) == ("INCONCLUSIVE", "SUSPENDED")


async def test_nothing_is_ordered_on_an_overdue_entry(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await overdue(desk, "expires")
    assert (await desk.state(hit_id))["entry_status"] == "EXPIRED"
    refused = await order(desk, hit_id, status=403)
    assert "SG-14.NOT_ACTIVE" in str(refused["reasons"])


@pytest.mark.parametrize("leaves", [overdue, suspended])
async def test_a_card_at_the_port_goes_with_its_entry(desk: Desk, leaves: Any) -> None:
    hit_id = await desk.confirmed()
    await desk.release(hit_id)
    cards = "/v1/front-line/cards"
    assert len((await desk.ask("front-line", "GET", cards))["cards"]) == 1
    await leaves(desk)
    assert (await desk.ask("front-line", "GET", cards))["cards"] == []


@pytest.mark.parametrize("leaves", [overdue, suspended])
async def test_an_advice_against_boarding_ends_with_its_entry(desk: Desk, leaves: Any) -> None:
    await allow(desk, "BOARDING_ADVICE")
    await assess_state(desk)
    await advised(desk)
    await leaves(desk)
    await desk.beat()
    assert [change["meaning"] for change in await told(desk)] == ["DO_NOT_BOARD", "BOARD"]
