"""What a carrier gets for a message, at once and whenever it asks again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from services.ingest.intake.parts import people_named
from shared.identifiers import ReceiptId
from shared.travel.flight import Flight
from shared.travel.message import Fault, ParsedMessage, Severity

MAX_FAULTS = 1_000


class ReceiptStatus(StrEnum):
    """What became of a message."""

    ACCEPTED = "ACCEPTED"
    ACCEPTED_WITH_FAULTS = "ACCEPTED_WITH_FAULTS"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receipt of one message. What was found is not here.

    `flight` is `{"carrier", "number", "departure", "origin", "destination"}`, the departure local and naive.
    `screened` counts accepted travellers whose screening result is stored; `screened_at` is set once all are.

    Source:
        `spec/receipts.md`.
    """

    id: ReceiptId
    digest: str
    is_test: bool = False
    received_at: datetime
    kind: str | None = None
    transaction_reference: str | None = None
    flight: Mapping[str, Any] | None = None
    status: ReceiptStatus
    stated: int | None = None
    accepted: int = 0
    rejected: int = 0
    faults: tuple[Fault, ...] = ()
    screened: int = 0
    screened_at: datetime | None = None

    @classmethod
    def of(cls, receipt_id: ReceiptId, digest: str, received_at: datetime, message: ParsedMessage) -> Self:
        """The receipt of a message as it was read and judged."""
        return cls(
            id=receipt_id,
            digest=digest,
            is_test=message.is_test,
            received_at=received_at,
            kind=message.kind.value,
            transaction_reference=message.transaction_reference,
            flight=None if message.flight is None else flight_summary(message.flight),
            status=_status(message),
            stated=message.counted.travellers_stated,
            accepted=len(message.travellers) + people_named(message),
            rejected=len(message.rejected_travellers),
            faults=_shown(message.faults),
        )

    @property
    def is_rejected(self) -> bool:
        """Whether the message as a whole was refused."""
        return self.status is ReceiptStatus.REJECTED

    def with_faults(self, faults: tuple[Fault, ...]) -> Self:
        """The same receipt with more warnings, which do not change what was accepted."""
        status = self.status
        if faults and status is ReceiptStatus.ACCEPTED:
            status = ReceiptStatus.ACCEPTED_WITH_FAULTS
        return replace(self, faults=(*self.faults, *faults), status=status)

    def as_json(self) -> dict[str, Any]:
        """The object of `receipts.md`, key for key."""
        return {
            "id": str(self.id),
            "digest": self.digest,
            "is_test": self.is_test,
            "received_at": _instant(self.received_at),
            "kind": self.kind,
            "transaction_reference": self.transaction_reference,
            "flight": None if self.flight is None else dict(self.flight),
            "status": self.status.value,
            "travellers": {"stated": self.stated, "accepted": self.accepted, "rejected": self.rejected},
            "faults": [fault.as_receipt_json() for fault in self.faults],
            "screened": self.screened,
            "screened_at": None if self.screened_at is None else _instant(self.screened_at),
        }


def flight_summary(flight: Flight) -> dict[str, Any]:
    """The flight of a receipt: its crossing leg."""
    leg = flight.crossing_leg
    departure = None if leg is None or leg.departure is None else leg.departure.isoformat(timespec="minutes")
    return {
        "carrier": flight.carrier,
        "number": flight.number,
        "departure": departure,
        "origin": None if leg is None else leg.origin,
        "destination": None if leg is None else leg.destination,
    }


def fault_from_json(value: Mapping[str, Any]) -> Fault:
    """Read a fault as `as_receipt_json` wrote it."""
    return Fault(**{**value, "severity": Severity(value["severity"])})


def _status(message: ParsedMessage) -> ReceiptStatus:
    if message.is_rejected:
        return ReceiptStatus.REJECTED
    return ReceiptStatus.ACCEPTED_WITH_FAULTS if message.faults else ReceiptStatus.ACCEPTED


def _shown(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The first faults, and that there were more: the counts beside them stay true."""
    if len(faults) <= MAX_FAULTS:
        return faults
    return (*faults[:MAX_FAULTS], Fault(Severity.WARNING, "MORE_FAULTS"))


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
