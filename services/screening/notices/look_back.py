"""A notice meets the travellers who were reported before it came: ingest has them, and gives them in pages.

Whom it may concern are handed over again and screened like any batch, where the notice waits for them. A page
that fails is compared again: who is handed over twice makes one match.

Source: sharing-protocol.md §6; issue 6 item 4 (a notice that comes in joins travellers of the named flight).
"""

import asyncio
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from services.screening.batches.rescreen import concerned
from services.screening.batches.window import TravellerWindow
from services.screening.ports import Ports
from services.screening.store.notices_from_abroad import LookBack, NoticeFromAbroadStore
from services.screening.watchlist.current_matcher import CurrentMatcher
from shared.bus.relay import Carrier

#: A notice may name the day of a later leg: the flight's own day is then the one before.
A_DAY: Final = timedelta(days=1)


class NoticesLookBack:
    """Compares waiting notices with the travellers that ingest has, a page at a time."""

    def __init__(self, ports: Ports, current: CurrentMatcher, carrier: Carrier) -> None:
        self._ports = ports
        self._current = current
        self._window = TravellerWindow(carrier, ports.identifiers)
        self._store = NoticeFromAbroadStore()

    async def step(self) -> bool:
        """Compare one page for the oldest notice that has not looked back; whether there was one.

        Raises:
            DeliveryPostponed, DeliveryRefused: Ingest is away; the notice looks back later.
            PageRefused: Ingest answered something else.
        """
        async with self._ports.transaction() as connection:
            due = await self._store.next_look_back(connection)
            if due is None:
                return False
            generation, is_loaded = await self._ports.stores.watchlist.generation(connection)
            if not is_loaded:
                # Travellers wait unscreened until a list is in force, and meet the notice then.
                await self._store.advance(connection, due.entry_id, None)
                return True
            after = await self._compare(due, generation)
            await self._store.advance(connection, due.entry_id, after)
        return True

    async def _compare(self, due: LookBack, generation: int) -> tuple[date, UUID] | None:
        page = await self._window.page(due.notice_id, (due.day - A_DAY, due.day), after=due.after)
        matcher = await self._current.compiled_apart([due.body])
        async with self._current.one_batch:
            travellers = await asyncio.to_thread(concerned, matcher, page.travellers)
        await self._window.send_again(due.notice_id, generation, travellers)
        return None if page.place is None else (page.place.day, page.place.flight_id)
