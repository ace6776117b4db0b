"""Manifests for ingest, and how they are sent: at a fixed rate, whether answers come late or not."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from deploy.local.layout import DataFolder
from deploy.local.synthetic.paxlst import SyntheticFlight, paxlst
from deploy.local.synthetic.people import FictionalPeople
from deploy.local.token_command import token_of_carrier

TRAVELLERS: Final = 200
REQUEST_TIMEOUT_SECONDS: Final = 60.0


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


async def acknowledged_at_a_rate(
    client: httpx.AsyncClient, bodies: list[bytes], a_second: float
) -> list[float]:
    """The seconds from when each body was due until its answer, sent at a fixed rate.

    Raises:
        httpx.HTTPStatusError: One of them was not taken.
    """
    began = time.perf_counter()

    async def send(number: int, body: bytes) -> float:
        due = began + number / a_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        (await client.post("/v1/messages", content=body)).raise_for_status()
        return time.perf_counter() - due

    return await asyncio.gather(*(send(number, body) for number, body in enumerate(bodies)))
