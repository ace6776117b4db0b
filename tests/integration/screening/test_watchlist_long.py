"""A list that is long: compiled apart, changed beside what is compiled, mapped again after a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.screening.matching import Matcher, NotCompiled, snapshot_folder
from services.screening.matching.snapshot_folder import SnapshotFolder
from services.screening.registers.rows import Persons
from services.screening.store.list_changes import ListChangeStore
from services.screening.store.list_rows import ListRowStore
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist import putting_in_force, received
from services.screening.watchlist.base_building import BaseBuilding
from services.screening.watchlist.current_matcher import CurrentMatcher
from services.screening.watchlist.list_files import ListFiles
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import ESEMPIO, HADI, MISALI, Listed, un_list

SECOND_DAY, THIRD_DAY = "2027-11-02T00:00:00.000Z", "2027-11-03T00:00:00.000Z"
HADI_ELSEWHERE = Listed("DEMi.001", HADI.names, HADI.birth_date, "XCC", HADI.document)
MISALI_LATER = Listed("DEMi.002", MISALI.names, "1967-02-03", "XCC")


@asynccontextmanager
async def a_worker(desk: Desk, folder: Path) -> AsyncIterator[CurrentMatcher]:
    """A worker for which two entries are a long list."""
    database = desk.service.ports.database
    bases = BaseBuilding(database, folder, desk.clock)
    try:
        yield CurrentMatcher(database, WatchlistStore(), Matcher.compile, bases, long_list=1)
    finally:
        await bases.end()


async def compiled(worker: CurrentMatcher) -> Matcher:
    """The worker's matcher once the list was compiled."""
    await worker.refresh()
    await worker.built.wait()
    await worker.refresh()
    return in_use(worker)


def in_use(worker: CurrentMatcher) -> Matcher:
    """What the worker screens with."""
    assert isinstance(worker.matcher, Matcher)
    return worker.matcher


async def remove(desk: Desk, entry_id: str) -> None:
    path = f"/v1/watchlist/entries/{entry_id}/removal"
    await desk.ask("steward", "POST", path, json={"reason": "DELISTED"}, status=204)


