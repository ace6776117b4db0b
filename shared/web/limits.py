"""Limits that hold for every route: bytes of a body, seconds to send it, requests of one caller.

Bytes: FastAPI's own `max_body_size`, counted while the body streams; `service_app` sets the default below,
a route that takes more says so: `@router.post("/v1/messages", max_body_size=4 * MEBIBYTE)`.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock
from shared.errors import DomainError

MEBIBYTE: Final = 1_048_576
DEFAULT_MAX_BODY_BYTES: Final = MEBIBYTE
BODY_SECONDS: Final = 30.0
#: A long body may take longer than that: so many announced bytes a second more, up to `LONGEST_BODY_SECONDS`.
BODY_BYTES_A_SECOND: Final = 2 * MEBIBYTE
LONGEST_BODY_SECONDS: Final = 150.0
_LENGTH_DIGITS: Final = 12
MAX_RATE_KEYS: Final = 10_000


class TooManyRequests(DomainError):
    """One caller asked more often than agreed."""

    code = "TOO_MANY_REQUESTS"
    sentence = "Too many requests. Try again in {retry_after_seconds} seconds."


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second in the long run, and how many may come at once."""

    per_second: float
    burst: int


# A carrier may send every traveller in a message of its own; a person clicks.
CARRIER_RATE: Final = Rate(per_second=1000, burst=2000)
USER_RATE: Final = Rate(per_second=50, burst=200)
SIGN_IN_RATE: Final = Rate(per_second=1, burst=20)


class RateLimiter:
    """Token buckets in memory, one for each caller; of too many callers the longest unseen is forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, caller: str, rate: Rate) -> None:
        """Count one request.

        Args:
            caller: Who asks, with the kind of limit, such as `carrier:XA`.
            rate: The limit of this kind of caller.

        Raises:
            TooManyRequests: The bucket is empty; `retry_after_seconds` tells when it no longer is.
        """
        now = self._clock.now()
        tokens, seen = self._buckets.pop(caller, (float(rate.burst), now))
        elapsed = max(0.0, (now - seen).total_seconds())
        tokens = min(float(rate.burst), tokens + elapsed * rate.per_second)
        is_allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if is_allowed else tokens, now)
        if len(self._buckets) > MAX_RATE_KEYS:
            self._buckets.popitem(last=False)
        if not is_allowed:
            raise TooManyRequests(retry_after_seconds=max(1, math.ceil((1 - tokens) / rate.per_second)))


async def limited_body(request: Request) -> bytes:
    """The whole body, at most the route's `max_body_size` bytes; more answers 413 while it still streams."""
    return await request.body()


class BodyDeadline:
    """Ends a request whose body does not arrive in time (408): a slow sender holds no place.

    That is `BODY_SECONDS`, and longer for a body that says it is long, such as a list of 200 MB.
    """

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; only the reading of its body has a deadline."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + body_seconds(self._seconds, scope.get("headers", ()))
        is_complete = False

        async def receive_in_time() -> Message:
            nonlocal is_complete
            if is_complete:
                # What comes after the body is the client's going away, for which one waits without end.
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            is_complete = not message.get("more_body", False)
            return message

        await self._app(scope, receive_in_time, send)


def body_seconds(usual: float, headers: Iterable[tuple[bytes, bytes]]) -> float:
    """Seconds that a body may take to arrive, by the length that its headers announce."""
    announced = dict(headers).get(b"content-length", b"")
    length = int(announced) if announced.isdigit() and len(announced) <= _LENGTH_DIGITS else 0
    return min(usual + length / BODY_BYTES_A_SECOND, max(usual, LONGEST_BODY_SECONDS))
