"""What screening is told: batches of travellers as they were reported, and what its reply changes here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from services.ingest.store.messages import MessageStore
from shared.bus.message import OutgoingMessage
from shared.bus.outbox import Outbox
from shared.contracts import (
    FlightV1,
    LegV1,
    TravellerObservedV1,
    TravellersObservedV1,
    TravellersScreenedV1,
)
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH
from shared.identifiers import FlightId, MessageId, TravellerId
from shared.travel.flight import Flight, Leg
from shared.travel.places import Airports
from shared.travel.traveller import Traveller

DESTINATION = "screening"
KIND = "TravellersObservedV1"


@dataclass(frozen=True, slots=True)
class Reported:
    """A traveller as stored: its identifier, its value, and its record (`Traveller.as_record`)."""

    traveller_id: TravellerId
    traveller: Traveller
    record: dict[str, Any] = field(repr=False)


class SendToScreening:
    """Writes batches to the outbox, in the transaction that stores the travellers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(
        self,
        connection: AsyncConnection,
        message_id: MessageId,
        flight: tuple[FlightId, Flight],
        travellers: Sequence[Reported],
        received_at: datetime,
    ) -> None:
        """Write the travellers of one message in batches of at most `MAX_TRAVELLERS_A_BATCH`."""
        flight_id, itinerary = flight
        contract = flight_contract(flight_id, itinerary, self._ports.airports)
        observed = self._observed(travellers, itinerary, received_at.date())
        for start in range(0, len(observed), MAX_TRAVELLERS_A_BATCH):
            batch = observed[start : start + MAX_TRAVELLERS_A_BATCH]
            batch_id = self._ports.identifiers.new()
            body = TravellersObservedV1(
                message_id=batch_id, flight=contract, received_at=received_at, travellers=batch
            )
            ids = [each.traveller_id for each in batch]
            await self._ports.stores.messages.expect(connection, batch_id, message_id, ids)
            await Outbox.add(
                connection, destination=DESTINATION, kind=KIND, message_id=batch_id, body=body.as_json()
            )

    def _observed(
        self, travellers: Sequence[Reported], flight: Flight, reported_on: date
    ) -> list[TravellerObservedV1]:
        keys = self._ports.keys
        return [
            TravellerObservedV1(
                traveller_id=each.traveller_id,
                journey_key=keys.journey_key(each.traveller, flight, reported_on),
                traveller=each.record,
            )
            for each in travellers
        ]


class MarkScreened:
    """What the reply `TravellersScreenedV1` changes: the receipt's count. What was found is not in it."""

    def __init__(self, messages: MessageStore) -> None:
        self._messages = messages

    async def __call__(
        self, connection: AsyncConnection, message: OutgoingMessage, reply: dict[str, Any]
    ) -> None:
        """Count the batch, in the transaction that removes it from the outbox."""
        screened = TravellersScreenedV1.model_validate(reply)
        await self._messages.mark_screened(connection, message.message_id, screened.screened_at)


def flight_contract(flight_id: UUID, flight: Flight, airports: Airports) -> FlightV1:
    """The flight as screening reads it: legs with their airports' States, and times in UTC beside local."""
    return FlightV1(
        flight_id=flight_id,
        carrier=flight.carrier,
        number=flight.number,
        suffix=flight.suffix,
        legs=list(_legs(flight.legs, airports)),
    )


def _legs(legs: Sequence[Leg], airports: Airports) -> Iterator[LegV1]:
    for leg in legs:
        yield LegV1(
            origin=leg.origin,
            destination=leg.destination,
            origin_state=airports.state_of(leg.origin),
            destination_state=airports.state_of(leg.destination),
            departure=leg.departure,
            arrival=leg.arrival,
            departure_utc=airports.to_utc(leg.origin, leg.departure),
            arrival_utc=airports.to_utc(leg.destination, leg.arrival),
            crosses_border=leg.crosses_border,
        )
