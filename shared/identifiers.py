"""Identifiers are types, never bare strings; new ones are time-ordered UUIDs (version 7)."""

import os
from typing import Final, NewType, Protocol
from uuid import UUID

from shared.clock import Clock, SystemClock

MessageId = NewType("MessageId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
FlightId = NewType("FlightId", UUID)
TravellerId = NewType("TravellerId", UUID)
HitId = NewType("HitId", UUID)
OrderId = NewType("OrderId", UUID)
ShareId = NewType("ShareId", UUID)
NoticeId = NewType("NoticeId", UUID)
ApprovalId = NewType("ApprovalId", UUID)
AuditRecordId = NewType("AuditRecordId", UUID)
EntryId = NewType("EntryId", str)
AuthorityId = NewType("AuthorityId", str)

_RANDOM_OCTETS: Final = 10
_IDENTIFIERS_A_QUESTION: Final = 256


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
        self._randomness: list[bytes] = []

    def new(self) -> UUID:
        """A UUID whose first 48 bits are the clock's Unix time in milliseconds."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        value = (milliseconds & (2**48 - 1)) << 80 | int.from_bytes(self._random_octets())
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return UUID(int=value)

    def _random_octets(self) -> bytes:
        """Ten octets that nobody else gets; the operating system is asked for many at once.

        A question for each identifier would cost a tenth of what a traveller costs in all.
        """
        while True:
            try:
                return self._randomness.pop()
            except IndexError:
                fresh = os.urandom(_RANDOM_OCTETS * _IDENTIFIERS_A_QUESTION)
                self._randomness.extend(
                    fresh[start : start + _RANDOM_OCTETS] for start in range(0, len(fresh), _RANDOM_OCTETS)
                )
