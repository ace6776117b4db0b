"""Stand-ins for our own ports: a clock that is set by hand, an issuer of tokens without a network."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from shared.security.key_folder import KeyRing
from shared.security.keys import KeyFile
from shared.security.public_keys import StaticKeys
from shared.security.tokens import ServiceSigner, TokenVerifier, sign_token

START = datetime(2027, 11, 14, 4, 58, 7, tzinfo=UTC)
"""When tests take place, unless they say otherwise."""


class FixedClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant that was set: aware, UTC."""
        return self._now

    def advance(self, **step: float) -> None:
        """Go on by a `timedelta` of these parts, such as `minutes=20`."""
        self._now += timedelta(**step)


class FakeIssuer:
    """Makes tokens as the OIDC issuer and the sister services would, and verifiers that trust them.

    Its keys are files of `folder`: those that are there already, and new ones for whoever has none yet.
    An application under test takes them by `app.state.token_verifier = issuer.verifier("ingest")`.
    """

    url = "https://issuer.test"

    def __init__(self, folder: Path, clock: FixedClock, services: Iterable[str]) -> None:
        self._folder = folder
        self._clock = clock
        self._key = _key(folder, "issuer")
        self._service_keys = {name: _key(folder, name) for name in services}

    def token(self, *roles: str, subject: str = "a-person", minutes: float = 60, **claims: Any) -> str:
        """A person's access token with these roles; `claims` such as `port="XQA"` stand beside them."""
        now = int(self._clock.now().timestamp())
        content = {
            "iss": self.url,
            "sub": subject,
            "aud": "safeconduct",
            "iat": now,
            "exp": now + int(minutes * 60),
            "roles": list(roles),
            **claims,
        }
        return sign_token(content, self._key.kid, self._key.jose_key())

    def carrier_token(self, designator: str) -> str:
        """An airline's access token."""
        return self.token("CARRIER", subject=f"carrier-{designator}", carrier=designator)

    def service_token(self, service: str, *, audience: str) -> str:
        """The token by which one service asks another."""
        return self.signer(service).token(audience)

    def signer(self, service: str) -> ServiceSigner:
        """What a service under test signs its own tokens with."""
        return ServiceSigner(service, KeyRing(self._folder, service, self._clock), self._clock)

    def verifier(self, service: str) -> TokenVerifier:
        """What a service under test checks tokens with."""
        return TokenVerifier(
            issuer=self.url,
            issuer_keys=StaticKeys({"keys": [self._key.public_jwk()]}),
            service=service,
            service_keys=StaticKeys({"keys": [key.public_jwk() for key in self._service_keys.values()]}),
            clock=self._clock,
        )


@asynccontextmanager
async def working_alone(module: ModuleType, app: FastAPI) -> AsyncIterator[None]:
    """A service of `module.create_app` from its start to its end, without the work that it does of itself.

    Half a dozen clocks and couriers would each look once at the database, over a connection of their own.
    """
    async with AsyncExitStack() as opened:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_working", lambda *_: nullcontext())
            await opened.enter_async_context(app.router.lifespan_context(app))
        yield


def _key(folder: Path, owner: str) -> KeyFile:
    path = folder / f"{owner}.json"
    if path.exists():
        return KeyFile.load(path)
    # As long as any test may want: tests of keys that end make their own.
    life = {"not_before": START - timedelta(days=3650), "not_after": START + timedelta(days=3650)}
    return KeyFile.create(path, owner=owner, use="token", **life)
