"""The use case: screening's list has changed → whom it is compared with, and whom screening must see again.

A page is an answer and nothing more: it holds the facts that matching reads, and no service stores it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.inbox import SENDER, read_as
from services.ingest.intake.observed import API, DESTINATION, PNR, flight_contract
from services.ingest.ports import Ports
from services.ingest.reading.linking import journey_day
from services.ingest.store.travellers import Source
from services.ingest.store.window import StandingTraveller, Window, WindowStore
from shared.bus.inbox import Inbox
from shared.bus.message import Received
from shared.bus.outbox import Outbox
from shared.contracts.rescreening import (
    MAX_FLIGHTS_A_PAGE,
    ResendTakenV1,
    ResendWantedV1,
    TravellersToRescreenV1,
    WindowPageV1,
    WindowPageWantedV1,
    WindowPlaceV1,
)
from shared.contracts.travellers_observed import TravellerObservedV1
from shared.travel.traveller import Traveller

PAGE_KIND: Final = "WindowPageWantedV1"
RESEND_KIND: Final = "ResendWantedV1"
AGAIN_KIND: Final = "TravellersToRescreenV1"


class AnswerRescreening:
    """Answers both messages of a re-screening."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = WindowStore()

    async def __call__(self, message: Received) -> dict[str, Any]:
        """Give a page of the window, or send travellers again.

        Raises:
            UnreadableMessage: See `read_as`.

        Source:
            issue 5 item 7; safeguards.md SG-05 (the fields that matching reads, no other).
        """
        if message.kind == PAGE_KIND:
            return (await self._page(read_as(WindowPageWantedV1, message))).as_json()
        return await self._resend(read_as(ResendWantedV1, message))

    async def _page(self, wanted: WindowPageWantedV1) -> WindowPageV1:
        """The travellers of the next flights; one audit record a page."""
        after = None if wanted.after is None else (wanted.after.day, wanted.after.flight_id)
        window = Window(wanted.first_day, wanted.last_day, after, wanted.reported_since)
        async with self._ports.database.begin() as connection:
            flights = await self._store.next_flights(connection, window, MAX_FLIGHTS_A_PAGE)
            found = await self._store.travellers_on(connection, [flight_id for _, flight_id in flights])
            await self._ports.audit.append(
                connection,
                actor=SENDER,
                action="travellers.compare",
                object_kind="RESCREENING",
                object_id=str(wanted.rescreening_id),
                facts={"flights": len(flights), "travellers": len(found)},
            )
        is_last = len(flights) < MAX_FLIGHTS_A_PAGE
        return WindowPageV1(
            travellers=found,
            place=None if is_last else WindowPlaceV1(day=flights[-1][0], flight_id=flights[-1][1]),
        )

    async def _resend(self, wanted: ResendWantedV1) -> dict[str, Any]:
        async with self._ports.database.begin() as connection:
            stored = await Inbox.begin(connection, wanted.message_id, RESEND_KIND)
            if stored is not None:
                return stored
            standing = await self._store.standing(connection, wanted.travellers)
            for batch in self._batches(wanted, standing):
                await Outbox.add(
                    connection,
                    destination=DESTINATION,
                    kind=AGAIN_KIND,
                    message_id=batch.message_id,
                    body=batch.as_json(),
                )
            await self._record(connection, wanted, len(standing))
            reply = ResendTakenV1(resent=len(standing)).as_json()
            await Inbox.finish(connection, wanted.message_id, reply)
        return reply

    async def _record(self, connection: AsyncConnection, wanted: ResendWantedV1, resent: int) -> None:
        await self._ports.audit.append(
            connection,
            actor=SENDER,
            action="travellers.resend",
            object_kind="RESCREENING",
            object_id=str(wanted.rescreening_id),
            facts={"wanted": len(wanted.travellers), "resent": resent},
        )

    def _batches(
        self, wanted: ResendWantedV1, standing: Sequence[StandingTraveller]
    ) -> Iterator[TravellersToRescreenV1]:
        """A batch for each flight, source and moment of report: a batch says all three but once."""
        for (flight_id, source, reported_at), group in groupby(standing, key=_batch_key):
            travellers = list(group)
            yield TravellersToRescreenV1(
                message_id=self._ports.identifiers.new(),
                rescreening_id=wanted.rescreening_id,
                generation=wanted.generation,
                flight=flight_contract(flight_id, travellers[0].flight, self._ports.airports),
                data_class=PNR if source is Source.PNR else API,
                received_at=reported_at,
                travellers=[self._observed(each) for each in travellers],
            )

    def _observed(self, standing: StandingTraveller) -> TravellerObservedV1:
        traveller = Traveller.from_json(standing.record)
        day = journey_day(standing.flight, standing.reported_at.date())
        return TravellerObservedV1(
            traveller_id=standing.traveller_id,
            journey_key=self._ports.keys.journey_key(traveller, day),
            traveller=standing.record,
        )


def _batch_key(standing: StandingTraveller) -> tuple[Any, Source, datetime]:
    return standing.flight_id, standing.source, standing.reported_at
