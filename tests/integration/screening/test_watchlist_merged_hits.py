"""Hits on a person whom several lists name follow every one of the lists. All persons are invented."""

import json
from typing import Any

from services.screening.watchlist.merged_hits import bring_in_step
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import HADI, MISALI, Listed, a_traveller, un_list
from tests.integration.screening.test_entries import FIRST, merged, two_lists
from tests.integration.screening.test_nominations import TRAVELLER, decide, submitted, terms
from tests.integration.screening.test_watchlist_versions import THIRD_DAY, import_as

HADI_MOVED = Listed("OTHi.001", ("SAMIR", "NAMOUDHAJI"), "1979-05-14", "XDD", HADI.document, gender="Female")


async def in_step(desk: Desk) -> None:
    """What the list's watcher does after each change."""
    service = desk.service
    await service.current.refresh()
    await bring_in_step(service.ports, service.current.consolidation)


async def hit_of(desk: Desk) -> tuple[list[str], int, str]:
    """The nationalities that the only hit's entry holds, its data version, and its state."""
    (row,) = await desk.rows("SELECT entry_id, entry, data_version, state FROM hit")
    assert row.entry_id == FIRST
    body: dict[str, Any] = json.loads(row.entry) if isinstance(row.entry, str) else row.entry
    return body["nationalities"], row.data_version, row.state


async def test_a_hit_holds_what_all_lists_say_of_the_person(desk: Desk) -> None:
    await two_lists(desk)
    await merged(desk)
    await desk.deliver(desk.batch([a_traveller()]))
    assert await hit_of(desk) == (["XBB", "XCC"], 1, "POSSIBLE_MATCH")
    await in_step(desk)
    assert (await hit_of(desk))[1] == 1


async def test_an_open_hit_follows_a_merge_and_its_undoing_and_its_reviews_start_anew(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    (item,) = await desk.queue()
    await desk.decide(item["hit_id"], "SAME")
    assert await hit_of(desk) == (["XBB"], 1, "AWAITING_SECOND")
    await two_lists(desk)
    decision_id = await merged(desk)
    await in_step(desk)
    assert await hit_of(desk) == (["XBB", "XCC"], 2, "POSSIBLE_MATCH")
    await desk.ask("steward", "POST", f"/v1/watchlist/merges/{decision_id}/undoing", status=204)
    await in_step(desk)
    assert await hit_of(desk) == (["XBB"], 3, "POSSIBLE_MATCH")


async def test_a_change_in_the_other_list_reaches_the_hit_on_the_first(desk: Desk) -> None:
    await two_lists(desk)
    await merged(desk)
    await desk.deliver(desk.batch([a_traveller()]))
    await import_as(desk, "un", "OTHER", un_list([HADI_MOVED, MISALI], THIRD_DAY))
    await in_step(desk)
    nationalities, data_version, _ = await hit_of(desk)
    assert (nationalities, data_version) == (["XBB", "XDD"], 2)


async def test_the_front_line_reads_the_nominations_own_tear_line(desk: Desk) -> None:
    await decide(desk, await submitted(desk))
    await in_step(desk)
    await desk.deliver(desk.batch([TRAVELLER]))
    (item,) = await desk.queue()
    await desk.decide(item["hit_id"], "SAME")
    await desk.decide(item["hit_id"], "SAME", "verifier-2")
    await desk.release(item["hit_id"])
    (card,) = (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"]
    assert card["tear_line"] == terms(desk)["tear_line"]
    await desk.sent()
    (told,) = [each for each in desk.carrier.delivered if each.kind == "HitConfirmedV1"]
    assert told.body["entry"]["tear_line"] == card["tear_line"]
