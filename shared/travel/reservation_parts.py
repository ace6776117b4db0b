"""What a reservation is made of beside its people and flights: the PNR elements, and what is filtered.

Times that a sender gives in UTC are naive and UTC; flight times are naive and local to the airport. Amounts
keep the text sent.

Source: Directive (EU) 2016/681 Annex I, ICAO Doc 9944 appendix; `spec/pnrgov.md` §10.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.travel.records import Recorded
from shared.travel.traveller import Address

PLATE_DIGITS = 10
MAX_TAG_DIGITS = 35


class WhereSent(StrEnum):
    """Which part of a reservation a service or a remark stood in."""

    PNR = "PNR"
    TRAVELLER = "TRAVELLER"
    LEG = "LEG"
    HISTORY = "HISTORY"


class ContactKind(StrEnum):
    """What a contact is for."""

    AGENCY = "AGENCY"
    BUSINESS = "BUSINESS"
    HOME = "HOME"
    MOBILE = "MOBILE"
    UNKNOWN = "UNKNOWN"
    FAX = "FAX"
    EMAIL = "EMAIL"
    ADDRESS = "ADDRESS"
    EMERGENCY = "EMERGENCY"
    PAYER = "PAYER"


class HistoryAction(StrEnum):
    """What a history item did."""

    ADDED = "ADDED"
    CANCELLED = "CANCELLED"


class HistoryKind(StrEnum):
    """What kind of item a history item added or cancelled."""

    FLIGHT = "FLIGHT"
    NAME = "NAME"
    SERVICE = "SERVICE"
    REMARK = "REMARK"
    BAGGAGE = "BAGGAGE"
    LOCATOR = "LOCATOR"
    OTHER = "OTHER"


class OtherServiceKind(StrEnum):
    """A booked service that is no flight."""

    HOTEL = "HOTEL"
    CAR = "CAR"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, repr=False)
class Locator(Recorded):
    """A record locator in one system; `kind` is `C` for a departure control system's own reference."""

    locator: str
    owner: str | None = None
    kind: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Split(Recorded):
    """Travellers that were divided off to, or from, other reservations."""

    locators: tuple[Locator, ...] = ()
    count: int | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class BookingOffice(Recorded):
    """Who booked, ticketed or checked in: a travel agency or an airline's office.

    `agency_number` is the agency's IATA number, `office` its pseudo city, `agent` the agent's sine.
    """

    system: str | None = None
    system_place: str | None = None
    agency_number: str | None = None
    office: str | None = None
    second_office: str | None = None
    place: str | None = None
    company: str | None = None
    company_place: str | None = None
    kind: str | None = None
    country: str | None = None
    currency: str | None = None
    language: str | None = None
    agent: str | None = None
    line: str | None = None
    party: str | None = None

    @property
    def is_agency(self) -> bool:
        """Whether a travel agency booked: it has an IATA number, or says so."""
        return self.agency_number is not None or self.kind == "T"

    @property
    def name(self) -> str | None:
        """The shortest word for the agency: its IATA number, else its office; `None` where it is none."""
        return (self.agency_number or self.office or self.second_office) if self.is_agency else None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Contact(Recorded):
    """A telephone number, an e-mail address or a postal address, and whose it is."""

    kind: ContactKind
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: Address | None = None
    language: str | None = None
    purpose: str | None = None
    traveller_reference: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class FrequentFlyer(Recorded):
    """Membership of an airline's programme."""

    airline: str | None
    number: str | None
    level: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Fare(Recorded):
    """The fare that applies to a traveller."""

    traveller_type: str | None = None
    percentage: str | None = None
    country: str | None = None
    discount: str | None = None
    basis: str | None = None
    second_basis: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Price(Recorded):
    """An amount: `B` base, `T` total, or as sent. The amount may be a text such as `IT`."""

    kind: str | None
    amount: str | None
    currency: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Tax(Recorded):
    """One tax of a fare; `code` is its first two characters."""

    code: str | None = None
    amount: str | None = None
    country: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TicketDetail(Recorded):
    """One ticket: its number, when it was issued, and its price. No number is a ticketless reservation."""

    number: str | None = None
    type: str | None = None
    booklets: str | None = None
    issued_at: datetime | None = None
    prices: tuple[Price, ...] = ()
    taxes: tuple[Tax, ...] = ()
    price_indicators: tuple[str, ...] = ()
    deadline: datetime | None = None
    carrier: str | None = None
    carrier_number: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class CheckIn(Recorded):
    """A traveller's check-in for the `leg`th leg of the itinerary, counted from 0.

    `at` is UTC unless agreed otherwise. `traveller_reference` and the names are the check-in's own; they are
    kept where nobody of the reservation could be told by them.
    """

    leg: int
    at: datetime | None = None
    sequence: str | None = None
    place: str | None = None
    seat: str | None = None
    cabin: str | None = None
    agent: BookingOffice | None = None
    traveller_reference: str | None = None
    surname: str | None = None
    given_names: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class BagTag(Recorded):
    """`count` consecutive bag tags that begin with `number`."""

    carrier: str | None = None
    number: str | None = None
    count: int | None = None
    destination: str | None = None
    company: str | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Each tag number; the carrier stands before one that is no full licence plate.

        Source: IATA Resolution 740 (ten digits, the airline among them); `spec/pnrgov.md` §6.
        """
        if self.number is None:
            return ()
        prefix = "" if len(self.number) >= PLATE_DIGITS else self.carrier or ""
        if not self.number.isdecimal() or len(self.number) > MAX_TAG_DIGITS:
            return (prefix + self.number,)
        first, width = int(self.number), len(self.number)
        return tuple(f"{prefix}{first + step:0{width}}" for step in range(self.count or 1))


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class CheckedBags(Recorded):
    """Bags checked in for the `leg`th leg, from 0: pieces, whole kilograms, pool and tags."""

    leg: int | None = None
    status: str | None = None
    pieces: int | None = None
    weight_kg: int | None = None
    pool: str | None = None
    pool_identity: str | None = None
    tags: tuple[BagTag, ...] = ()
    traveller_reference: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ExcessBaggage(Recorded):
    """Excess baggage paid for: the rate, and how many pieces or how much weight."""

    currency: str | None = None
    rate: str | None = None
    number: str | None = None
    measure: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class UnaccompaniedMinor(Recorded):
    """A child that travels alone: its age, and who brings and meets it."""

    age: int | None = None
    guardians: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class OtherService(Recorded):
    """A hotel, a car or another service beside the flights; `place_name` and `product` are free text."""

    kind: OtherServiceKind
    code: str | None = None
    place: str | None = None
    place_name: str | None = None
    second_place: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    vendor: str | None = None
    reference: str | None = None
    product: str | None = None
    party_size: int | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class SeatData(Recorded):
    """What a service says of one traveller: a seat, as a rule, and the seat's characteristics."""

    value: str | None = None
    unit: str | None = None
    traveller_reference: str | None = None
    characteristic: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ServiceItem(Recorded):
    """A special service (SSR). `text` is what the reader could not turn into a fact: the filter judges it."""

    code: str
    status: str | None = None
    number: int | None = None
    carrier: str | None = None
    text: str | None = None
    board: str | None = None
    off: str | None = None
    data: tuple[SeatData, ...] = ()
    traveller_reference: str | None = None
    leg: int | None = None
    where: WhereSent = WhereSent.PNR


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Remark(Recorded):
    """Free text of an airline or agency: `kind` is `OSI`, `LTS`, `FARE_CALCULATION`, or IFT's own code."""

    kind: str
    text: str
    carrier: str | None = None
    traveller_reference: str | None = None
    where: WhereSent = WhereSent.PNR


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TicketLimit(Recorded):
    """Until when a ticket must be issued: day and month as sent (`12AUG`, also with a year), local time."""

    day: str
    time: str | None = None
