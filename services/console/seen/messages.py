"""Messages and receipts, and what could not be read in them."""

from datetime import datetime

from pydantic import Field

from services.console.seen.base import Seen


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
    faults: list[Fault] = Field(default=[])


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
    departure: datetime | None = None
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
    faults: list[ReceiptFault] = Field(default=[])
    screened: int = 0
    screened_at: datetime | None = None

    @property
    def flight_name(self) -> str:
        """Carrier and number as one word; empty where no flight could be read."""
        return "" if self.flight is None else f"{self.flight.carrier or ''}{self.flight.number}"
