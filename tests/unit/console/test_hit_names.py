"""Hits, shares, measures and arrests are told apart by their flight; a number is never alone."""

from pathlib import Path

import pytest

from services.console.words import paragraphs_in_words
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import HIT, SHARE, World, a_world

FLIGHT_LINE = "<b>XA101</b> XQB&nbsp;→&nbsp;XQA"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


@pytest.mark.parametrize(
    "path", ["/hits", f"/hits/{HIT}", "/shares", f"/shares/{SHARE}", "/orders", "/arrests"]
)
async def test_page_names_the_flight(world: World, path: str) -> None:
    page = (await (await signed_in(world, "supervisor")).get(path)).text
    assert FLIGHT_LINE in page or "XA101 XQB → XQA" in page
    assert f"<code>{HIT[-8:]}</code>" in page or f"No. {HIT[-8:]}" in page


async def test_officer_without_the_list_of_hits_sees_the_flight_of_a_measure(world: World) -> None:
    page = (await (await signed_in(world, "legal")).get("/orders")).text
    assert FLIGHT_LINE in page
    assert not any(request.url.path == "/v1/hits" for request in world.services.asked)


async def test_measure_on_a_hit_that_no_list_names_has_its_number(world: World) -> None:
    world.services.answers["GET", "/v1/hits"] = {"hits": []}
    page = (await (await signed_in(world, "supervisor")).get("/orders")).text
    assert f"<code>{HIT[-8:]}</code>" in page


async def test_recipient_is_told_for_reasons_in_words(world: World) -> None:
    page = (await (await signed_in(world, "supervisor")).get(f"/shares/{SHARE}")).text
    assert "The flight leaves there; the person is a national" in page
    assert "paragraphs 5 (operational information), 6 (States of nationality) and 11 (passenger" in page


@pytest.mark.parametrize(
    ("paragraphs", "words"),
    [
        ("2396/7", "Resolution 2396, paragraph 7 (own authorities)"),
        (
            ["5", "11"],
            "Resolution 2396, paragraphs 5 (operational information) and 11 (passenger information)",
        ),
        ("2396/99", "Resolution 2396, paragraph 99"),
        ("", ""),
    ],
)
def test_paragraphs_are_words(paragraphs: str | list[str], words: str) -> None:
    assert paragraphs_in_words(paragraphs) == words
