"""The way in and out, through the real local issuer without a network."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from services.console.sessions import Tokens
from services.console.sign_in import own_path
from tests.fakes import FixedClock
from tests.unit.console.world import Browser, World, a_world


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def world(tmp_path: Path, clock: FixedClock) -> World:
    return a_world(tmp_path, clock=clock)


async def test_signed_in_person_lands_where_they_wanted_to_go(world: World) -> None:
    browser = Browser(world)
    landed = await browser.sign_in("verifier-1", to="/flights")
    assert 'content="0; url=/flights"' in landed.text
    page = await browser.get("/")
    assert page.status_code == 200
    assert "Good day, Verifier 1" in page.text
    assert world.sessions.record == [("sign_in", "verifier-1")]


async def test_page_without_a_session_leads_to_the_issuer(world: World) -> None:
    browser = Browser(world)
    asked = await browser.get("/queue")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?to=/queue")
    sent = await browser.get("/sign-in?to=/queue")
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    assert sent.headers["location"].startswith(f"{world.issuer_url}/authorize?")
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"{world.console_url}/callback"]


async def test_cookies_are_closed_to_scripts_and_other_sites(world: World) -> None:
    browser = Browser(world)
    begun = await browser.get("/sign-in")
    assert "HttpOnly" in begun.headers["set-cookie"]
    assert "samesite=lax" in begun.headers["set-cookie"].lower()
    landed = await browser.sign_in("verifier-1")
    cookie = landed.headers.get_list("set-cookie")[-1].lower()
    assert cookie.startswith("local-session-8103=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain=" not in cookie
    assert "secure" not in cookie


async def test_over_tls_the_cookie_is_bound_to_the_host(tmp_path: Path, clock: FixedClock) -> None:
    world = a_world(tmp_path, clock=clock, public_url="https://console.example")
    landed = await Browser(world).sign_in("verifier-1")
    cookie = landed.headers.get_list("set-cookie")[-1].lower()
    assert cookie.startswith("__host-session=")
    assert "secure" in cookie


async def test_answer_in_another_browser_is_refused(world: World) -> None:
    begun = await Browser(world).get("/sign-in")
    form = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    other = Browser(world)
    chosen = await other.http.post(f"{world.issuer_url}/authorize", data={**form, "person": "supervisor"})
    refused = await other.http.get(chosen.headers["location"])
    assert refused.status_code == 400
    assert "began in another browser" in refused.text
    assert world.sessions.rows == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "other"}, "another attempt"),
        ({"iss": "http://evil.test"}, "another issuer"),
        ({"code": "guess"}, "the issuer refused"),
    ],
    ids=["state", "issuer", "code"],
)
async def test_answer_that_was_changed_is_refused(world: World, change: dict[str, str], reason: str) -> None:
    browser = Browser(world)
    begun = await browser.get("/sign-in")
    form = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    chosen = await browser.http.post(f"{world.issuer_url}/authorize", data={**form, "person": "verifier-1"})
    parts = urlsplit(chosen.headers["location"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
    refused = await browser.http.get(f"{world.console_url}/callback", params=query)
    assert refused.status_code == 400
    assert reason in refused.text
    assert world.sessions.rows == {}


async def test_code_works_once(world: World) -> None:
    browser = Browser(world)
    begun = await browser.get("/sign-in")
    attempt = dict(browser.http.cookies)
    form = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    chosen = await browser.http.post(f"{world.issuer_url}/authorize", data={**form, "person": "verifier-1"})
    assert (await browser.http.get(chosen.headers["location"])).status_code == 200
    thief = Browser(world)
    thief.http.cookies.update(attempt)
    assert (await thief.http.get(chosen.headers["location"])).status_code == 400


async def test_sign_out_ends_the_session_on_the_server(world: World) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    stolen = dict(browser.http.cookies)
    left = await browser.post("/sign-out")
    assert left.headers["location"] == "/signed-out"
    assert "You are signed out" in (await browser.get("/signed-out")).text
    thief = Browser(world)
    thief.http.cookies.update(stolen)
    assert (await thief.get("/")).status_code == 303
    assert world.sessions.record == [("sign_in", "verifier-1"), ("sign_out", "verifier-1")]


async def test_ended_token_that_cannot_be_renewed_asks_to_sign_in(world: World, clock: FixedClock) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    world.services.refreshed = {}
    clock.advance(minutes=14)
    assert (await browser.get("/")).status_code == 200
    clock.advance(minutes=2)
    assert (await browser.get("/")).status_code == 303


async def test_whoever_works_stays_signed_in_for_the_sessions_whole_life(
    world: World, clock: FixedClock
) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    for _ in range(23):
        clock.advance(minutes=25)
        assert (await browser.get("/queue")).status_code == 200
    clock.advance(minutes=26)
    assert (await browser.get("/queue")).status_code == 303


async def test_two_requests_at_once_renew_once(world: World, clock: FixedClock) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    clock.advance(minutes=16)
    answers = await asyncio.gather(*(browser.get("/fragments/queue") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    clock.advance(minutes=10)
    assert (await browser.get("/queue")).status_code == 200


async def with_a_refresh_token(world: World, browser: Browser) -> None:
    """Give the session the refresh token of another issuer."""
    sessions = world.console.state.console.sessions
    session = await sessions.find(browser.http.cookies["local-session-8103"])
    await sessions.replace_tokens(session, Tokens(session.tokens.access, "refresh-1"))


async def test_ended_token_is_renewed_without_a_word(world: World, clock: FixedClock) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    await with_a_refresh_token(world, browser)
    clock.advance(minutes=16)
    claims = {"sub": "verifier-1", "roles": ["VERIFIER"]}
    world.services.refreshed = {"access_token": world.issuer.state.issuer.access_token(claims)}
    assert (await browser.get("/queue")).status_code == 200
    assert (
        world.services.asked[-1].headers["authorization"].endswith(world.services.refreshed["access_token"])
    )


@pytest.mark.parametrize("subject", ["supervisor", None], ids=["somebody else", "no token"])
async def test_renewal_that_is_not_the_same_persons_ends_the_session(
    world: World, clock: FixedClock, subject: str | None
) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    await with_a_refresh_token(world, browser)
    clock.advance(minutes=16)
    world.services.refreshed = {}
    if subject is not None:
        claims = {"sub": subject, "roles": ["SUPERVISOR"]}
        world.services.refreshed = {"access_token": world.issuer.state.issuer.access_token(claims)}
    assert (await browser.get("/queue")).status_code == 303
    assert world.services.asked == []


async def test_fragments_keep_nobody_signed_in(world: World, clock: FixedClock) -> None:
    browser = Browser(world)
    await browser.sign_in("verifier-1")
    clock.advance(minutes=5)
    await browser.get("/fragments/queue")
    (row,) = world.sessions.rows.values()
    assert row.seen_at == row.opened_at
    await browser.get("/queue")
    (row,) = world.sessions.rows.values()
    assert row.seen_at > row.opened_at


async def test_fragment_without_a_session_leaves_the_page_and_says_so(world: World) -> None:
    refused = await Browser(world).get("/fragments/queue")
    assert refused.status_code == 401
    assert "Sign in again in a new tab" in refused.text
    assert "hx-redirect" not in refused.headers


async def test_sign_in_is_limited(world: World) -> None:
    browser = Browser(world)
    statuses = [(await browser.get("/sign-in")).status_code for _ in range(21)]
    assert statuses == [303] * 20 + [429]


async def test_foreign_name_leads_to_our_own(world: World) -> None:
    browser = Browser(world)
    answer = await browser.http.get("/queue", headers={"host": "evil.test"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{world.console_url}/queue")


async def test_silent_issuer_is_told(world: World) -> None:
    world.services.issuer_is_away = True
    answer = await Browser(world).get("/sign-in")
    assert answer.status_code == 503
    assert "Sign-in cannot be checked at the moment" in answer.text


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/", "/"),
        ("/queue", "/queue"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test", "/"),
        ("javascript:alert(1)", "/"),
        ("queue", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(asked: str, goes: str) -> None:
    assert own_path(asked) == goes
