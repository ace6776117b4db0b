"""Every page in a real browser: it loads nothing foreign, breaks no policy, and anyone can use it."""

from http import HTTPStatus

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.system.browser.conftest import SignIn, screenshots_folder
from tests.unit.console.watchlist_world import ENTRY, NOMINATION, OTHER_ENTRY, OWN_NOMINATION
from tests.unit.console.world import (
    FLIGHT,
    HIT,
    NOTICE,
    RECEIPT,
    REFUSED_RECEIPT,
    SHARE,
    VERSION,
    World,
)

pytestmark = pytest.mark.browser

PAGES = {
    "verifier-1": [
        "/",
        "/queue",
        "/expired",
        f"/review/{HIT}",
        "/match",
        "/flights",
        f"/flights/{FLIGHT}",
        "/watchlist",
        "/standing-orders",
    ],
    "supervisor": [
        "/hits",
        f"/hits/{HIT}",
        f"/hits/{HIT}/order",
        "/orders",
        "/shares",
        f"/shares/{SHARE}",
        "/notices",
        f"/notices/{NOTICE}",
        "/standing-orders",
        "/match",
        "/expected-flights",
        "/carrier-quality",
        "/carrier-quality/XA",
        f"/entries/{ENTRY}/releasable",
        f"/nominations/{NOMINATION}",
        f"/merges/compare?one={ENTRY}&other={OTHER_ENTRY}",
        "/rescreening",
        "/fairness",
        "/cleared",
    ],
    "legal": ["/", f"/shares/{SHARE}", "/orders", "/standing-orders", "/matcher", "/registers", "/renewals"],
    "steward": [
        "/watchlist",
        f"/watchlist/versions/{VERSION}",
        "/entries",
        f"/entries/{ENTRY}",
        "/nominations",
        f"/nominations/{OWN_NOMINATION}/edit",
        f"/nominations/{NOMINATION}/committee-draft",
        "/calendar",
        "/merges",
        "/list-statistics",
    ],
    "front-line": ["/cards", f"/cards/{HIT}"],
    "dpo": ["/oversight"],
    "auditor": ["/log", "/queue", "/nowhere"],
    "carrier-desk": [
        "/",
        "/upload",
        "/receipts",
        f"/receipts/{RECEIPT}",
        f"/receipts/{REFUSED_RECEIPT}",
        "/my-quality",
        "/queue",
    ],
}
# WCAG 2.2 at levels A and AA, and what axe counts as good practice beside them.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults_of(page: Page, *, only: str | None = None) -> list[str]:
    """What axe finds on the page, or what one of its rules does, one line each."""
    asked = {"type": "tag", "values": TAGS} if only is None else {"type": "rule", "values": [only]}
    found = Axe().run(page, options={"runOnly": asked}).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


# A rule of the style sheet that was meant for something else can lay a table's rows over its headings.
TABLES_OUT_OF_LINE = """() => [...document.querySelectorAll("main table")].filter((table) => {
    const row = table.tBodies[0]?.rows[0], heading = table.tHead?.rows[0];
    if (!row || !heading || !row.cells.length || !table.checkVisibility()) return false;
    const [below, above] = [row.getBoundingClientRect(), heading.getBoundingClientRect()];
    return below.top < above.bottom - 1 || Math.abs(below.width - above.width) > 1;
  }).map((table) => table.caption?.textContent ?? table.className)"""


def photograph(page: Page, name: str) -> None:
    """A picture for a person to look at, where somebody asked for pictures."""
    folder = screenshots_folder()
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)


@pytest.mark.parametrize("person", list(PAGES))
def test_pages_are_accessible_in_light_and_dark(sign_in: SignIn, world: World, person: str) -> None:
    page = sign_in(person)
    faults = []
    for path in PAGES[person]:
        response = page.goto(world.console_url + path)
        # A page about a fault is accessible too, and is not the page that was meant.
        assert response is not None
        assert response.status < HTTPStatus.INTERNAL_SERVER_ERROR, path
        expect(page.get_by_text("Demonstration.")).to_be_visible()
        faults += [f"{path} table {name}" for name in page.evaluate(TABLES_OUT_OF_LINE)]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            photograph(page, f"{person}{path.replace('/', '_')}-{scheme}")
            # Nothing but colours changes with the scheme.
            only = "color-contrast" if scheme == "dark" else None
            faults += [f"{path} {scheme} {fault}" for fault in faults_of(page, only=only)]
    assert faults == []


@pytest.mark.parametrize("person", list(PAGES))
def test_pages_fit_a_narrow_screen(sign_in: SignIn, world: World, person: str) -> None:
    """Source: WCAG 2.2, 1.4.10 Reflow: 320 CSS pixels without scrolling sideways."""
    page = sign_in(person)
    page.set_viewport_size({"width": 320, "height": 640})
    too_wide = []
    for path in PAGES[person]:
        page.goto(world.console_url + path)
        photograph(page, f"{person}{path.replace('/', '_')}-narrow")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            too_wide.append(f"{path}: {width}")
    assert too_wide == []


def test_pages_after_a_form_are_accessible_too(sign_in: SignIn, world: World) -> None:
    page = sign_in("auditor")
    page.goto(f"{world.console_url}/log")
    page.get_by_role("button", name="Search").click()
    photograph(page, "auditor_log_found-light")
    assert faults_of(page) == []
    page = sign_in_again(page, world, "supervisor")
    page.goto(f"{world.console_url}/hits/{HIT}")
    page.get_by_label("Purpose").select_option("TERR_TRAVEL")
    page.get_by_label("In your own words").fill(
        "The measure has to be prepared before the flight lands here."
    )
    page.get_by_role("button", name="Show the hit").click()
    photograph(page, "supervisor_hit_shown-light")
    assert faults_of(page) == []


def sign_in_again(page: Page, world: World, person: str) -> Page:
    """Sign out and in as somebody else."""
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.locator(f"button[value='{person}']").click()
    page.wait_for_url(f"{world.console_url}/")
    return page


@pytest.mark.parametrize("paper_width", [703, 1032], ids=["portrait", "landscape"])
def test_printed_page_fills_its_paper_in_black_on_white(sign_in: SignIn, paper_width: int) -> None:
    page = sign_in("auditor")
    page.set_viewport_size({"width": paper_width, "height": 900})
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(page.url + "oversight")
    assert page.locator("main").bounding_box()["width"] == paper_width  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") == paper_width
    assert (
        page.locator("thead").first.evaluate("each => getComputedStyle(each).display") == "table-header-group"
    )
    surface = "getComputedStyle(document.documentElement).getPropertyValue('--surface')"
    assert page.evaluate(surface).strip() == "#ffffff"
