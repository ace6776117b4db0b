"""Consular help and the desks' clocks in the console: local time beside UTC, who waits first, three forms."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.unit.console.protection_world import TOLD, UNTOLD
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world

PATH = "/v1/consular"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def test_who_was_not_told_stands_first_with_the_clock(world: World) -> None:
    page = (await (await signed_in(world, "supervisor")).get("/consular")).text
    for words in ("Overdue", "06:00 UTC", "The person was told now", "Wants nobody to know", "Ask again"):
        assert words in page, words
    assert page.index(UNTOLD[-8:]) < page.index(TOLD[-8:])


async def test_officer_reads_whose_consulate_a_treaty_obliges_us_to_inform(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    assert "A treaty obliges us" not in (await browser.get("/consular")).text
    told = world.services.answers["GET", PATH]
    world.services.answers["GET", PATH] = told | {"treaty_states": ["XBB", "XCC"]}
    assert "whatever they want: XBB, XCC." in (await browser.get("/consular")).text


@pytest.mark.parametrize(
    ("step", "form", "sent"),
    [
        ("told", {}, None),
        (
            "wish",
            {"wish": "YES", "picked_states": "xbb, XCC", "witness": "FORM-7"},
            {"wish": "YES", "picked_states": ["XBB", "XCC"], "witness": "FORM-7"},
        ),
        (
            "notice",
            {"addressee": "CONSULATE", "post_state": "xbb", "mandatory_treaty": "yes"},
            {"addressee": "CONSULATE", "post_state": "XBB"},
        ),
        (
            "notice",
            {"addressee": "UNHCR", "post_state": "XBB"},
            {"addressee": "UNHCR", "post_state": None},
        ),
    ],
)
async def test_each_form_is_sent_on(
    world: World, step: str, form: dict[str, str], sent: dict[str, Any] | None
) -> None:
    answer = await (await signed_in(world, "supervisor")).post(f"/consular/{UNTOLD}/{step}", form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    if sent is not None:
        assert world.services.body_of("POST", f"{PATH}/{UNTOLD}/{step}") == sent


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("wish", {"wish": "YES", "picked_states": "Erewhon", "witness": "FORM-7"}),
        ("notice", {"addressee": "CONSULATE"}),
    ],
)
async def test_a_state_is_three_letters(world: World, step: str, form: dict[str, str]) -> None:
    answer = await (await signed_in(world, "supervisor")).post(f"/consular/{UNTOLD}/{step}", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_a_supervisor_sees_which_desk_is_late(world: World) -> None:
    page = (await (await signed_in(world, "supervisor")).get("/desk-clocks")).text
    assert "Somebody waits too long: children (1), detained persons (1)." in page
    assert "nothing waits" in page


@pytest.mark.parametrize("path", ["/consular", "/desk-clocks"])
async def test_a_verifier_has_neither_page(world: World, path: str) -> None:
    assert (await (await signed_in(world, "verifier-1")).get(path)).status_code == HTTPStatus.FORBIDDEN
