"""What the console reads of other services' answers: typed, and blind to everything it does not show.

Answers may gain fields without breaking a page; a field that a page needs and that is absent shows as such.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_SHOWN_CHARACTERS = 2000


def _as_words(value: Any) -> str:
    """A reason or text in whatever form it came: a string, or an object with words or a code."""
    if isinstance(value, dict):
        value = value.get("words") or value.get("message") or value.get("code") or ""
    if isinstance(value, list):
        value = ", ".join(_as_words(item) for item in value)
    return "" if value is None else str(value)[:MAX_SHOWN_CHARACTERS]


Words = Annotated[str, BeforeValidator(_as_words)]


class Seen(BaseModel):
    """Base: frozen, other fields passed over, content never printed."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class FlightBrief(Seen):
    """A flight on one line; times are UTC."""

    designator: str = ""
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None


class QueueItem(Seen):
    """One task of the queue, or one that nobody got to."""

    hit_id: str
    hit_type: str = "PERSON"
    deadline: datetime | None = None
    minutes_left: int | None = None
    flight: FlightBrief = FlightBrief()
    why: Words = ""
    state: str | None = None
    expired_at: datetime | None = None
    owner: str | None = None


class Queue(Seen):
    """A verifier's work, most urgent first, and what expired."""

    items_: list[QueueItem] = Field(default=[], alias="items")
    expired: list[QueueItem] = []


class Evidence(Seen):
    """One identifier compared: what each side says, and how the two stand to each other."""

    kind: str = ""
    label: Words = ""
    relation: str = "MISSING"
    traveller: Words = ""
    entry: Words = ""
    words: Words = ""


class Contradiction(Seen):
    """A hard contradiction that has to be explained before anyone says "same"."""

    code: str
    words: Words = ""


class HitView(Seen):
    """What a reviewer sees of a hit; never its state nor who looked before."""

    hit_id: str
    hit_type: str = "PERSON"
    lease_expires_at: datetime | None = None
    deadline: datetime | None = None
    minutes_left: int | None = None
    flight: FlightBrief = FlightBrief()
    traveller: dict[str, Any] = {}
    entry: dict[str, Any] = {}
    evidence: list[Evidence] = []
    band: Words = ""
    compared_fields: list[str] = []
    contradictions: list[Contradiction] = []
    statement: Words = ""

    @property
    def identifiers(self) -> list[Evidence]:
        """One line for each kind of identifier: the first of its kind."""
        kinds = [each.kind for each in self.evidence]
        return [each for place, each in enumerate(self.evidence) if each.kind not in kinds[:place]]

    @property
    def name_words(self) -> list[Evidence]:
        """What the matcher says to single words of the names, behind the line of the whole name."""
        return [each for each in self.evidence if each.kind == "name"][1:]


class Decided(Seen):
    """The answer to a decision."""

    recorded: bool = True
    next_hit_id: str | None = None


class HitRow(Seen):
    """A hit in a list, without personal data."""

    hit_id: str
    hit_type: str = "PERSON"
    state: str = ""
    deadline: datetime | None = None
    created_at: datetime | None = None
    flight: FlightBrief = FlightBrief()
    owner: str | None = None
    outcome: str | None = None


class Fault(Seen):
    """One thing that could not be read in a message: a place and a code, no content."""

    code: str = ""
    severity: str = ""
    segment: str | None = None
    position: int | None = None
    traveller: int | None = None


class MessageRow(Seen):
    """One message of a flight."""

    id: str | None = None
    receipt_id: str | None = None
    function: str | None = None
    status: str | None = None
    received_at: datetime | None = None
    travellers: dict[str, int | None] | int | None = None
    faults: list[Fault] = []


class ReceiptFault(Fault):
    """A fault as its sender sees it: with the sender's own references of the traveller."""

    carrier_reference: str | None = None
    locator: str | None = None

    @property
    def is_in_sheet(self) -> bool:
        """Whether the place is a column and a row; tags are three capitals, members small letters."""
        name = self.segment or ""
        return name[:1].isupper() and not (name.isupper() and len(name) == len("UNH"))


class ReceiptFlight(Seen):
    """The flight of a receipt; the departure is local, without zone."""

    carrier: str | None = None
    number: str = ""
    departure: str | None = None
    origin: str | None = None
    destination: str | None = None


class ReceiptCounts(Seen):
    """How many travellers a message stated and brought."""

    stated: int | None = None
    accepted: int = 0
    rejected: int = 0


class ReceiptView(Seen):
    """What a carrier gets for a message."""

    id: str
    is_test: bool = False
    received_at: datetime
    kind: str | None = None
    transaction_reference: str | None = None
    flight: ReceiptFlight | None = None
    status: str
    travellers: ReceiptCounts = ReceiptCounts()
    faults: list[ReceiptFault] = []
    screened: int = 0
    screened_at: datetime | None = None

    @property
    def flight_name(self) -> str:
        """Carrier and number as one word; empty where no flight could be read."""
        return "" if self.flight is None else f"{self.flight.carrier or ''}{self.flight.number}"


class FlightRow(Seen):
    """A flight in the list, counts only."""

    id: str
    carrier: str | None = None
    number: str = ""
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None
    messages: int = 0
    travellers: int = 0
    screened: int = 0
    faults: int = 0


