"""Waking up when the database says so: LISTEN on a connection of its own, and a slow poll beside it.

A notification can be lost with its connection; whoever waits here therefore also states how long at most.
"""

import asyncio
import contextlib
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.faults import DATABASE_FAULTS

WAKE_CHANNEL: Final = "outbox"
RECONNECT_SECONDS: Final = 1.0


class WakeUp:
    """Notifications of one channel, for any number of waiting tasks."""

    def __init__(self, engine: AsyncEngine, channel: str = WAKE_CHANNEL) -> None:
        self._engine = engine
        self._channel = channel
        self._signal = asyncio.Event()

    def signal(self) -> asyncio.Event:
        """What the next notification sets. Take it before looking for work, so that none is missed."""
        return self._signal

    def ring(self) -> None:
        """Wake everyone who waits now."""
        self._signal.set()
        self._signal = asyncio.Event()

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until told to stop; a lost connection is opened again."""
        while not stop.is_set():
            with contextlib.suppress(*DATABASE_FAULTS):
                await self._listen_once(stop)
            if not stop.is_set():
                await wait_for(stop, RECONNECT_SECONDS)

    async def _listen_once(self, stop: asyncio.Event) -> None:
        ended = asyncio.Event()
        async with self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            driver.add_termination_listener(lambda _connection: ended.set())
            await driver.add_listener(self._channel, lambda *_notification: self.ring())
            waiting = [asyncio.create_task(event.wait()) for event in (stop, ended)]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
                # A listening connection does not go back to the pool.
                await connection.invalidate()


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so long."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
