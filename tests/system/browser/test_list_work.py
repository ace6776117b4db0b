"""The watchlist's work as people do it: with the keyboard, from what waits to the word given."""

import pytest
from playwright.sync_api import expect

from tests.system.browser.conftest import SignIn
from tests.system.browser.test_pages import faults_of
from tests.unit.console.watchlist_world import ENTRY, NOMINATION, OTHER_ENTRY
from tests.unit.console.world import World, answers, problem

pytestmark = pytest.mark.browser
DRAFTS = ("POST", "/v1/nominations")


@pytest.fixture(autouse=True)
def fresh_answers(world: World) -> None:
    """Every test begins with the same answers and an empty memory of what was asked."""
    world.services.answers = answers()
    world.services.asked.clear()


def test_second_person_decides_by_keyboard(sign_in: SignIn, world: World) -> None:
    page = sign_in("supervisor")
    page.goto(f"{world.console_url}/nominations")
    page.get_by_role("link", name="Open Reasonably suspected, analyst-7").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/nominations/{NOMINATION}")
    assert page.locator("input[name=decision]:checked").count() == 0
    page.get_by_label("Send back to the nominator").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("A document or a full birth date is needed.")
    page.keyboard.press("Tab")
    with page.expect_response("**/decision"):
        page.keyboard.press("Enter")
    assert world.services.body_of("POST", f"/v1/nominations/{NOMINATION}/decision") == {
        # The one that the page showed.
        "version": 2,
        "decision": "RETURNED",
        "reason": "A document or a full birth date is needed.",
    }


def test_new_row_takes_the_focus_and_keeps_what_was_written(sign_in: SignIn, world: World) -> None:
    page = sign_in("steward")
    page.goto(f"{world.console_url}/nominations/new")
    page.get_by_label("1. Name").fill("Zefirin Quilfether")
    page.get_by_role("button", name="Another name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("3. Name")).to_be_focused()
    expect(page.get_by_label("1. Name")).to_have_value("Zefirin Quilfether")
    # Enter in a field keeps the draft, which the browser holds back while something is missing.
    page.keyboard.press("Enter")
    expect(page.locator("[name=category]").first).to_be_focused()
    assert not any((each.method, each.url.path) == DRAFTS for each in world.services.asked)
    assert faults_of(page) == []


def test_refused_nomination_is_told_where_the_eye_is(sign_in: SignIn, world: World) -> None:
    world.services.answers["POST", f"/v1/nominations/{NOMINATION}/decision"] = problem(
        403, "REFUSED_BY_SAFEGUARD", "A second person decides.", reasons="SG-09.SAME_PERSON"
    )
    page = sign_in("supervisor")
    page.goto(f"{world.console_url}/nominations/{NOMINATION}")
    page.get_by_label("Put on the list").check()
    page.get_by_role("textbox", name="Why").fill("Compared with the file.")
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("SG-09.SAME_PERSON")
    expect(page.get_by_label("Put on the list")).to_be_checked()
    expect(page.get_by_role("textbox", name="Why")).to_have_value("Compared with the file.")
    assert faults_of(page) == []


def test_searched_name_stands_in_no_address(sign_in: SignIn, world: World) -> None:
    page = sign_in("steward")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{world.console_url}/entries")
    page.get_by_label("A part of a name").fill("Quilfether")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2 entries found")
    assert not any("Quilfether" in address for address in addresses)
    assert faults_of(page) == []
    page.get_by_role("link", name="Zefirin Quilfether").first.press("Enter")
    page.wait_for_url("**/entries/UN_DEMO*")
    page.get_by_text("Suspend: take it out").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Its accuracy is disputed").check()
    with page.expect_response("**/suspension"):
        page.get_by_role("button", name="Suspend").click()
    path = f"/v1/watchlist/entries/{ENTRY}/suspension"
    assert world.services.body_of("POST", path) == {"reason": "DISPUTED"}


def test_pair_is_told_apart_from_the_comparison(sign_in: SignIn, world: World) -> None:
    world.services.answers["GET", "/v1/watchlist/merges"] = {"pending": [], "decisions": []}
    page = sign_in("steward")
    page.goto(f"{world.console_url}/merges")
    page.get_by_role("link", name=f"Compare {ENTRY} and {OTHER_ENTRY}").click()
    page.get_by_label("Two persons").check()
    page.get_by_role("button", name="Record my word").click()
    page.wait_for_url("**/merges")
    assert world.services.body_of("POST", "/v1/watchlist/merges/different") == {
        "entry_id": ENTRY,
        "other_id": OTHER_ENTRY,
    }
