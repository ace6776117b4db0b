"""Identifiers are types, never bare strings; new ones are time-ordered UUIDs (version 7)."""

import secrets
from typing import NewType, Protocol
from uuid import UUID

from shared.clock import Clock, SystemClock

MessageId = NewType("MessageId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
FlightId = NewType("FlightId", UUID)
TravellerId = NewType("TravellerId", UUID)
HitId = NewType("HitId", UUID)
ReviewId = NewType("ReviewId", UUID)
OrderId = NewType("OrderId", UUID)
ShareId = NewType("ShareId", UUID)
NoticeId = NewType("NoticeId", UUID)
ApprovalId = NewType("ApprovalId", UUID)
AuditRecordId = NewType("AuditRecordId", UUID)
PersonId = NewType("PersonId", str)
EntryId = NewType("EntryId", str)
AuthorityId = NewType("AuthorityId", str)


class Identifiers(Protocol):
    """A source of new identifiers."""

    def new(self) -> UUID:
        """A UUID that nobody has used before."""
        ...


class RandomIdentifiers:
    """Version 7 UUIDs from a clock and the operating system's randomness.

    Source: RFC 9562 §5.7.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def new(self) -> UUID:
        """A UUID whose first 48 bits are the clock's Unix time in milliseconds."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return UUID(int=value)
