"""One message on its way through ingest: as it arrived, as it was read, what became of it."""

from dataclasses import dataclass, field
from datetime import datetime

from services.ingest.receipt import Receipt
from services.ingest.store.messages import Claim
from shared.identifiers import MessageId, ReceiptId
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
    """One message of a body: what was read of it, and the identity of its receipt."""

    raw: RawMessage
    message: ParsedMessage
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


class Refused(Exception):
    """A message must not be taken; what its transaction did so far is undone."""

    def __init__(self, refusal: str, fault_code: str, verdict: Verdict | None = None) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.fault_code = fault_code
        self.verdict = verdict
