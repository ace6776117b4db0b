"""Where a verifier of tokens finds public keys: given ones, the services' file, the issuer over HTTP."""

import asyncio
import glob
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.clock import Clock
from shared.security.key_folder import ReadAgain
from shared.security.keys import KeyFileError
from shared.security.tokens import LEEWAY_SECONDS, SERVICE_TOKEN_SECONDS, IssuerUnavailable, TokenRefused

MAX_JWKS_BYTES: Final = 65_536
MAX_JWKS_KEYS: Final = 64
JWKS_MAX_AGE: Final = timedelta(minutes=10)
JWKS_STALE_LIMIT: Final = timedelta(hours=1)
JWKS_REFETCH_PAUSE: Final = timedelta(seconds=10)
JWKS_TIMEOUT_SECONDS: Final = 2.0


class StaticKeys:
    """Public keys that do not change while the process lives: a parsed JWKS."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys = _keys_of(jwks)

    async def key(self, kid: str) -> OKPKey | None:
        """The key with this id."""
        return self._keys.get(kid)


class ServiceKeys:
    """The services' public keys: a JWKS file (`service_keys_file`), read again after each change.

    A key counts within its life (`nbf`, `exp`), and a minute longer: until the last token under it ends.

    Raises:
        KeyFileError: The file is absent, or not a key set.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._file = ReadAgain(path.parent, glob.escape(path.name), _read_key_set)

    async def key(self, kid: str) -> OKPKey | None:
        """The key with this id.

        Raises:
            TokenRefused: The key's life is over, or has not begun.
        """
        held = self._file.content().get(kid)
        if held is None:
            return None
        now = self._clock.now().timestamp()
        if not held.begins - LEEWAY_SECONDS <= now < held.ends + SERVICE_TOKEN_SECONDS + LEEWAY_SECONDS:
            raise TokenRefused(reason="key out of its life")
        return held.public


class IssuerKeys:
    """The issuer's JWKS over HTTP, kept ten minutes.

    An unknown key id fetches again, at most every ten seconds.
    When the issuer is away, keys that were seen less than an hour ago still serve.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, clock: Clock) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._keys: dict[str, OKPKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> OKPKey | None:
        """The key with this id, fetched when needed.

        Raises:
            IssuerUnavailable: No keys are at hand and the issuer does not answer.
        """
        if kid not in self._keys or self._age() > JWKS_MAX_AGE:
            async with self._lock:
                await self._refresh(kid)
        if self._age() > JWKS_STALE_LIMIT:
            raise IssuerUnavailable(retry_after_seconds=int(JWKS_REFETCH_PAUSE.total_seconds()))
        return self._keys.get(kid)

    def _age(self) -> timedelta:
        return timedelta.max if self._fetched_at is None else self._clock.now() - self._fetched_at

    async def _refresh(self, kid: str) -> None:
        now = self._clock.now()
        is_fresh = kid in self._keys and self._age() <= JWKS_MAX_AGE
        if is_fresh or (self._tried_at is not None and now - self._tried_at < JWKS_REFETCH_PAUSE):
            return
        self._tried_at = now
        keys = await self._fetch()
        if keys is not None:
            self._keys, self._fetched_at = keys, now

    async def _fetch(self) -> dict[str, OKPKey] | None:
        try:
            async with self._client.stream("GET", self._url, timeout=JWKS_TIMEOUT_SECONDS) as response:
                response.raise_for_status()
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_JWKS_BYTES:
                        return None
            return _keys_of(json.loads(body))
        except (httpx.HTTPError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class _ServiceKey:
    """A public key and its life in Unix seconds; a row without one sets no bound."""

    public: OKPKey
    begins: float
    ends: float


def _read_key_set(paths: Sequence[Path]) -> dict[str, _ServiceKey]:
    if not paths:
        raise KeyFileError(reason="the file of the services' public keys is not there")
    (path,) = paths
    try:
        with path.open("rb") as stream:
            rows = _rows_of(json.loads(stream.read(MAX_JWKS_BYTES)))
        return {
            kid: _ServiceKey(_public_key(row), float(row.get("nbf", "-inf")), float(row.get("exp", "inf")))
            for kid, row in rows.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError):
        raise KeyFileError(reason="it is not a set of public keys", name=path.name) from None


def _keys_of(jwks: Mapping[str, Any]) -> dict[str, OKPKey]:
    return {kid: _public_key(row) for kid, row in _rows_of(jwks).items()}


def _rows_of(jwks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The Ed25519 signing keys of a JWKS by id; keys of other kinds are passed over."""
    rows = jwks.get("keys")
    if not isinstance(rows, list) or len(rows) > MAX_JWKS_KEYS:
        raise ValueError("not a key set that we take")
    return {
        row["kid"]: row
        for row in rows
        if isinstance(row, dict)
        and row.get("crv") == "Ed25519"
        and row.get("use", "sig") == "sig"
        and isinstance(row.get("kid"), str)
    }


def _public_key(row: Mapping[str, Any]) -> OKPKey:
    return OKPKey.import_key({name: row[name] for name in ("kty", "crv", "x")})
