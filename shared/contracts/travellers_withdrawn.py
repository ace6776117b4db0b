"""Ingest → screening: travellers who are off the flight, by the word of its carrier."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import Contract
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH


class WithdrawalReason(StrEnum):
    """Why somebody does not travel on the flight."""

    CANCELLED = "CANCELLED"
    NOT_ON_BOARD = "NOT_ON_BOARD"
    FLIGHT_CANCELLED = "FLIGHT_CANCELLED"
    RESERVATION_WITHDRAWN = "RESERVATION_WITHDRAWN"


class TravellersWithdrawnV1(Contract):
    """Up to `MAX_TRAVELLERS_A_BATCH` travellers of one flight, by the identifiers they were observed under.

    Whoever is reported again later is observed under a new identifier.
    """

    message_id: UUID
    flight_id: UUID
    reason: WithdrawalReason
    received_at: datetime
    travellers: Annotated[list[UUID], Field(max_length=MAX_TRAVELLERS_A_BATCH)]


class WithdrawalTakenV1(Contract):
    """The reply: when it was taken. Whom the State looked at is not here."""

    taken_at: datetime
