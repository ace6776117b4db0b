"""Something done again and again beside the requests, until the service ends."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.bus.wake import wait_for
from shared.db.faults import DATABASE_FAULTS
from shared.observability.logging import get_logger


async def keep_beating(
    beat: Callable[[], Awaitable[object]],
    stop: asyncio.Event,
    *,
    every_seconds: float,
    failed: str,
    faults: tuple[type[Exception], ...] = (),
) -> None:
    """Beat until told to stop, and then end at once; a database that is away is waited for.

    Args:
        beat: Does everything that is due; may be repeated.
        stop: Set when the service ends.
        every_seconds: The pause between two beats.
        failed: The event that is logged when a beat fails.
        faults: What else a beat may fail with; the next one tries again.
    """
    while not stop.is_set():
        try:
            await beat()
        except (*DATABASE_FAULTS, *faults) as fault:
            get_logger().error(failed, exc_info=fault)
        await wait_for(stop, every_seconds)
