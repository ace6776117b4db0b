"""How many bodies are worked on at once: enough to keep the processor and the database busy, not more.

Without a limit every request under load holds a database connection while all the others are read, the pool
runs empty, and carriers are refused whom a second's patience would have served.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from services.ingest.errors import StoreUnavailable

BODIES_AT_ONCE: Final = 4
MAX_WAITING: Final = 200
RETRY_AFTER_SECONDS: Final = 2


class Admission:
    """Lets bodies in, in the order in which they came; those that wait hold nothing but themselves."""

    def __init__(self, at_once: int = BODIES_AT_ONCE, max_waiting: int = MAX_WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._max_waiting = max_waiting
        self._waiting = 0

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
