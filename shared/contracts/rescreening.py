"""A changed list meets the travellers of the window: what screening asks of ingest, and what it gets."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

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


class WindowTravellersV1(PersonalContract):
    """Travellers in columns, fact by fact: the first value of each is the first traveller's.

    Only the facts that matching reads. A million travellers are read so in seconds; a record each would cost
    more than to compare them. `birth_place` and `documents` are objects of `parsed-message.md`.
    """

    traveller_id: list[UUID]
    surname: list[str | None]
    given_names: list[str | None]
    birth_date: list[str | None]
    sex: list[str | None]
    nationality: list[str | None]
    birth_place: list[Any]
    documents: list[Any]

    @model_validator(mode="after")
    def _columns_are_equally_long(self) -> Self:
        if {len(column) for _, column in self} != {len(self.traveller_id)}:
            raise ValueError("a column is longer than another")
        return self

    def __len__(self) -> int:
        return len(self.traveller_id)

    def facts(self, place: int) -> dict[str, Any]:
        """One traveller's facts as `Traveller.from_json` reads them; nothing that is absent."""
        found = {name: column[place] for name, column in self if name != "traveller_id"}
        return {name: value for name, value in found.items() if value is not None}

    def part(self, first: int, last: int) -> "WindowTravellersV1":
        """The travellers from one place up to another."""
        return WindowTravellersV1.model_construct(**{name: column[first:last] for name, column in self})


class WindowPageV1(PersonalContract):
    """The reply: at most `MAX_FLIGHTS_A_PAGE` flights; `place` is `None` where the window holds no more.

    It is read, compared and let go: no service stores it.
    """

    travellers: WindowTravellersV1
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
