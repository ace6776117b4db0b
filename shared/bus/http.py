"""Carries messages by HTTP to the next service's `/internal/v1/inbox`: nothing to install."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx

from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.bus.message import OutgoingMessage
from shared.clock import Clock, SystemClock
from shared.json_text import write_json
from shared.observability.clock_skew import ClockWatch
from shared.security.keys import KeyFileError
from shared.web.request_id import outgoing_traceparent

INBOX_PATH: Final = "/internal/v1/inbox"
TIMEOUT_SECONDS: Final = 30.0
_LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class Signer(Protocol):
    """What proves who we are; `shared/security/tokens.py: ServiceSigner` is one."""

    def token(self, audience: str) -> str:
        """A short-lived bearer token for the audience.

        Raises:
            KeyFileError: No key that signs it is in its life.
        """
        ...


class HttpCarrier:
    """Sends each message as one POST.

    Args:
        client: Shared by the process; its transport may be a test's.
        destinations: The base address of each destination, by name.
        signer: Gives the token; the audience is the destination's name.
        clock: Compared with the destinations' clocks; the machine's when absent.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        destinations: Mapping[str, str],
        signer: Signer,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._clock = clock or SystemClock()
        self._clock_watch = ClockWatch()
        self._destinations = {name: address.rstrip("/") for name, address in destinations.items()}
        self._signer = signer

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Post the message; a 2xx is the destination's word that it is stored.

        Raises:
            DeliveryPostponed: No answer, or 429, 502, 503, 504; or no key of ours is in its life.
            DeliveryRefused: Any other answer, no JSON object, or a destination that we do not know.
        """
        destination = message.destination
        address = self._destinations.get(destination)
        if address is None:
            raise DeliveryRefused(destination=destination, reason="its address is not configured")
        envelope = write_json({"message_id": message.message_id, "kind": message.kind})
        content = f'{envelope[:-1]},"body":{message.text}}}'
        try:
            token = self._signer.token(destination)
        except KeyFileError as fault:
            raise DeliveryPostponed(destination=destination, reason=fault.detail) from None
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Traceparent": outgoing_traceparent(),
        }
        asked_at = self._clock.now()
        try:
            answer = await self._client.post(
                address + INBOX_PATH,
                content=content.encode(),
                headers=headers,
                timeout=TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as fault:
            raise DeliveryPostponed(destination=destination, reason=type(fault).__name__) from None
        self._clock_watch.observe(destination, answer.headers.get("Date"), asked_at, self._clock.now())
        if answer.status_code in _LATER:
            raise DeliveryPostponed(destination=destination, reason=f"HTTP {answer.status_code}")
        return _reply(answer, destination)


def _reply(answer: httpx.Response, destination: str) -> dict[str, Any]:
    if not answer.is_success:
        raise DeliveryRefused(destination=destination, reason=f"HTTP {answer.status_code}")
    try:
        reply = answer.json()
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        raise DeliveryRefused(destination=destination, reason="its reply is no JSON object")
    return reply
