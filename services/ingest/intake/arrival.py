"""One message on its way through ingest: as it arrived, as it was read, what became of it."""

from dataclasses import dataclass, field
from datetime import datetime

from services.ingest.intake.parts import Transaction
from services.ingest.intake.receipt import Receipt
from services.ingest.intake.traveller_rows import Laws, TravellerRows
from services.ingest.reading.linking import LinkingKeys, journey_day
from services.ingest.reading.people import People
from services.ingest.store.flights import ReportedFlight
from services.ingest.store.messages import Claim
from services.ingest.store.travellers import Report
from shared.identifiers import FlightId, MessageId, ReceiptId
from shared.policy.verdict import Verdict
from shared.travel.flight import Flight
from shared.travel.message import ParsedMessage

MALFORMED, UNSUPPORTED = "MALFORMED_MESSAGE", "UNSUPPORTED_MESSAGE"
INGEST_REFUSED = "INGEST_REFUSED"


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A body as it arrived from a known sender. `sender` is the carrier, `subject` its account.

    `is_test` says that the sender only tries it out, whatever the body itself says.
    """

    body: bytes = field(repr=False)
    content_type: str
    sender: str | None
    subject: str
    idempotency_key: str | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message: what was read of it, its receipt, whether it came before.

    `refusal` is the code of the refusal, `None` for a message that was taken.
    """

    message: ParsedMessage | None
    receipt: Receipt
    is_repeat: bool = False
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message of a body: what was read of it, its people made ready, and its receipt's identity."""

    raw: RawMessage
    message: ParsedMessage
    people: People
    receipt_id: ReceiptId
    digest: str
    ordinal: int
    received_at: datetime

    @property
    def sender(self) -> str:
        """The carrier that sends, or its account's name where the token names no carrier."""
        return self.raw.sender or self.raw.subject

    @property
    def flight(self) -> Flight:
        """The flight of a message that was read."""
        assert self.message.flight is not None, "a message that was read has a flight"
        return self.message.flight

    @property
    def claim(self) -> Claim:
        """What makes the message the same as another one of its sender."""
        return Claim(self.sender, self.raw.idempotency_key, self.ordinal, self.raw.subject)

    @property
    def message_id(self) -> MessageId:
        """The message's identifier, which is also its receipt's."""
        return MessageId(self.receipt_id)

    def receipt(self) -> Receipt:
        """The receipt of the message as it stands now."""
        return Receipt.of(self.receipt_id, self.digest, self.received_at, self.message)


@dataclass(frozen=True, slots=True)
class Taking:
    """A message on its way into the tables: its flight, whose row is held, its transaction, the laws."""

    arrival: Arrival
    flight: ReportedFlight
    transaction: Transaction
    laws: Laws

    @property
    def report(self) -> Report:
        """What the message says of travellers, as the store writes it."""
        return Report(self.flight.flight_id, self.arrival.message_id, self.arrival.received_at)

    def rows(self, keys: LinkingKeys) -> TravellerRows:
        """What makes the rows of its people."""
        day = journey_day(self.flight.flight, self.arrival.received_at.date())
        return TravellerRows(keys, self.laws, day)

    @property
    def target(self) -> tuple[FlightId, Flight]:
        """The flight as screening is told of it."""
        return self.flight.flight_id, self.flight.flight


class Refused(Exception):
    """A message must not be taken; what its transaction did so far is undone."""

    def __init__(self, refusal: str, fault_code: str, verdict: Verdict | None = None) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.fault_code = fault_code
        self.verdict = verdict