class FlightAlarm(Seen):
    """Why somebody has to be told of a flight, and since when."""

    kind: str
    raised_at: datetime | None = None


class ExpectedFlight(Seen):
    """A flight that ought to be reported; `departure` is local, without zone."""

    carrier: str = ""
    number: str = ""
    suffix: str | None = None
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrives_at: datetime | None = None
    basis: str = ""
    capacity: int | None = None
    usual: int | None = None
    state: str = ""
    flight_id: str | None = None
    travellers: int = 0
    has_bookings: bool = False
    first_report_at: datetime | None = None
    alarms: list[FlightAlarm] = []


class Coverage(Seen):
    """How many expected flights stand how; of one day and carrier, or of all."""

    day: date | None = None
    carrier: str = ""
    due: int = 0
    awaited: int = 0
    received: int = 0
    late: int = 0
    missing: int = 0
    partial: int = 0
    cancelled: int = 0
    coverage_percent: float | None = None
    in_time_percent: float | None = None


class ExpectedFlights(Seen):
    """Expected flights, those with an alarm first, and what they come to."""

    flights: list[ExpectedFlight] = []
    coverage: list[Coverage] = []
    total: Coverage | None = None


class ScheduleFault(Seen):
    """A line of a schedule that was left out."""

    line: int
    code: str = ""
    field: str = ""


class ScheduleReport(Seen):
    """What became of an imported schedule."""

    carriers: list[str] = []
    legs: int = 0
    not_ours: int = 0
    left_out: int = 0
    faults: list[ScheduleFault] = []


class Timeliness(Seen):
    """When lists came, in minutes before the departure; negative is after it."""

    known: int = 0
    in_time: int = 0
    late: int = 0
    in_time_percent: float | None = None
    first_report_minutes_before: int | None = None
    last_report_minutes_before: int | None = None


class Completeness(Seen):
    """Of one element: how many travellers lack it. Small counts come as `<10`."""

    missing: int | str = 0
    complete_percent: float | None = None


class DifferentPerson(Seen):
    """Possible matches that were of somebody else, by element that was missing or partial."""

    matches: int | str = 0
    elements: dict[str, int | str] = {}


class Quality(Seen):
    """The quality of some data: of a carrier, its day or its flight."""

    day: date | None = None
    flight_id: str | None = None
    number: str = ""
    flights: int = 0
    messages: int = 0
    travellers: int | str = 0
    timeliness: Timeliness = Timeliness()
    verified_percent: float | None = None
    elements: dict[str, Completeness] = {}
    faults: dict[str, int | str] = {}
    duplicates: int | str = 0
    flights_with_parts_missing: int = 0

    @property
    def weakest(self) -> list[tuple[str, Completeness]]:
        """The elements that most travellers lack, the worst first; those that all have are left out."""
        found = [each for each in self.elements.items() if each[1].missing]
        return sorted(found, key=lambda each: (_size(each[1].missing), each[0]), reverse=True)


class CarrierQuality(Quality):
    """One carrier with its days."""

    carrier: str = ""
    rejected_messages: dict[str, int] = {}
    different_person: DifferentPerson | None = None
    days: list[Quality] = []


class CarriersQuality(Seen):
    """All carriers of a period; flights where one was asked for."""

    carriers: list[CarrierQuality] = []
    flights: list[Quality] = []


def _size(count: int | str) -> int:
    """A count to sort by; a hidden one is small."""
    return count if isinstance(count, int) else 1


class Recipient(Seen):
    """One counterpart that could have to be told, and what was decided about it."""

    authority_id: str
    state: str | None = None
    scope: str | None = None
    paragraph: Words = ""
    outcome: str = ""
    reasons: list[Words] = []


class NoticeRow(Seen):
    """A notice: what we send, or hold."""

    notice_id: str
    share_id: str | None = None
    authority_id: str | None = None
    state: str = ""
    tries: int | None = None
    digest: str | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    last_fault: str | None = None


class ShareRow(Seen):
    """A confirmed hit on its way to those who must be told."""

    share_id: str
    hit_id: str | None = None
    created_at: datetime | None = None
    state: str = ""
    recipients: list[Recipient] = []
    notices: list[NoticeRow] = []
    individual_risk_recorded: bool | None = None
    statement: Words = ""
    alternatives_considered: Words = ""
    period_days: int | None = None
    proposer: str | None = None


class ListVersion(Seen):
    """A version of a list, as its import reported it."""

    version_id: str
    source: str = ""
    state: str = ""
    generated_at: datetime | None = None
    imported_by: str | None = None
    imported_at: datetime | None = None
    sha256: str | None = None
    individuals: int | None = None
    entities_left_out: int | None = None
    stored: int | None = None
    by_regime: dict[str, int] = {}
    delta_pct: float | None = None
    faults: list[Any] = []
    approvers: list[Any] = []
    reasons: list[Words] = []


class Card(Seen):
    """What the front line sees: nothing else than this."""

    hit_id: str
    name: str = ""
    birth_date: Words = ""
    document: Words = ""
    action: str = ""
    tear_line: str = ""
    desk_phone: str = ""
    flight: Any = None
    arrives_at: datetime | None = None
    outcome: str | None = None
