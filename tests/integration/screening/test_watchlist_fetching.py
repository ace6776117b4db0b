"""Lists that are fetched: loaded, left alone when known, and rung for when they are not good."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.screening.settings import ScreeningSettings
from services.screening.watchlist.fetching import ListFetching
from services.screening.watchlist.sources.read_list import DEFAULT_LIMITS
from shared.observability.metrics import exposition
from shared.policy.engine import PolicyEngine
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.screening.conftest import Desk, running
from tests.integration.screening.lists import HADI, MISALI, un_list
from tests.integration.screening.test_watchlist_versions import register
from tests.loopback import LoopbackServer, loopback_server

SECOND_DAY, THIRD_DAY = "2027-11-02T00:00:00.000Z", "2027-11-03T00:00:00.000Z"
GOOD = un_list([HADI, MISALI], SECOND_DAY)
BETTER = un_list([HADI, MISALI], THIRD_DAY)


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with loopback_server() as served:
        yield served


async def fetched(desk: Desk, source: str = "DEMO") -> dict[str, Any]:
    found: dict[str, Any] = await desk.ask("steward", "POST", f"/v1/watchlist/sources/{source}/fetch")
    return found


async def state(desk: Desk, source: str = "DEMO") -> dict[str, Any]:
    everything = await desk.ask("verifier-1", "GET", "/v1/watchlist/sources")
    (found,) = [each for each in everything["sources"] if each["source_id"] == source]
    return dict(found)


async def beat(desk: Desk) -> int:
    service = desk.service
    return await ListFetching(service.ports, service.list_files).beat()


async def test_a_fetched_file_goes_live_and_the_known_one_is_left_alone(
    desk: Desk, server: LoopbackServer
) -> None:
    server.serve("/un.sha256", hashlib.sha256(GOOD).hexdigest().encode())
    location = server.serve("/un.xml", GOOD, ETag='"1"')
    await register(desk, location=location, digest_location=server.address("/un.sha256"))
    loaded = await fetched(desk)
    assert (loaded["result"], loaded["alarm"], loaded["fault"]) == ("LOADED", None, None)
    assert loaded["generated_at"] == "2027-11-02T00:00:00Z"
    again = await fetched(desk)
    assert (again["result"], again["version_id"]) == ("UNCHANGED", loaded["version_id"])
    assert [each["path"] for each in server.asked] == ["/un.xml", "/un.sha256", "/un.xml"]
    server.serve("/un.xml", GOOD)
    assert (await fetched(desk))["result"] == "UNCHANGED"
    assert await desk.audited("wl.fetch", "DONE") == 3


async def test_without_a_publishers_digest_two_people_look_unless_tls_proves_the_file(
    desk: Desk, server: LoopbackServer
) -> None:
    location = server.serve("/un.xml", GOOD, ETag='"1"')
    await register(desk, location=location)
    assert (await fetched(desk))["result"] == "HELD"
    assert (await fetched(desk))["result"] == "HELD"
    server.serve("/un.xml", BETTER)
    await register(desk, location=location, verify="TLS")
    assert (await fetched(desk))["result"] == "LOADED"


@dataclass(frozen=True)
class Bad:
    """What a publisher serves, and how it is told."""

    body: bytes
    code: str
    headers: dict[str, str] = field(default_factory=dict)
    place: tuple[str | None, int | None] | None = None


AWAY = {"Location": "https://elsewhere.example/un.xml", "status": "302 Found"}
BAD = {
    "page": Bad(b"<!DOCTYPE html><html><body>Busy</body></html>", "WRONG_ROOT", place=("html", 1)),
    "empty": Bad(b"", "NO_ROWS"),
    "cut off": Bad(BETTER[:-40], "NOT_WELL_FORMED"),
    "twice": Bad(un_list([HADI, HADI], THIRD_DAY), "REPEATED_REFERENCE", place=("INDIVIDUAL", 1)),
    "2 GB": Bad(BETTER, "TOO_LARGE", {"Content_Length": str(2 * 1024**3)}, (None, None)),
    "elsewhere": Bad(BETTER, "REDIRECTED_AWAY", AWAY),
    "older": Bad(un_list([HADI], "2027-10-01T00:00:00Z"), "SG-18."),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_what_is_no_good_list_rings_and_the_last_good_one_stays(
    desk: Desk, server: LoopbackServer, bad: Bad
) -> None:
    before = (await state(desk))["version_id"]
    await register(desk, location=server.serve("/un.xml", bad.body, **bad.headers), verify="TLS")
    refused = await fetched(desk)
    assert (refused["result"], refused["alarm"], refused["version_id"]) == ("REFUSED", "REFUSED", before)
    fault = refused["fault"]
    assert fault["sentence"].endswith((".", "…"))
    assert fault["code"].startswith(bad.code)
    if bad.place is not None:
        assert (fault["element"], fault["line"]) == bad.place
    assert await desk.audited("wl.fetch", "FAILED") == 1
    assert await desk.audited("wl.alarm") == 1
    assert b'safeconduct_list_fetches_total{list_source="DEMO",result="REFUSED"}' in exposition()
    rows = await desk.rows("SELECT status, is_used FROM watchlist_entry")
    assert [(row.status, row.is_used) for row in rows] == [("ACTIVE", True)] * 2
    server.serve("/un.xml", BETTER)
    mended = await fetched(desk)
    assert (mended["result"], mended["alarm"], mended["fault"]) == ("LOADED", None, None)
    assert await desk.audited("wl.alarm_ended") == 1


async def test_a_wrong_digest_is_refused(desk: Desk, server: LoopbackServer) -> None:
    server.serve("/un.sha256", b"ab" * 32)
    location = server.serve("/un.xml", GOOD)
    await register(desk, location=location, digest_location=server.address("/un.sha256"))
    assert (await fetched(desk))["result"] == "REFUSED"


async def test_a_publisher_who_stays_away_rings_after_three_tries(desk: Desk, server: LoopbackServer) -> None:
    await register(desk, location=server.serve("/un.xml", b"Busy", status="503 Busy"), verify="TLS")
    alarms = [(await fetched(desk))["alarm"] for _ in range(3)]
    assert alarms == [None, None, "UNREACHABLE"]
    assert (await state(desk))["fault"]["status"] == 503


async def test_due_sources_are_fetched_and_old_lists_ring(desk: Desk, server: LoopbackServer) -> None:
    location = server.serve("/un.xml", GOOD, ETag='"1"')
    await register(desk, location=location, verify="TLS", fetch_minutes=60, fresh_for_hours=24)
    assert await beat(desk) == 1
    assert await beat(desk) == 0
    desk.clock.advance(seconds=3_601)
    assert await beat(desk) == 1
    server.serve("/un.xml", b"Busy", status="503 Busy")
    desk.clock.advance(seconds=3_600)
    assert await beat(desk) == 1
    # What failed is tried again soon, not after the source's own pause.
    desk.clock.advance(seconds=901)
    assert await beat(desk) == 1
    await register(desk, fresh_for_hours=24)
    desk.clock.advance(seconds=86_400)
    assert await beat(desk) == 0
    ringing = await state(desk)
    assert (ringing["alarm"], ringing["is_stale"], ringing["due_at"]) == ("STALE", True, None)
    assert b'safeconduct_list_alarm{alarm="STALE",list_source="DEMO"} 1.0' in exposition()
    await desk.load([HADI, MISALI], THIRD_DAY)
    await beat(desk)
    assert (await state(desk))["alarm"] is None


async def test_lists_are_taken_from_the_list_folder(
    settings: ScreeningSettings,
    safeguards: PolicyEngine,
    issuer: FakeIssuer,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "un.xml").write_bytes(GOOD)
    (folder / "un.sha256").write_text(hashlib.sha256(GOOD).hexdigest(), encoding="ascii")
    with_folder = settings.model_copy(update={"list_folder": folder})
    async with running(with_folder, safeguards, issuer, clock) as desk:
        await desk.put_in_force()
        await register(desk, location="file:un.xml", digest_location="file:un.sha256")
        first = await fetched(desk)
    assert (first["result"], first["good_at"], first["alarm"]) == ("HELD", None, None)


async def test_only_registered_places_are_fetched(desk: Desk) -> None:
    await desk.ask("steward", "POST", "/v1/watchlist/sources/DEMO/fetch", status=404)
    await desk.ask("supervisor", "POST", "/v1/watchlist/sources/DEMO/fetch", status=403)
    for location in ("http://lists.example/un.xml", "file:../un.xml", "https://me:secret@lists.example/"):
        with pytest.raises(AssertionError, match="422"):
            await register(desk, location=location)
    assert DEFAULT_LIMITS.file_bytes < 2 * 1024**3
    assert timedelta(hours=(await state(desk))["fresh_for_hours"]) == timedelta(days=8)
