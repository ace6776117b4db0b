"""A carrier's own pages: what it uploads, what it is told, and that nothing else opens."""

from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from services.console.fault_words import FAULT_WORDS, fault_in_words
from services.console.navigation import PAGES
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import (
    RECEIPT,
    REFUSED_RECEIPT,
    Browser,
    World,
    a_world,
    problem,
    receipt,
    refused_receipt,
)

UPLOAD = ("POST", "/v1/manifests/upload")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


async def upload(browser: Browser, name: str = "list.csv", **fields: str) -> httpx.Response:
    """Send the form of the page as a browser does."""
    csrf = await browser.csrf()
    return await browser.http.post(
        "/upload",
        data={"csrf": csrf, **fields},
        files={"file": (name, b"Surname\r\nRoe\r\n")} if name else {},
        headers={"Origin": browser.world.console_url},
    )


def asked(world: World) -> httpx.Request:
    return next(each for each in world.services.asked if (each.method, each.url.path) == UPLOAD)


async def test_carrier_is_offered_its_own_pages_and_no_other_opens(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    home = (await browser.get("/")).text
    assert 'href="/upload"' in home
    assert 'href="/receipts"' in home
    assert "possible match" not in home.lower()
    own = {"/upload", "/receipts", "/my-quality"}
    for entry in PAGES:
        status = HTTPStatus.OK if entry.path in own else HTTPStatus.FORBIDDEN
        assert (await browser.get(entry.path)).status_code == status, entry.path


@pytest.mark.parametrize("person", ["verifier-1", "supervisor", "auditor", "admin"])
async def test_nobody_of_the_state_opens_a_carriers_pages(world: World, person: str) -> None:
    browser = await signed_in(world, person)
    for path in ("/upload", "/receipts", f"/receipts/{RECEIPT}"):
        assert (await browser.get(path)).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("name", "content_type"), [("list.CSV", "text/csv"), ("list.edi", "application/octet-stream")]
)
async def test_file_is_handed_over_in_the_carriers_name(world: World, name: str, content_type: str) -> None:
    browser = await signed_in(world, "carrier-desk")
    answer = await upload(browser, name)
    assert answer.headers["location"] == f"/receipts/{RECEIPT}?sent=1"
    request = asked(world)
    assert (request.content, request.headers["content-type"]) == (b"Surname\r\nRoe\r\n", content_type)
    assert request.headers["authorization"].startswith("Bearer ")
    assert dict(request.url.params) == {}


async def test_ticked_test_is_said(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    await upload(browser, is_test="yes")
    assert dict(asked(world).url.params) == {"is_test": "true"}


async def test_refused_file_leads_to_its_receipt(world: World) -> None:
    world.services.answers[UPLOAD] = problem(422, "SHEET_MALFORMED", "No.", receipt=refused_receipt())
    browser = await signed_in(world, "carrier-desk")
    assert (await upload(browser)).headers["location"] == f"/receipts/{REFUSED_RECEIPT}?sent=1"


async def test_file_of_several_messages_leads_to_the_list(world: World) -> None:
    world.services.answers[UPLOAD] = [receipt(), refused_receipt()]
    browser = await signed_in(world, "carrier-desk")
    answer = await upload(browser)
    assert answer.headers["location"] == "/receipts?sent=2"
    assert "The file held 2 messages" in (await browser.get("/receipts?sent=2")).text


async def test_refusal_without_a_receipt_is_told_in_its_own_words(world: World) -> None:
    world.services.answers[UPLOAD] = problem(403, "NOT_PERMITTED", "Your roles do not open this.")
    browser = await signed_in(world, "carrier-desk")
    answer = await upload(browser)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "Your roles do not open this." in answer.text


async def test_form_without_a_file_is_told(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    answer = await upload(browser, "")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "choose a file" in answer.text


async def test_receipt_tells_each_fault_in_words_and_where(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    page = (await browser.get(f"/receipts/{RECEIPT}")).text
    assert "The date may mean two days. Write 1984-02-29." in page
    assert "Date of birth, row 14" in page
    assert "XA418-0002" in page
    assert "1 traveller was not taken" in page
    assert "1 June 2026, 11:30 at XQB" in page


async def test_refused_receipt_says_that_nothing_was_taken(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    page = (await browser.get(f"/receipts/{REFUSED_RECEIPT}")).text
    assert "Nothing of this file was taken" in page
    assert "UNZ, number 9" in page


async def test_template_is_downloaded_from_the_console_itself(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    answer = await browser.get("/upload/template.xlsx")
    assert (answer.content, "attachment" in answer.headers["content-disposition"]) == (b"PK", True)
    assert (await browser.get("/upload/template.exe")).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_somebody_elses_receipt_does_not_exist(world: World) -> None:
    world.services.answers["GET", f"/v1/receipts/{RECEIPT}"] = problem(
        404, "RECEIPT_NOT_FOUND", "There is no such receipt."
    )
    browser = await signed_in(world, "carrier-desk")
    answer = await browser.get(f"/receipts/{RECEIPT}")
    assert "There is no such receipt." in answer.text


def test_every_sentence_is_one() -> None:
    assert all(words.endswith(".") for words in FAULT_WORDS.values())
    assert fault_in_words("SOMETHING_NEW") == "Something new."
