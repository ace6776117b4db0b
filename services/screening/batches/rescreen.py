"""A changed list meets the travellers of the window: the coming 72 hours and the past 7 days.

Ingest holds the travellers. It gives them page by page with the facts that matching reads; a small matcher
of the changed entries picks whom they may concern, and newly reported documents are looked up by number and
State; those travellers alone are sent again and screened like any other batch, against everything in force.
Nothing of a page is stored here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.batches.document_hits import DocumentHits
from services.screening.batches.window import TravellerWindow
from services.screening.errors import ListNotYetBuilt
from services.screening.matching import SentColumns
from services.screening.ports import SERVICE, Ports
from services.screening.store.list_changes import ListChangeStore
from services.screening.store.rescreening import (
    MOST_NAMED,
    ChangedEntries,
    DocumentChange,
    Pass,
    PassState,
    Progress,
    RescreeningStore,
)
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from shared.bus.relay import Carrier
from shared.contracts.rescreening import WindowPageV1, WindowPlaceV1, WindowTravellersV1
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY
from shared.travel import Traveller

PAST: Final = timedelta(days=7)
COMING: Final = timedelta(hours=72)
#: A flight's day is its airport's; the window is a day wider on both sides, so that no zone falls out.
ZONE_DAY: Final = timedelta(days=1)
#: Another worker may screen with the list of before for so long (`Background.watch_list`).
SETTLED_AFTER: Final = timedelta(seconds=60)
#: The least score of the small matcher with which a traveller is sent again: far below the threshold,
#: because how rare a name is on the changed entries is not how rare it is on the whole list.
PRESELECT_FLOOR: Final = 0.02
#: Travellers compared before a waiting batch of new ones has its turn.
TRAVELLERS_A_TURN: Final = 1000
#: Pages that one step compares, each while ingest reads the next.
PAGES_A_STEP: Final = 5

COMPARED: Final = Counter(
    "safeconduct_rescreened_travellers",
    "Travellers of the window compared with changed entries, and those sent again.",
    ("step",),
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the pages of a step brought, and where the last of them ended."""

    travellers: int
    affected: list[UUID]
    place: WindowPlaceV1 | None


