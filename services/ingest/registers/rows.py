"""The registers of ingest: who may send, what may be collected, on which routes, under which law.

Values and their schemas only; two people change each row (`change.py`).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.ingest.formats.flights import StateOf
from services.ingest.interactive.callback_address import is_callback_address
from services.ingest.reading.elements import KNOWN_ELEMENTS, REQUIRED_ELEMENTS
from shared.policy.actions import OPERATIONAL_PURPOSES
from shared.travel.flight import Leg

ANYWHERE = "anywhere"
MAX_PUSHES = 100_000
MAX_SENDER_NAMES = 200

Designator = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$")]
Place = Annotated[str, Field(pattern=r"^(anywhere|airport:[A-Z0-9]{3,4}|state:[A-Z]{3})$")]
Words = Annotated[str, Field(min_length=1, max_length=300)]
Client = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$")]
Identifier = Annotated[str, Field(pattern=r"^[\x21-\x7e]([\x20-\x7e]{0,33}[\x21-\x7e])?$")]


class Register(StrEnum):
    """The name of a register."""

    CARRIERS = "carriers"
    COLLECTION_PROFILES = "collection-profiles"
    ROUTES = "routes"
    LEGAL_ROWS = "legal-rows"
    SENDERS = "senders"


class RegisterRow(BaseModel):
    """A row that two people put in force."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @property
    def key(self) -> str:
        """What a later row of the same key replaces."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        """The row as JSON values."""
        return self.model_dump(mode="json")


class CarrierRow(RegisterRow):
    """A sender: whose flights it may report, whether it tells its passengers, how often it may push.

    `push_max` counts messages for one flight, of the published schedule (SG-04); `notice_confirmed` says that
    the carrier gives its passengers the notice of SG-21. `callback_url` is where the carrier is told when
    people change an answer that it had: an https address, or one of this machine in the local profile.
    """

    designator: Designator
    reports_for: tuple[Designator, ...] = ()
    notice_confirmed: bool
    push_max: Annotated[int, Field(ge=1, le=MAX_PUSHES)]
    callback_url: Annotated[str, Field(max_length=500)] | None = None

    @field_validator("callback_url")
    @classmethod
    def _callback_can_be_trusted(cls, url: str | None) -> str | None:
        if url is not None and not is_callback_address(url, loopback=True):
            raise ValueError("a callback is an https address without user, query or fragment")
        return url

    @property
    def key(self) -> str:
        """The carrier's designator."""
        return self.designator

    def may_report(self, carrier: str | None) -> bool:
        """Whether this sender may report a flight of a carrier; a flight without one is its own."""
        return carrier is None or carrier == self.designator or carrier in self.reports_for


class SenderRow(RegisterRow):
    """An account that sends: which names it uses in UNB and UNG, and which carriers it sends for.

    `client` is the account as its token names it (`sub`), `carrier-XA` or `handler-QH`. A ground handler or a
    host sends for many carriers, and then it says who it is in every message; an account that sends for one
    carrier may leave `identifiers` empty, and is then known by its token alone.

    Source:
        `spec/edifact.md` §5: UNB sender forms; the UNG sender is the operating carrier where a bureau sends.
    """

    client: Client
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=MAX_SENDER_NAMES)] = ()
    carriers: Annotated[tuple[Designator, ...], Field(min_length=1, max_length=MAX_SENDER_NAMES)]

    @model_validator(mode="after")
    def _many_carriers_need_a_name(self) -> "SenderRow":
        if len(self.carriers) > 1 and not self.identifiers:
            raise ValueError("who sends for several carriers names its identifiers")
        return self

    @property
    def key(self) -> str:
        """The account."""
        return self.client


class CollectionProfileRow(RegisterRow):
    """What may be collected of a data class: elements, the law, the data-protection impact assessment."""

    data_class: Literal["API", "PNR"]
    allowed_elements: tuple[str, ...]
    instrument_ref: Words
    assessment_ref: Words

    @field_validator("allowed_elements")
    @classmethod
    def _elements_are_known(cls, elements: tuple[str, ...]) -> tuple[str, ...]:
        if not REQUIRED_ELEMENTS <= set(elements) <= KNOWN_ELEMENTS:
            raise ValueError("a profile names known elements, the surname among them")
        return elements

    @property
    def key(self) -> str:
        """The data class."""
        return self.data_class


