"""Where public keys come from: the issuer over HTTP, and the file of the services' keys."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import OKPKey

from shared.security.keys import KeyFile, KeyFileError
from shared.security.public_keys import IssuerKeys, ServiceKeys, StaticKeys
from shared.security.tokens import IssuerUnavailable, TokenRefused
from tests.fakes import START, FixedClock

KEY = OKPKey.generate_key("Ed25519")
JWKS = {"keys": [KEY.as_dict(private=False) | {"kid": "issuer.1", "use": "sig"}]}
DAY = timedelta(days=1)


class FakeIssuer:
    """Counts how often it is asked; `answer` is what it says."""

    def __init__(self) -> None:
        self.answer = httpx.Response(200, json=JWKS)
        self.asked = 0

    def client(self) -> httpx.AsyncClient:
        def handle(_: httpx.Request) -> httpx.Response:
            self.asked += 1
            return httpx.Response(self.answer.status_code, content=self.answer.content)

        return httpx.AsyncClient(transport=httpx.MockTransport(handle))


def issuer_keys() -> tuple[FakeIssuer, FixedClock, IssuerKeys]:
    issuer, clock = FakeIssuer(), FixedClock()
    return issuer, clock, IssuerKeys("http://issuer.test/jwks", issuer.client(), clock)


async def test_known_keys_are_fetched_once_in_ten_minutes() -> None:
    issuer, clock, keys = issuer_keys()
    await keys.key("issuer.1")
    clock.advance(minutes=10)
    await keys.key("issuer.1")
    assert issuer.asked == 1
    clock.advance(seconds=1)
    await keys.key("issuer.1")
    assert issuer.asked == 2


async def test_unknown_key_fetches_again_but_not_more_than_every_ten_seconds() -> None:
    issuer, clock, keys = issuer_keys()
    for _ in range(5):
        assert await keys.key("issuer.2") is None
    assert issuer.asked == 1
    clock.advance(seconds=10)
    issuer.answer = httpx.Response(200, json={"keys": [KEY.as_dict(private=False) | {"kid": "issuer.2"}]})
    assert await keys.key("issuer.2") is not None
    assert issuer.asked == 2


async def test_keys_seen_within_the_hour_serve_while_the_issuer_is_away() -> None:
    issuer, clock, keys = issuer_keys()
    await keys.key("issuer.1")
    issuer.answer = httpx.Response(503)
    clock.advance(minutes=60)
    assert await keys.key("issuer.1") is not None
    clock.advance(seconds=11)
    with pytest.raises(IssuerUnavailable):
        await keys.key("issuer.1")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, content=b"not json"),
        httpx.Response(200, json={"keys": "none"}),
        httpx.Response(200, content=b"[" + b" " * 65_536),
        httpx.Response(200, json={"keys": [{"kid": str(n), "crv": "Ed25519"} for n in range(65)]}),
    ],
    ids=["fault", "no json", "no keys", "too long", "too many"],
)
async def test_without_usable_keys_the_issuer_is_unavailable(answer: httpx.Response) -> None:
    issuer, _, keys = issuer_keys()
    issuer.answer = answer
    with pytest.raises(IssuerUnavailable):
        await keys.key("issuer.1")


async def test_keys_of_other_kinds_are_passed_over() -> None:
    rows = [{"kty": "RSA", "kid": "rsa"}, KEY.as_dict(private=False) | {"kid": "enc", "use": "enc"}]
    keys = StaticKeys({"keys": [*rows, *JWKS["keys"]]})
    assert await keys.key("rsa") is None
    assert await keys.key("enc") is None
    assert await keys.key("issuer.1") is not None


# --- the services' keys in their file ---


def services_file(folder: Path, *rows: object) -> Path:
    """Write the file anew, as an operator's tool does: beside it first, then in its place."""
    path, beside = folder / "service-keys.json", folder / "being-written"
    beside.write_text(json.dumps({"keys": rows}), encoding="utf-8")
    beside.replace(path)
    return path


def a_key(folder: Path, name: str) -> KeyFile:
    life = {"not_before": START, "not_after": START + DAY}
    return KeyFile.create(folder / f"{name}.json", owner="ingest", use="service-token", **life)


async def test_key_that_is_written_into_the_file_counts_at_once_and_one_taken_out_no_longer_does(
    tmp_path: Path,
) -> None:
    old, new = (a_key(tmp_path, name) for name in ("old", "new"))
    keys = ServiceKeys(services_file(tmp_path, old.public_jwk()), FixedClock())
    assert await keys.key(new.kid) is None
    services_file(tmp_path, old.public_jwk(), new.public_jwk())
    assert None not in (await keys.key(old.kid), await keys.key(new.kid))
    services_file(tmp_path, new.public_jwk())
    assert await keys.key(old.kid) is None


async def test_key_counts_in_its_life_and_until_its_last_token_ends(tmp_path: Path) -> None:
    key, clock = a_key(tmp_path, "key"), FixedClock(START - timedelta(seconds=3))
    keys = ServiceKeys(services_file(tmp_path, key.public_jwk()), clock)
    with pytest.raises(TokenRefused, match="key out of its life"):
        await keys.key(key.kid)
    clock.advance(seconds=3)
    assert await keys.key(key.kid) is not None
    clock.advance(days=1, seconds=61)
    assert await keys.key(key.kid) is not None
    clock.advance(seconds=1)
    with pytest.raises(TokenRefused, match="key out of its life"):
        await keys.key(key.kid)


async def test_key_without_a_stated_life_counts(tmp_path: Path) -> None:
    keys = ServiceKeys(services_file(tmp_path, *JWKS["keys"]), FixedClock())
    assert await keys.key("issuer.1") is not None


@pytest.mark.parametrize("content", ["", "[]", '{"keys": [{"kid": "a", "crv": "Ed25519"}]}', '{"keys": {}}'])
async def test_file_that_cannot_be_used_stops_the_start_and_later_changes_nothing(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = services_file(tmp_path, *JWKS["keys"])
    keys = ServiceKeys(path, FixedClock())
    path.write_text(content, encoding="utf-8")
    assert await keys.key("issuer.1") is not None
    assert "it is not a set of public keys" in capsys.readouterr().out
    assert await keys.key("issuer.1") is not None
    assert capsys.readouterr().out == "", "the same fault is told once"
    with pytest.raises(KeyFileError, match="it is not a set of public keys"):
        ServiceKeys(path, FixedClock())


async def test_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="is not there"):
        ServiceKeys(tmp_path / "service-keys.json", FixedClock())
