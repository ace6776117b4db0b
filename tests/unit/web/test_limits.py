"""Limits, on both sides."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from shared.security.roles import Role
from shared.web.limits import (
    BODY_BYTES_A_SECOND,
    CARRIER_RATE,
    DEFAULT_MAX_BODY_BYTES,
    LONGEST_BODY_SECONDS,
    MAX_RATE_KEYS,
    USER_RATE,
    BodyDeadline,
    Rate,
    RateLimiter,
    TooManyRequests,
    body_seconds,
)
from tests.unit.web.app import SetClock, an_app, client_of

RATE = Rate(per_second=2, burst=3)


async def stream(size: int) -> AsyncIterator[bytes]:
    for _ in range(size):
        yield b"x"


@pytest.mark.parametrize("is_streamed", [False, True], ids=["with length", "streamed"])
@pytest.mark.parametrize(("size", "status"), [(10, 200), (11, 413)])
async def test_body_up_to_the_routes_limit(size: int, status: int, is_streamed: bool) -> None:
    async with client_of(an_app()) as client:
        response = await client.post("/bytes", content=stream(size) if is_streamed else b"x" * size)
    assert response.status_code == status


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
async def test_default_limit_holds_where_a_route_says_nothing(extra: int, status: int) -> None:
    async with client_of(an_app()) as client:
        response = await client.post("/default-limit", content=b"x" * (DEFAULT_MAX_BODY_BYTES + extra))
    assert response.status_code == status


async def test_too_large_body_is_a_problem_even_when_nobody_reads_it() -> None:
    async with client_of(an_app()) as client:
        response = await client.post("/unread", content=b"x" * 11)
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "PAYLOAD_TOO_LARGE"
    assert response.json()["instance"] == response.headers["trace-id"]


def test_burst_then_refusal_then_refill() -> None:
    clock = SetClock()
    limiter = RateLimiter(clock)
    for _ in range(3):
        limiter.take("user:a", RATE)
    with pytest.raises(TooManyRequests) as refused:
        limiter.take("user:a", RATE)
    assert refused.value.facts == {"retry_after_seconds": 1}
    clock.forward(seconds=0.5)
    limiter.take("user:a", RATE)
    with pytest.raises(TooManyRequests):
        limiter.take("user:a", RATE)


def test_one_caller_does_not_use_up_anothers_share() -> None:
    limiter = RateLimiter(SetClock())
    for _ in range(3):
        limiter.take("user:a", RATE)
    limiter.take("user:b", RATE)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    clock = SetClock()
    limiter = RateLimiter(clock)
    for _ in range(3):
        limiter.take("user:a", RATE)
    clock.forward(seconds=-100)
    with pytest.raises(TooManyRequests):
        limiter.take("user:a", RATE)


def test_memory_is_bounded() -> None:
    limiter = RateLimiter(SetClock())
    for _ in range(3):
        limiter.take("user:first", RATE)
    for number in range(MAX_RATE_KEYS):
        limiter.take(f"user:{number}", RATE)
    limiter.take("user:first", RATE)


async def test_too_many_requests_answer_429_with_retry_after() -> None:
    app = an_app(roles=frozenset({Role.VERIFIER}))
    async with client_of(app) as client:
        statuses = [(await client.get("/documents/1")).status_code for _ in range(USER_RATE.burst)]
        refused = await client.get("/documents/1")
    assert set(statuses) == {200}
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"


async def test_carrier_has_a_limit_of_its_own() -> None:
    app = an_app(roles=frozenset({Role.CARRIER}))
    for _ in range(CARRIER_RATE.burst):
        app.state.rate_limiter.take("carrier:someone", CARRIER_RATE)
    async with client_of(app) as client:
        refused = await client.get("/documents/1")
    assert refused.status_code == 429


async def test_body_that_never_ends_is_given_up() -> None:
    async def reads(_: Scope, receive: Receive, __: Send) -> None:
        await receive()
        await receive()

    first: list[Message] = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive() -> Message:
        if first:
            return first.pop()
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    async def send(_: Message) -> None: ...

    with pytest.raises(HTTPException) as ended:
        await BodyDeadline(reads, seconds=0.01)({"type": "http"}, receive, send)
    assert ended.value.status_code == 408


@pytest.mark.parametrize(
    ("announced", "seconds"),
    [
        (None, 30),
        (b"0", 30),
        (b"%d" % (20 * BODY_BYTES_A_SECOND), 50),
        (b"9" * 12, LONGEST_BODY_SECONDS),
        (b"9" * 13, 30),
        (b"-5", 30),
        (b"many", 30),
    ],
)
def test_a_long_body_may_take_longer_but_not_for_ever(announced: bytes | None, seconds: float) -> None:
    headers = [] if announced is None else [(b"content-length", announced)]
    assert body_seconds(30.0, headers) == seconds


async def test_waiting_for_the_client_to_leave_has_no_deadline() -> None:
    seen: list[str] = []

    async def reads(_: Scope, receive: Receive, __: Send) -> None:
        seen.extend([(await receive())["type"], (await receive())["type"]])

    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request", "body": b""}]

    async def receive() -> Message:
        return messages.pop()

    async def send(_: Message) -> None: ...

    await BodyDeadline(reads, seconds=-1)({"type": "lifespan"}, receive, send)
    assert seen == ["http.request", "http.disconnect"]
