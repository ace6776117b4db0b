"""What oversight suspended: its own form, and what the desks concerned read."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.unit.console.suspensions_world import ORDER_ID, suspension
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world, problem

PATH = "/v1/oversight/suspensions"
LIFTED = {"lifted_at": "2026-06-14T07:30:00Z", "lifting_order": "C-2026/3", "kind": "RULE"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = a_world(tmp_path)
    lifted = suspension(object_id="SOURCE:DEMO", **LIFTED)
    made.services.answers["GET", PATH] = {"suspensions": [suspension(), lifted]}
    made.services.answers["POST", PATH] = suspension()
    made.services.answers["POST", f"{PATH}/{ORDER_ID}/lifting"] = suspension(**LIFTED)
    return made


async def test_oversight_orders_and_lifts_and_a_desk_reads(world: World) -> None:
    page = (await (await signed_in(world, "dpo")).get("/suspensions")).text
    for words in ("DEMO:DEMi.001", "IA-2026/17", "before the court", "Lifted", "C-2026/3", "Suspend it now"):
        assert words in page, words
    desk = (await (await signed_in(world, "supervisor")).get("/suspensions")).text
    assert "In force" in desk
    assert "Suspend it now" not in desk


@pytest.mark.parametrize(
    ("what", "name", "sent"),
    [
        ("ENTRY", "DEMO:DEMi.001", ("ENTRY", "DEMO:DEMi.001")),
        ("LIST", "UN_SC", ("RULE", "SOURCE:UN_SC")),
        ("MATCHER", "", ("RULE", "MATCHER")),
        ("PARTNER", "XBB", ("PARTNER", "XBB")),
    ],
)
async def test_the_form_says_what_is_suspended_and_for_oversight_alone(
    world: World, what: str, name: str, sent: tuple[str, str]
) -> None:
    form: dict[str, Any] = {
        "what": what,
        "name": name,
        "order_number": "IA-2026/17",
        "reason": "The grounds of this listing are before the court.",
    }
    answer = await (await signed_in(world, "dpo")).post("/suspensions", form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    body = world.services.body_of("POST", PATH)
    assert (body["kind"], body["object_id"]) == sent
    (asked,) = [each for each in world.services.asked if each.method == "POST"]
    assert asked.headers["Purpose-Code"] == "OVERSIGHT"


async def test_an_entry_is_named(world: World) -> None:
    form = {"what": "ENTRY", "order_number": "IA-2026/17", "reason": "Before the court."}
    answer = await (await signed_in(world, "dpo")).post("/suspensions", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "name is missing" in answer.text


async def test_lifting_names_its_order(world: World) -> None:
    browser = await signed_in(world, "dpo")
    path = f"/suspensions/screening/{ORDER_ID}/lifting"
    answer = await browser.post(path, {"lifting_order": "C-2026/3"})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert world.services.body_of("POST", f"{PATH}/{ORDER_ID}/lifting") == {"order_number": "C-2026/3"}


async def test_the_desk_concerned_reads_what_stands_and_a_silent_service_shows_nothing(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    part = await browser.get("/fragments/suspensions/screening")
    assert "Independent authority has suspended this entry" in part.text
    assert "SOURCE:DEMO" not in part.text, "what was lifted stops nobody"
    world.services.answers["GET", PATH] = problem(503, "NO_ANSWER", "Away.")
    assert "suspended" not in (await browser.get("/fragments/suspensions/sharing")).text
    assert "does not answer" in (await browser.get("/suspensions")).text


async def test_who_only_reviews_has_no_such_page(world: World) -> None:
    browser = await signed_in(world, "verifier-1")
    assert (await browser.get("/suspensions")).status_code == HTTPStatus.FORBIDDEN
