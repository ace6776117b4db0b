"""Ingest → screening: the travellers of one flight, as one message reported them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import Contract, PersonalContract

MAX_TRAVELLERS_A_BATCH = 200


class LegV1(Contract):
    """One leg; local times without zone, the instants in UTC where the airports' zones are known."""

    origin: str
    destination: str
    origin_state: str | None
    destination_state: str | None
    departure: datetime | None
    arrival: datetime | None
    departure_utc: datetime | None
    arrival_utc: datetime | None
    crosses_border: bool


class FlightV1(Contract):
    """The flight that a batch of travellers is on; `flight_id` is ingest's."""

    flight_id: UUID
    carrier: str | None
    number: str
    suffix: str | None
    legs: list[LegV1]


class TravellerObservedV1(PersonalContract):
    """One traveller: `traveller` is `Traveller.as_record()`; the same one on the same flight keeps the id.

    `journey_key` is equal for all messages and legs of one traveller's itinerary (an HMAC, no personal data).
    """

    traveller_id: UUID
    journey_key: str
    traveller: dict[str, Any]


class TravellersObservedV1(PersonalContract):
    """Up to `MAX_TRAVELLERS_A_BATCH` travellers of one flight, in the order sent."""

    message_id: UUID
    flight: FlightV1
    data_class: str = "API"
    received_at: datetime
    travellers: Annotated[list[TravellerObservedV1], Field(max_length=MAX_TRAVELLERS_A_BATCH)]


class TravellersScreenedV1(Contract):
    """The reply: how many results are stored, and since when. What was found is not here."""

    screened: int
    unscreenable: int
    screened_at: datetime
