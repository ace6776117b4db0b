"""Identifiers are types, never bare strings; new ones are time-ordered UUIDs (version 7)."""

import os
from collections.abc import Callable
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

    def many(self, count: int) -> list[UUID]:
        """As many of them, of one moment."""
        ...


def _uuid(octets: bytes) -> UUID:
    return UUID(bytes=octets)


class RandomIdentifiers:
    """Version 7 UUIDs from a clock and the operating system's randomness.

    Args:
        clock: The machine's when absent.
        make: Makes a UUID of its sixteen octets; a database's driver has a faster way (`shared/db`).

    Source: RFC 9562 §5.7.
    """

    def __init__(self, clock: Clock | None = None, make: Callable[[bytes], UUID] = _uuid) -> None:
        self._clock = clock or SystemClock()
        self._make = make
        self._endings: list[bytes] = []

    def new(self) -> UUID:
        """A UUID whose first 48 bits are the clock's Unix time in milliseconds."""
        return self._make(self._beginning() + self._ending())

    def many(self, count: int) -> list[UUID]:
        """As many, for one look at the clock: half of what each costs."""
        beginning = self._beginning()
        return [self._make(beginning + self._ending()) for _ in range(count)]

    def _beginning(self) -> bytes:
        milliseconds = int(self._clock.now().timestamp() * 1000) & (2**48 - 1)
        return milliseconds.to_bytes(6)

    def _ending(self) -> bytes:
        """The last ten octets of a UUID, which nobody else gets.

        The operating system is asked for many at once: a question for each identifier would cost a tenth of
        what a traveller costs in all.
        """
        while True:
            try:
                return self._endings.pop()
            except IndexError:
                fresh = os.urandom(_RANDOM_OCTETS * _IDENTIFIERS_A_QUESTION)
                self._endings.extend(
                    _marked(fresh[start : start + _RANDOM_OCTETS])
                    for start in range(0, len(fresh), _RANDOM_OCTETS)
                )


def _marked(octets: bytes) -> bytes:
    """Random octets with the version, 7, and the variant in their places."""
    return bytes([0x70 | octets[0] & 0x0F, octets[1], 0x80 | octets[2] & 0x3F]) + octets[3:]
