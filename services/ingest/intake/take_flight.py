"""The flight that a message is about: found under any of its names, updated, cancelled, changed."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.arrival import Arrival
from services.ingest.intake.flight_identity import (
    Sighting,
    flight_name,
    is_zone_confused,
    same_flight,
    sighting,
)
from services.ingest.intake.observed import SendToScreening
from services.ingest.ports import Ports
from services.ingest.reading.linking import journey_day
from services.ingest.store.flights import FlightReport, KnownFlight, ReportedFlight
from services.ingest.store.travellers import Report, Reported, TravellerStatus
from shared.contracts import WithdrawalReason
from shared.identifiers import FlightId
from shared.json_text import write_json
from shared.travel.flight import Flight
from shared.travel.message import Change
from shared.travel.traveller import Traveller


class TakeFlight:
    """Links a message to its flight."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._send = SendToScreening(ports)

    async def __call__(self, connection: AsyncConnection, arrival: Arrival) -> ReportedFlight:
        """The message's flight, its row locked until the transaction ends.

        Source: `spec/paxlst.md` §4, §8; `spec/pnrgov.md` §1, §6 (code shares).
        """
        message, store = arrival.message, self._ports.stores.flights
        seen = sighting(arrival.flight, arrival.sender, arrival.received_at.date(), message.reservations)
        report = FlightReport(
            arrival.flight,
            seen,
            flight_name(arrival.flight.carrier or arrival.sender, arrival.flight.number),
            arrival.sender,
            message.change,
            arrival.received_at,
            # A push that comes in parts is one push.
            is_counted=message.part == 1,
            revives=bool(message.travellers or message.reservations),
        )
        known = await self._known(connection, arrival, seen)
        if known is None:
            new_id = FlightId(self._ports.identifiers.new())
            return await store.add(connection, report, new_id)
        is_changed = message.change is Change.FLIGHT_CHANGED
        flight = arrival.flight if is_changed else self._as_it_stands(known, arrival.flight)
        return await store.report(connection, known, report, flight)

    async def change(self, connection: AsyncConnection, arrival: Arrival, reported: ReportedFlight) -> None:
        """What a cancelled or changed flight means to the people on it."""
        if arrival.message.change is Change.FLIGHT_CANCELLED:
            await self._cancel(connection, arrival, reported)
        elif arrival.message.change is Change.FLIGHT_CHANGED:
            await self._tell_all(connection, arrival, reported)

    async def _known(
        self, connection: AsyncConnection, arrival: Arrival, seen: Sighting
    ) -> KnownFlight | None:
        store = self._ports.stores.flights
        candidates = await store.candidates(connection, seen)
        place = same_flight(seen, [each.seen for each in candidates], self._ports.airports.to_utc)
        if place is not None:
            return candidates[place]
        reference = arrival.message.access_reference
        if arrival.message.change is Change.FLIGHT_CHANGED and reference is not None:
            # A flight that changed its number is known by what its sender calls the exchange about it.
            return await store.of_access_reference(connection, arrival.sender, reference)
        return None

    def _as_it_stands(self, known: KnownFlight, reported: Flight) -> Flight:
        """The legs of the latest report, but for one that tells less, or whose times are UTC by mistake."""
        old, new = known.flight.crossing_leg, reported.crossing_leg
        if old is None or new is None:
            return reported if old is None else known.flight
        tells_less = len(reported.legs) < len(known.flight.legs) or (
            new.departure is None and old.departure is not None
        )
        if tells_less or is_zone_confused(old, new, self._ports.airports.to_utc):
            return known.flight
        return reported

    async def _cancel(self, connection: AsyncConnection, arrival: Arrival, reported: ReportedFlight) -> None:
        travellers = self._ports.stores.travellers
        off = [each for each, _, _ in await travellers.on_the_flight(connection, reported.flight_id)]
        report = Report(reported.flight_id, arrival.message_id, arrival.received_at)
        await travellers.mark(connection, report, off, TravellerStatus.CANCELLED)
        await self._send.withdraw(
            connection, reported.flight_id, off, WithdrawalReason.FLIGHT_CANCELLED, arrival.received_at
        )

    async def _tell_all(
        self, connection: AsyncConnection, arrival: Arrival, reported: ReportedFlight
    ) -> None:
        """Screening's clocks run by the flight's times: it hears of everybody under the new ones."""
        store, keys = self._ports.stores.travellers, self._ports.keys
        day = journey_day(reported.flight, arrival.received_at.date())
        everybody = [
            Reported(
                traveller_id, write_json(record), source, keys.journey_key(Traveller.from_json(record), day)
            )
            for traveller_id, source, record in await store.on_the_flight(connection, reported.flight_id)
        ]
        flight = (reported.flight_id, reported.flight)
        await self._send(
            connection, arrival.message_id, flight, everybody, arrival.received_at, is_counted=False
        )
