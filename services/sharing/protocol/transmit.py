"""The ways out to other authorities: one interface, an adapter for each kind of registered address.

Only registered addresses are reached. A host's name is resolved once, every address that it gives must be a
public one, and the connection goes to the address that was looked at; redirects are not followed and little
of an answer is read.

Source: sharing-protocol.md §9.2, §9.3; OWASP SSRF Prevention Cheat Sheet (resolve, check, pin).
"""

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

import httpx

from services.sharing.protocol.endpoints import FILE_SCHEME, drop_name, is_allowed_endpoint
from services.sharing.protocol.http_signature import SignedRequest, signature_headers
from services.sharing.protocol.sender import CurrentSender
from shared.clock import Clock
from shared.identifiers import Identifiers
from shared.security.keys import KeyFileError

FIRST_DELAY: Final = timedelta(seconds=2)
LONGEST_DELAY: Final = timedelta(minutes=15)
MAX_DOUBLINGS: Final = 12
MAX_ACKNOWLEDGEMENT_BYTES: Final = 16 * 1024
MEDIA_TYPE: Final = "application/jose"
# The recipient has said no to this message itself, so that repeating it changes nothing (§10).
_FINAL_REFUSALS: Final = frozenset(
    {
        HTTPStatus.GONE,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    }
)
Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a message goes: the registered address, whose it is, and the message's id."""

    endpoint: str | None
    recipient: str
    message_id: UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """How a transmission ended: the acknowledgement, or the code of what went wrong."""

    acknowledgement: str | None
    fault: str | None = None
    is_final: bool = False


class Gateway(Protocol):
    """Carries a signed envelope to where an authority takes it. The safeguards were asked before."""

    async def transmit(self, addressed: Addressed, envelope: str) -> Answer:
        """Carry it once."""
        ...


class Gateways:
    """Chooses the adapter by the kind of the registered address: `https://…`, or `file-drop:NAME`."""

    def __init__(self, https: Gateway, files: Gateway) -> None:
        self._https = https
        self._files = files

    async def transmit(self, addressed: Addressed, envelope: str) -> Answer:
        """Carry it once, on the way that the address asks for."""
        is_file = addressed.endpoint is not None and addressed.endpoint.startswith(FILE_SCHEME)
        return await (self._files if is_file else self._https).transmit(addressed, envelope)


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, in the order of the resolver; raises `OSError` when there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class Transmitter:
    """The adapter `https-jose`: one signed request, to one looked-at address.

    Args:
        client: Made for this alone; it follows no redirect and reads no proxy setting.
        sender: Our authority; its present key signs the request (RFC 9421).
        clock: Tells when a signature is made.
        identifiers: Gives each request its nonce.
        profile: `local` also allows loopback.
        timeout_seconds: For the whole exchange.
        resolver: Gives the addresses of a host.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        sender: CurrentSender,
        clock: Clock,
        identifiers: Identifiers,
        profile: str,
        timeout_seconds: float,
        resolver: Resolve = resolve,
    ) -> None:
        self._client = client
        self._sender = sender
        self._clock = clock
        self._identifiers = identifiers
        self._profile = profile
        self._timeout_seconds = timeout_seconds
        self._resolve = resolver

    async def transmit(self, addressed: Addressed, envelope: str) -> Answer:
        """Send the bytes and read the answer, at most `MAX_ACKNOWLEDGEMENT_BYTES` of it."""
        endpoint = addressed.endpoint
        if endpoint is None or not is_allowed_endpoint(endpoint, self._profile):
            return Answer(None, "ENDPOINT_NOT_ALLOWED")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._post(addressed, endpoint, envelope)
        except TimeoutError:
            return Answer(None, "TIMEOUT")
        except (httpx.HTTPError, OSError):
            return Answer(None, "NO_ANSWER")
        except KeyFileError:
            return Answer(None, "NO_SIGNING_KEY")

    async def _post(self, addressed: Addressed, endpoint: str, envelope: str) -> Answer:
        target = httpx.URL(endpoint)
        pinned = await self._pin(target)
        if pinned is None:
            return Answer(None, "ADDRESS_NOT_ALLOWED")
        headers = self._headers(addressed, endpoint, envelope) | {"Host": _host_header(target)}
        request = self._client.build_request(
            "POST",
            pinned,
            content=envelope.encode(),
            headers=headers,
            # The certificate is checked against the registered name, though we connect to an address.
            extensions={"sni_hostname": target.host},
        )
        answer = await self._client.send(request, stream=True, follow_redirects=False)
        async with contextlib.aclosing(answer):
            if answer.status_code not in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
                is_final = answer.status_code in _FINAL_REFUSALS
                return Answer(None, f"HTTP_{answer.status_code}", is_final)
            octets = bytearray()
            async for part in answer.aiter_bytes():
                octets += part
                if len(octets) > MAX_ACKNOWLEDGEMENT_BYTES:
                    return Answer(None, "ANSWER_TOO_LONG")
        return Answer(octets.decode("ascii", errors="replace").strip())

    async def _pin(self, target: httpx.URL) -> httpx.URL | None:
        """The target with its host's address in place of its name; `None` if any address is not public."""
        if target.scheme == "http":
            # Only loopback, only in the local profile: `is_allowed_endpoint` has looked at it.
            return target
        addresses = await self._resolve(target.host, target.port or 443)
        if not addresses or not all(_is_public(address) for address in addresses):
            return None
        return target.copy_with(host=addresses[0])

    def _headers(self, addressed: Addressed, endpoint: str, envelope: str) -> dict[str, str]:
        covered = {
            "content-type": MEDIA_TYPE,
            "message-id": str(addressed.message_id),
            "recipient": addressed.recipient,
        }
        request, sender = SignedRequest("POST", endpoint, covered, envelope.encode()), self._sender()
        signed = signature_headers(
            request,
            keyid=sender.kid,
            key=sender.key,
            created=self._clock.now(),
            nonce=str(self._identifiers.new()),
        )
        return covered | signed | {"accept": MEDIA_TYPE}


