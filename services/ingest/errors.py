"""The faults of ingest.

DomainError
├── RefusedMessage               the body as a whole cannot be taken; its receipt says so
│   ├── MalformedMessage         the syntax breaks at a position
│   ├── UnsupportedMessage       a message, but not one that this State takes
│   ├── UnknownFormat            not a message at all
│   ├── DoctypeForbidden         XML that declares a document type
│   └── ManifestMalformed        JSON that is not the manifest's shape
├── IdempotencyKeyReused         the caller's key came before with other content
├── StoreUnavailable             nothing can be stored now; nothing was taken
├── ReceiptNotFound, FlightNotFound
├── RegisterMalformed            a proposed register row breaks its schema
└── ChangeRefused                the safeguards do not permit the change of a register
"""

from typing import ClassVar

from shared.errors import DomainError


def place_of(segment: str | None, position: int | None) -> str:
    """Where a fault stands, as the end of a sentence; empty where it stands nowhere."""
    if segment is None:
        return ""
    return f" in {segment}" if position is None else f" in {segment}, number {position}"


class RefusedMessage(DomainError):
    """The body as a whole cannot be taken.

    `fault_code`, `segment`, `position` and, where one is at fault, `element` (1 for the first after the tag)
    say where; never what stood there.
    """

    code: ClassVar[str] = "MESSAGE_REFUSED"
    sentence: ClassVar[str] = "The message could not be taken: {fault}{place}."

    def __init__(
        self,
        fault: str,
        segment: str | None = None,
        position: int | None = None,
        element: int | None = None,
    ) -> None:
        super().__init__(fault=fault, segment=segment, position=position, place=place_of(segment, position))
        self.fault_code = fault
        self.segment = segment
        self.position = position
        self.element = element


class MalformedMessage(RefusedMessage):
    """The syntax breaks; `position` is the 1-based segment."""

    code: ClassVar[str] = "MALFORMED_MESSAGE"
    sentence: ClassVar[str] = "The message could not be read: {fault}{place}."


class UnsupportedMessage(RefusedMessage):
    """A message of a type or version that this State does not take."""

    code: ClassVar[str] = "UNSUPPORTED_MESSAGE"
    sentence: ClassVar[str] = "This State does not take messages of this type or version ({fault})."


class UnknownFormat(RefusedMessage):
    """Neither EDIFACT, nor a JSON manifest."""

    code: ClassVar[str] = "UNKNOWN_FORMAT"
    sentence: ClassVar[str] = (
        "The body is neither an EDIFACT interchange nor a JSON manifest, whatever its content type says."
    )


class DoctypeForbidden(RefusedMessage):
    """XML with a document type declaration, which can make a reader fetch or expand what was not sent."""

    code: ClassVar[str] = "DOCTYPE_FORBIDDEN"
    sentence: ClassVar[str] = (
        "The XML declares a document type (DOCTYPE), and this State reads no XML that does. "
        "Send the message without the declaration."
    )


class ManifestMalformed(RefusedMessage):
    """JSON that is not a manifest; `segment` is the member, `position` its 1-based place in a list."""

    code: ClassVar[str] = "MANIFEST_MALFORMED"
    sentence: ClassVar[str] = "The JSON manifest breaks its schema: {fault}{place}."


class IdempotencyKeyReused(DomainError):
    """The same Idempotency-Key came before with another body."""

    code: ClassVar[str] = "IDEMPOTENCY_KEY_REUSED"
    sentence: ClassVar[str] = (
        "This Idempotency-Key was used before with another body. Send the new body under a new key."
    )


class StoreUnavailable(DomainError):
    """Nothing can be stored now, so nothing was taken: the caller sends the same message again."""

    code: ClassVar[str] = "STORE_UNAVAILABLE"
    sentence: ClassVar[str] = "The message could not be stored and was not taken. Send it again."


class ReceiptNotFound(DomainError):
    """No such receipt, or not the caller's to see: the two are told alike."""

    code: ClassVar[str] = "RECEIPT_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such receipt."


class FlightNotFound(DomainError):
    """No such flight."""

    code: ClassVar[str] = "FLIGHT_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such flight."


class RegisterMalformed(DomainError):
    """A proposed row of a register breaks its schema."""

    code: ClassVar[str] = "REGISTER_MALFORMED"
    sentence: ClassVar[str] = "The proposed row does not fit the register {register}: member {member}."


class ChangeRefused(DomainError):
    """The safeguards do not permit a register's change; nothing changed, the proposal still waits."""

    code: ClassVar[str] = "REFUSED_BY_POLICY"
    sentence: ClassVar[str] = "The safeguards do not permit this change: {reasons}."
