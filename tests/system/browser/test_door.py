"""The travellers' door in a real browser: two languages, two directions, from request to status."""

import json
from collections.abc import Iterator

import pytest
from joserfc.jwk import OKPKey
from playwright.sync_api import Browser, Page

from services.door.app import create_app
from services.door.pages import WORDS
from services.door.settings import DoorSettings
from tests.system.browser.conftest import PATIENCE_SECONDS, listening, served
from tests.system.browser.test_pages import faults_of, photograph

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a door whose key nobody holds."""
    folder = tmp_path_factory.mktemp("door")
    key = OKPKey.generate_key("X25519", private=True)
    (folder / "key.json").write_text(json.dumps(key.as_dict(private=False)))
    with listening() as socket:
        settings = DoorSettings(
            profile="local",
            port=socket.getsockname()[1],
            folder=folder,
            rights_key_file=folder / "key.json",
            independent_authority="Data Protection Authority, 1 Harbour Road",
            appeal_court="Administrative Court of the capital",
        )
        with served(create_app(settings), socket):
            yield f"http://127.0.0.1:{settings.port}"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser that runs no script: the door needs none."""
    context = chromium.new_context(viewport={"width": 1024, "height": 900}, locale="fr-CH")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    foreign: list[str] = []
    context.on("request", lambda request: foreign.append(request.url))
    yield context.new_page()
    context.close()
    assert {url.split("/")[2].split(":")[0] for url in foreign} <= {"127.0.0.1"}


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_request_is_left_and_followed(page: Page, door: str, language: str) -> None:
    words = WORDS[language]
    page.goto(f"{door}/{language}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        photograph(page, f"door_{language}-{scheme}")
        faults += faults_of(page)
    page.set_viewport_size({"width": 320, "height": 640})
    photograph(page, f"door_{language}-narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label(words["kinds"]["REDRESS"]).check()
    page.get_by_label(words["name"], exact=True).fill("Zamenhof")
    page.get_by_label(words["reach"], exact=True).fill("Poste restante")
    page.get_by_label(words["statement"]).fill("I was stopped twice for somebody else.")
    page.get_by_role("button", name=words["send"], exact=True).press("Enter")
    number, secret = page.locator("strong").all_inner_texts()
    photograph(page, f"door_{language}_taken-narrow")
    faults += faults_of(page)
    page.get_by_label(words["number"], exact=True).fill(number)
    page.get_by_label(words["secret"], exact=True).fill(secret)
    page.get_by_role("button", name=words["look"], exact=True).press("Enter")
    assert words["received"] in page.get_by_role("status").inner_text()
    assert faults + faults_of(page) == []


def test_the_browser_s_language_is_spoken_first(page: Page, door: str) -> None:
    page.goto(door)
    assert page.url == f"{door}/fr"
