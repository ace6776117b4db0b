"""Rights, retention, the desk, boarding and incidents in a real browser: light, dark, narrow, with axe."""

import pytest
from playwright.sync_api import expect

from tests.system.browser.conftest import SignIn
from tests.system.browser.test_pages import faults_of, photograph
from tests.unit.console.rights_world import PROPOSED, RECEIVED, REFUSAL, REQUEST, TASK
from tests.unit.console.world import World

pytestmark = pytest.mark.browser

PAGES = {
    "legal": [
        "/rights",
        f"/rights/{REQUEST}",
        f"/rights/{REQUEST}?language=ar",
        f"/rights/notifications/{TASK}",
        "/retention",
        "/boarding",
        "/arrests",
        f"/desk/{PROPOSED}",
        "/companions",
        "/consular",
    ],
    "dpo": [f"/rights/approvals/{REFUSAL}?language=fr", "/incidents"],
    "supervisor": [
        "/desk",
        f"/desk/{RECEIVED}",
        "/reidentifications",
        "/boarding",
        "/arrests",
        "/desk-clocks",
        "/incidents",
    ],
    "child-specialist": ["/children"],
    "authority": ["/reidentifications"],
    "asylum": ["/protection"],
}


@pytest.mark.parametrize("person", list(PAGES))
def test_pages_are_accessible_in_light_dark_and_narrow(sign_in: SignIn, world: World, person: str) -> None:
    page = sign_in(person)
    faults = []
    for path in PAGES[person]:
        page.goto(world.console_url + path)
        name = f"{person}{path.replace('/', '_').replace('?', '-')}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            photograph(page, f"{name}-{scheme}")
            faults += [f"{path} {scheme} {fault}" for fault in faults_of(page)]
        page.set_viewport_size({"width": 320, "height": 640})
        photograph(page, f"{name}-narrow")
        width = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{path} is {width} pixels wide"] if width > 320 else []
        page.set_viewport_size({"width": 1280, "height": 900})
    assert faults == []


def test_an_answer_is_written_looked_at_and_given_by_keyboard(sign_in: SignIn, world: World) -> None:
    page = sign_in("legal")
    page.goto(f"{world.console_url}/rights/{REQUEST}")
    page.get_by_role("radio", name="Granted").focus()
    page.keyboard.press("Space")
    page.get_by_label("Reasons").focus()
    page.keyboard.type("The date of birth was wrong.")
    page.get_by_text("What is right", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Birth date (may stay empty)", exact=True).focus()
    page.keyboard.type("1971-02-03")
    page.get_by_role("button", name="See the letter first").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This is what would leave")).to_be_visible()
    photograph(page, "legal_rights_preview-light")
    assert faults_of(page) == []
    page.get_by_role("button", name="Give this answer").focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    body = world.services.body_of("POST", f"/v1/rights/requests/{REQUEST}/answer")
    assert body["corrections"] == {"birth_date": "1971-02-03"}
