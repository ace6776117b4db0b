"""A person on a leg, passenger or crew, as an airline reported them. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

from shared.personal import Personal
from shared.travel.json_values import (
    optional_date,
    optional_flag,
    optional_record,
    optional_text,
    optional_whole,
    records,
    text,
    texts,
)
from shared.travel.partial_date import PartialDate
from shared.travel.records import Sparse


class TravellerRole(StrEnum):
    """What the traveller does on the flight."""

    PASSENGER = "PASSENGER"
    CREW = "CREW"
    TRANSIT_PASSENGER = "TRANSIT_PASSENGER"
    TRANSIT_CREW = "TRANSIT_CREW"


class Sex(StrEnum):
    """Sex as the travel document gives it; `U` only where the sender says unknown."""

    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "X"
    UNKNOWN = "U"


class CrewDuty(StrEnum):
    """A crew member's duty on the flight."""

    COCKPIT = "COCKPIT"
    CABIN = "CABIN"
    MANAGEMENT = "MANAGEMENT"
    CARGO = "CARGO"
    DEADHEAD = "DEADHEAD"


def _isoformat(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@dataclass(frozen=True, slots=True, repr=False)
class TravelDocument(Personal):
    """A passport (`P`, also `PD`, `PS` …), identity card (`I`), visa (`V`), licence (`L`) or other (`O`)."""

    type: str | None
    number: str
    issuer: str | None = None
    expiry: date | None = None
    issued: date | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the document object of `parsed-message.md`; only `number` is required."""
        return cls(
            type=optional_text(value, "type"),
            number=text(value, "number"),
            issuer=optional_text(value, "issuer"),
            expiry=optional_date(value, "expiry"),
            issued=optional_date(value, "issued"),
        )

    def as_json(self) -> dict[str, Any]:
        """The document object of `parsed-message.md`."""
        return {
            "type": self.type,
            "number": self.number,
            "issuer": self.issuer,
            "expiry": _isoformat(self.expiry),
            "issued": _isoformat(self.issued),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Place(Personal):
    """Where somebody was born: a city as written, a State as its three letters, or both."""

    city: str | None = None
    country: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `{"city", "country"}`; either may be absent."""
        return cls(optional_text(value, "city"), optional_text(value, "country"))

    def as_json(self) -> dict[str, Any]:
        """`{"city", "country"}`."""
        return {"city": self.city, "country": self.country}


@dataclass(frozen=True, slots=True, repr=False)
class Address(Personal):
    """A postal address as sent; `country` as its three letters."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the address object of `parsed-message.md`; every key may be absent."""
        return cls(*(optional_text(value, field.name) for field in fields(cls)))

    def as_json(self) -> dict[str, Any]:
        """The address object of `parsed-message.md`."""
        return {
            "street": self.street,
            "city": self.city,
            "region": self.region,
            "postal_code": self.postal_code,
            "country": self.country,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Bags(Personal):
    """Checked baggage: pieces, kilograms (or whatever unit was sent, converted) and tag numbers in order."""

    count: int | None = None
    weight_kg: int | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read `{"count", "weight_kg", "tags"}`; each may be absent."""
        return cls(optional_whole(value, "count"), optional_whole(value, "weight_kg"), texts(value, "tags"))

    def as_json(self) -> dict[str, Any]:
        """`{"count", "weight_kg", "tags"}`."""
        return {"count": self.count, "weight_kg": self.weight_kg, "tags": list(self.tags)}


@dataclass(frozen=True, repr=False, kw_only=True)
class Traveller(Sparse):
    """One traveller as reported. Absent facts are `None` or empty, never invented.

    `surname` and `given_names` keep the spelling sent, without titles; `name_sent` is the name element
    before titles were taken off, kept for the product's own record and never printed by `as_json`.
    States are three letters. `verified` says whether the carrier read the data from the document itself.

    Source: WCO/IATA/ICAO PAXLST guide, segment groups 4 and 5; `spec/parsed-message.md`.
    """

    surname: str
    given_names: str | None = None
    name_sent: str | None = None
    role: TravellerRole = TravellerRole.PASSENGER
    birth_date: PartialDate | None = None
    birth_date_sent: str | None = None
    sex: Sex | None = None
    nationality: str | None = None
    residence: str | None = None
    birth_place: Place | None = None
    address: Address | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    crew_duty: CrewDuty | None = None
    embarkation: str | None = None
    debarkation: str | None = None
    clearance: str | None = None
    documents: tuple[TravelDocument, ...] = ()
    record_locator: str | None = None
    carrier_reference: str | None = None
    redress_number: str | None = None
    seat: str | None = None
    verified: bool | None = None
    bags: Bags | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the traveller object of `parsed-message.md`; every key but `surname` may be absent.

        Raises:
            KeyError: `surname` is missing.
            ValueError: A date or a closed value is none, or a member is of another kind.
        """
        birth_date = optional_text(value, "birth_date")
        birth_place = optional_record(value, "birth_place")
        address = optional_record(value, "address")
        bags = optional_record(value, "bags")
        sex = optional_text(value, "sex")
        duty = optional_text(value, "crew_duty")
        return cls(
            surname=text(value, "surname"),
            given_names=optional_text(value, "given_names"),
            name_sent=optional_text(value, "name_sent"),
            role=TravellerRole(optional_text(value, "role") or TravellerRole.PASSENGER),
            birth_date=None if birth_date is None else PartialDate.parse(birth_date),
            birth_date_sent=optional_text(value, "birth_date_sent"),
            sex=None if sex is None else Sex(sex),
            nationality=optional_text(value, "nationality"),
            residence=optional_text(value, "residence"),
            birth_place=None if birth_place is None else Place.from_json(birth_place),
            address=None if address is None else Address.from_json(address),
            phones=texts(value, "phones"),
            emails=texts(value, "emails"),
            crew_duty=None if duty is None else CrewDuty(duty),
            embarkation=optional_text(value, "embarkation"),
            debarkation=optional_text(value, "debarkation"),
            clearance=optional_text(value, "clearance"),
            documents=tuple(TravelDocument.from_json(each) for each in records(value, "documents")),
            record_locator=optional_text(value, "record_locator"),
            carrier_reference=optional_text(value, "carrier_reference"),
            redress_number=optional_text(value, "redress_number"),
            seat=optional_text(value, "seat"),
            verified=optional_flag(value, "verified"),
            bags=None if bags is None else Bags.from_json(bags),
        )

    def as_json(self) -> dict[str, Any]:
        """The traveller object of `parsed-message.md`, key for key."""
        return {
            "role": self.role.value,
            "surname": self.surname,
            "given_names": self.given_names,
            "birth_date": None if self.birth_date is None else str(self.birth_date),
            "birth_date_sent": self.birth_date_sent,
            "sex": None if self.sex is None else self.sex.value,
            "nationality": self.nationality,
            "residence": self.residence,
            "birth_place": None if self.birth_place is None else self.birth_place.as_json(),
            "address": None if self.address is None else self.address.as_json(),
            "phones": list(self.phones),
            "emails": list(self.emails),
            "crew_duty": None if self.crew_duty is None else self.crew_duty.value,
            "embarkation": self.embarkation,
            "debarkation": self.debarkation,
            "clearance": self.clearance,
            "documents": [document.as_json() for document in self.documents],
            "record_locator": self.record_locator,
            "carrier_reference": self.carrier_reference,
            "redress_number": self.redress_number,
            "seat": self.seat,
            "verified": self.verified,
            "bags": None if self.bags is None else self.bags.as_json(),
        }

    def as_record(self) -> dict[str, Any]:
        """What our own services keep and tell each other: `as_json` and the name as sent, nothing absent.

        A manifest's records are written, stored, sent and read several times; half of a usual one was `null`.
        """
        shown = self.as_json()
        shown["name_sent"] = self.name_sent
        return {name: value for name, value in shown.items() if value or value is False}
