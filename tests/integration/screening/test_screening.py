"""Batches of travellers: what becomes a hit, once, and what waits."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from services.screening.matching import Matcher
from services.screening.policy_requests import SCREENED_FIELDS
from services.screening.watchlist.entry import WatchlistEntry
from tests.integration.screening.conftest import Desk, running
from tests.integration.screening.lists import HADI, MISALI, a_traveller, somebody_else, un_list


async def test_a_batch_is_screened_and_only_matches_are_kept(desk: Desk) -> None:
    travellers = [*(somebody_else(number) for number in range(199)), a_traveller()]
    reply = await desk.deliver(desk.batch(travellers))
    assert (reply["screened"], reply["unscreenable"]) == (200, 0)
    stored = await desk.rows("SELECT entry_id, state, algorithm, matcher_digest FROM hit")
    assert [(row.entry_id, row.state) for row in stored] == [("DEMO:DEMi.001", "POSSIBLE_MATCH")]
    matcher = desk.service.current.matcher
    assert matcher is not None
    assert (stored[0].algorithm, stored[0].matcher_digest) == (matcher.algorithm, matcher.digest)
    run = (await desk.rows("SELECT travellers, matches, threshold FROM screening_run"))[0]
    assert (run.travellers, run.matches, run.threshold) == (200, 1, matcher.threshold)
    assert "VORBEELD" not in str(await desk.rows("SELECT * FROM screening_run"))


async def test_the_same_message_again_gets_the_first_reply_and_changes_nothing(desk: Desk) -> None:
    batch = desk.batch([a_traveller()])
    first = await desk.deliver(batch)
    desk.clock.advance(minutes=5)
    assert await desk.deliver(batch) == first
    assert await desk.count("hit") == 1
    assert await desk.count("screening_run") == 1
    assert await desk.audited("screen.run") == 1


async def test_the_same_traveller_in_many_messages_at_once_makes_one_hit(desk: Desk) -> None:
    traveller_id = uuid4()
    batches = [desk.batch([a_traveller()], ids=[traveller_id]) for _ in range(5)]
    await asyncio.gather(*(desk.deliver(batch) for batch in batches))
    assert await desk.count("hit") == 1
    assert await desk.count("hit_move") == 1


async def test_one_traveller_may_resemble_two_entries(desk: Desk) -> None:
    twin = HADI.__class__("DEMi.009", HADI.names, HADI.birth_date, "XCC")
    await desk.load([HADI, MISALI, twin], "2027-11-02T00:00:00.000Z")
    await desk.deliver(desk.batch([a_traveller()]))
    entries = await desk.rows("SELECT entry_id FROM hit ORDER BY entry_id")
    assert [row.entry_id for row in entries] == ["DEMO:DEMi.001", "DEMO:DEMi.009"]


async def test_without_a_list_travellers_wait(empty_desk: Desk) -> None:
    await empty_desk.put_in_force()
    refused = await empty_desk.deliver(empty_desk.batch([a_traveller()]), status=503)
    assert refused["code"] == "NO_LIST_IN_FORCE"
    assert refused["retry_after_seconds"] > 0
    shown = await empty_desk.ask("steward", "GET", "/v1/watchlist")
    assert "wait unscreened" in shown["notice"]
    assert await empty_desk.count("inbox") == 0


async def test_a_list_of_which_no_entry_is_usable_is_not_no_list(empty_desk: Desk) -> None:
    await empty_desk.put_in_force()
    await empty_desk.load([HADI])
    await empty_desk.ask(
        "steward",
        "POST",
        "/v1/watchlist/entries/DEMO:DEMi.001/removal",
        json={"reason": "DELISTED"},
        status=204,
    )
    await empty_desk.service.current.refresh()
    reply = await empty_desk.deliver(empty_desk.batch([a_traveller()]))
    assert reply["screened"] == 1
    assert await empty_desk.count("hit") == 0


async def test_after_the_standing_order_travellers_wait_and_nothing_is_stored(desk: Desk) -> None:
    desk.clock.advance(days=91)
    refused = await desk.deliver(desk.batch([a_traveller()]), status=503)
    assert refused["code"] == "NO_STANDING_ORDER"
    await desk.order_screening()
    assert (await desk.deliver(desk.batch([a_traveller()])))["screened"] == 1


async def test_without_a_law_in_force_nothing_is_screened_and_the_refusal_is_recorded(
    desk: Desk,
) -> None:
    await desk.rows_written_as_owner("UPDATE legal_row SET valid_to = valid_from WHERE action = 'screen.run'")
    refused = await desk.deliver(desk.batch([a_traveller()]), status=503)
    assert refused["code"] == "SCREENING_REFUSED"
    assert await desk.count("hit") == 0
    assert await desk.count("screening_run") == 0
    assert await desk.count("inbox") == 0
    assert await desk.audited("screen.run", "REFUSED") == 1


async def test_with_a_matcher_nobody_approved_nothing_is_screened(desk: Desk) -> None:
    await desk.rows_written_as_owner("DELETE FROM matcher_approval")
    refused = await desk.deliver(desk.batch([a_traveller()]), status=503)
    assert "SG-07" in refused["reasons"]
    assert await desk.count("hit") == 0
    assert await desk.count("screening_run") == 0
    assert await desk.audited("screen.run", "REFUSED") == 1


async def test_somebody_who_was_cleared_is_left_alone_for_the_rest_of_the_journey(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "DIFFERENT")
    assert (await desk.state(hit_id))["state"] == "NOT_A_MATCH"
    await desk.deliver(desk.batch([a_traveller()], hours=8))
    assert await desk.queue() == []
    states = await desk.rows("SELECT state FROM hit ORDER BY made_at")
    assert [row.state for row in states] == ["NOT_A_MATCH", "SUPPRESSED"]
    await desk.deliver(desk.batch([a_traveller()], journey="another"))
    assert len(await desk.queue()) == 1


async def test_a_changed_entry_is_looked_at_again_though_the_pair_was_cleared(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    await desk.decide((await desk.queue())[0]["hit_id"], "DIFFERENT")
    changed = HADI.__class__("DEMi.001", HADI.names, "1979-05-15", "XBB", HADI.document)
    await desk.load([changed, MISALI], "2027-11-02T00:00:00.000Z")
    await desk.deliver(desk.batch([a_traveller()], hours=8))
    assert len(await desk.queue()) == 1


async def test_another_service_cannot_send_travellers(desk: Desk) -> None:
    refused = await desk.deliver(desk.batch([a_traveller()]), sender="sharing", status=422)
    assert refused["code"] == "UNREADABLE_MESSAGE"
    assert await desk.count("hit") == 0


async def test_a_traveller_that_cannot_be_read_is_told_by_place_and_not_by_name(desk: Desk) -> None:
    odd = a_traveller(birth_date="29.02.1984")
    refused = await desk.deliver(desk.batch([somebody_else(1), odd]), status=422)
    assert (refused["code"], refused["ordinal"]) == ("UNREADABLE_TRAVELLER", 2)
    assert "29.02" not in str(refused)


async def test_audit_records_of_screening_hold_no_personal_data(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    contents = [bytes(row.content).decode() for row in await desk.rows("SELECT content FROM audit_record")]
    assert any("screen.run" in content for content in contents)
    for personal in ("NAMUDHAJI", "XB4471902", "1979-05-14"):
        assert not any(personal in content for content in contents)


async def test_a_new_version_is_swapped_in_without_a_pause(desk: Desk) -> None:
    service = desk.service
    before = service.current.matcher
    content = un_list(
        [HADI, MISALI, HADI.__class__("DEMi.004", ("ANNEKE", "VORBEELDA"), "1991-03-04")],
        "2027-11-02T00:00:00.000Z",
    )
    held = await desk.import_list(content)
    await desk.approve(f"/v1/watchlist/versions/{held['version_id']}", "steward")
    await desk.approve(f"/v1/watchlist/versions/{held['version_id']}", "supervisor")
    assert before is not None
    reply = await desk.deliver(desk.batch([a_traveller()]))
    assert reply["screened"] == 1
    await service.current.refresh()
    assert service.current.matcher is not before
    assert service.current.generation > 0
    await desk.deliver(desk.batch([somebody_else(0)]))
    assert await desk.count("hit") == 2


def test_matching_is_handed_identifying_facts_alone() -> None:
    assert {"seat", "bags", "phones", "emails", "address"}.isdisjoint(SCREENED_FIELDS)


class SlowMatcher:
    """A matcher that screens nobody before it is let go."""

    def __init__(self, entries: Sequence[WatchlistEntry]) -> None:
        self._matcher = Matcher.compile(entries)
        self.is_busy = threading.Event()
        self.may_go_on = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._matcher, name)

    def screen(self, *travellers: Any, **limits: Any) -> Any:
        """Say that matching has begun, and wait."""
        self.is_busy.set()
        assert self.may_go_on.wait(timeout=60), "nobody let the matcher go"
        return self._matcher.screen(*travellers, **limits)


async def test_others_are_answered_while_a_batch_is_matched(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    service = desk.service
    slow: list[SlowMatcher] = []

    def build(entries: Sequence[WatchlistEntry]) -> Any:
        slow.append(SlowMatcher(entries))
        return slow[-1]

    other_worker = running(service.settings, service.ports.safeguards, desk.issuer, desk.clock, build)
    async with other_worker as other:
        batch = asyncio.create_task(other.deliver(other.batch([a_traveller()], journey="another")))
        await asyncio.to_thread(slow[0].is_busy.wait, 60)
        assert len(await other.queue()) == 1
        assert (await other.client.get("/health/live")).status_code == 200
        assert not batch.done()
        slow[0].may_go_on.set()
        assert (await batch)["screened"] == 1
