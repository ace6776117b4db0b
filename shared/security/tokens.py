"""Bearer tokens: who is asking, checked against the issuer's keys or a sister service's.

```
TokenFault (DomainError)
├── TokenRefused        401, the caller's
└── IssuerUnavailable   503, the issuer's keys cannot be had
```

A claim that is missing is a missing fact (`None`), never a guess; the safeguards refuse what they miss.

Source: design.md §3.11; RFC 7519; RFC 9068; RFC 8725 (the reader fixes algorithm, issuer and audience).
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.clock import Clock
from shared.errors import DomainError
from shared.security.key_folder import KeyRing
from shared.security.keys import SIGNATURE_ALGORITHM
from shared.security.roles import ROLES_OF, Permission, Role, is_forbidden_combination

AUDIENCE: Final = "safeconduct"
"""The audience of people's and carriers' access tokens; a service's token is for one service by name."""

MAX_TOKEN_BYTES: Final = 8192
LEEWAY_SECONDS: Final = 2
SERVICE_TOKEN_SECONDS: Final = 60
SERVICE_KEYS: Final = "service-token"
"""What the keys that sign services' tokens are called in a keys folder."""
# "EdDSA" is the same signature under the name it had before RFC 9864; issuers in the field still use it.
ACCEPTED_ALGORITHMS: Final = (SIGNATURE_ALGORITHM, "EdDSA")
_SERVICE_ISSUER: Final = "service:"
_JWT_PARTS: Final = 3


class TokenFault(DomainError):
    """A token could not be taken."""

    code = "TOKEN_FAULT"


class TokenRefused(TokenFault):
    """The token is absent, forged, stale, or not meant for us; the caller may sign in again."""

    code = "TOKEN_REFUSED"
    sentence = "Sign in: the access token was refused ({reason})."


class IssuerUnavailable(TokenFault):
    """The issuer's keys cannot be had, so no token can be checked."""

    code = "ISSUER_UNAVAILABLE"
    sentence = "Sign-in cannot be checked at the moment. Try again in {retry_after_seconds} seconds."


class PrincipalKind(StrEnum):
    """Who can hold a token."""

    USER = "USER"
    CARRIER = "CARRIER"
    SERVICE = "SERVICE"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, as the token says; `None` is a missing fact.

    `subject` is a person's, carrier's or service's identifier; `carrier` the airline designator of a CARRIER;
    `clearance` a handling code H0 to H4; `manager` the subject of the person's superior;
    `port` an airport's IATA code; `training_valid_to` the last day but one of the training (SG-26).
    """

    subject: str
    kind: PrincipalKind
    roles: frozenset[Role] = frozenset()
    authority: str | None = None
    unit: str | None = None
    port: str | None = None
    clearance: str | None = None
    training_valid_to: date | None = None
    manager: str | None = None
    carrier: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles opens this permission; `SERVICE` is for services alone."""
        if self.kind is PrincipalKind.SERVICE:
            return permission is Permission.SERVICE
        return bool(self.roles & ROLES_OF[permission])


class KeySource(Protocol):
    """Where a verifier finds public keys by their id."""

    async def key(self, kid: str) -> OKPKey | None:
        """The key, or `None` when the issuer has no such key."""
        ...


class TokenVerifier:
    """Turns a bearer token into a `Principal`, or refuses."""

    def __init__(
        self,
        *,
        issuer: str,
        issuer_keys: KeySource,
        service: str,
        service_keys: KeySource,
        clock: Clock,
        audience: str = AUDIENCE,
    ) -> None:
        """Prepare a verifier.

        Args:
            issuer: The `iss` of people's and carriers' tokens, character by character.
            issuer_keys: The issuer's public keys.
            service: Our own name: the audience of tokens that sister services make for us.
            service_keys: The services' public keys; a key id opens with the service's name.
            clock: The time that tokens are judged by.
            audience: The audience of people's and carriers' tokens.
        """
        self._issuer = issuer
        self._issuer_keys = issuer_keys
        self._service = service
        self._service_keys = service_keys
        self._clock = clock
        self._audience = audience

    async def verify(self, token: str) -> Principal:
        """Check a compact JWT and tell whose it is.

        Signature, algorithm, issuer, audience, expiry and not-before are checked, with two seconds of leeway.

        Raises:
            TokenRefused: Anything about the token is not right; `reason` names what.
            IssuerUnavailable: The issuer's keys cannot be had.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise TokenRefused(reason="too long")
        kid, issuer = _unverified(token)
        if issuer.startswith(_SERVICE_ISSUER):
            return await self._verify_service(token, kid, issuer)
        return _principal(await self._issuers_claims(token, kid, issuer))

    async def claims(self, token: str) -> dict[str, Any]:
        """The checked claims of the issuer's token, such as the identity token that ends a sign-in.

        Raises:
            TokenRefused: Anything about the token is not right, or it is a service's.
            IssuerUnavailable: The issuer's keys cannot be had.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise TokenRefused(reason="too long")
        kid, issuer = _unverified(token)
        return await self._issuers_claims(token, kid, issuer)

    async def _issuers_claims(self, token: str, kid: str, issuer: str) -> dict[str, Any]:
        if issuer != self._issuer:
            raise TokenRefused(reason="issuer")
        key = await self._issuer_keys.key(kid)
        return _checked_claims(token, key, issuer, self._audience, self._clock.now())

    async def _verify_service(self, token: str, kid: str, issuer: str) -> Principal:
        name = issuer.removeprefix(_SERVICE_ISSUER)
        # The key id is bound to its owner; without this, one service's key could speak for another.
        if kid.rpartition(".")[0] != name:
            raise TokenRefused(reason="key of another service")
        claims = _checked_claims(
            token, await self._service_keys.key(kid), issuer, self._service, self._clock.now()
        )
        issued, expires = claims.get("iat"), claims["exp"]
        if not isinstance(issued, int) or expires - issued > SERVICE_TOKEN_SECONDS:
            raise TokenRefused(reason="lives too long")
        return Principal(subject=name, kind=PrincipalKind.SERVICE)


