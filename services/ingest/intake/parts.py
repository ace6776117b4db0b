"""A push or a list that its sender cut into parts (UNH S010): which parts came, and whether they agree. Pure.

Source: `spec/edifact.md` §8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.ingest.intake.reservation_travellers import is_person
from shared.travel.message import Change, MessageFunction, MessageKind, ParsedMessage

_PNR_KINDS = frozenset({MessageKind.PNRGOV, MessageKind.PNRGOV_XML})


class PartsState(StrEnum):
    """Whether every part came."""

    WAITING = "WAITING"
    COMPLETE = "COMPLETE"
    PARTS_MISSING = "PARTS_MISSING"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its number, whether it is the last, how many it holds, how many its sender states for all.

    A PNR push counts reservations (EQN), a list counts people (CNT). `is_whole` says that each could be read.
    """

    number: int
    is_last: bool
    count: int
    stated: int | None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Transaction:
    """The parts that came so far of one push or list; `counts` says how many each holds."""

    transaction_id: UUID
    is_full_push: bool
    started_at: datetime
    counts: Mapping[int, int]
    last_part: int | None = None
    stated: int | None = None
    state: PartsState = PartsState.WAITING

    def with_part(self, part: Part) -> "Transaction":
        """The transaction with one more part; one that comes again stands for itself."""
        counts = {**self.counts, part.number: part.count}
        last_part = part.number if part.is_last else self.last_part
        is_complete = last_part is not None and all(each in counts for each in range(1, last_part + 1))
        return replace(
            self,
            is_full_push=self.is_full_push and part.is_whole,
            counts=counts,
            last_part=last_part,
            stated=part.stated if part.stated is not None else self.stated,
            state=PartsState.COMPLETE if is_complete else self.state,
        )

    def is_repeated_by(self, part: Part) -> bool:
        """Whether a part came before, as networks send a message twice under another header."""
        return self.counts.get(part.number) == part.count

    @property
    def is_complete(self) -> bool:
        """Whether the last part and every one before it are here."""
        return self.state is PartsState.COMPLETE

    @property
    def names_everybody(self) -> bool:
        """Whether a reservation that it does not name is off the flight.

        Where it holds fewer than its sender states, or one that could not be read, whom those would have
        named is not known.
        """
        is_short = self.stated is not None and self.stated > sum(self.counts.values())
        return self.is_full_push and self.is_complete and not is_short

    @property
    def is_count_wrong(self) -> bool:
        """Whether all parts together hold another number than their sender states."""
        return self.is_complete and self.stated is not None and self.stated != sum(self.counts.values())


def part_of(message: ParsedMessage) -> Part:
    """What a message says of its place in a transaction; an unsplit one is the first and last part."""
    refused = message.rejected_travellers
    if is_reservation_push(message):
        count, stated = len(message.reservations), message.reservations_stated
        # A traveller refused alone leaves the reservation named.
        rejected = sum(each.traveller is None for each in refused)
    else:
        count, stated = len(message.travellers), message.counted.travellers_stated
        rejected = len(refused)
    return Part(message.part, message.is_last_part, count + rejected, stated, is_whole=not rejected)


def is_split(message: ParsedMessage) -> bool:
    """Whether a message is one of several parts."""
    return message.part != 1 or not message.is_last_part


def is_reservation_push(message: ParsedMessage) -> bool:
    """Whether a message is about reservations, also one that names none any more."""
    functions = (MessageFunction.PNR_PUSH, MessageFunction.PNR_CANCELLATION)
    return message.kind in _PNR_KINDS or message.function in functions


def is_full_push(message: ParsedMessage) -> bool:
    """Whether a push names every reservation of the flight, so that what it leaves out is off it.

    Source: `spec/pnrgov.md` §1 (MSG 22 full, 141 update).
    """
    return message.function is MessageFunction.PNR_PUSH and message.change in (None, Change.NEW)


def people_named(message: ParsedMessage) -> int:
    """How many people the reservations of a message name for its flight."""
    return sum(
        is_person(person)
        for reservation in message.reservations
        if not (reservation.is_cancelled or reservation.is_withdrawn)
        for person in reservation.travellers
    )
