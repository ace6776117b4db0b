"""How many bodies are worked on at once: enough to keep the processor and the database busy, not more.

Without a limit every request under load holds a database connection while all the others are read, the pool
runs empty, and carriers are refused whom a second's patience would have served.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from services.ingest.errors import StoreUnavailable
from shared.bus.wake import wait_for

BODIES_AT_ONCE: Final = 4
MAX_WAITING: Final = 200
RETRY_AFTER_SECONDS: Final = 2
GIVE_WAY_SECONDS: Final = 0.1


class Admission:
    """Lets bodies in, in the order in which they came; those that wait hold nothing but themselves."""

    def __init__(
        self,
        at_once: int = BODIES_AT_ONCE,
        max_waiting: int = MAX_WAITING,
        give_way_seconds: float = GIVE_WAY_SECONDS,
    ) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._max_waiting = max_waiting
        self._give_way_seconds = give_way_seconds
        self._waiting = 0
        self._stored_now = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises:
            StoreUnavailable: So many wait already that this one had better come again.
        """
        if self._waiting >= self._max_waiting:
            raise StoreUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Say that a message is being stored, for which this process and the database work."""
        self._stored_now += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._stored_now -= 1
            if not self._stored_now:
                self._quiet.set()

    async def give_way(self) -> None:
        """Wait until nothing is being stored, but not for ever.

        For work that nobody waits for: a carrier waits for its acknowledgement. While a body is read, another
        process is at work, and this one has time.
        """
        if self._stored_now:
            await wait_for(self._quiet, self._give_way_seconds)
