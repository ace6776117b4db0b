"""Manifests for ingest, and how they are sent: at a fixed rate, whether answers come late or not."""

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx

from deploy.local.layout import DataFolder
from deploy.local.synthetic.paxlst import SyntheticFlight, paxlst
from deploy.local.synthetic.people import FictionalPeople
from deploy.local.token_command import token_of_carrier

TRAVELLERS: Final = 200
REQUEST_TIMEOUT_SECONDS: Final = 60.0
TAKEN: Final = {"/v1/messages": b"202", "/v1/interactive": b"200"}
"""Where bodies are sent, and what says that one was taken."""
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def manifests(count: int, first: int, travellers: int = TRAVELLERS) -> list[bytes]:
    """PAXLST messages about flights XA `first` and following, each with its own people."""
    people = FictionalPeople(first)
    now = datetime.now(UTC)
    departure = now.replace(tzinfo=None, second=0, microsecond=0) + timedelta(hours=5)
    return [
        paxlst(
            SyntheticFlight("XA", str(number), "XQB", "XQA", departure),
            people.take(travellers),
            transaction=f"BENCH{number}",
            prepared_at=now,
        )
        for number in range(first, first + count)
    ]


def carrier_client(folder: DataFolder, address: str) -> httpx.AsyncClient:
    """What carrier XA sends EDIFACT to ingest with."""
    headers = {
        "Authorization": f"Bearer {token_of_carrier(folder.path, 'XA')}",
        "Content-Type": "application/edifact",
    }
    return httpx.AsyncClient(
        base_url=address, headers=headers, timeout=REQUEST_TIMEOUT_SECONDS, trust_env=False
    )


async def answered_at_a_rate(
    folder: DataFolder, address: str, bodies: Sequence[bytes], a_second: float, path: str = "/v1/messages"
) -> list[float]:
    """The seconds from when each body was due until its answer, sent at a fixed rate to a path of `TAKEN`.

    The sender shares the processors with what it measures. It does as little as a sender can: requests are
    written down before, and go out through plain connections, for a fifth of what an HTTP client costs.

    Raises:
        RuntimeError: One of them was not taken.
    """
    token = token_of_carrier(folder.path, "XA")
    place = urlsplit(address)
    requests = [_request(path, place.netloc, token, body) for body in bodies]
    idle: list[_Connection] = []
    began = time.perf_counter()

    async def send(number: int, request: bytes) -> float:
        due = began + number / a_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = idle.pop() if idle else await asyncio.open_connection(place.hostname, place.port)
        status = await _exchange(connection, request)
        if status != TAKEN[path]:
            raise RuntimeError(f"a manifest was answered {status.decode(errors='replace')}")
        idle.append(connection)
        return time.perf_counter() - due

    try:
        return await asyncio.gather(*(send(number, request) for number, request in enumerate(requests)))
    finally:
        for _, to_ingest in idle:
            to_ingest.close()


def _request(path: str, host: str, token: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/edifact\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _exchange(connection: _Connection, request: bytes) -> bytes:
    """Send a request and read its whole answer, of which the status is given."""
    from_ingest, to_ingest = connection
    to_ingest.write(request)
    async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
        head = await from_ingest.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await from_ingest.readexactly(int(length[1]) if length else 0)
    return head.split(b" ", 2)[1]
