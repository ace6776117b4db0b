"""Workers that take what is due, again and again, until told to stop: one loop for each ledger that sends."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.bus.wake import wait_for
from shared.db.faults import DATABASE_FAULTS
from shared.observability.logging import get_logger

DeliverNext = Callable[[], Awaitable[bool]]
"""Tries what is due the longest; `False` when nothing is."""


async def work_until(stop: asyncio.Event, deliver_next: DeliverNext, *, workers: int, rest: float) -> None:
    """Run so many workers; each rests so many seconds when nothing is due. What is under way is finished."""
    async with asyncio.TaskGroup() as tasks:
        for _ in range(workers):
            tasks.create_task(_work(stop, deliver_next, rest))


async def all_due(deliver_next: DeliverNext) -> int:
    """Try whatever is due, one after the other; for tests and for a tick by hand. Returns the tries."""
    tries = 0
    while await deliver_next():
        tries += 1
    return tries


async def _work(stop: asyncio.Event, deliver_next: DeliverNext, rest: float) -> None:
    while not stop.is_set():
        found = False
        try:
            found = await deliver_next()
        except DATABASE_FAULTS:
            # The database is away; the ledger is safe in it, and we look again.
            get_logger().warning("delivery_postponed", code="DATABASE_AWAY")
        except Exception as fault:  # noqa: BLE001
            # This is the outermost loop: one message's fault must not stop the others. It is due again when
            # its lease ends, and a person is told.
            get_logger().error("delivery_failed", exc_info=fault)
        if not found:
            await wait_for(stop, rest)
