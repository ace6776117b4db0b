"""Companions in the console: no name, what specialists see and what who meets somebody sees, four forms."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.unit.console.protection_world import COMPANION, HIT, WORDS
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world

PATH = "/v1/companions"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def test_the_page_says_where_somebody_is_that_they_wait_and_what_was_done(world: World) -> None:
    page = (await (await signed_in(world, "legal")).get("/companions")).text
    for words in (
        "waiting area B",
        "Late",
        "A child",
        "Taken up",
        "Call a specialist",
        "The asylum authority",
    ):
        assert words in page, words
    assert "Suspect" not in page


async def test_the_counter_is_offered_its_form(world: World) -> None:
    world.services.answers["GET", PATH] = {"companions": [], "hits": []}
    page = (await (await signed_in(world, "front-line")).get("/companions")).text
    assert "No confirmed person is here" in page
    assert "Nobody waits for you" not in page


@pytest.mark.parametrize(
    ("path", "form", "sent_to", "sent"),
    [
        (
            "/companions",
            {"hit_id": HIT, "link": "FAMILY", "age": "CHILD", "whereabouts": "waiting area B"},
            PATH,
            {"hit_id": HIT, "link": "FAMILY", "is_child": True, "whereabouts": "waiting area B"},
        ),
        (
            f"/companions/{COMPANION}/assessment",
            {"category": "VICTIM", "evidence": "INTERVIEW", "words": WORDS},
            f"{PATH}/{COMPANION}/assessment",
            {"category": "VICTIM", "evidence": ["INTERVIEW"], "words": WORDS},
        ),
        (
            f"/companions/{COMPANION}/referrals",
            {"kind": "REFER_VICTIM", "words": WORDS},
            f"{PATH}/{COMPANION}/referrals",
            {"kind": "REFER_VICTIM", "words": WORDS},
        ),
        (
            f"/companions/{COMPANION}/outcome",
            {"kind": "REFER_VICTIM", "outcome": "DECLINED"},
            f"{PATH}/{COMPANION}/referrals/outcome",
            {"kind": "REFER_VICTIM", "outcome": "DECLINED"},
        ),
    ],
)
async def test_each_form_is_sent_on(
    world: World, path: str, form: dict[str, str], sent_to: str, sent: dict[str, Any]
) -> None:
    answer = await (await signed_in(world, "legal")).post(path, form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert world.services.body_of("POST", sent_to) == sent


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/companions", {"hit_id": "that one", "link": "FAMILY", "age": "ADULT", "whereabouts": "here"}),
        (f"/companions/{COMPANION}/assessment", {"category": "VICTIM", "words": WORDS}),
        (f"/companions/{COMPANION}/assessment", {"category": "SUSPECT", "evidence": "INTERVIEW"}),
    ],
)
async def test_what_cannot_be_is_said_in_the_form(world: World, path: str, form: dict[str, str]) -> None:
    answer = await (await signed_in(world, "legal")).post(path, form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_a_verifier_has_no_such_page(world: World) -> None:
    answer = await (await signed_in(world, "verifier-1")).get("/companions")
    assert answer.status_code == HTTPStatus.FORBIDDEN
