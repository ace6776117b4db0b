"""Who is signed in: opaque cookie in the browser, everything else here, tokens sealed.

The browser holds 32 random bytes; the database holds their SHA-256, so that a copy of it opens no session.
Tokens are sealed with AES-256-GCM under a key that is not in the database.

Source: OWASP session management (idle and absolute end, renewal at sign-in, server-side end at sign-out).
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from weakref import WeakValueDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.clock import Clock
from shared.security.secret_key import KEY_BYTES

_NONCE_BYTES: Final = 12
# A click is written down at most this often; what is lost is a minute of the idle time.
TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the issuer gave for one person; never shown, never sent to the browser."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One row: times are aware, UTC; `sealed_tokens` opens only with the console's key."""

    id_hash: bytes
    subject: str
    display_name: str
    opened_at: datetime
    seen_at: datetime
    sealed_tokens: bytes = field(repr=False)


class SessionStore(Protocol):
    """Where sessions live: `store.py` in PostgreSQL, a dictionary in tests."""

    async def add(self, session: StoredSession) -> None:
        """Keep a new session and record the sign-in."""

    async def get(self, id_hash: bytes) -> StoredSession | None:
        """The session with this hash."""

    async def update(self, session: StoredSession) -> None:
        """Write `seen_at` and `sealed_tokens` of a session that is still there."""

    async def remove(self, session: StoredSession) -> None:
        """End a session and record the sign-out."""

    async def remove_unseen_since(self, instant: datetime) -> int:
        """Forget sessions that nobody used since; tells how many."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person, for the length of one request."""

    stored: StoredSession
    tokens: Tokens
    csrf_token: str = field(repr=False)


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(
        self, store: SessionStore, key: bytes, clock: Clock, *, idle: timedelta, life: timedelta
    ) -> None:
        assert len(key) == KEY_BYTES, "AES-256 takes 32 bytes"
        self._store = store
        self._key = key
        self._seal = AESGCM(key)
        self._clock = clock
        self._idle = idle
        self._life = life
        # A lock lives as long as somebody holds or awaits it.
        self._renewals: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def open(self, subject: str, display_name: str, tokens: Tokens) -> str:
        """Begin a session and return the value of its cookie."""
        session_id = secrets.token_urlsafe(32)
        id_hash = _hash(session_id)
        now = self._clock.now()
        await self._store.remove_unseen_since(now - self._idle)
        sealed = self._sealed(tokens, id_hash)
        await self._store.add(StoredSession(id_hash, subject, display_name, now, now, sealed))
        return session_id

    async def find(self, session_id: str) -> Session | None:
        """The session of this cookie, unless it ended, stood idle too long or is too old."""
        stored = await self._store.get(_hash(session_id))
        if stored is None:
            return None
        now = self._clock.now()
        if now - stored.seen_at >= self._idle or now - stored.opened_at >= self._life:
            await self._store.remove(stored)
            return None
        tokens = self._opened(stored)
        return None if tokens is None else Session(stored, tokens, self._csrf_token(stored.subject))

    async def touch(self, session: Session) -> None:
        """Note that the person did something."""
        now = self._clock.now()
        if now - session.stored.seen_at >= TOUCH_EVERY:
            await self._store.update(replace(session.stored, seen_at=now))

    async def replace_tokens(self, session: Session, tokens: Tokens) -> Session:
        """Keep newer tokens for the same person."""
        stored = replace(session.stored, sealed_tokens=self._sealed(tokens, session.stored.id_hash))
        await self._store.update(stored)
        return replace(session, stored=stored, tokens=tokens)

    def renewing(self, session: Session) -> asyncio.Lock:
        """Held while a session's tokens are renewed, so that one request at a time does."""
        return self._renewals.setdefault(session.stored.id_hash, asyncio.Lock())

    async def again(self, session: Session) -> Session | None:
        """The same session as it stands now, with the tokens that another request may have renewed."""
        stored = await self._store.get(session.stored.id_hash)
        tokens = None if stored is None else self._opened(stored)
        return None if stored is None or tokens is None else replace(session, stored=stored, tokens=tokens)

    async def end(self, session: Session) -> None:
        """Sign out."""
        await self._store.remove(session.stored)

    def seal(self, content: dict[str, str], bound_to: str) -> str:
        """Seal what a browser shall remember for us and not read, for a cookie or an address.

        `bound_to` says for what, and for whom: sealed for one thing it opens for no other.
        """
        return base64.urlsafe_b64encode(
            self._encrypt(json.dumps(content).encode(), bound_to.encode())
        ).decode()

    def open_sealed(self, sealed: str, bound_to: str) -> dict[str, str] | None:
        """What `seal` sealed for the same, or `None` for anything else."""
        try:
            opened = json.loads(self._decrypt(base64.urlsafe_b64decode(sealed), bound_to.encode()))
        except (InvalidTag, ValueError):
            return None
        return opened if isinstance(opened, dict) else None

    def _csrf_token(self, subject: str) -> str:
        # Bound to the person, not to the session: whoever has to sign in again while writing loses nothing.
        return hmac.new(self._key, b"csrf:" + subject.encode(), hashlib.sha256).hexdigest()

    def _sealed(self, tokens: Tokens, id_hash: bytes) -> bytes:
        return self._encrypt(json.dumps([tokens.access, tokens.refresh]).encode(), id_hash)

    def _opened(self, stored: StoredSession) -> Tokens | None:
        try:
            access, refresh = json.loads(self._decrypt(stored.sealed_tokens, stored.id_hash))
        except (InvalidTag, ValueError):
            # Sealed under an earlier key: the person signs in again.
            return None
        return Tokens(access, refresh)

    def _encrypt(self, content: bytes, bound_to: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, content, bound_to)

    def _decrypt(self, sealed: bytes, bound_to: bytes) -> bytes:
        if len(sealed) <= _NONCE_BYTES:
            raise ValueError("too short to be sealed")
        return self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()
