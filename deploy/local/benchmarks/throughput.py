"""The running system under load: travellers to a stored result, acknowledgements and check-ins at a rate."""

import asyncio
import time
from collections.abc import Iterator
from datetime import date

import httpx

from deploy.local.benchmarks.figure import Figure, middle_and_tail
from deploy.local.benchmarks.ingest_load import (
    TRAVELLERS,
    answered_at_a_rate,
    carrier_client,
    manifests,
)
from deploy.local.benchmarks.interactive import measure_interactive
from deploy.local.benchmarks.running_system import RunningSystem, running_system
from deploy.local.benchmarks.synthetic_list import un_list

LISTED = 20_000
ACKNOWLEDGED_A_SECOND = 30
ACKNOWLEDGED_SECONDS = 10
SUSTAINED_MESSAGES = 150
SENDERS = 4
SCREENED_TIMEOUT_SECONDS = 300
POLL_SECONDS = 0.2


def measure_throughput() -> Iterator[Figure]:
    """Start a system, give it a list of 20,000 people, and load it from outside."""
    with running_system() as system:
        began = time.perf_counter()
        system.put_list_in_force(un_list(LISTED, date(2026, 11, 1)), "DEMO")
        imported = time.perf_counter() - began
        yield Figure("watchlist_in_force", imported, "s", "none stated", {"individuals": LISTED})
        yield from measure_interactive(system, {"listed": LISTED})
        yield from _end_to_end(system)
        yield from _acknowledgements(system)


def _end_to_end(system: RunningSystem) -> Iterator[Figure]:
    seconds = asyncio.run(_send_all_and_wait(system, manifests(SUSTAINED_MESSAGES, 1000)))
    yield Figure(
        "airline_to_stored_result",
        SUSTAINED_MESSAGES * TRAVELLERS / seconds,
        "travellers/s",
        "at least 1,500 now, 5,000 later",
        {"listed": LISTED, "manifests": SUSTAINED_MESSAGES, "travellers_a_manifest": TRAVELLERS},
    )


async def _send_all_and_wait(system: RunningSystem, bodies: list[bytes]) -> float:
    """Seconds from the first byte sent until the last traveller's result is stored."""
    waiting = iter(bodies)
    receipts: list[str] = []

    async def send(client: httpx.AsyncClient) -> None:
        for body in waiting:
            answer = (await client.post("/v1/messages", content=body)).raise_for_status()
            receipts.append(answer.json()["id"])

    async with carrier_client(system.folder, system.addresses["ingest"]) as client:
        began = time.perf_counter()
        await asyncio.gather(*(send(client) for _ in range(SENDERS)))
        async with asyncio.timeout(SCREENED_TIMEOUT_SECONDS):
            for receipt in receipts:
                await _until_screened(client, receipt)
        return time.perf_counter() - began


async def _until_screened(client: httpx.AsyncClient, receipt: str) -> None:
    while True:
        answer = (await client.get(f"/v1/receipts/{receipt}")).raise_for_status()
        if answer.json()["screened_at"] is not None:
            return
        await asyncio.sleep(POLL_SECONDS)


def _acknowledgements(system: RunningSystem) -> Iterator[Figure]:
    bodies = manifests(ACKNOWLEDGED_A_SECOND * ACKNOWLEDGED_SECONDS, 5000)
    seconds = asyncio.run(
        answered_at_a_rate(system.folder, system.addresses["ingest"], bodies, ACKNOWLEDGED_A_SECOND)
    )
    yield from middle_and_tail(
        "manifest_acknowledged",
        seconds,
        "p99 at most 50 with ingest alone; here screening works beside it",
        {"manifests_a_second": ACKNOWLEDGED_A_SECOND, "travellers_a_manifest": TRAVELLERS},
    )
