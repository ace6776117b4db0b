"""Tokens: what is taken, and everything that is not."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, OKPKey

from shared.security.key_folder import KeyRing
from shared.security.keys import KeyFile, KeyFileError
from shared.security.public_keys import StaticKeys
from shared.security.roles import Permission, Role
from shared.security.tokens import (
    Principal,
    PrincipalKind,
    ServiceSigner,
    TokenRefused,
    TokenVerifier,
    sign_token,
)

ISSUER = "http://issuer.test"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
KEY = OKPKey.generate_key("Ed25519")
JWKS = {"keys": [KEY.as_dict(private=False) | {"kid": "issuer.1", "use": "sig"}]}


class SetClock:
    def __init__(self, now: datetime = NOW) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant

    def forward(self, **step: float) -> None:
        self.instant += timedelta(**step)


def a_verifier(**change: Any) -> TokenVerifier:
    parts: dict[str, Any] = {
        "issuer": ISSUER,
        "issuer_keys": StaticKeys(JWKS),
        "service": "screening",
        "service_keys": StaticKeys({"keys": []}),
        "clock": SetClock(),
    }
    return TokenVerifier(**(parts | change))


def claims(**change: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    usual = {"iss": ISSUER, "sub": "verifier-1", "aud": "safeconduct", "iat": at, "nbf": at, "exp": at + 900}
    merged = usual | {"roles": ["VERIFIER", "ANALYST"]} | change
    return {name: value for name, value in merged.items() if value is not None}


def a_token(kid: str = "issuer.1", **change: Any) -> str:
    return sign_token(claims(**change), kid, KEY)


async def test_token_becomes_a_principal_with_its_claims() -> None:
    token = a_token(
        authority="XAA-PIU-01",
        unit="desk",
        port="XQA",
        clearance="H2",
        manager="supervisor",
        training_valid_to="2027-01-31",
    )
    assert await a_verifier().verify(token) == Principal(
        subject="verifier-1",
        kind=PrincipalKind.USER,
        roles=frozenset({Role.VERIFIER, Role.ANALYST}),
        authority="XAA-PIU-01",
        unit="desk",
        port="XQA",
        clearance="H2",
        training_valid_to=date(2027, 1, 31),
        manager="supervisor",
    )


async def test_missing_and_unreadable_claims_are_missing_facts() -> None:
    principal = await a_verifier().verify(a_token(training_valid_to="soon", authority=7, unit=""))
    assert (principal.training_valid_to, principal.authority, principal.unit, principal.port) == (None,) * 4


async def test_unknown_roles_open_nothing() -> None:
    principal = await a_verifier().verify(a_token(roles=["offline_access", "verifier", 5]))
    assert principal.roles == frozenset()
    assert not any(principal.may(permission) for permission in Permission)


async def test_carrier_token_names_its_carrier() -> None:
    principal = await a_verifier().verify(a_token(sub="carrier-xa", roles=["CARRIER"], carrier="XA"))
    assert (principal.kind, principal.carrier) == (PrincipalKind.CARRIER, "XA")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "http://other.test"},
        {"aud": "console"},
        {"aud": None},
        {"exp": None},
        {"sub": None},
        {"iss": None},
        {"roles": ["CARRIER", "VERIFIER"]},
        {"roles": ["DPO", "VERIFIER"]},
    ],
    ids=str,
)
async def test_wrong_claim_refuses(change: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(a_token(**change))


@pytest.mark.parametrize(
    ("claim", "seconds", "is_taken"),
    [
        ("exp", -1, True),
        ("exp", -2, False),
        ("nbf", 2, True),
        ("nbf", 3, False),
        ("iat", 2, True),
        ("iat", 3, False),
    ],
)
async def test_two_seconds_of_leeway_and_no_more(claim: str, seconds: int, is_taken: bool) -> None:
    token = sign_token(claims() | {claim: int(NOW.timestamp()) + seconds}, "issuer.1", KEY)
    if is_taken:
        await a_verifier().verify(token)
    else:
        with pytest.raises(TokenRefused):
            await a_verifier().verify(token)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    ["", "a.b", "a.b.c", "ö.ö.ö", f"{encoded([])}.{encoded({})}.x", "x" * 8193],
    ids=["empty", "two parts", "no json", "not ascii", "no object", "too long"],
)
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(token)


@given(token=st.text(max_size=200) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
async def test_any_text_is_refused_and_never_crashes(token: str) -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(token)


async def test_unsigned_token_is_refused() -> None:
    token = f"{encoded({'alg': 'none', 'kid': 'issuer.1'})}.{encoded(claims())}."
    with pytest.raises(TokenRefused, match="algorithm"):
        await a_verifier().verify(token)


async def test_public_key_used_as_a_shared_secret_is_refused() -> None:
    secret = OctKey.import_key(str(JWKS["keys"][0]["x"]) + "0" * 32)
    token = jwt.encode({"alg": "HS256", "kid": "issuer.1"}, claims(), secret, algorithms=["HS256"])
    with pytest.raises(TokenRefused, match="algorithm"):
        await a_verifier().verify(token)


async def test_signature_by_another_key_is_refused() -> None:
    token = sign_token(claims(), "issuer.1", OKPKey.generate_key("Ed25519"))
    with pytest.raises(TokenRefused, match="signature"):
        await a_verifier().verify(token)


async def test_older_name_of_the_algorithm_is_taken() -> None:
    with pytest.warns(SecurityWarning):
        token = jwt.encode({"alg": "EdDSA", "kid": "issuer.1"}, claims(), KEY, algorithms=["EdDSA"])
    with pytest.warns(SecurityWarning):
        principal = await a_verifier().verify(token)
    assert principal.subject == "verifier-1"


# --- services ---


def a_service_key(folder: Path, name: str) -> KeyFile:
    return KeyFile.create(
        folder / f"{name}.json",
        owner=name,
        use="service-token",
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
    )


async def test_service_token_is_known_by_the_named_service_only(tmp_path: Path) -> None:
    key = a_service_key(tmp_path, "ingest")
    keys = StaticKeys({"keys": [key.public_jwk()]})
    token = ServiceSigner("ingest", KeyRing(tmp_path, "ingest", SetClock()), SetClock()).token("screening")
    principal = await a_verifier(service_keys=keys).verify(token)
    assert principal == Principal(subject="ingest", kind=PrincipalKind.SERVICE)
    with pytest.raises(TokenRefused):
        await a_verifier(service="sharing", service_keys=keys).verify(token)


async def test_service_token_ends_after_a_minute(tmp_path: Path) -> None:
    key = a_service_key(tmp_path, "ingest")
    clock = SetClock()
    verifier = a_verifier(service_keys=StaticKeys({"keys": [key.public_jwk()]}), clock=clock)
    token = ServiceSigner("ingest", KeyRing(tmp_path, "ingest", SetClock()), SetClock()).token("screening")
    clock.forward(seconds=61)
    await verifier.verify(token)
    clock.forward(seconds=1)
    with pytest.raises(TokenRefused):
        await verifier.verify(token)


async def test_one_services_key_cannot_speak_for_another(tmp_path: Path) -> None:
    key = a_service_key(tmp_path, "ingest")
    at = int(NOW.timestamp())
    forged = sign_token(
        {"iss": "service:sharing", "sub": "sharing", "aud": "screening", "iat": at, "exp": at + 60},
        key.kid,
        key.jose_key(),
    )
    with pytest.raises(TokenRefused, match="another service"):
        await a_verifier(service_keys=StaticKeys({"keys": [key.public_jwk()]})).verify(forged)


async def test_long_lived_service_token_is_refused(tmp_path: Path) -> None:
    key = a_service_key(tmp_path, "ingest")
    at = int(NOW.timestamp())
    token = sign_token(
        {"iss": "service:ingest", "sub": "ingest", "aud": "screening", "iat": at, "exp": at + 3600},
        key.kid,
        key.jose_key(),
    )
    with pytest.raises(TokenRefused, match="too long"):
        await a_verifier(service_keys=StaticKeys({"keys": [key.public_jwk()]})).verify(token)


async def test_service_key_unknown_to_us_is_refused(tmp_path: Path) -> None:
    a_service_key(tmp_path, "ingest")
    token = ServiceSigner("ingest", KeyRing(tmp_path, "ingest", SetClock()), SetClock()).token("screening")
    with pytest.raises(TokenRefused, match="unknown key"):
        await a_verifier().verify(token)


async def test_service_signs_nothing_once_its_key_has_ended(tmp_path: Path) -> None:
    a_service_key(tmp_path, "ingest")
    clock = SetClock()
    signer = ServiceSigner("ingest", KeyRing(tmp_path, "ingest", clock), clock)
    clock.forward(days=1)
    with pytest.raises(KeyFileError, match=r"The key .* cannot be used: no key is in its life\.$"):
        signer.token("screening")
