"""What screening is told: batches of travellers as they were reported, and what its reply changes here."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from services.ingest.store.messages import MessageStore
from services.ingest.store.travellers import Reported, Source, TravellerRow
from shared.bus.message import OutgoingMessage
from shared.bus.outbox import Outbox
from shared.contracts import (
    FlightV1,
    LegV1,
    TravellersObservedV1,
    TravellersScreenedV1,
    TravellersWithdrawnV1,
    WithdrawalReason,
)
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH
from shared.identifiers import FlightId, MessageId, TravellerId
from shared.json_text import write_json
from shared.travel.flight import Flight, Leg
from shared.travel.places import Airports

DESTINATION = "screening"
KIND = "TravellersObservedV1"
WITHDRAWN_KIND = "TravellersWithdrawnV1"
API, PNR = "API", "PNR"
_NO_TRAVELLERS = "[]}"


class SendToScreening:
    """Writes to the outbox whom screening must see and who is off the flight, as travellers are stored."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(
        self,
        connection: AsyncConnection,
        message_id: MessageId,
        flight: tuple[FlightId, Flight],
        travellers: Sequence[Reported | TravellerRow],
        received_at: datetime,
        *,
        is_counted: bool = True,
    ) -> None:
        """Write travellers in batches of at most `MAX_TRAVELLERS_A_BATCH`, API and PNR apart.

        Args:
            connection: The caller's transaction.
            message_id: The message that changed what is known of them.
            flight: The flight as it stands.
            travellers: Whom screening must see.
            received_at: When the message arrived.
            is_counted: Whether the message's receipt counts them; not so where it did not name them itself.
        """
        contract = flight_contract(*flight, self._ports.airports)
        by_class = {
            API: [each for each in travellers if each.source is not Source.PNR],
            PNR: [each for each in travellers if each.source is Source.PNR],
        }
        for data_class, reported in by_class.items():
            for start in range(0, len(reported), MAX_TRAVELLERS_A_BATCH):
                batch_id = self._ports.identifiers.new()
                batch = reported[start : start + MAX_TRAVELLERS_A_BATCH]
                head = TravellersObservedV1(
                    message_id=batch_id,
                    flight=contract,
                    data_class=data_class,
                    received_at=received_at,
                    travellers=[],
                )
                body = _with_travellers(head, batch)
                ids = [each.traveller_id for each in batch]
                await self._ports.stores.messages.expect(
                    connection, batch_id, message_id, ids, is_counted=is_counted
                )
                await Outbox.add(
                    connection, destination=DESTINATION, kind=KIND, message_id=batch_id, body=body
                )

    async def withdraw(
        self,
        connection: AsyncConnection,
        flight_id: FlightId,
        travellers: Sequence[TravellerId],
        reason: WithdrawalReason,
        received_at: datetime,
    ) -> None:
        """Tell screening that travellers are off the flight, by the carrier's word."""
        for start in range(0, len(travellers), MAX_TRAVELLERS_A_BATCH):
            batch_id = self._ports.identifiers.new()
            body = TravellersWithdrawnV1(
                message_id=batch_id,
                flight_id=flight_id,
                reason=reason,
                received_at=received_at,
                travellers=list(travellers[start : start + MAX_TRAVELLERS_A_BATCH]),
            )
            await Outbox.add(
                connection,
                destination=DESTINATION,
                kind=WITHDRAWN_KIND,
                message_id=batch_id,
                body=body.as_json(),
            )


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


def _with_travellers(head: TravellersObservedV1, travellers: Sequence[Reported | TravellerRow]) -> str:
    """The batch as JSON text: a `TravellerObservedV1` each, around the record as it was written for us.

    Whole manifests go through here; making and printing each record a second time would cost as much as
    storing it.
    """
    observed = ",".join(
        f'{{"traveller_id":"{each.traveller_id}","journey_key":"{each.journey_key}","traveller":{each.record}}}'
        for each in travellers
    )
    empty = write_json(head)
    assert empty.endswith(_NO_TRAVELLERS), "the travellers are the contract's last field"
    return f"{empty.removesuffix(_NO_TRAVELLERS)}[{observed}]}}"
