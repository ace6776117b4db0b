"""A source is registered otherwise while entries of it are in use: whom its new row does not allow leaves."""

import hashlib
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.screening.store import standing_entries
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist import importing
from services.screening.watchlist.reading_apart import frames_of
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import ESEMPIO, HADI, MISALI, SANCTIONED, a_traveller, un_list
from tests.integration.screening.test_watchlist_versions import (
    DOCUMENTS,
    SECOND_DAY,
    THIRD_DAY,
    import_as,
    register,
)

BOTH = ["Al-Qaida", "DPRK"]


async def entries(desk: Desk, source: str = "DEMO") -> dict[str, tuple[str, bool]]:
    """Status and use of a source's entries."""
    query = (
        "SELECT entry_id, status, is_used FROM watchlist_entry WHERE source_id = :source ORDER BY entry_id"
    )
    rows = await desk.rows(query, source=source)
    return {row.entry_id: (row.status, row.is_used) for row in rows}


async def hits_of(desk: Desk) -> int:
    """How many hits a traveller makes who is on the list."""
    before = await desk.count("hit")
    await desk.deliver(desk.batch([a_traveller()]))
    return await desk.count("hit") - before


async def under_another_regime(desk: Desk, entry_id: str) -> None:
    """Let the list have this entry under another regime: the UN's own of one have no category."""
    await desk.rows_written(
        "UPDATE watchlist_entry SET body = jsonb_set(body, '{listings,0,programme}', '\"Taliban\"')"
        f" WHERE entry_id = '{entry_id}'"
    )


async def another_list(desk: Desk) -> None:
    """A list beside the one that changes, so that there is one in force to screen with."""
    await register(desk, source_id="OTHER")
    await import_as(desk, "un", "OTHER", un_list([ESEMPIO]))
    await desk.service.current.refresh()


@pytest.mark.parametrize(
    "changes", [{"kind": "COMMERCIAL"}, {"kind": "CROWD"}, {"kind": "INTERPOL"}, {"allow_list": ["Taliban"]}]
)
async def test_entries_that_the_new_row_does_not_allow_make_no_hit_from_then_on(
    desk: Desk, changes: dict[str, Any]
) -> None:
    await another_list(desk)
    assert await hits_of(desk) == 1
    generation = desk.service.current.generation
    await register(desk, **changes)
    assert not any(is_used for _, is_used in (await entries(desk)).values())
    assert await hits_of(desk) == 0, "before this worker looked again"
    await desk.service.current.refresh()
    assert desk.service.current.generation > generation
    assert await hits_of(desk) == 0
    assert set((await entries(desk, "OTHER")).values()) == {("ACTIVE", True)}


