"""What the messages of `ctx-1.0` are made of: texts with their limits, persons, documents, flights. Pure.

Source: sharing-protocol.md §4 and §5.
"""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.travel import PartialDate

Text = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=500)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
State = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
DataClass = Literal["HIT", "API", "PNR", "PNR_MASKED", "WL_ENTRY", "BIOMETRIC", "STATISTICS"]
WithdrawalReason = Literal["MISTAKEN_IDENTITY", "DELISTED", "INACCURATE", "UNLAWFUL", "COURT", "EXPIRED"]
# The three neutral words of a refusal (sharing-protocol.md §3).
Refusal = Literal["NO_INFORMATION", "NOT_IN_SCOPE", "TRY_CHANNEL"]
FULL_AGE: Final = 18


class Part(BaseModel):
    """A part of a message: frozen, unknown fields refused, its content in no error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def as_json(self) -> dict[str, Any]:
        """The part as JSON values by its names on the wire; absent members are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class PersonName(Part):
    """One name, with its script (ISO 15924) and where it was read."""

    full: Text
    script: Annotated[str, Field(pattern=r"^[A-Z][a-z]{3}$")]
    source: Literal["DOCUMENT", "LIST"]


class Birth(Part):
    """The birth date, as precise as known."""

    kind: Literal["EXACT", "MONTH", "YEAR"]
    date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]

    @model_validator(mode="after")
    def _is_in_the_calendar(self) -> Self:
        PartialDate.parse(self.date)
        return self


def is_under_age(birth: Birth, today: date) -> bool:
    """Whether the youngest reading of a birth date is under age (SG-16)."""
    known = PartialDate.parse(birth.date)
    had_birthday = (today.month, today.day) >= (known.month or 12, known.day or 31)
    return today.year - known.year - (0 if had_birthday else 1) < FULL_AGE


class Document(Part):
    """A travel document."""

    type: Literal["PASSPORT", "IDENTITY_CARD", "VISA", "OTHER"]
    number: Text
    issuer: Text | None = None


class Person(Part):
    """The person whom a message is about."""

    names: Annotated[tuple[PersonName, ...], Field(max_length=8)] = ()
    birth: Birth | None = None
    nationalities: Annotated[tuple[Text, ...], Field(max_length=8)] = ()
    documents: Annotated[tuple[Document, ...], Field(max_length=16)] = ()

    @property
    def is_named(self) -> bool:
        """Whether one person is meant: a document, or a name with a birth date; a pattern is not."""
        return bool(self.documents) or bool(self.names and self.birth)


class FlightNotice(Part):
    """The flight, by designator, date and airports."""

    no: Text
    date: Day | None = None
    from_: Annotated[Text | None, Field(alias="from")] = None
    via: Annotated[tuple[Text, ...], Field(max_length=16)] = ()
    to: Text | None = None
