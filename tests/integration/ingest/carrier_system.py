"""A carrier's own system on this machine: takes callbacks, checks who sends them, answers as a test says."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, KeySetSerialization

from services.ingest.formats.acknowledgements import CustomsResponse, read_answers


@dataclass
class Callback:
    """One request as the carrier's system got it."""

    headers: dict[str, str]
    body: bytes

    def claims(self, keys: KeySetSerialization) -> dict[str, Any]:
        """What the bearer token says, once its signature is checked."""
        token = self.headers["authorization"].removeprefix("Bearer ")
        return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["Ed25519"]).claims)

    @property
    def digest(self) -> str:
        """The body's digest in the form of RFC 9530."""
        return f"sha-256=:{base64.b64encode(hashlib.sha256(self.body).digest()).decode()}:"

    @property
    def message(self) -> CustomsResponse:
        """The CUSRES in the body."""
        (answer,) = read_answers(self.body)
        assert isinstance(answer, CustomsResponse)
        return answer


@dataclass
class CarrierSystem:
    """Where callbacks arrive; `answers` are (status, content type, body) for the next ones, then 204."""

    url: str = ""
    received: list[Callback] = field(default_factory=list)
    answers: list[tuple[int, str, bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer it, close."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Callback(headers, body))
        status, kind, content = self.answers.pop(0) if self.answers else (204, "text/plain", b"")
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
            f"Location: {self.url}/elsewhere\r\nConnection: close\r\n\r\n".encode()
            + content
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def carrier_system() -> AsyncIterator[CarrierSystem]:
    """A carrier's system on a free port of this machine."""
    system = CarrierSystem()
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    system.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callbacks"
    async with server:
        yield system
