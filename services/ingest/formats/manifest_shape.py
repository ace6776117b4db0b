"""The shape of a posted JSON manifest, member by member; what is not named here is refused."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.travel.message import Change, MessageFunction, MessageKind
from shared.travel.partial_date import PartialDate
from shared.travel.traveller import CrewDuty, Sex, TravellerRole

MAX_TEXT_CHARACTERS = 512
MAX_LIST_ITEMS = 999
MAX_LEGS = 99
MAX_TRAVELLERS = 99_999

_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("no database keeps a zero character")
    return text


def _local_time(text: str) -> str:
    if not _LOCAL_TIME.fullmatch(text):
        raise ValueError("a local time is YYYY-MM-DDTHH:MM without zone")
    datetime.fromisoformat(text)
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _partial_day(text: str) -> str:
    PartialDate.parse(text)
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(_storable)]
Filled = Annotated[Text, Field(min_length=1, pattern=r"\S")]
Texts = Annotated[list[Text], Field(max_length=MAX_LIST_ITEMS)] | None
LocalTime = Annotated[Text, AfterValidator(_local_time)]
Day = Annotated[Text, AfterValidator(_day)]
PartialDay = Annotated[Text, AfterValidator(_partial_day)]
AirportCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{3,4}$")]
Count = Annotated[int, Field(ge=0, le=9_999_999)]
Ignored = Any


class Shape(BaseModel):
    """A JSON object whose unknown members are refused, and whose errors never show the value."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class LegShape(Shape):
    """One leg."""

    origin: AirportCode
    destination: AirportCode
    departure: LocalTime | None = None
    arrival: LocalTime | None = None
    crosses_border: bool | None = None


class FlightShape(Shape):
    """The flight of the manifest."""

    carrier: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{2,3}$")] | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,17}$")]
    suffix: Annotated[str, Field(pattern=r"^[A-Za-z]$")] | None = None
    legs: Annotated[list[LegShape], Field(min_length=1, max_length=MAX_LEGS)]


class PlaceShape(Shape):
    """A place of birth."""

    city: Text | None = None
    country: Text | None = None


class AddressShape(Shape):
    """An address."""

    street: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None


class DocumentShape(Shape):
    """A travel document."""

    type: Annotated[str, Field(pattern=r"^[A-Za-z]{1,3}$")] | None = None
    number: Filled
    issuer: Text | None = None
    expiry: Day | None = None
    issued: Day | None = None


class BagsShape(Shape):
    """Checked baggage."""

    count: Count | None = None
    weight_kg: Count | None = None
    tags: Texts = None


class TravellerShape(Shape):
    """One traveller; only the surname is required."""

    role: TravellerRole | None = None
    surname: Filled
    given_names: Text | None = None
    birth_date: PartialDay | None = None
    birth_date_sent: Text | None = None
    sex: Sex | None = None
    nationality: Text | None = None
    residence: Text | None = None
    birth_place: PlaceShape | None = None
    address: AddressShape | None = None
    phones: Texts = None
    emails: Texts = None
    crew_duty: CrewDuty | None = None
    embarkation: AirportCode | None = None
    debarkation: AirportCode | None = None
    clearance: AirportCode | None = None
    documents: Annotated[list[DocumentShape], Field(max_length=25)] | None = None
    record_locator: Text | None = None
    carrier_reference: Text | None = None
    redress_number: Text | None = None
    seat: Text | None = None
    verified: bool | None = None
    bags: BagsShape | None = None


class ReservationTravellerShape(Shape):
    """A person named in a reservation."""

    reference: Text | None = None
    surname: Filled
    given_names: Text | None = None
    kind: Text | None = None
    birth_date: PartialDay | None = None
    sex: Sex | None = None
    nationality: Text | None = None
    documents: Annotated[list[DocumentShape], Field(max_length=25)] | None = None
    tickets: Texts = None
    frequent_flyer: Texts = None
    seats: Texts = None
    bag_tags: Texts = None


class ItineraryShape(Shape):
    """One leg of a reservation."""

    carrier: Text | None = None
    operating_carrier: Text | None = None
    number: Text | None = None
    origin: AirportCode | None = None
    destination: AirportCode | None = None
    departure: LocalTime | None = None
    arrival: LocalTime | None = None
    booking_class: Annotated[Text | None, Field(alias="class")] = None
    status: Text | None = None


class PaymentShape(Shape):
    """How a reservation was paid."""

    form: Text | None = None
    card: Text | None = None
    amount: Text | None = None
    currency: Text | None = None


class ReservationShape(Shape):
    """A PNR."""

    locator: Filled
    carrier: Text | None = None
    other_locators: Texts = None
    booked_at: LocalTime | None = None
    is_cancelled: bool | None = None
    is_split: bool | None = None
    travellers: Annotated[list[ReservationTravellerShape], Field(max_length=MAX_LIST_ITEMS)] | None = None
    itinerary: Annotated[list[ItineraryShape], Field(max_length=MAX_LEGS)] | None = None
    phones: Texts = None
    emails: Texts = None
    addresses: Annotated[list[AddressShape], Field(max_length=MAX_LIST_ITEMS)] | None = None
    payments: Annotated[list[PaymentShape], Field(max_length=MAX_LIST_ITEMS)] | None = None
    service_codes: Texts = None
    agency: Text | None = None


class ManifestShape(Shape):
    """The manifest without its travellers, which are read one by one so that one cannot spoil the others."""

    kind: MessageKind | None = None
    version: Text | None = None
    sender: Text | None = None
    recipient: Text | None = None
    interchange_reference: Text | None = None
    message_reference: Text | None = None
    transaction_reference: Text | None = None
    revision: Count | None = None
    access_reference: Text | None = None
    part: Annotated[int, Field(ge=1, le=99)] | None = None
    is_last_part: bool | None = None
    is_test: bool | None = None
    function: MessageFunction
    change: Change | None = None
    flight: FlightShape
    travellers: Annotated[list[Any], Field(max_length=MAX_TRAVELLERS)]
    reservations: Annotated[list[ReservationShape], Field(max_length=MAX_TRAVELLERS)] | None = None
    counted: Ignored = None
    dropped: Ignored = None
    faults: Ignored = None
