"""How soon a service answers again after a process was killed."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

POLL_SECONDS: Final = 0.02
PATIENCE_SECONDS: Final = 60.0
ASKED_FOR_THE_DATABASE: Final = "ingest"


@dataclass
class Recovery:
    """Watches what was killed until its service says that it is ready.

    Args:
        addresses: Of the services by name.

    Attributes:
        worst: The longest wait by victim, in seconds.
    """

    addresses: Mapping[str, str]
    worst: dict[str, float] = field(default_factory=dict)

    async def watch(self, victim: str) -> None:
        """Note the longest time until the first 2xx after `victim` was killed, at most `PATIENCE_SECONDS`.

        The database answers nobody; the service that leans on it most is asked in its place. Whatever else
        is down meanwhile counts too.
        """
        service = victim if victim in self.addresses else ASKED_FOR_THE_DATABASE
        began = time.monotonic()
        async with httpx.AsyncClient(base_url=self.addresses[service], trust_env=False) as client:
            while not await _is_ready(client) and time.monotonic() - began < PATIENCE_SECONDS:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)
        self.worst[victim] = max(self.worst.get(victim, 0.0), round(time.monotonic() - began, 2))


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False
