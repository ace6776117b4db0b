"""The work itself, as a person does it: with the keyboard, interrupted, refused, in three taps."""

import pytest
from playwright.sync_api import Page, expect

from tests.system.browser.conftest import SignIn
from tests.system.browser.test_pages import faults_of
from tests.unit.console.world import CANARY, HIT, OTHER_HIT, World, answers, problem

pytestmark = pytest.mark.browser
DECISION = ("POST", f"/v1/hits/{HIT}/decision")
LEASE = ("POST", f"/v1/hits/{HIT}/lease")


@pytest.fixture(autouse=True)
def fresh_answers(world: World) -> None:
    """Every test begins with the same answers and an empty memory of what was asked."""
    world.services.answers = answers()
    world.services.asked.clear()


def asked(world: World, method: str, path: str) -> int:
    """How often the services were asked this."""
    return sum((request.method, request.url.path) == (method, path) for request in world.services.asked)


def test_review_by_keyboard_opens_the_next_one(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    page.goto(f"{world.console_url}/queue")
    first = page.get_by_role("main").get_by_role("link", name="Review").first
    expect(first).to_have_accessible_name("Review XA101, 12 min left")
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{HIT}")
    assert page.locator("input[name=outcome]:checked").count() == 0
    page.get_by_label("Date of birth").focus()
    page.keyboard.press("Space")
    page.keyboard.press("d")
    expect(page.get_by_label("Different person")).to_be_checked()
    page.get_by_label("Why").focus()
    page.keyboard.type("The dates of birth are thirteen years apart; so said the document.")
    expect(page.get_by_label("Different person")).to_be_checked()
    page.get_by_role("button", name="Record my answer").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{OTHER_HIT}?recorded=1")
    expect(page.get_by_role("status")).to_contain_text("Your last answer was recorded")
    assert world.services.body_of(*DECISION) == {
        "outcome": "DIFFERENT",
        "reasons": "The dates of birth are thirteen years apart; so said the document.",
        "compared_fields": ["date_of_birth"],
        "explanations": {},
    }


def test_refused_decision_keeps_every_word(sign_in: SignIn, world: World) -> None:
    world.services.answers[DECISION] = problem(
        403, "REFUSED_BY_POLICY", "A decision in under half a minute is refused.", reasons=["SG-08.TOO_FAST"]
    )
    page = sign_in("verifier-1")
    page.goto(f"{world.console_url}/review/{HIT}")
    page.get_by_label("Nationality").check()
    page.get_by_label("Same person").check()
    page.get_by_label("If you say").fill("The sender gave a placeholder year.")
    page.get_by_label("Why").fill("Names and nationality agree in every word.")
    page.get_by_role("button", name="Record my answer").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("A decision in under half a minute is refused.")
    expect(alert).to_contain_text("SG-08.TOO_FAST")
    expect(alert).to_be_focused()
    expect(page.get_by_label("Nationality")).to_be_checked()
    expect(page.get_by_label("Same person")).to_be_checked()
    expect(page.get_by_label("If you say")).to_have_value("The sender gave a placeholder year.")
    expect(page.get_by_label("Why")).to_have_value("Names and nationality agree in every word.")
    assert faults_of(page) == []


def test_review_is_ticked_and_recorded_from_the_keyboard(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    page.goto(f"{world.console_url}/review/{HIT}")
    page.keyboard.press("2")
    expect(page.get_by_label("Date of birth")).to_be_checked()
    page.keyboard.press("1")
    page.keyboard.press("1")
    expect(page.get_by_label("Name", exact=True)).not_to_be_checked()
    page.keyboard.press("d")
    page.get_by_label("Why").focus()
    page.keyboard.type("Born 13 years apart: 2 dates, 1 document.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/review/{OTHER_HIT}?recorded=1")
    assert world.services.body_of(*DECISION)["compared_fields"] == ["date_of_birth"]


def test_pages_fold_away_beside_a_review_and_open_by_keyboard(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages).to_be_visible()
    page.goto(f"{world.console_url}/review/{HIT}")
    expect(pages).to_be_hidden()
    button = page.get_by_role("button", name="Pages")
    button.focus()
    page.keyboard.press("Enter")
    expect(pages).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert faults_of(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(pages).to_be_hidden()
    expect(button).to_be_focused()


def test_keys_can_be_turned_off(sign_in: SignIn, world: World) -> None:
    """Source: WCAG 2.2, 2.1.4 Character Key Shortcuts."""
    page = sign_in("verifier-1")
    page.goto(f"{world.console_url}/review/{HIT}")
    page.get_by_label("Choose with the keys").uncheck()
    page.keyboard.press("s")
    assert page.locator("input[name=outcome]:checked").count() == 0
    page.reload()
    expect(page.get_by_label("Choose with the keys")).not_to_be_checked()


def open_with_a_clock(page: Page, address: str) -> None:
    """Open a page whose clock the test moves."""
    page.clock.install()
    page.goto(address)


def test_lease_is_kept_while_somebody_works_and_not_otherwise(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    open_with_a_clock(page, f"{world.console_url}/review/{HIT}")
    assert asked(world, *LEASE) == 1
    page.clock.fast_forward("05:01")
    page.keyboard.press("Tab")
    with page.expect_response(f"**/fragments/review/{HIT}/lease") as renewed:
        page.clock.fast_forward("05:01")
    assert renewed.value.status == 200
    expect(page.locator("#lease-state")).to_contain_text("Yours until")
    assert asked(world, *LEASE) == 2


def test_words_outlive_a_session(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    open_with_a_clock(page, f"{world.console_url}/review/{HIT}")
    page.get_by_label("Why").press_sequentially("The names agree in every word.")
    world.sessions.rows.clear()
    page.clock.fast_forward("05:01")
    again = page.get_by_role("alert").get_by_role("link", name="Sign in again")
    with page.context.expect_page() as opened:
        again.click()
    other = opened.value
    other.locator("button[value='verifier-1']").click()
    other.wait_for_url(f"{world.console_url}/")
    page.get_by_label("Name", exact=True).check()
    page.get_by_label("Cannot tell").check()
    page.get_by_role("button", name="Record my answer").click()
    page.wait_for_url(f"**/review/{OTHER_HIT}?recorded=1")
    assert world.services.body_of(*DECISION)["reasons"] == "The names agree in every word."


def test_queue_looks_for_new_work_by_itself(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    open_with_a_clock(page, f"{world.console_url}/queue")
    expect(page.get_by_role("main").get_by_role("link", name="Review")).to_have_count(2)
    world.services.answers["GET", "/v1/queue"]["items"].pop()
    with page.expect_response("**/fragments/queue"):
        page.clock.fast_forward("00:31")
    expect(page.get_by_role("main").get_by_role("link", name="Review")).to_have_count(1)


def test_countdown_goes_on_and_warns(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    open_with_a_clock(page, f"{world.console_url}/queue")
    second = page.locator("tr", has_text="XA207").locator(".left")
    expect(second).to_have_text("1 h 14 min")
    expect(second).not_to_have_class("left soon")
    with page.expect_response("**/fragments/queue"):
        page.clock.fast_forward("50:00")
    expect(second).to_have_class("left soon")


def test_outcome_at_the_port_takes_three_taps(sign_in: SignIn, world: World) -> None:
    page = sign_in("front-line")
    page.goto(f"{world.console_url}/cards")
    page.get_by_role("link", name="What happened?").click()
    page.get_by_role("button", name="Different person").click()
    expect(page.get_by_text("told at once that it was somebody else")).to_be_visible()
    page.get_by_role("button", name="Yes, record it").click()
    expect(page.get_by_role("status")).to_have_text("Recorded.")
    assert world.services.body_of("POST", f"/v1/front-line/cards/{HIT}/outcome") == {
        "outcome": "DIFFERENT_PERSON"
    }


def test_looked_up_document_stands_in_no_address(sign_in: SignIn, world: World) -> None:
    page = sign_in("front-line")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{world.console_url}/cards")
    page.get_by_label("Document number").fill("QF1234567")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("status")).to_contain_text(CANARY)
    assert not any("QF1234567" in address for address in addresses)
    assert all("QF1234567" not in str(request.url) for request in world.services.asked)


def test_session_that_ended_says_that_nothing_was_sent(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    page.goto(f"{world.console_url}/review/{HIT}")
    world.sessions.rows.clear()
    page.get_by_label("Name", exact=True).check()
    page.get_by_label("Cannot tell").check()
    page.get_by_label("Why").fill("The document is missing on one side.")
    page.get_by_role("button", name="Record my answer").click()
    expect(page.get_by_role("heading", name="Your session ended")).to_be_visible()
    assert asked(world, *DECISION) == 0


def test_page_cannot_be_framed_and_runs_no_inline_code(sign_in: SignIn, world: World) -> None:
    page = sign_in("verifier-1")
    response = page.goto(f"{world.console_url}/queue")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    cookies = page.context.cookies(world.console_url)
    session = next(cookie for cookie in cookies if str(cookie.get("name")).startswith("local-session"))
    assert (session.get("httpOnly"), session.get("sameSite")) == (True, "Strict")