class FileDrop:
    """The adapter `file`: a sealed envelope written to a folder, for States with no connection.

    Whoever carries the medium brings the acknowledgement back as `<message id>.ack` beside the envelope;
    until then each try looks for it again. The envelope is written once, whole, for its owner alone.

    Args:
        folder: Holds a folder for each address `file-drop:NAME`; `None` allows none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def transmit(self, addressed: Addressed, envelope: str) -> Answer:
        """Write the envelope if it is not there, and look for its acknowledgement."""
        name = drop_name(addressed.endpoint or "")
        if self._folder is None or name is None:
            return Answer(None, "ENDPOINT_NOT_ALLOWED")
        return await asyncio.to_thread(_drop, self._folder / name, addressed.message_id, envelope)


def delay_after(tries: int) -> timedelta:
    """Twice as long after each try, up to the longest."""
    doublings = min(max(tries - 1, 0), MAX_DOUBLINGS)
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << doublings))


def _drop(folder: Path, message_id: UUID, envelope: str) -> Answer:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, receipt = folder / f"{message_id}.jose", folder / f"{message_id}.ack"
        if not path.exists():
            _write_whole(path, envelope)
        if not receipt.exists():
            return Answer(None, "HANDED_OVER")
        with receipt.open("rb") as stream:
            octets = stream.read(MAX_ACKNOWLEDGEMENT_BYTES + 1)
    except OSError:
        return Answer(None, "FOLDER_AWAY")
    if len(octets) > MAX_ACKNOWLEDGEMENT_BYTES:
        return Answer(None, "ANSWER_TOO_LONG")
    return Answer(octets.decode("ascii", errors="replace").strip())


def _write_whole(path: Path, envelope: str) -> None:
    """A reader of the folder never meets half an envelope."""
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(envelope)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    # A mapped or translated address is judged by what it stands for.
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (inner or found).is_global and not (inner or found).is_multicast


def _host_header(target: httpx.URL) -> str:
    return target.netloc.decode("ascii")
