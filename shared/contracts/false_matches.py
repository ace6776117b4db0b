"""Screening → ingest: how many possible matches were of somebody else, and which elements they lacked."""

from datetime import date
from uuid import UUID

from pydantic import Field, PositiveInt

from shared.contracts.contract import Contract


class FalseMatchesOfCarrierV1(Contract):
    """Counts of one carrier and one day of closing; `elements` by name, each at most `matches`.

    An element is counted where it was missing or only partly sent. No person, flight or hit is here.
    """

    carrier: str = Field(pattern=r"^[A-Z0-9]{2,3}$")
    day: date
    matches: PositiveInt
    elements: dict[str, PositiveInt] = Field(default={}, max_length=20)


class FalseMatchesV1(Contract):
    """Possible matches that closed as of a different person, added up by carrier.

    Source: issue 4 item 9; SG-43 (what makes people match by mistake has to be known).
    """

    message_id: UUID
    carriers: tuple[FalseMatchesOfCarrierV1, ...] = Field(min_length=1, max_length=200)