async def test_changes_stand_beside_what_is_compiled_and_a_restart_maps_it(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    async with a_worker(desk, tmp_path) as worker:
        base = await compiled(worker)
        assert (base.entry_count, base.changed_count) == (3, 0)
        await desk.load([HADI_ELSEWHERE, MISALI, ESEMPIO], THIRD_DAY)
        await remove(desk, "DEMO:DEMi.003")
        assert await worker.refresh()
        changed = in_use(worker)
        assert changed.entry("DEMO:DEMi.001").nationalities == ("XCC",)
        assert changed.entry_count == 2
        await desk.service.current.refresh()
        assert worker.generation == desk.service.current.generation
        assert changed.digest != base.digest
        assert not await worker.refresh()
    async with a_worker(desk, tmp_path) as again:
        await again.refresh()
        assert in_use(again).digest == changed.digest


async def test_whoever_leaves_goes_at_once_while_the_list_is_compiled_anew(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    async with a_worker(desk, tmp_path) as worker:
        await compiled(worker)
        generation = worker.generation
        with monkeypatch.context() as compiling:
            compiling.setattr(BaseBuilding, "start", lambda *_: None)
            async with desk.service.ports.database.begin() as connection:
                await ListChangeStore().tell_many(connection)
                await WatchlistStore().next_generation(connection)
            await remove(desk, "DEMO:DEMi.003")
            await worker.refresh()
            assert (in_use(worker).entry_count, worker.generation) == (2, generation)
            digest = in_use(worker).digest
            await worker.refresh()
            assert in_use(worker).digest == digest
        assert (await compiled(worker)).entry_count == 2
        assert worker.generation == generation + 2


async def test_a_process_that_is_killed_leaves_the_last_list_in_use(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.load([HADI, MISALI], SECOND_DAY)
    async with a_worker(desk, tmp_path) as worker:
        last = await compiled(worker)
        with monkeypatch.context() as killed:
            killed.setattr(SnapshotFolder, "write", _is_killed)
            async with desk.service.ports.database.begin() as connection:
                await WatchlistStore().next_generation(connection)
            await worker.refresh()
            await worker.built.wait()
            await worker.refresh()
            assert in_use(worker) is last
            await worker.built.wait()
        await worker.refresh()
        assert (await compiled(worker)).entry_count == 2


async def test_a_service_that_ends_while_it_compiles_ends_the_process_and_the_next_begins_anew(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.load([HADI, MISALI], SECOND_DAY)
    with monkeypatch.context() as endless:
        endless.setattr(snapshot_folder, "_IN_A_PROCESS", "import sys; sys.stdin.read()")
        async with a_worker(desk, tmp_path) as worker:
            await worker.refresh()
            assert worker.is_compiling
            assert worker.matcher is None
    assert await desk.count("list_snapshot") == 0
    async with a_worker(desk, tmp_path) as again:
        assert (await compiled(again)).entry_count == 2


async def test_a_service_that_ends_while_it_imports_ends_the_process_and_stores_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "LONG_FROM_BYTES", 1)
    begun, processes = asyncio.Event(), []
    start = asyncio.create_subprocess_exec

    async def noted(*command: str, **options: Any) -> asyncio.subprocess.Process:
        processes.append(await start(*command, **options))
        return processes[-1]

    async def never_given(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    file = un_list([HADI_ELSEWHERE, MISALI, ESEMPIO], SECOND_DAY)
    with monkeypatch.context() as held:
        held.setattr(asyncio, "create_subprocess_exec", noted)
        held.setattr(ListRowStore, "copy_contents", never_given)
        importing = asyncio.create_task(desk.import_list(file))
        await begun.wait()
        # As the server does with requests that have not ended in time.
        importing.cancel()
        await asyncio.wait([importing])
    assert [process.returncode for process in processes] == [-9]
    assert await desk.count("list_version") == 1
    assert (await desk.import_list(file))["state"] == "HELD"


def _is_killed(*_: object) -> Matcher:
    raise NotCompiled(exit_code=-9)


async def test_one_person_of_two_sources_stays_one_whatever_changes(desk: Desk, tmp_path: Path) -> None:
    await desk.load([HADI, MISALI], SECOND_DAY)
    await _say_same(desk, is_same=True)
    async with a_worker(desk, tmp_path) as worker:
        assert (await compiled(worker)).entry_count == 1
        assert worker.consolidation.merged_from == {"DEMO:DEMi.001": ("DEMO:DEMi.002",)}
        await desk.load([HADI, MISALI_LATER], THIRD_DAY)
        await worker.refresh()
        together = in_use(worker).entry("DEMO:DEMi.001")
        assert [str(born.date) for born in together.birth_dates] == ["1979-05-14", "1967-02-03"]
        desk.clock.advance(seconds=1)
        await _say_same(desk, is_same=False)
        await worker.refresh()
        assert in_use(worker).entry_count == 2
        assert worker.consolidation.merged_from == {}


async def _say_same(desk: Desk, *, is_same: bool) -> None:
    """What two people decide of the pair, as their routes leave it."""
    ports = desk.service.ports
    pair = ("DEMO:DEMi.001", "DEMO:DEMi.002")
    async with ports.transaction() as connection:
        persons = None
        if is_same:
            persons = Persons("steward", "supervisor", desk.clock.now())
        await ports.stores.merges.add(
            connection,
            ports.identifiers.new(),
            pair,
            "DOCUMENT",
            persons,
            author="steward",
            at=desk.clock.now(),
        )
        await ports.stores.watchlist.next_generation(connection, changed=pair)


async def test_a_long_file_is_read_in_a_process_of_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "LONG_FROM_BYTES", 1)
    held = await desk.import_list(un_list([HADI_ELSEWHERE, ESEMPIO], SECOND_DAY))
    assert (held["state"], held["stored"]) == ("HELD", 2)
    stored = await desk.rows(
        "SELECT entry_id, body IS NULL AS is_gone FROM list_row WHERE version_id = :id ORDER BY entry_id",
        id=held["version_id"],
    )
    assert [(row.entry_id, row.is_gone) for row in stored] == [
        ("DEMO:DEMi.001", False),
        ("DEMO:DEMi.002", True),
        ("DEMO:DEMi.003", False),
    ]
    refused = await desk.import_list(b"<CONSOLIDATED_LIST>", status=422)
    assert "NOT_WELL_FORMED" in refused["detail"]
    assert await desk.count("list_version") == 2


async def test_a_file_that_is_too_long_leaves_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListFiles, "receiving", lambda _: received.ReceivedFile(100, tmp_path))
    refused = await desk.import_list(un_list([HADI], SECOND_DAY), status=422)
    assert "LIST_TOO_LARGE" in refused["detail"]
    assert await desk.count("list_version") == 1
    assert await desk.count("list_file") == 1


async def test_a_version_that_changes_nobody_stores_nobody(desk: Desk) -> None:
    await desk.load([HADI, MISALI], SECOND_DAY)
    stored = await desk.count("list_row")
    await desk.load([HADI, MISALI], THIRD_DAY)
    assert await desk.count("list_row") == stored


async def test_who_is_listed_again_is_renewed_in_steps_and_who_was_suspended_meanwhile_stays_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting_in_force, "ENTRIES_A_STEP", 1)
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    desk.clock.advance(days=1)
    await desk.load([HADI, MISALI, ESEMPIO], THIRD_DAY)
    due = "SELECT review_due, status FROM watchlist_entry ORDER BY entry_id"
    first, second, _ = await desk.rows(due)
    assert first.review_due > second.review_due
    await desk.ask(
        "steward",
        "POST",
        "/v1/watchlist/entries/DEMO:DEMi.003/suspension",
        json={"reason": "DISPUTED"},
        status=204,
    )
    for _ in range(4):
        await desk.beat()
    renewed = await desk.rows(due)
    assert renewed[1].review_due == first.review_due
    assert [row.status for row in renewed] == ["ACTIVE", "ACTIVE", "SUSPENDED"]
    assert await desk.rows("SELECT 1 FROM list_version WHERE renewed_to IS NOT NULL") == []


async def test_how_far_imports_are_is_told_without_naming_anybody(desk: Desk) -> None:
    with desk.service.under_way.one("DEMO", 12) as progress:
        progress.share = 0.5
        told = await desk.ask("steward", "GET", "/v1/watchlist/imports")
    assert told == {
        "imports": [
            {"source": "DEMO", "phase": "WAITING", "bytes": 12, "share": 0.5, "rows": 0, "changed": 0}
        ],
        "is_compiling": False,
    }
    assert (await desk.ask("steward", "GET", "/v1/watchlist/imports"))["imports"] == []
