"""A reservation (PNR): what a State may lawfully hold of it, as it is printed and as we keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from shared.travel.partial_date import PartialDate
from shared.travel.records import KEY, Recorded, Sparse, filled_members
from shared.travel.reservation_parts import (
    BookingOffice,
    CheckedBags,
    CheckIn,
    Contact,
    ExcessBaggage,
    Fare,
    FrequentFlyer,
    HistoryAction,
    HistoryKind,
    Locator,
    OtherService,
    Remark,
    ServiceItem,
    Split,
    TicketDetail,
    TicketLimit,
    UnaccompaniedMinor,
)
from shared.travel.traveller import Address, Place, Sex, TravelDocument


def _minutes(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")


@dataclass(frozen=True, repr=False, kw_only=True)
class ReservationTraveller(Sparse, Recorded):
    """A person, or a nameless group, in a reservation.

    `seats`, `tickets`, `frequent_flyer` and `bag_tags` are what is printed; what else was said of each stands
    in `check_ins`, `ticket_details`, `memberships` and `bags`. `name_sent` is the name before titles were
    taken off.
    """

    reference: str | None = None
    surname: str
    given_names: str | None = None
    kind: str | None = None
    birth_date: PartialDate | None = None
    sex: Sex | None = None
    nationality: str | None = None
    documents: tuple[TravelDocument, ...] = ()
    tickets: tuple[str, ...] = ()
    frequent_flyer: tuple[str, ...] = ()
    seats: tuple[str, ...] = ()
    bag_tags: tuple[str, ...] = ()
    name_sent: str | None = None
    has_infant: bool | None = None
    unique_id: str | None = None
    birth_place: Place | None = None
    residence: Address | None = None
    destination: Address | None = None
    redress_number: str | None = None
    known_traveller_number: str | None = None
    contacts: tuple[Contact, ...] = ()
    memberships: tuple[FrequentFlyer, ...] = ()
    fares: tuple[Fare, ...] = ()
    ticket_details: tuple[TicketDetail, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    bags: tuple[CheckedBags, ...] = ()
    excess_baggage: tuple[ExcessBaggage, ...] = ()
    minor: UnaccompaniedMinor | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the reservation's traveller of `parsed-message.md`; only `surname` is required."""
        return cls.from_record(value)

    def as_json(self) -> dict[str, Any]:
        """The reservation's traveller of `parsed-message.md`."""
        return {
            "reference": self.reference,
            "surname": self.surname,
            "given_names": self.given_names,
            "kind": self.kind,
            "birth_date": None if self.birth_date is None else str(self.birth_date),
            "sex": None if self.sex is None else self.sex.value,
            "nationality": self.nationality,
            "documents": [document.as_json() for document in self.documents],
            "tickets": list(self.tickets),
            "frequent_flyer": list(self.frequent_flyer),
            "seats": list(self.seats),
            "bag_tags": list(self.bag_tags),
        }

    def as_record(self) -> dict[str, Any]:
        """What our own services keep: `as_json`, and what else the PNR elements need."""
        return {**self.as_json(), **filled_members(self)}


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ItineraryLeg(Recorded):
    """One leg of a reservation's itinerary; times local and naive.

    `number` is `OPEN` or `ARNK` where there is no flight; `operating_number` and `operating_class` are the
    code share's own.
    """

    carrier: str | None = None
    operating_carrier: str | None = None
    number: str | None = None
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None
    booking_class: str | None = field(default=None, metadata={KEY: "class"})
    status: str | None = None
    suffix: str | None = None
    operating_number: str | None = None
    operating_class: str | None = None
    party_size: int | None = None
    equipment: str | None = None
    locators: tuple[Locator, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the itinerary object of `parsed-message.md`."""
        return cls.from_record(value)

    def as_json(self) -> dict[str, Any]:
        """The itinerary object of `parsed-message.md`."""
        return {
            "carrier": self.carrier,
            "operating_carrier": self.operating_carrier,
            "number": self.number,
            "origin": self.origin,
            "destination": self.destination,
            "departure": _minutes(self.departure),
            "arrival": _minutes(self.arrival),
            "class": self.booking_class,
            "status": self.status,
        }

    def as_record(self) -> dict[str, Any]:
        """What our own services keep: `as_json`, and what else the PNR elements need."""
        return {**self.as_json(), **filled_members(self)}


@dataclass(frozen=True, slots=True, repr=False)
class Payment(Recorded):
    """How a reservation was paid; a card number is masked to its last four digits by the filter."""

    form: str | None = None
    card: str | None = None
    amount: str | None = None
    currency: str | None = None
    vendor: str | None = None
    expiry: str | None = None
    indicator: str | None = None
    payer: Contact | None = None
    ticket: str | None = None
    traveller_reference: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The payment object of `parsed-message.md`."""
        return {"form": self.form, "card": self.card, "amount": self.amount, "currency": self.currency}

    def as_record(self) -> dict[str, Any]:
        """What our own services keep: `as_json`, and what else the PNR elements need."""
        return {**self.as_json(), **filled_members(self)}


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class HistoryItem(Recorded):
    """One change of the reservation's past: when (UTC), by which office, and what was added or cancelled.

    A service or a remark of the past stands among the reservation's services and remarks, where the filter
    sees it; here it is only counted by its kind.
    """

    at: datetime | None = None
    action: HistoryAction | None = None
    kind: HistoryKind = HistoryKind.OTHER
    office: BookingOffice | None = None
    leg: ItineraryLeg | None = None
    surname: str | None = None
    given_names: str | None = None
    bags: CheckedBags | None = None
    locators: tuple[Locator, ...] = ()


@dataclass(frozen=True, repr=False, kw_only=True)
class Reservation(Sparse, Recorded):
    """A PNR: its locators, people, itinerary and what else the State may lawfully hold of it.

    `services` and `remarks` may carry free text until the sensitive-data filter has judged them.
    `is_cancelled`: the carrier withdraws it from the flight, or knows it no more; `is_withdrawn`: it stands,
    but without the flight that the message is about.

    Source: `spec/parsed-message.md`; `spec/pnrgov.md` §10.
    """

    locator: str | None
    carrier: str | None = None
    other_locators: tuple[str, ...] = ()
    booked_at: datetime | None = None
    is_cancelled: bool = False
    is_split: bool = False
    travellers: tuple[ReservationTraveller, ...] = ()
    itinerary: tuple[ItineraryLeg, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    payments: tuple[Payment, ...] = ()
    agency: str | None = None
    is_withdrawn: bool = False
    changed_at: datetime | None = None
    ticketed_at: datetime | None = None
    ticket_limits: tuple[TicketLimit, ...] = ()
    party_size: int | None = None
    locators: tuple[Locator, ...] = ()
    splits: tuple[Split, ...] = ()
    booked_by: BookingOffice | None = None
    contacts: tuple[Contact, ...] = ()
    excess_baggage: tuple[ExcessBaggage, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    bags: tuple[CheckedBags, ...] = ()
    other_services: tuple[OtherService, ...] = ()
    history: tuple[HistoryItem, ...] = ()
    services: tuple[ServiceItem, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the reservation object of `parsed-message.md`; every key may be absent."""
        return cls.from_record(
            {"services": [{"code": code} for code in value.get("service_codes") or ()], **value}
        )

    @property
    def service_codes(self) -> tuple[str, ...]:
        """The code of each service, once, in the order sent."""
        return tuple(dict.fromkeys(service.code for service in self.services))

    @property
    def is_one_way(self) -> bool | None:
        """Whether no leg returns to where the journey begins; `None` where the itinerary does not tell."""
        origin = next((leg.origin for leg in self.itinerary if leg.origin), None)
        if origin is None:
            return None
        return all(leg.destination != origin for leg in self.itinerary)

    def as_json(self) -> dict[str, Any]:
        """The reservation object of `parsed-message.md`."""
        return {
            "locator": self.locator,
            "carrier": self.carrier,
            "other_locators": list(self.other_locators),
            "booked_at": _minutes(self.booked_at),
            "is_cancelled": self.is_cancelled,
            "is_split": self.is_split,
            "travellers": [each.as_json() for each in self.travellers],
            "itinerary": [leg.as_json() for leg in self.itinerary],
            "phones": list(self.phones),
            "emails": list(self.emails),
            "addresses": [address.as_json() for address in self.addresses],
            "payments": [payment.as_json() for payment in self.payments],
            "service_codes": list(self.service_codes),
            "agency": self.agency,
        }

    def as_record(self) -> dict[str, Any]:
        """What our own services keep: `as_json`, and what else the PNR elements need."""
        return {**self.as_json(), **filled_members(self)}