async def test_nobody_is_confirmed_on_an_entry_that_left_with_its_source(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = str((await desk.queue())[0]["hit_id"])
    await desk.decide(hit_id, "SAME")
    await register(desk, kind="COMMERCIAL")
    await desk.decide(hit_id, "SAME", "verifier-2")
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"]) == ("INCONCLUSIVE", "SUSPENDED")


async def test_each_entry_that_leaves_is_recorded_with_its_reason(desk: Desk) -> None:
    await register(desk, kind="COMMERCIAL")
    assert await entries(desk) == dict.fromkeys(["DEMO:DEMi.001", "DEMO:DEMi.002"], ("SUSPENDED", False))
    assert await desk.audited("wl.suspend") == 3, "one of each, and one of both"
    (row, *_) = await desk.rows("SELECT refusals FROM watchlist_entry")
    assert "SG-18.SOURCE_NOT_VERIFIED" in row.refusals


async def test_of_more_entries_than_are_told_one_record_says_who_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await another_list(desk)
    monkeypatch.setattr(standing_entries, "MOST_TOLD", 1)
    await register(desk, kind="COMMERCIAL")
    assert set((await entries(desk)).values()) == {("SUSPENDED", False)}
    (row,) = await desk.rows("SELECT object_id, content FROM audit_record WHERE action = 'wl.suspend'")
    both = hashlib.sha256(b"DEMO:DEMi.001 DEMO:DEMi.002").hexdigest()
    facts = json.loads(row.content)["facts"]
    assert (row.object_id, facts["entries"], facts["entries_sha256"]) == ("DEMO", 2, both)
    assert await hits_of(desk) == 0
    await desk.service.current.refresh()
    assert await hits_of(desk) == 0


async def test_what_only_says_more_of_a_source_changes_no_entry(desk: Desk) -> None:
    generation = desk.service.current.generation
    await register(desk, tear_line="Call the desk.", allow_list=["Taliban", "Al-Qaida"])
    await desk.service.current.refresh()
    assert desk.service.current.generation == generation
    assert await hits_of(desk) == 1


async def test_only_the_regime_that_is_no_longer_allowed_leaves(desk: Desk) -> None:
    await register(desk, allow_list=["Al-Qaida", "Taliban"])
    await under_another_regime(desk, "DEMO:DEMi.002")
    await register(desk, allow_list=["Taliban"])
    assert await entries(desk) == {
        "DEMO:DEMi.001": ("SUSPENDED", False),
        "DEMO:DEMi.002": ("ACTIVE", True),
    }


async def test_rows_of_a_list_that_becomes_another_states_wait_for_their_adoption(desk: Desk) -> None:
    await another_list(desk)
    await register(desk, kind="PARTNER")
    assert set((await entries(desk)).values()) == {("SUBMITTED", False)}
    assert await hits_of(desk) == 0
    await desk.load([HADI, MISALI], SECOND_DAY)
    assert set((await entries(desk)).values()) == {("SUBMITTED", False)}, "a file adopts nobody"


async def test_nobody_renews_whom_the_new_row_does_not_allow(desk: Desk) -> None:
    await register(desk, allow_list=["Taliban"])
    body = {"finding": "The grounds still exist, as read today.", "review_due": "2028-01-10"}
    path = "/v1/watchlist/entries/DEMO:DEMi.001/renewal"
    refused = await desk.ask("supervisor", "POST", path, json=body, status=404)
    assert "SG-18" in refused["detail"]
    await register(desk)
    await desk.ask("supervisor", "POST", path, json=body, status=201)


async def test_the_next_file_brings_back_whom_a_mended_row_allows_again(desk: Desk) -> None:
    await register(desk, allow_list=["Taliban"])
    await register(desk)
    await desk.load([HADI, MISALI], SECOND_DAY)
    assert await hits_of(desk) == 1


async def test_a_version_that_was_read_before_the_change_brings_nobody_past_it(desk: Desk) -> None:
    await register(desk, allow_list=BOTH)
    held = await desk.import_list(un_list([HADI, MISALI, ESEMPIO, SANCTIONED], SECOND_DAY))
    assert held["state"] == "HELD"
    await register(desk, allow_list=["DPRK"])
    path = f"/v1/watchlist/versions/{held['version_id']}"
    await desk.approve(path, "steward")
    await desk.approve(path, "supervisor")
    assert set((await entries(desk)).values()) == {("SUSPENDED", False)}


async def test_a_row_that_is_put_in_force_while_a_file_is_read_judges_its_entries(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def slowly(*args: Any) -> Any:
        async with frames_of(*args) as frames:
            desk.clock.advance(minutes=1)
            await register(desk, allow_list=["Taliban"])
            desk.clock.advance(minutes=1)
            yield frames

    monkeypatch.setattr(importing, "frames_of", slowly)
    await desk.load([HADI, MISALI], SECOND_DAY)
    assert set((await entries(desk)).values()) == {("SUSPENDED", False)}


async def test_who_is_suspended_while_a_file_is_put_in_force_stays_suspended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids_to_renew = WatchlistStore.ids_to_renew

    async def then_suspended(*args: Any) -> list[str]:
        ids = await ids_to_renew(*args)
        if "DEMO:DEMi.001" in ids:
            path = "/v1/watchlist/entries/DEMO:DEMi.001/suspension"
            await desk.ask("steward", "POST", path, json={"reason": "DISPUTED"}, status=204)
        return ids

    monkeypatch.setattr(WatchlistStore, "ids_to_renew", then_suspended)
    await desk.load([HADI, MISALI], SECOND_DAY)
    assert await entries(desk) == {
        "DEMO:DEMi.001": ("SUSPENDED", False),
        "DEMO:DEMi.002": ("ACTIVE", True),
    }


async def test_going_back_to_a_version_brings_nobody_past_the_row_of_today(desk: Desk) -> None:
    first = await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    await desk.load([HADI, MISALI], THIRD_DAY)
    await register(desk, allow_list=["Taliban"])
    path = f"/v1/watchlist/versions/{first}/return"
    await desk.ask("steward", "POST", path)
    assert (await desk.ask("supervisor", "POST", path))["is_done"]
    assert set((await entries(desk)).values()) == {("SUSPENDED", False)}


@pytest.mark.parametrize("changes", [{"allow_list": ["LOST"]}, {"kind": "COMMERCIAL"}])
async def test_documents_that_the_new_row_does_not_allow_are_in_no_list(
    desk: Desk, changes: dict[str, Any]
) -> None:
    documents = {"source_id": "DOCUMENTS", "reader": "documents", "allow_list": ["LOST", "STOLEN"]}
    await register(desk, **documents)
    await import_as(desk, "documents", "DOCUMENTS", DOCUMENTS)
    store = desk.service.ports.stores.documents
    asked = [("XB4471902", "XBB")]
    async with desk.service.ports.database.connect() as connection:
        assert len(await store.look_up(connection, asked)) == 1
    await register(desk, **documents | changes)
    async with desk.service.ports.database.connect() as connection:
        assert await store.look_up(connection, asked) == []
