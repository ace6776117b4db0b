"""Refresh tokens of the local issuer: kept in memory, used once, each replaced by the next.

A used one that comes back was copied by somebody: then the whole line ends, whoever holds its newest token.

Source: RFC 6749 §6; RFC 9700 §4.14.2 (rotation, and what a replay means).
"""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from shared.clock import Clock

# Longer than an access token and the console's idle time together; whoever works renews long before.
REFRESH_MINUTES: Final = 60
LINE_HOURS: Final = 12
MAX_REMEMBERED: Final = 1000
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Grant:
    """Who signed in through which program; `line` names the sign-in that all its tokens come from."""

    client_id: str
    subject: str
    line: str
    ends_at: datetime
    line_ends_at: datetime


@dataclass
class RefreshGrants:
    """The refresh tokens that are out, by digest; a restart of the issuer forgets them all."""

    clock: Clock
    _usable: OrderedDict[str, Grant] = field(default_factory=OrderedDict)
    _used: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def begin(self, client_id: str, subject: str) -> str:
        """The first refresh token of a sign-in, valid for `REFRESH_MINUTES`."""
        now = self.clock.now()
        line_ends_at = now + timedelta(hours=LINE_HOURS)
        return self._issued(Grant(client_id, subject, secrets.token_hex(16), now, line_ends_at))

    def renew(self, token: str, client_id: str) -> tuple[str, str] | None:
        """The subject and the next refresh token; None when this one is not usable (any more)."""
        digest = _digest(token)
        if digest in self._used:
            self._end_line(self._used[digest])
            return None
        grant = self._usable.get(digest)
        if grant is None or grant.client_id != client_id:
            return None
        del self._usable[digest]
        _remember(self._used, digest, grant.line)
        if self.clock.now() >= grant.ends_at:
            return None
        return grant.subject, self._issued(grant)

    def _issued(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(32)
        ends_at = min(self.clock.now() + timedelta(minutes=REFRESH_MINUTES), grant.line_ends_at)
        _remember(self._usable, _digest(token), replace(grant, ends_at=ends_at))
        return token

    def _end_line(self, line: str) -> None:
        for digest in [digest for digest, grant in self._usable.items() if grant.line == line]:
            del self._usable[digest]


def _remember(rows: OrderedDict[str, _Value], digest: str, value: _Value) -> None:
    """Keep a row; the oldest leave when there are more than `MAX_REMEMBERED`."""
    rows[digest] = value
    while len(rows) > MAX_REMEMBERED:
        rows.popitem(last=False)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
