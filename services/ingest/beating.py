"""Something done again and again beside the requests, until the service ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from shared.db.faults import DATABASE_FAULTS
from shared.observability.logging import get_logger


async def keep_beating(
    beat: Callable[[], Awaitable[Any]], stop: asyncio.Event, *, every_seconds: float, failed: str
) -> None:
    """Beat until told to stop; a database that is away is waited for.

    Args:
        beat: Does everything that is due; may be repeated.
        stop: Set when the service ends.
        every_seconds: The pause between two beats.
        failed: The event that is logged when the database fails.
    """
    while not stop.is_set():
        try:
            await beat()
        except DATABASE_FAULTS as failure:
            get_logger().error(failed, exc_info=failure)
        try:
            await asyncio.wait_for(stop.wait(), every_seconds)
        except TimeoutError:
            continue
