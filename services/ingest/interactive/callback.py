"""Tells carriers what people changed: one POST of a CUSRES to the address that two people registered."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.ingest.errors import RefusedMessage
from services.ingest.formats.acknowledgements import SyntaxReport, read_answers
from services.ingest.intake.answers import EDIFACT_TYPE
from services.ingest.interactive.callback_address import is_callback_address
from services.ingest.interactive.directives_inbox import CALLBACK, NO_CALLBACK, SUPERSEDED
from services.ingest.ports import Ports
from services.ingest.store.interactive import InteractiveStore
from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Carrier
from shared.clock import Clock
from shared.security.key_folder import KeyRing
from shared.security.keys import KeyFileError
from shared.security.tokens import sign_token

ACKNOWLEDGED, EXPIRED = "ACKNOWLEDGED", "EXPIRED"
TIMEOUT_SECONDS: Final = 10.0
TOKEN_SECONDS: Final = 60
MAX_ANSWER_BYTES: Final = 65_536
_REJECTED: Final = "4"
_LATER: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class CallbackSigner:
    """Signs what we send: a token for this one address that holds the digest of this one body.

    A carrier checks it with the key of `GET /v1/interactive/keys`; a token that it lets leak opens nothing
    else, not even the same address with another text.
    """

    issuer: str
    keys: KeyRing
    clock: Clock

    def token(self, url: str, message_id: UUID, digest: str) -> str:
        """A compact JWT: `iss` this State's authority, `aud` the address, `jti` the change, `digest`.

        Raises:
            KeyFileError: No key is in its life.
        """
        key = self.keys.current()
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": url,
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "jti": str(message_id),
            "digest": digest,
        }
        return sign_token(claims, key.kid, key.jose_key())


class CallbackCarrier:
    """Delivers a change to the carrier's own system.

    Args:
        client: Follows no redirect: an answer leads nowhere but where two people allowed it.
        database: Where the register and the later decisions are looked up at each try.
        signer: Proves who we are.
        is_loopback_allowed: Whether plain http on this machine is an address (local profile).
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        database: AsyncEngine,
        signer: CallbackSigner,
        *,
        is_loopback_allowed: bool,
    ) -> None:
        assert not client.follow_redirects, "a callback is never led elsewhere"
        self._client = client
        self._database = database
        self._signer = signer
        self._is_loopback_allowed = is_loopback_allowed
        self._store = InteractiveStore()

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Tell the carrier, unless a later decision is known, it is too late, or no address is left.

        Raises:
            DeliveryPostponed: No answer, a server's fault, or no key of ours is in its life.
            DeliveryRefused: Any other answer than a 2xx, or a CONTRL that rejects the change.
        """
        body = message.body
        async with self._database.connect() as connection:
            is_newest = await self._store.is_newest(
                connection, UUID(body["traveller_id"]), message.message_id
            )
            url = await self._store.callback_of(connection, body["carrier"])
        if not is_newest:
            return {"state": SUPERSEDED}
        if self._signer.clock.now() >= datetime.fromisoformat(body["until"]):
            return {"state": EXPIRED}
        if url is None:
            return {"state": NO_CALLBACK}
        if not is_callback_address(url, loopback=self._is_loopback_allowed):
            raise DeliveryRefused(destination=message.destination, reason="its address is not https")
        _require_acknowledged(await self._post(url, message), message.destination)
        return {"state": ACKNOWLEDGED}

    async def _post(self, url: str, message: OutgoingMessage) -> httpx.Response:
        content = str(message.body["text"]).encode("ascii")
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode('ascii')}:"
        try:
            token = self._signer.token(url, message.message_id, digest)
        except KeyFileError as fault:
            raise DeliveryPostponed(destination=message.destination, reason=fault.detail) from None
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": EDIFACT_TYPE,
            "Content-Digest": digest,
            "Idempotency-Key": str(message.message_id),
        }
        try:
            answer = await self._client.post(url, content=content, headers=headers, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as fault:
            raise DeliveryPostponed(destination=message.destination, reason=type(fault).__name__) from None
        if answer.status_code in _LATER:
            raise DeliveryPostponed(destination=message.destination, reason=f"HTTP {answer.status_code}")
        return answer


def _require_acknowledged(answer: httpx.Response, destination: str) -> None:
    if not answer.is_success:
        raise DeliveryRefused(destination=destination, reason=f"HTTP {answer.status_code}")
    if EDIFACT_TYPE not in answer.headers.get("Content-Type", "").lower():
        return
    try:
        answers = read_answers(answer.content[:MAX_ANSWER_BYTES])
    except RefusedMessage:
        # A 2xx acknowledges; what stands beside it and cannot be read takes nothing back.
        return
    if any(isinstance(each, SyntaxReport) and each.action == _REJECTED for each in answers):
        raise DeliveryRefused(destination=destination, reason="its CONTRL rejects the change")


class ByDestination:
    """One way out for services, another for carriers' callbacks."""

    def __init__(self, services: Carrier, callbacks: Carrier) -> None:
        self._services = services
        self._callbacks = callbacks

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Deliver by the way that the destination has."""
        way = self._callbacks if message.destination.startswith(CALLBACK) else self._services
        return await way.deliver(message)


class NoteTold:
    """What became of a change, in the transaction that removes it from the outbox."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = InteractiveStore()

    async def __call__(
        self, connection: AsyncConnection, message: OutgoingMessage, reply: Mapping[str, Any]
    ) -> None:
        """Note the state and leave an audit record."""
        state = str(reply["state"])
        if await self._store.settle(connection, message.message_id, state, self._ports.clock.now()):
            await self._ports.audit.append(
                connection,
                actor="ingest",
                action="directive.tell",
                object_kind="DIRECTIVE",
                object_id=str(message.message_id),
                subject_id=str(message.body["traveller_id"]),
                outcome="DONE" if state == ACKNOWLEDGED else "FAILED",
                facts={"carrier": str(message.body["carrier"]), "state": state},
            )