class Rescreening:
    """Plans passes and carries them out, some pages a step; any worker may go on where another stopped."""

    def __init__(
        self, ports: Ports, current: CurrentMatcher, carrier: Carrier, *, pages_a_step: int = PAGES_A_STEP
    ) -> None:
        self._ports = ports
        self._current = current
        self._documents = DocumentHits(ports)
        self._window = TravellerWindow(carrier, ports.identifiers)
        self._pages_a_step = pages_a_step
        self._store = RescreeningStore()
        self._small: tuple[UUID, ScreeningMatcher | None] | None = None
        # Until which generation this worker knows that everybody who changed has a pass.
        self._planned = -1

    async def plan(self) -> Pass | None:
        """Begin a pass where entries in use or reported documents are new or changed; `None` where none are.

        Source: issue 5 item 7; `watchlist-governance.md` §5.
        """
        async with self._ports.transaction() as connection:
            if not await self._store.try_lock(connection):
                return None
            looked_at, _ = await self._ports.stores.watchlist.generation(connection)
            changed = await self._changed(connection, looked_at)
            documents = await self._store.take_changed_documents(connection)
            new = await self._begin(connection, changed, documents)
        self._planned = looked_at
        return new

    async def _changed(self, connection: AsyncConnection, generation: int) -> ChangedEntries:
        """Whom the travellers have not met: of those who changed since the last look, where that is known."""
        if generation == self._planned:
            return ChangedEntries(0, ())
        told = await ListChangeStore().between(connection, self._planned, generation)
        return await self._store.take_changed(connection, told.entry_ids if told.is_whole else None)

    async def _begin(
        self, connection: AsyncConnection, changed: ChangedEntries, documents: Sequence[DocumentChange]
    ) -> Pass | None:
        """Write a pass over the window, where there is anything to meet."""
        if not changed.count and not documents:
            return None
        now = self._ports.clock.now()
        # Read after the entries were: whoever is on the pass is so in this generation or an earlier one.
        generation, _ = await self._ports.stores.watchlist.generation(connection)
        new = Pass(
            rescreening_id=self._ports.identifiers.new(),
            made_at=now,
            generation=generation,
            entries=changed.count,
            entry_ids=changed.entry_ids,
            first_day=(now - PAST - ZONE_DAY).date(),
            last_day=(now + COMING + ZONE_DAY).date(),
            state=PassState.RUNNING,
            after=None,
            compared=0,
            sent_again=0,
            finished_at=None,
            documents=tuple(documents),
        )
        await self._store.add(connection, new)
        await self._ports.audit.append(
            connection,
            actor=SERVICE,
            action="rescreen.begin",
            object_kind="rescreening",
            object_id=str(new.rescreening_id),
            facts={
                "entries": changed.count,
                "document_lists": len(documents),
                "generation": generation,
            },
        )
        return new

    async def step(self) -> bool:
        """Compare the next pages of the oldest pass; whether there was one to compare.

        A step that fails is made again: who is sent twice is screened twice, to the same hits.

        Raises:
            DeliveryPostponed, DeliveryRefused: Ingest is away; the pass goes on later.
            PageRefused: Ingest answered something else.
        """
        async with self._ports.transaction() as connection:
            if not await self._store.try_lock(connection):
                return False
            now = self._ports.clock.now()
            due = await self._store.next_due(connection, now - SETTLED_AFTER)
            if due is None:
                return False
            matcher = await self._matcher_of(due)
            compared = Compared(0, [], None)
            if matcher is not None or due.documents:
                compared = await self._compare(connection, due, matcher)
            await self._window.send_again(due.rescreening_id, due.generation, compared.affected)
            made = _progress(due, compared, now)
            await self._store.advance(connection, due.rescreening_id, made)
            if made.state is PassState.DONE:
                await self._ports.audit.append(
                    connection,
                    actor=SERVICE,
                    action="rescreen.end",
                    object_kind="rescreening",
                    object_id=str(due.rescreening_id),
                    facts={
                        "entries": due.entries,
                        "compared": due.compared + made.compared,
                        "sent_again": due.sent_again + made.sent_again,
                    },
                )
        COMPARED.labels(step="compared").inc(compared.travellers)
        COMPARED.labels(step="sent_again").inc(len(compared.affected))
        return True

    async def _matcher_of(self, due: Pass) -> ScreeningMatcher | None:
        """A matcher of the pass's entries alone; `None` where none is in use any more.

        Where nearly everybody is new, that is the whole list's.

        Raises:
            ListNotYetBuilt: The whole list is still being compiled.
        """
        if due.entries > MOST_NAMED:
            if self._current.generation < due.generation:
                raise ListNotYetBuilt
            return self._current.matcher
        if self._small is None or self._small[0] != due.rescreening_id:
            async with self._ports.database.connect() as connection:
                bodies = await self._store.bodies(connection, due.entry_ids)
            self._small = due.rescreening_id, await self._current.compiled(bodies) if bodies else None
        return self._small[1]

    async def _compare(
        self, connection: AsyncConnection, due: Pass, matcher: ScreeningMatcher | None
    ) -> Compared:
        """Compare a few pages, each while ingest reads the next; none outlives the step."""
        travellers = 0
        affected: dict[UUID, None] = {}
        reading = asyncio.create_task(self._page(due, due.after))
        try:
            for left in reversed(range(self._pages_a_step)):
                page = await reading
                if left and page.place is not None:
                    reading = asyncio.create_task(self._page(due, (page.place.day, page.place.flight_id)))
                affected |= dict.fromkeys(await self._affected(connection, due, matcher, page.travellers))
                travellers += len(page.travellers)
                if page.place is None:
                    break
        finally:
            # Also of a page that failed beside the comparison nothing is told: the step's own fault is.
            reading.cancel()
        return Compared(travellers, list(affected), page.place)

    async def _page(self, due: Pass, after: tuple[date, UUID] | None) -> WindowPageV1:
        reported_since = due.made_at - SETTLED_AFTER if due.state is PassState.SETTLING else None
        days = (due.first_day, due.last_day)
        return await self._window.page(due.rescreening_id, days, after=after, reported_since=reported_since)

    async def _affected(
        self,
        connection: AsyncConnection,
        due: Pass,
        matcher: ScreeningMatcher | None,
        travellers: WindowTravellersV1,
    ) -> list[UUID]:
        """Whom of a page the pass may concern, by name or by a reported document."""
        affected: list[UUID] = []
        for start in range(0, len(travellers), TRAVELLERS_A_TURN):
            turn = travellers.part(start, start + TRAVELLERS_A_TURN)
            if matcher is not None:
                async with self._current.one_batch:
                    affected += await asyncio.to_thread(concerned, matcher, turn)
            if due.documents:
                affected += await self._documents.affected(connection, due.documents, turn)
        return affected


def concerned(matcher: ScreeningMatcher, travellers: WindowTravellersV1) -> list[UUID]:
    """Whom the changed entries may concern; runs in a thread.

    Most can match nothing, and are not read whole. A traveller of whom something that is compared cannot be
    read is sent again too: the full screening says what is wrong.
    """
    found: list[UUID] = []
    readable: list[tuple[UUID, Traveller]] = []
    may_match = matcher.may_match(_columns_of(travellers), floor=PRESELECT_FLOOR)
    for place in compress(range(len(travellers)), may_match):
        traveller_id = travellers.traveller_id[place]
        try:
            readable.append((traveller_id, Traveller.from_json(travellers.facts(place))))
        except (KeyError, TypeError, ValueError):
            found.append(traveller_id)
            get_logger().warning("rescreen_unreadable", traveller_id=str(traveller_id))
    matches = matcher.screen([traveller for _, traveller in readable], floor=PRESELECT_FLOOR, limit=1)
    found += [traveller_id for (traveller_id, _), own in zip(readable, matches, strict=True) if own]
    return found


def _columns_of(travellers: WindowTravellersV1) -> SentColumns:
    return SentColumns(
        surname=travellers.surname,
        given_names=travellers.given_names,
        birth_date=travellers.birth_date,
        sex=travellers.sex,
        nationality=travellers.nationality,
        birth_place=travellers.birth_place,
        documents=travellers.documents,
    )


def _progress(due: Pass, compared: Compared, now: datetime) -> Progress:
    """Where a pass stands after a step. Its second round looks at what was reported while workers changed."""
    done, again = compared.travellers, len(compared.affected)
    if compared.place is not None:
        return Progress(due.state, (compared.place.day, compared.place.flight_id), done, again)
    if due.state is PassState.RUNNING:
        return Progress(PassState.SETTLING, None, done, again)
    return Progress(PassState.DONE, None, done, again, now)