class ServiceSigner:
    """Makes the short-lived tokens by which one service knows another."""

    def __init__(self, service: str, keys: KeyRing, clock: Clock) -> None:
        assert keys.owner == service, "a service signs with its own key"
        self._service = service
        self._keys = keys
        self._clock = clock

    def token(self, audience: str) -> str:
        """A compact JWT for the service named `audience`, valid for sixty seconds.

        Raises:
            KeyFileError: No key is in its life.
        """
        key = self._keys.current()
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": f"{_SERVICE_ISSUER}{self._service}",
            "sub": self._service,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + SERVICE_TOKEN_SECONDS,
            "jti": secrets.token_hex(16),
        }
        return sign_token(claims, key.kid, key.jose_key())


def sign_token(claims: Mapping[str, Any], kid: str, key: OKPKey) -> str:
    """A compact JWT, signed with Ed25519, whose header names the key."""
    return jwt.encode(
        {"alg": SIGNATURE_ALGORITHM, "kid": kid}, dict(claims), key, algorithms=[SIGNATURE_ALGORITHM]
    )


def _unverified(token: str) -> tuple[str, str]:
    """Key id and issuer as the token claims them: they choose the key and prove nothing."""
    parts = token.split(".")
    if len(parts) != _JWT_PARTS:
        raise TokenRefused(reason="not a token")
    header, claims = _json_part(parts[0]), _json_part(parts[1])
    kid, issuer = header.get("kid"), claims.get("iss")
    if header.get("alg") not in ACCEPTED_ALGORITHMS:
        raise TokenRefused(reason="algorithm")
    if not isinstance(kid, str) or not isinstance(issuer, str):
        raise TokenRefused(reason="key or issuer not named")
    return kid, issuer


def _json_part(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_base64url_decode(part))
    except ValueError:
        raise TokenRefused(reason="not a token") from None
    if not isinstance(value, dict):
        raise TokenRefused(reason="not a token")
    return value


def _base64url_decode(part: str) -> bytes:
    """Decode unpadded base64url, refusing anything outside its alphabet."""
    from_alphabet = part.replace("-", "+").replace("_", "/")
    return base64.b64decode(from_alphabet + "=" * (-len(part) % 4), validate=True)


def _checked_claims(
    token: str, key: OKPKey | None, issuer: str, audience: str, now: datetime
) -> dict[str, Any]:
    if key is None:
        raise TokenRefused(reason="unknown key")
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        claims = jwt.decode(token, key, algorithms=list(ACCEPTED_ALGORITHMS)).claims
        registry.validate(claims)
    except (JoseError, ValueError):
        raise TokenRefused(reason="signature, time or audience") from None
    return claims


def _principal(claims: Mapping[str, Any]) -> Principal:
    roles = _roles(claims.get("roles"))
    if is_forbidden_combination(roles):
        raise TokenRefused(reason="roles that one account may not hold together")
    is_carrier = Role.CARRIER in roles
    if is_carrier and roles != {Role.CARRIER}:
        raise TokenRefused(reason="a carrier holds no other role")
    return Principal(
        subject=str(claims["sub"]),
        kind=PrincipalKind.CARRIER if is_carrier else PrincipalKind.USER,
        roles=roles,
        authority=_text(claims, "authority"),
        unit=_text(claims, "unit"),
        port=_text(claims, "port"),
        clearance=_text(claims, "clearance"),
        training_valid_to=_date(claims, "training_valid_to"),
        manager=_text(claims, "manager"),
        carrier=_text(claims, "carrier"),
    )


def _roles(value: object) -> frozenset[Role]:
    """The roles that we know; an issuer may list others, which open nothing here."""
    if not isinstance(value, list):
        return frozenset()
    return frozenset(Role(name) for name in value if isinstance(name, str) and name in Role.__members__)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _date(claims: Mapping[str, Any], name: str) -> date | None:
    value = _text(claims, name)
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        return None
