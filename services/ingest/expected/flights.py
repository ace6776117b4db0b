"""Which flights ought to be reported, and how each of them stands. Pure.

A flight is expected because its carrier's schedule names it, or because it came on most of the same weekdays.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.ingest.formats.schedule import ScheduledLeg
from services.ingest.intake.flight_identity import Sighting, flight_name
from shared.travel.flight import Leg

#: A flight that came on three of the last four Mondays is expected on the next.
WEEKS_LOOKED_AT: Final = 4
WEEKS_NEEDED: Final = 3


class ExpectedState(StrEnum):
    """How an expected flight stands."""

    EXPECTED = "EXPECTED"
    RECEIVED = "RECEIVED"
    LATE = "LATE"
    MISSING = "MISSING"
    PARTIAL = "PARTIAL"
    CANCELLED = "CANCELLED"


class AlarmKind(StrEnum):
    """Why an officer has to be told of a flight."""

    MISSING = "MISSING"
    LATE = "LATE"
    PARTIAL = "PARTIAL"


class Basis(StrEnum):
    """Why a flight is expected."""

    SCHEDULE = "SCHEDULE"
    LEARNED = "LEARNED"


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """When a manifest is due, in minutes before departure, and below which per cent it is partial."""

    due_minutes: int = 60
    partial_percent: int = 50

    @property
    def due(self) -> timedelta:
        """How long before departure a manifest is due."""
        return timedelta(minutes=self.due_minutes)


DEFAULT_TERMS: Final = WatchTerms()


@dataclass(frozen=True, slots=True)
class Expectation:
    """One flight of one day that ought to be reported.

    `departure` and `arrival` are local and naive; `departs_at` and `arrives_at` the same instants in UTC.
    `capacity` is the seats that a schedule states, `usual` the median of what came on the same weekdays.
    """

    carrier: str
    number: str
    suffix: str | None
    names: frozenset[str]
    origin: str
    destination: str
    departure: datetime
    arrival: datetime | None
    departs_at: datetime
    arrives_at: datetime | None
    basis: Basis
    capacity: int | None = None
    usual: int | None = None

    @property
    def day(self) -> date:
        """The local date of departure."""
        return self.departure.date()

    @property
    def size(self) -> int | None:
        """How many travellers a full manifest has."""
        return self.capacity or self.usual

    def sighting(self) -> Sighting:
        """The flight as a message would name it."""
        leg = Leg(self.origin, self.destination, self.departure, self.arrival, crosses_border=True)
        return Sighting(self.names, self.suffix, (leg,), self.day)


@dataclass(frozen=True, slots=True)
class Reported:
    """What came for an expected flight: its first passenger list, how many travel, what the carrier says.

    `last_at` is when anything last came; `departs_at` the departure as last reported, in UTC.
    """

    flight_id: UUID
    first_at: datetime | None
    travellers: int
    is_cancelled: bool = False
    has_bookings: bool = False
    departs_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a flight stands now, what has to be told of it, and when time alone may change that."""

    state: ExpectedState
    alarms: frozenset[AlarmKind]
    look_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastFlight:
    """A flight that was reported on an earlier day, with how many travelled."""

    carrier: str
    number: str
    suffix: str | None
    origin: str
    destination: str
    departure: datetime
    arrival: datetime | None
    travellers: int | None


def standing(expected: Expectation, reported: Reported | None, now: datetime, terms: WatchTerms) -> Standing:
    """How an expected flight stands at an instant.

    A manifest is late where it first came after the departure, the scheduled or the later one that the
    carrier reported; partial where, once it is due, fewer travel than the stated part of the flight's size.

    Source: `spec/mandate.md` (2396 para 11: coverage), `spec/workflow.md` §8, KPI 1.
    """
    due_at = expected.departs_at - terms.due
    if reported is not None and reported.is_cancelled:
        return Standing(ExpectedState.CANCELLED, frozenset(), None)
    if reported is None or reported.first_at is None:
        if now < due_at:
            return Standing(ExpectedState.EXPECTED, frozenset(), due_at)
        return Standing(ExpectedState.MISSING, frozenset({AlarmKind.MISSING}), None)
    departed_at = max(expected.departs_at, reported.departs_at or expected.departs_at)
    is_late = reported.first_at > departed_at
    is_due = now >= due_at
    is_small = expected.size is not None and reported.travellers * 100 < terms.partial_percent * expected.size
    alarms = {AlarmKind.LATE} if is_late else set()
    if is_due and is_small:
        alarms.add(AlarmKind.PARTIAL)
    state = ExpectedState.LATE if is_late else ExpectedState.PARTIAL if alarms else ExpectedState.RECEIVED
    return Standing(state, frozenset(alarms), None if is_due else due_at)


def expectation(
    leg: ScheduledLeg, day: date, departs_at: datetime, arrives_at: datetime | None
) -> Expectation:
    """The flight of a scheduled leg on one of its days."""
    names = {flight_name(carrier, number) for carrier, number in ((leg.carrier, leg.number), *leg.partners)}
    return Expectation(
        carrier=leg.carrier,
        number=leg.number,
        suffix=leg.suffix,
        names=frozenset(names),
        origin=leg.origin,
        destination=leg.destination,
        departure=leg.departs(day),
        arrival=leg.arrives(day),
        departs_at=departs_at,
        arrives_at=arrives_at,
        basis=Basis.SCHEDULE,
        capacity=leg.capacity,
    )


def learned(history: Iterable[PastFlight], day: date) -> list[PastFlight]:
    """The flights to expect on a day by what came on the same weekday before.

    Args:
        history: Reported flights of any days; those of the `WEEKS_LOOKED_AT` weeks before count.
        day: The local date of departure.

    Returns:
        Each flight that came in at least `WEEKS_NEEDED` of the weeks, in order: with the latest's times moved
        to `day`, and the median of the travellers (nothing where none was counted).
    """
    weeks = {day - timedelta(weeks=week) for week in range(1, WEEKS_LOOKED_AT + 1)}
    groups: dict[tuple[str, str, str, str], dict[date, PastFlight]] = defaultdict(dict)
    for past in history:
        if past.departure.date() in weeks:
            key = (past.carrier, past.number, past.suffix or "", past.origin)
            groups[key][past.departure.date()] = past
    return [
        _moved_to(day, list(by_day.values()))
        for _, by_day in sorted(groups.items())
        if len(by_day) >= WEEKS_NEEDED
    ]


def _moved_to(day: date, came: Sequence[PastFlight]) -> PastFlight:
    latest = max(came, key=lambda past: past.departure)
    later = timedelta(days=(day - latest.departure.date()).days)
    counts = [past.travellers for past in came if past.travellers]
    return PastFlight(
        carrier=latest.carrier,
        number=latest.number,
        suffix=latest.suffix,
        origin=latest.origin,
        destination=latest.destination,
        departure=latest.departure + later,
        arrival=None if latest.arrival is None else latest.arrival + later,
        travellers=int(statistics.median(counts)) if counts else None,
    )


def percent(part: int, whole: int) -> float | None:
    """A share in per cent with one decimal; `None` of nothing."""
    return None if whole == 0 else round(100 * part / whole, 1)
