"""Ingest asks screening: which of these travellers are linked to a hit? Asked before anything is erased."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import Contract

MAX_TRAVELLERS_ASKED = 1000


class HitLink(StrEnum):
    """How a traveller is linked to hits; the strongest of several. A traveller without a hit is left out.

    Source: safeguards.md SG-23 (`object.hit_link`).
    """

    OPEN = "OPEN"
    NOT_A_MATCH = "NOT_A_MATCH"
    CONFIRMED = "CONFIRMED"


class HitLinksAskedV1(Contract):
    """Up to `MAX_TRAVELLERS_ASKED` travellers, by the identifiers under which they were observed."""

    message_id: UUID
    travellers: Annotated[list[UUID], Field(min_length=1, max_length=MAX_TRAVELLERS_ASKED)]


class HitLinksV1(Contract):
    """The answer: the travellers among those asked whom a hit names, and when that was so."""

    links: dict[UUID, HitLink]
    at: datetime
