"""A removal reaches index, open hits, the counter and sharing well within fifteen minutes (SG-15)."""

from datetime import datetime, timedelta

import pytest

from services.screening.matching import Matcher
from shared.contracts import HitWithdrawnV1
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import ESEMPIO, MISALI, a_traveller
from tests.integration.screening.test_nominations import TRAVELLER, decide, submitted

ENTRY = "DEMO:DEMi.001"
WITHIN = timedelta(minutes=15)


async def removed(desk: Desk, entry_id: str = ENTRY) -> datetime:
    """Remove an entry as the steward; when it was done."""
    path = f"/v1/watchlist/entries/{entry_id}/removal"
    await desk.ask("steward", "POST", path, json={"reason": "DELISTED"}, status=204)
    return desk.clock.now()


async def told_to_sharing(desk: Desk) -> list[HitWithdrawnV1]:
    """What sharing was handed, held to the contract that it reads."""
    await desk.sent()
    return [
        HitWithdrawnV1.model_validate(each.body)
        for each in desk.carrier.delivered
        if each.kind == "HitWithdrawnV1"
    ]


async def test_sharing_is_told_of_every_open_hit_in_the_removals_own_transaction(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await desk.release(hit_id)
    assert (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"] != []
    at = await removed(desk)
    (told,) = await told_to_sharing(desk)
    assert (str(told.hit_id), told.reason) == (hit_id, "DELISTED")
    assert told.withdrawn_at - at < WITHIN
    assert (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"] == []
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"]) == ("ENTRY_REMOVED", "REMOVED")


async def test_the_index_lets_go_of_the_entry_and_a_stale_one_makes_no_hit(desk: Desk) -> None:
    await removed(desk)
    # Before the swap: the index still finds the person, the store does not.
    await desk.deliver(desk.batch([a_traveller()]))
    assert await desk.count("hit") == 0
    await desk.service.current.refresh()
    matcher = desk.service.current.matcher
    assert isinstance(matcher, Matcher)
    assert matcher.entry_count == 1
    assert matcher.entry("DEMO:DEMi.002").names
    await desk.deliver(desk.batch([a_traveller()]))
    assert await desk.count("hit") == 0


async def test_a_waiting_order_on_a_removed_entry_is_cancelled(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    body = {"kind": "SECONDARY_INSPECTION", "statement": "The person is to be asked at the counter."}
    await desk.ask("supervisor", "POST", f"/v1/hits/{hit_id}/orders", json=body, status=201)
    await removed(desk)
    orders = await desk.ask("supervisor", "GET", "/v1/orders")
    assert [order["state"] for order in orders["orders"]] == ["CANCELLED"]


@pytest.mark.parametrize("files", [1, 2])
async def test_whom_a_file_leaves_out_is_suspended_first_and_removed_by_the_next(
    desk: Desk, files: int
) -> None:
    hit_id = await desk.confirmed()
    for day in range(files):
        await desk.load([MISALI, ESEMPIO], f"2027-11-0{day + 2}T00:00:00.000Z")
    told = await told_to_sharing(desk)
    assert len(told) == files - 1
    assert (await desk.state(hit_id))["entry_status"] == ("SUSPENDED", "REMOVED")[files - 1]


async def test_a_removed_nomination_closes_its_hits_and_is_asked_of_the_safeguards(desk: Desk) -> None:
    decided = await decide(desk, await submitted(desk))
    await desk.service.current.refresh()
    await desk.deliver(desk.batch([TRAVELLER]))
    await removed(desk, decided["entry_id"])
    assert len(await told_to_sharing(desk)) == 1
    assert await desk.audited("wl.remove", "PERMITTED") == 1
