import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import httpx
import pytest

from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.bus.http import HttpCarrier
from shared.bus.message import OutgoingMessage
from shared.observability.metrics import REGISTRY
from shared.web.request_id import trace

MESSAGE = OutgoingMessage(UUID(int=7), "screening", "SpecimenV1", {"surname": "Invented"})


class FakeSigner:
    """Signs by naming the audience."""

    def token(self, audience: str) -> str:
        return f"token-for-{audience}"


async def deliver(
    answer: Callable[[httpx.Request], httpx.Response], message: OutgoingMessage = MESSAGE
) -> dict[str, object]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        carrier = HttpCarrier(client, {"screening": "http://screening.test/"}, FakeSigner())
        return await carrier.deliver(message)


async def test_message_is_posted_with_a_token_for_its_destination() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"screened": 1})

    with trace("ab" * 16):
        assert await deliver(answer) == {"screened": 1}
    (request,) = seen
    assert str(request.url) == "http://screening.test/internal/v1/inbox"
    assert request.headers["authorization"] == "Bearer token-for-screening"
    assert request.headers["traceparent"].startswith(f"00-{'ab' * 16}-")
    assert json.loads(request.content) == {
        "message_id": str(MESSAGE.message_id),
        "kind": "SpecimenV1",
        "body": {"surname": "Invented"},
    }


async def test_destinations_clock_is_compared_with_ours() -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    await deliver(lambda _: httpx.Response(200, json={}, headers={"Date": ahead}))
    skew = REGISTRY.get_sample_value("safeconduct_clock_skew_seconds", {"peer": "screening"})
    assert skew == pytest.approx(3600, abs=60)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_destination_that_is_away_postpones(status: int) -> None:
    with pytest.raises(DeliveryPostponed):
        await deliver(lambda _: httpx.Response(status))


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_broken_connection_postpones(fault: type[httpx.TransportError]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise fault("broken")

    with pytest.raises(DeliveryPostponed, match=fault.__name__):
        await deliver(answer)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422, 500])
async def test_other_answers_refuse_this_message(status: int) -> None:
    with pytest.raises(DeliveryRefused, match=f"HTTP {status}"):
        await deliver(lambda _: httpx.Response(status, json={}))


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b"null"])
async def test_reply_that_is_no_object_refuses(content: bytes) -> None:
    with pytest.raises(DeliveryRefused, match="no JSON object"):
        await deliver(lambda _: httpx.Response(200, content=content))


async def test_unknown_destination_refuses() -> None:
    message = OutgoingMessage(UUID(int=8), "elsewhere", "SpecimenV1", {})
    with pytest.raises(DeliveryRefused, match="not configured"):
        await deliver(lambda _: httpx.Response(200), message)


def test_body_is_never_printed() -> None:
    assert "Invented" not in repr(MESSAGE)
