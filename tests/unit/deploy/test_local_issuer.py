"""The local issuer: whom it gives tokens to, and whom it does not."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from shared.clock import SystemClock
from shared.security.keys import KeyFile
from shared.security.local_directory import LocalDirectory, secret_digest
from shared.security.local_issuer import LocalIssuerSettings, create_app
from shared.security.public_keys import StaticKeys
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind, TokenVerifier

ISSUER = "http://127.0.0.1:8104"
CALLBACK = "http://127.0.0.1:8103/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "response_type": "code",
    "client_id": "console",
    "redirect_uri": CALLBACK,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "s-1",
    "nonce": "n-1",
}
PEOPLE: dict[str, Any] = {
    "people": [
        {
            "subject": "verifier-1",
            "display_name": "Verifier <1>",
            "roles": ["VERIFIER", "ANALYST"],
            "authority": "XAA-PIU-01",
            "clearance": "H3",
            "training_valid_to": "2099-01-01",
        }
    ],
    "carriers": [{"subject": "carrier-XA", "carrier": "XA", "secret_sha256": secret_digest("sesame")}],
    "consoles": [{"client_id": "console", "redirect_uris": [CALLBACK]}],
}


class SteppedClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.instant = datetime(2027, 11, 14, 5, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def settings(tmp_path: Path) -> LocalIssuerSettings:
    people = tmp_path / "people.json"
    people.write_text(json.dumps(PEOPLE))
    key_file = tmp_path / "issuer.json"
    now = SystemClock().now()
    KeyFile.create(key_file, owner="issuer", use="token", not_before=now, not_after=now + timedelta(days=1))
    return LocalIssuerSettings(
        profile="local", port=0, issuer_url=ISSUER, key_file=key_file, people_file=people
    )


@pytest.fixture
def app(settings: LocalIssuerSettings, clock: SteppedClock) -> FastAPI:
    return create_app(settings, clock=clock)


@pytest.fixture
def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ISSUER)


async def verify(browser: httpx.AsyncClient, clock: SteppedClock, token: str) -> Principal:
    keys = StaticKeys((await browser.get("/jwks")).json())
    verifier = TokenVerifier(
        issuer=ISSUER, issuer_keys=keys, service="ingest", service_keys=StaticKeys({"keys": []}), clock=clock
    )
    return await verifier.verify(token)


async def pick(browser: httpx.AsyncClient, **changes: str) -> str:
    answer = await browser.post("/authorize", data={**ASKED, "person": "verifier-1", **changes})
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def redeem(browser: httpx.AsyncClient, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": "console",
        "code_verifier": VERIFIER,
    }
    return await browser.post("/token", data={**form, **changes})


async def test_person_who_was_picked_gets_a_token_with_their_facts(
    browser: httpx.AsyncClient, clock: SteppedClock
) -> None:
    answer = (await redeem(browser, await pick(browser))).json()
    principal = await verify(browser, clock, answer["access_token"])
    assert principal.subject == "verifier-1"
    assert principal.roles == {Role.VERIFIER, Role.ANALYST}
    assert (principal.authority, principal.clearance, principal.port) == ("XAA-PIU-01", "H3", None)
    assert answer["expires_in"] == 900
    assert "id_token" in answer


async def test_token_ends_after_fifteen_minutes(browser: httpx.AsyncClient, clock: SteppedClock) -> None:
    token = (await redeem(browser, await pick(browser))).json()["access_token"]
    keys = (await browser.get("/jwks")).json()
    clock.instant += timedelta(seconds=903)
    verifier = TokenVerifier(
        issuer=ISSUER,
        issuer_keys=StaticKeys(keys),
        service="ingest",
        service_keys=StaticKeys({"keys": []}),
        clock=clock,
    )
    with pytest.raises(Exception, match="TOKEN_REFUSED"):
        await verifier.verify(token)


async def test_code_serves_once(browser: httpx.AsyncClient) -> None:
    code = await pick(browser)
    assert (await redeem(browser, code)).status_code == 200
    again = await redeem(browser, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_code_ends_after_a_minute(browser: httpx.AsyncClient, clock: SteppedClock) -> None:
    code = await pick(browser)
    clock.instant += timedelta(seconds=61)
    assert (await redeem(browser, code)).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://127.0.0.1:9999/callback"},
        {"client_id": "other"},
        {"code": "made-up"},
    ],
)
async def test_code_of_somebody_else_is_refused(browser: httpx.AsyncClient, changes: dict[str, str]) -> None:
    code = await pick(browser)
    answer = await redeem(browser, **{"code": code, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "http://evil.example/"}, {"client_id": "other"}],
)
async def test_unknown_address_is_never_redirected_to(
    browser: httpx.AsyncClient, changes: dict[str, str]
) -> None:
    page = await browser.get("/authorize", params={**ASKED, **changes})
    assert page.status_code == 400
    choice = await browser.post("/authorize", data={**ASKED, "person": "verifier-1", **changes})
    assert choice.status_code == 400


async def test_challenge_is_mandatory(browser: httpx.AsyncClient) -> None:
    asked = {name: value for name, value in ASKED.items() if not name.startswith("code_challenge")}
    assert (await browser.get("/authorize", params=asked)).status_code == 422


async def test_page_escapes_names_and_allows_only_its_own_style(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/authorize", params={**ASKED, "state": '"><script>'})
    assert page.status_code == 200
    assert "Verifier &lt;1&gt;" in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "form-action 'self' http://127.0.0.1:8103" in policy


async def test_state_and_issuer_come_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/authorize", data={**ASKED, "person": "verifier-1"})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["state"], query["iss"]) == (["s-1"], [ISSUER])


@pytest.mark.parametrize("in_header", [True, False])
async def test_carrier_gets_a_token_for_its_secret(
    browser: httpx.AsyncClient, clock: SteppedClock, in_header: bool
) -> None:
    form = {"grant_type": "client_credentials"}
    if in_header:
        answer = await browser.post("/token", data=form, auth=("carrier-XA", "sesame"))
    else:
        answer = await browser.post(
            "/token", data={**form, "client_id": "carrier-XA", "client_secret": "sesame"}
        )
    principal = await verify(browser, clock, answer.json()["access_token"])
    assert (principal.kind, principal.carrier) == (PrincipalKind.CARRIER, "XA")


async def renew(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "console"}
    return await browser.post("/token", data=form)


async def test_refresh_token_gives_the_same_person_newer_tokens_once(
    browser: httpx.AsyncClient, clock: SteppedClock
) -> None:
    first = (await redeem(browser, await pick(browser))).json()["refresh_token"]
    answer = await renew(browser, first)
    assert answer.headers["cache-control"] == "no-store"
    assert (await verify(browser, clock, answer.json()["access_token"])).subject == "verifier-1"
    assert (await renew(browser, answer.json()["refresh_token"])).status_code == 200
    again = await renew(browser, first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_carrier_gets_no_refresh_token(browser: httpx.AsyncClient) -> None:
    account = ("carrier-XA", "sesame")
    answer = await browser.post("/token", data={"grant_type": "client_credentials"}, auth=account)
    assert "access_token" in answer.json()
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize("account", [("carrier-XA", "guess"), ("carrier-XZ", "sesame"), ("verifier-1", "")])
async def test_wrong_secret_is_refused(browser: httpx.AsyncClient, account: tuple[str, str]) -> None:
    answer = await browser.post("/token", data={"grant_type": "client_credentials"}, auth=account)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_other_grants_are_refused(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/token", data={"grant_type": "password", "username": "verifier-1"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_discovery_names_every_endpoint(browser: httpx.AsyncClient) -> None:
    document = (await browser.get("/.well-known/openid-configuration")).json()
    assert document["issuer"] == ISSUER
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert document[name].startswith(f"{ISSUER}/")


def test_it_refuses_to_start_in_production(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="signs anybody in"):
        LocalIssuerSettings(
            profile="production", port=0, issuer_url=ISSUER, key_file=tmp_path, people_file=tmp_path
        )


@pytest.mark.parametrize(
    "people",
    [
        [{"subject": "a", "display_name": "A", "roles": ["DPO", "SUPERVISOR"]}],
        [{"subject": "a", "display_name": "A", "roles": ["LEGAL"]}] * 2,
        [{"subject": "a", "display_name": "A", "roles": []}],
        [{"subject": "a", "display_name": "A", "roles": ["KING"]}],
    ],
)
def test_directory_refuses_people_that_cannot_be(people: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        LocalDirectory.model_validate({"people": people})
