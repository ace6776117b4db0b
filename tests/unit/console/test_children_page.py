"""The child-protection desk: no name, a clock, and what its two forms send on."""

from http import HTTPStatus
from pathlib import Path

import pytest

from tests.unit.console.protection_world import HIT
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world

WORDS = "The child travels with an aunt; a short look at the documents in her presence does no harm."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def test_a_case_shows_flight_age_and_what_may_not_happen_yet(world: World) -> None:
    page = (await (await signed_in(world, "child-specialist")).get("/children")).text
    for words in ("XA101", "15", "seen too late", "no second inspection can be ordered"):
        assert words in page, words


@pytest.mark.parametrize(
    ("step", "form", "sent"),
    [
        ("assessment", {"finding": "ALLOWS"}, {"allows_inspection": True, "allows_share": False}),
        (
            "assessment",
            {"finding": "FORBIDS", "allows_share": "yes"},
            {"allows_inspection": False, "allows_share": True},
        ),
        ("referral", {}, {}),
    ],
)
async def test_each_form_sends_its_finding_and_words(
    world: World, step: str, form: dict[str, str], sent: dict[str, bool]
) -> None:
    browser = await signed_in(world, "child-specialist")
    answer = await browser.post(f"/children/{HIT}/{step}", {**form, "words": WORDS})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert world.services.body_of("POST", f"/v1/children/{HIT}/{step}") == {**sent, "words": WORDS}


async def test_nobody_else_has_the_page(world: World) -> None:
    assert (await (await signed_in(world, "supervisor")).get("/children")).status_code == HTTPStatus.FORBIDDEN