class RouteRow(RegisterRow):
    """A route: `airport:XQA`, `state:XBB` or `anywhere` at either end, from a day until before another."""

    origin: Place
    destination: Place
    valid_from: date
    valid_to: date

    @property
    def key(self) -> str:
        """Both ends."""
        return f"{self.origin}/{self.destination}"

    def covers(self, leg: Leg, day: date, state_of: StateOf) -> bool:
        """Whether a leg lies on this route on a day."""
        return (
            self.valid_from <= day < self.valid_to
            and _is_at(self.origin, leg.origin, state_of)
            and _is_at(self.destination, leg.destination, state_of)
        )


class LegalRow(RegisterRow):
    """A published law that gives an authority the power to an act with a class of data (SG-02).

    `mask_after_days` and `erase_after_days` are the law's own periods from receipt; the safeguards' defaults
    and ceilings count where they are left out (SG-22, SG-23).
    """

    authority: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,60}$")]
    action: Literal["ingest.accept"]
    data_class: Literal["API", "PNR"]
    purpose_code: str
    valid_from: date
    valid_to: date
    instrument_ref: Words
    public_url: Words
    mask_after_days: Annotated[int, Field(ge=1, le=183)] | None = None
    erase_after_days: Annotated[int, Field(ge=1, le=183)] | None = None

    @model_validator(mode="after")
    def _purpose_is_operational(self) -> "LegalRow":
        if self.purpose_code not in OPERATIONAL_PURPOSES:
            raise ValueError("the purpose is one of the operational ones")
        return self

    @property
    def key(self) -> str:
        """What the legal register is looked up by, and the row's first day."""
        return "|".join(
            (self.authority, self.action, self.data_class, self.purpose_code, str(self.valid_from))
        )

    def as_facts(self) -> dict[str, Any]:
        """`context.legal_row` of SG-02."""
        return {
            "valid_from": str(self.valid_from),
            "valid_to": str(self.valid_to),
            "instrument_ref": self.instrument_ref,
            "public_url": self.public_url,
        }


ROW_TYPES: dict[Register, type[RegisterRow]] = {
    Register.CARRIERS: CarrierRow,
    Register.COLLECTION_PROFILES: CollectionProfileRow,
    Register.ROUTES: RouteRow,
    Register.LEGAL_ROWS: LegalRow,
    Register.SENDERS: SenderRow,
}


class RegistersInForce(BaseModel):
    """What the registers hold for one sender at one moment.

    `sender` is the row of the account, `carriers` the rows of the token's own carrier and of every carrier
    that the account sends for.
    """

    model_config = ConfigDict(frozen=True)

    sender: SenderRow | None = None
    carriers: tuple[CarrierRow, ...] = ()
    profile: CollectionProfileRow | None
    profile_version: str | None
    routes: tuple[RouteRow, ...]
    legal_rows: tuple[LegalRow, ...]

    def legal_row(self, authority: str, data_class: str, purpose_code: str, now: datetime) -> LegalRow | None:
        """The row for an act; one in force now where there is one, else the one that ends last."""
        rows = [
            row
            for row in self.legal_rows
            if (row.authority, row.data_class, row.purpose_code) == (authority, data_class, purpose_code)
        ]
        today = now.date()
        return max(rows, key=lambda row: (row.valid_from <= today < row.valid_to, row.valid_to), default=None)

    def is_route_in_force(self, leg: Leg | None, day: date, state_of: StateOf) -> bool:
        """Whether a flight's crossing leg lies on a route in force."""
        return leg is not None and any(route.covers(leg, day, state_of) for route in self.routes)


def _is_at(place: str, airport: str, state_of: StateOf) -> bool:
    kind, _, code = place.partition(":")
    return place == ANYWHERE or (state_of(airport) if kind == "state" else airport) == code
