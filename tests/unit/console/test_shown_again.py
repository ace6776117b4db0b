"""A refused form comes back with what was written in it, whoever refused it."""

from http import HTTPStatus
from pathlib import Path

import httpx
import lxml.html
import pytest
from lxml.html import HtmlElement

from tests.unit.console.world import HIT, Browser, World, a_world, problem

STATEMENT = "A travel agent asks <b>before</b> the departure,\nand names nobody else at all."
ASKED = {
    "surname": 'O"Neill & Sons',
    "given_names": "",
    "birth_date": "1984-02",
    "nationality": "XBB",
    "document_number": "",
    "issuer": "",
    "purpose_code": "TERR_TRAVEL",
    "purpose_case": "CASE-7",
    "purpose_statement": STATEMENT,
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


@pytest.fixture
async def browser(world: World) -> Browser:
    made = Browser(world)
    await made.sign_in("supervisor")
    return made


async def send(
    browser: Browser, path: str, fields: dict[str, str], referer: str | None
) -> tuple[httpx.Response, HtmlElement]:
    if referer is not None:
        browser.http.headers["referer"] = browser.world.console_url + referer
    answer = await browser.post(path, fields)
    return answer, lxml.html.document_fromstring(answer.text)


def refuse(world: World, path: str, status: int = 403) -> None:
    code = "NOT_STORED" if status == HTTPStatus.SERVICE_UNAVAILABLE else "REFUSED_BY_SAFEGUARD"
    world.services.answers["POST", path] = problem(
        status, code, "Say why this is needed.", reasons=["SG-03.TOO_SHORT"]
    )


def values(page: HtmlElement) -> dict[str, str]:
    form = page.xpath(".//form[@action='/match']")[0]
    return {name: (value or "").replace("\r", "") for name, value in form.fields.items()}


async def test_refused_form_keeps_every_field(world: World, browser: Browser) -> None:
    refuse(world, "/v1/match")
    answer, page = await send(browser, "/match", ASKED, "/match")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert {name: value for name, value in values(page).items() if name != "csrf"} == ASKED
    (notice,) = page.xpath(".//*[@role='alert']")
    assert "Refused by a safeguard" in notice.text_content()
    assert "Say why this is needed." in notice.text_content()
    assert "SG-03.TOO_SHORT" in notice.text_content()
    assert notice.getnext().get("action") == "/match"


async def test_form_is_kept_while_a_service_is_away(world: World, browser: Browser) -> None:
    refuse(world, "/v1/match", status=503)
    answer, page = await send(browser, "/match", ASKED, "/match")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert values(page)["purpose_statement"] == STATEMENT
    assert "It did not work" in answer.text


async def test_incomplete_form_is_kept(browser: Browser) -> None:
    answer, page = await send(browser, "/match", ASKED | {"purpose_code": "NOTHING"}, "/match")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert values(page)["surname"] == ASKED["surname"]
    assert values(page)["purpose_code"] == ""


async def test_characters_that_html_cannot_hold_are_left_out(world: World, browser: Browser) -> None:
    refuse(world, "/v1/match")
    _, page = await send(browser, "/match", ASKED | {"surname": "A\x00B\x1fC\ufffe"}, "/match")
    assert values(page)["surname"] == "ABC"


async def test_form_whose_page_is_gone_is_shown_as_text(world: World, browser: Browser) -> None:
    refuse(world, "/v1/match")
    for referer in (None, "/nowhere", "/queue"):
        answer, page = await send(browser, "/match", ASKED, referer)
        assert page.xpath(".//form[@action='/match']") == []
        written = [each.text_content().replace("\r", "") for each in page.xpath(".//p[@class='written']")]
        assert STATEMENT in written
        assert answer.status_code == HTTPStatus.FORBIDDEN


async def test_no_foreign_page_is_asked_for(world: World, browser: Browser) -> None:
    refuse(world, "/v1/match")
    browser.http.headers["referer"] = "https://evil.test/match"
    answer = await browser.post("/match", ASKED)
    assert "What you wrote" in answer.text


async def test_form_of_another_thing_is_not_filled_in(world: World, browser: Browser) -> None:
    """Two forms of one page may go to one address; the hidden field says whose it is."""
    refuse(world, "/v1/match")
    answer, page = await send(browser, "/match", ASKED | {"version": "3"}, "/match")
    assert page.xpath(".//form[@action='/match']") == []
    assert "What you wrote" in answer.text


async def test_form_of_nobody_is_never_drawn(world: World, browser: Browser) -> None:
    """What a foreign page sends is refused before a word of it is read."""
    answer = await browser.post("/match", ASKED, origin="https://evil.test")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert STATEMENT.partition(",")[0] not in answer.text
    assert HIT not in answer.text
