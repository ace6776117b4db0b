"""The first page says how much work waits for whoever signed in, and for nobody else."""

import re
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world, problem, share

#: Lists whose reading is recorded as a look, or tells that somebody has seen them.
LOOKS = {"/v1/children", "/v1/companions", "/v1/front-line/cards", "/v1/watchlist/renewals"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def counted(world: World, person: str) -> str:
    """The part of the first page that it asks for."""
    answer = await (await signed_in(world, person)).get("/fragments/waiting")
    assert answer.status_code == HTTPStatus.OK
    return answer.text


async def waiting(world: World, person: str) -> dict[str, tuple[str, str]]:
    """What waits, by its words: the number and the page."""
    page = await counted(world, person)
    found = re.findall(r'<li><a href="([^"]+)"><b>([^<]+)</b> <span>([^<]+)</span></a></li>', page)
    return {words: (number, address) for address, number, words in found}


async def test_verifier_is_told_how_many_wait(world: World) -> None:
    assert (await waiting(world, "verifier-1"))["possible matches to look at"] == ("2", "/queue")


async def test_single_one_is_told_in_the_singular(world: World) -> None:
    world.services.answers["GET", "/v1/queue"]["items"].pop()
    assert (await waiting(world, "verifier-1"))["possible match to look at"] == ("1", "/queue")


async def test_share_waits_for_the_second_person_alone(world: World) -> None:
    assert (await waiting(world, "legal"))["share to approve"] == ("1", "/shares")
    assert "share to approve" not in await waiting(world, "supervisor")


async def test_share_waits_for_who_is_next(world: World) -> None:
    world.services.answers["GET", "/v1/shares"] = {
        "shares": [share() | {"state": "AWAITING_PROPOSAL", "proposer": None}]
    }
    assert (await waiting(world, "supervisor"))["share to propose"] == ("1", "/shares")
    assert "share to approve" not in await waiting(world, "legal")


async def test_what_somebody_proposed_waits_for_somebody_else(world: World) -> None:
    others = await waiting(world, "legal")
    own = await waiting(world, "supervisor")
    assert others["rows of registers to approve"] == ("3", "/registers")
    assert "rows of registers to approve" not in own


async def test_nothing_that_waits_is_said_so(world: World) -> None:
    world.services.answers["GET", "/v1/queue"] = {"items": [], "expired": []}
    assert "Nothing waits for you now." in await counted(world, "verifier-1")


async def test_silent_service_takes_no_page_and_is_not_nothing(world: World) -> None:
    world.services.answers["GET", "/v1/queue"] = problem(503, "NO_ANSWER", "The service is away.")
    page = await counted(world, "verifier-1")
    assert "nobody can say whether there are possible matches to look at" in page
    assert "Nothing waits for you" not in page


@pytest.mark.parametrize("person", ["auditor", "front-line", "admin", "carrier-desk"])
async def test_post_without_counted_work_has_no_such_heading(world: World, person: str) -> None:
    page = (await (await signed_in(world, person)).get("/")).text
    assert "Waits for you" not in page


@pytest.mark.parametrize("person", ["supervisor", "legal", "steward", "dpo", "authority"])
async def test_counting_is_no_look_at_anybody(world: World, person: str) -> None:
    await counted(world, person)
    assert world.services.asked
    assert not LOOKS & {request.url.path for request in world.services.asked}
    assert not any("purpose-code" in request.headers for request in world.services.asked)


async def test_first_page_asks_for_the_counts_and_waits_for_no_service(world: World) -> None:
    page = (await (await signed_in(world, "legal")).get("/")).text
    assert 'hx-get="/fragments/waiting" hx-trigger="load, every 60s"' in page
    assert world.services.asked == []


async def test_officer_reads_the_name_of_a_role_and_not_its_code(world: World) -> None:
    page = (await (await signed_in(world, "dpo")).get("/")).text
    assert "Data-protection officer at XAA-PIU-01" in page
