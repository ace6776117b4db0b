"""A changed list meets the travellers of the window: what screening asks of ingest, and what it gets."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import Contract, PersonalContract
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH, TravellersObservedV1

MAX_FLIGHTS_A_PAGE = 10


class WindowPlaceV1(Contract):
    """Where a page ended: the last flight that was read whole, by its day of departure and identifier."""

    day: date
    flight_id: UUID


class WindowPageWantedV1(Contract):
    """Screening → ingest: the travellers of the next flights of the window, both days included.

    `reported_since` narrows to flights of which something was reported since.
    """

    message_id: UUID
    rescreening_id: UUID
    first_day: date
    last_day: date
    reported_since: datetime | None = None
    after: WindowPlaceV1 | None = None


class WindowTravellerV1(PersonalContract):
    """A traveller's identifier, and only the facts that matching reads."""

    traveller_id: UUID
    facts: dict[str, Any]


class WindowPageV1(PersonalContract):
    """The reply: at most `MAX_FLIGHTS_A_PAGE` flights; `place` is `None` where the window holds no more.

    It is read, compared and let go: no service stores it.
    """

    travellers: list[WindowTravellerV1]
    place: WindowPlaceV1 | None


class ResendWantedV1(Contract):
    """Screening → ingest: hand these travellers over again, as they are reported now."""

    message_id: UUID
    rescreening_id: UUID
    generation: int
    travellers: Annotated[list[UUID], Field(max_length=MAX_TRAVELLERS_A_BATCH)]


class ResendTakenV1(Contract):
    """The reply: how many of them still travel and are on their way."""

    resent: int


class TravellersToRescreenV1(TravellersObservedV1):
    """Ingest → screening: travellers of one flight as reported before, because the list has changed.

    A worker whose matcher is older than `generation` takes them later.
    """

    rescreening_id: UUID
    generation: int
