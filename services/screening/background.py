"""What runs while nobody asks: the clocks, and the watcher that swaps the matcher when the list changes."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from services.screening.batches.rescreen import Rescreening
from services.screening.cleared.register import ClearTravellers
from services.screening.clocks import Clocks
from services.screening.notices.from_abroad import NoticesFromAbroad
from services.screening.notices.look_back import NoticesLookBack
from services.screening.protection.desk_clocks import DeskClocks
from services.screening.service import ScreeningService
from services.screening.store.watchlist import GENERATION_CHANNEL
from services.screening.watchlist.fetching import ListFetching
from services.screening.watchlist.merged_hits import bring_in_step
from shared.beating import keep_beating
from shared.bus.relay import Carrier
from shared.bus.wake import WakeUp, wait_for
from shared.db.faults import DATABASE_FAULTS
from shared.errors import DomainError
from shared.observability.logging import get_logger

#: How long a worker may miss a change whose notification was lost; 15 minutes are allowed (SG-15).
LOOK_SECONDS = 30.0

#: Beats of the clocks between two looks at which sources are due: those are minutes and hours apart.
BEATS_A_FETCH_LOOK = 6


class Background:
    """The service's own tasks; each ends when told to stop, and outlives a database that is away."""

    def __init__(self, screening: ScreeningService) -> None:
        self._screening = screening

    async def beat_clocks(self, stop: asyncio.Event) -> None:
        """Carry out what is due, again and again."""
        settings = self._screening.settings
        cleared = ClearTravellers(self._screening.ports)
        clocks = Clocks(self._screening.ports, settings.escalation_ladder)
        desks = DeskClocks(self._screening.ports)

        async def beat() -> None:
            await clocks.beat()
            await cleared.beat()
            await desks.beat()

        await keep_beating(
            beat,
            stop,
            every_seconds=settings.clock_seconds,
            failed="clock_beat_failed",
            faults=(DomainError,),
        )

    async def fetch_lists(self, stop: asyncio.Event) -> None:
        """Fetch what is due, and ring where a source's list is too old.

        A long import is not waited for: it is given up and taken up again at the next start.
        """
        screening = self._screening
        fetching = ListFetching(screening.ports, screening.list_files)
        await keep_beating(
            lambda: unless_stopped(stop, fetching.beat()),
            stop,
            every_seconds=screening.settings.clock_seconds * BEATS_A_FETCH_LOOK,
            failed="list_fetch_failed",
            faults=(DomainError,),
        )

    async def rescreen(self, carrier: Carrier, stop: asyncio.Event) -> None:
        """Let every change of the list meet the travellers of the window; goes on after a restart."""
        screening = self._screening
        rescreening = Rescreening(screening.ports, screening.current, carrier)
        while not stop.is_set():
            has_more = False
            try:
                await rescreening.plan()
                has_more = await rescreening.step()
            except (*DATABASE_FAULTS, DomainError) as fault:
                get_logger().warning("rescreening_waits", reason=type(fault).__name__)
            if not has_more:
                await wait_for(stop, screening.settings.clock_seconds)

    async def look_back(self, carrier: Carrier, stop: asyncio.Event) -> None:
        """Let every notice from abroad meet the travellers reported before it, and let go of old ones."""
        screening = self._screening
        notices = NoticesFromAbroad(screening.ports, screening.current)
        looking = NoticesLookBack(screening.ports, screening.current, carrier)
        while not stop.is_set():
            has_more = False
            try:
                await notices.beat()
                has_more = await looking.step()
            except (*DATABASE_FAULTS, DomainError) as fault:
                get_logger().warning("notices_wait", reason=type(fault).__name__)
            if not has_more:
                await wait_for(stop, screening.settings.clock_seconds)

    async def watch_list(self, stop: asyncio.Event) -> None:
        """Swap the matcher whenever the set of entries in use has changed, here or in another worker."""
        wake_up = WakeUp(self._screening.ports.database, GENERATION_CHANNEL)
        current = self._screening.current
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(wake_up.listen(stop))
            while not stop.is_set():
                notified = wake_up.signal()
                self._screening.wake.clear()
                try:
                    if await current.refresh():
                        await bring_in_step(self._screening.ports, current.consolidation)
                except (*DATABASE_FAULTS, DomainError) as fault:
                    get_logger().error("matcher_build_failed", error=type(fault).__name__)
                await _first_of((stop, notified, self._screening.wake, current.built), LOOK_SECONDS)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, object]) -> None:
    """Do some work, but give it up where the service is told to end."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
    is_done = doing.done()
    for task in (doing, stopping):
        task.cancel()
    await asyncio.gather(doing, stopping, return_exceptions=True)
    if is_done:
        doing.result()


async def _first_of(events: tuple[asyncio.Event, ...], seconds: float) -> None:
    """Wait until one of the events is set, at most so long."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
