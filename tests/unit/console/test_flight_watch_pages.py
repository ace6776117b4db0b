"""Expected flights and the quality of carriers' data, as people see them."""

from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from services.console.seen.quality import CarrierQuality
from services.console.words import in_words
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world, data_quality

IMPORT = ("POST", "/v1/expected-flights/imports")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def asked(world: World, path: str) -> httpx.Request:
    return next(each for each in world.services.asked if each.url.path == path)


async def test_flight_of_which_nothing_came_stands_first(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    page = (await browser.get("/expected-flights?from=2026-06-01&to=2026-06-02&carrier=xa")).text
    assert page.index("XA909") < page.index("XA913") < page.index("XA911")
    assert "bookings only" in page
    assert "Comes every week" in page
    query = asked(world, "/v1/expected-flights").url.params
    # The last day on the page is included; the service's `to` is not.
    assert (query["from"], query["to"], query["carrier"]) == ("2026-06-01", "2026-06-03", "XA")


async def test_expected_flight_shows_both_times_by_the_clocks_of_their_airports(world: World) -> None:
    page = (await (await signed_in(world, "supervisor")).get("/expected-flights")).text
    assert "1 June 2026, 11:30 at XQB (UTC+2)" in page
    assert "1 June 2026, 15:30 at XQA (UTC+3)" in page


async def test_each_page_that_counts_people_says_whom(world: World) -> None:
    supervisor = await signed_in(world, "supervisor")
    assert "who was taken off is not among them" in (await supervisor.get("/flights")).text
    assert '<th scope="col" class="n">Passengers</th>' in (await supervisor.get("/expected-flights")).text
    assert "nobody of whom a booking alone tells" in (await supervisor.get("/carrier-quality")).text
    assert "Records of travellers held" in (await supervisor.get("/retention")).text
    assert in_words("travellers_screened") == "Screenings of a traveller, repeated ones too"


async def test_day_that_is_none_is_told(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    answer = await browser.get("/expected-flights?from=yesterday")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_schedule_is_imported_and_what_became_of_it_is_told(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    answer = await browser.http.post(
        "/expected-flights/import",
        data={"csrf": await browser.csrf(), "format": "ssim"},
        files={"file": ("schedule.ssim", b"1AIRLINE")},
        headers={"Origin": world.console_url},
    )
    assert answer.status_code == HTTPStatus.OK
    assert "2 flights of XA are watched" in answer.text
    assert "Lines that were left out" in answer.text
    sent = asked(world, IMPORT[1])
    assert (sent.url.params["format"], sent.content) == ("ssim", b"1AIRLINE")


async def test_only_who_may_import_sees_the_form(world: World) -> None:
    page = (await (await signed_in(world, "verifier-1")).get("/expected-flights")).text
    assert "Import a schedule" not in page


async def test_carriers_are_told_with_what_they_leave_out(world: World) -> None:
    page = (await (await signed_in(world, "auditor")).get("/carrier-quality")).text
    assert 'href="/carrier-quality/XA?' in page
    assert "15 min after" in page
    assert "Seat, Birth date" in page


async def test_carriers_page_shows_its_elements_faults_and_flights(world: World) -> None:
    browser = await signed_in(world, "auditor")
    page = (await browser.get("/carrier-quality/XA")).text
    for words in ("BIRTH_DATE_IMPOSSIBLE", "TRUNCATED", "XA913", "Missing in wrong matches", "&lt;10"):
        assert words in page
    assert asked(world, "/v1/data-quality").url.params["carrier"] == "XA"


async def test_carrier_sees_its_own_without_matches(world: World) -> None:
    browser = await signed_in(world, "carrier-desk")
    page = (await browser.get("/my-quality")).text
    assert "Your data quality" in page
    assert "match" not in page.lower()
    assert (await browser.get("/carrier-quality")).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("person", "path", "asked_path"),
    [
        ("auditor", "/carrier-quality/table.csv?carrier=XA", "/v1/data-quality"),
        ("carrier-desk", "/my-quality/table.csv", "/v1/data-quality/mine"),
    ],
)
async def test_table_is_downloaded_as_csv(world: World, person: str, path: str, asked_path: str) -> None:
    world.services.answers["GET", asked_path] = httpx.Response(200, content=b"carrier,day\r\n")
    answer = await (await signed_in(world, person)).get(path)
    assert answer.text == "carrier,day\r\n"
    assert "attachment" in answer.headers["content-disposition"]
    assert asked(world, asked_path).headers["accept"] == "text/csv"


async def test_template_of_a_schedule_is_downloaded(world: World) -> None:
    answer = await (await signed_in(world, "admin")).get("/expected-flights/template.csv")
    assert answer.content.startswith(b"Flight,")


async def test_nothing_sent_is_said(world: World) -> None:
    nothing: dict[str, list[object]] = {"carriers": [], "flights": []}
    world.services.answers["GET", "/v1/data-quality"] = nothing
    world.services.answers["GET", "/v1/expected-flights"] = {"flights": [], "coverage": [], "total": None}
    browser = await signed_in(world, "admin")
    assert "No carrier sent anything" in (await browser.get("/carrier-quality")).text
    assert "Nothing was sent" in (await browser.get("/carrier-quality/XB")).text
    assert "No flight is expected" in (await browser.get("/expected-flights")).text


def test_weakest_elements_stand_in_order() -> None:
    carrier = CarrierQuality.model_validate(data_quality()["carriers"][0])
    assert [name for name, _ in carrier.weakest] == ["seat", "birth_date"]
