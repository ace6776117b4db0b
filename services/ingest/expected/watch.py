"""The watch over flights that ought to be reported: planned ahead, looked at each minute."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.expected.flights import (
    WEEKS_LOOKED_AT,
    Basis,
    Expectation,
    PastFlight,
    Reported,
    Standing,
    expectation,
    learned,
    standing,
)
from services.ingest.formats.schedule import DAY, ScheduledLeg
from services.ingest.intake.flight_identity import Sighting, flight_name, same_flight
from services.ingest.ports import Ports
from services.ingest.store.expected import LOOKS_A_BEAT, Watched
from shared.beating import keep_beating
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY

BEAT_SECONDS: Final = 60.0
PLAN_EVERY: Final = timedelta(hours=1)
#: How far ahead flights of a schedule are listed; what is only learned is not told so far ahead.
DAYS_AHEAD: Final = 7
DAYS_LEARNED_AHEAD: Final = 1
#: A flight that left so long ago stands as it stands, whatever still comes.
WATCHED_AFTER: Final = timedelta(hours=48)
WATCHED_BEFORE: Final = timedelta(days=DAYS_AHEAD + 1)
#: Reports are stored a moment after they are stamped: so far back they are looked at again.
LOOKED_BACK: Final = timedelta(minutes=10)
LOOKS_AT_ONCE: Final = 10
FLIGHT_ALARMS: Final = Counter(
    "safeconduct_flight_alarms",
    "Alarms about expected flights: no manifest in time, a late one, a partial one.",
    ("kind",),
    registry=REGISTRY,
)
_Looked = tuple[Watched, Reported | None, Standing]


@dataclass(frozen=True, slots=True)
class ExpectFlights:
    """Writes down which flights of the coming days ought to be reported. May be repeated."""

    ports: Ports

    async def plan(self, connection: AsyncConnection, now: datetime) -> None:
        """Expect the flights of every schedule, and for carriers without one what their pattern promises."""
        today = now.date()
        # Local dates run a day ahead of, and behind, the UTC date.
        days = [today + later * DAY for later in range(-1, DAYS_AHEAD + 1)]
        store = self.ports.stores.expected
        legs = await store.legs(connection, days[0], days[-1])
        expected = [
            flight
            for leg in legs
            for day in leg.days(days[0], days[-1])
            if (flight := self._scheduled(leg, day)) is not None
        ]
        for day in days[: DAYS_LEARNED_AHEAD + 2]:
            expected.extend(await self._learned(connection, day))
        due = timedelta(minutes=self.ports.watch.due_minutes)
        # A flight that has left before anybody expected it raises no alarm any more.
        ahead = [flight for flight in expected if flight.departs_at > now]
        identified = [(self.ports.identifiers.new(), flight) for flight in ahead]
        await store.expect(connection, identified, due)

    def _scheduled(self, leg: ScheduledLeg, day: date) -> Expectation | None:
        departure, arrival = leg.departs(day), leg.arrives(day)
        return self._in_utc(leg, day, departure, arrival)

    def _in_utc(
        self, leg: ScheduledLeg, day: date, departure: datetime, arrival: datetime | None
    ) -> Expectation | None:
        """The flight with its instants: by the airports' zones, or by what the schedule itself says."""
        departs_at = self.ports.airports.to_utc(leg.origin, departure)
        if departs_at is None:
            return None
        arrives_at = self.ports.airports.to_utc(leg.destination, arrival)
        if leg.departure_offset is not None:
            departs_at = (departure - leg.departure_offset).replace(tzinfo=departs_at.tzinfo)
        if leg.arrival_offset is not None and arrival is not None:
            arrives_at = (arrival - leg.arrival_offset).replace(tzinfo=departs_at.tzinfo)
        return expectation(leg, day, departs_at, arrives_at)

    async def _learned(self, connection: AsyncConnection, day: date) -> list[Expectation]:
        """What a pattern promises; a carrier with a schedule for the day is taken at its word instead."""
        store = self.ports.stores.expected
        weeks = [day - timedelta(weeks=week) for week in range(1, WEEKS_LOOKED_AT + 1)]
        scheduled = await store.scheduled_carriers(connection, day)
        history = [past for past in await store.past(connection, weeks) if past.carrier not in scheduled]
        return [flight for past in learned(history, day) if (flight := self._as_before(past)) is not None]

    def _as_before(self, past: PastFlight) -> Expectation | None:
        departs_at = self.ports.airports.to_utc(past.origin, past.departure)
        if departs_at is None:
            return None
        return Expectation(
            carrier=past.carrier,
            number=past.number,
            suffix=past.suffix,
            names=frozenset({flight_name(past.carrier, past.number)}),
            origin=past.origin,
            destination=past.destination,
            departure=past.departure,
            arrival=past.arrival,
            departs_at=departs_at,
            arrives_at=self.ports.airports.to_utc(past.destination, past.arrival),
            basis=Basis.LEARNED,
            usual=past.travellers,
        )


@dataclass(slots=True)
class FlightWatch:
    """Looks at expected flights and raises alarms. Several workers may run it: one looks at a time."""

    ports: Ports
    planned_at: datetime | None = field(default=None)

    async def run(self, stop: asyncio.Event) -> None:
        """Look every `BEAT_SECONDS` until told to stop."""
        await keep_beating(self.beat, stop, every_seconds=BEAT_SECONDS, failed="flight_watch_failed")

    async def beat(self) -> int:
        """Do everything that is due now; how many alarms were raised."""
        now, raised = self.ports.clock.now(), 0
        await self._plan(now)
        for _ in range(LOOKS_AT_ONCE):
            looked_at, alarms = await self._look(now)
            raised += alarms
            if looked_at < LOOKS_A_BEAT:
                break
        return raised

    async def _plan(self, now: datetime) -> None:
        if self.planned_at is not None and now - self.planned_at < PLAN_EVERY:
            return
        async with self.ports.database.begin() as connection:
            await self.ports.stores.expected.take_turn(connection)
            await ExpectFlights(self.ports).plan(connection, now)
        self.planned_at = now

    async def _look(self, now: datetime) -> tuple[int, int]:
        """Look at one batch: how many flights, how many alarms."""
        store = self.ports.stores.expected
        async with self.ports.database.begin() as connection:
            await store.take_turn(connection)
            watched = await store.due(connection, now, now - WATCHED_AFTER, now + WATCHED_BEFORE)
            looked = await self._judged(connection, watched, now)
            settled = [(each.expected_id, reported, stands) for each, reported, stands in looked]
            await store.settle(connection, settled, now - LOOKED_BACK)
            raised = await self._alarm(connection, looked, now)
        for kind, carrier in raised:
            FLIGHT_ALARMS.labels(kind).inc()
            get_logger().warning("flight_alarm", kind=kind, carrier=carrier)
        return len(watched), len(raised)

    async def _judged(
        self, connection: AsyncConnection, watched: Sequence[Watched], now: datetime
    ) -> list[_Looked]:
        if not watched:
            return []
        store, to_utc = self.ports.stores.expected, self.ports.airports.to_utc
        found = await self._matched(connection, [each for each in watched if each.flight_id is None])
        flight_ids = {each.flight_id or found.get(each.expected_id) for each in watched}
        reports = await store.reported(connection, [each for each in flight_ids if each is not None])
        looked: list[_Looked] = []
        for each in watched:
            flight_id = each.flight_id or found.get(each.expected_id)
            reported = None
            if flight_id is not None:
                reported, legs = reports[flight_id]
                leg = next((leg for leg in legs if leg.origin == each.expectation.origin), None)
                departs_at = None if leg is None else to_utc(leg.origin, leg.departure)
                reported = replace(reported, departs_at=departs_at)
            looked.append((each, reported, standing(each.expectation, reported, now, self.ports.watch)))
        return looked

    async def _matched(self, connection: AsyncConnection, watched: Sequence[Watched]) -> dict[UUID, UUID]:
        """The reported flight of each expected one that has come since, by flight identity."""
        if not watched:
            return {}
        days = [each.expectation.day for each in watched]
        names = {name for each in watched for name in each.expectation.names}
        known = await self.ports.stores.expected.sightings(
            connection, names, min(days) - DAY, max(days) + DAY
        )
        by_name = _by_name(known)
        found: dict[UUID, UUID] = {}
        for each in watched:
            candidates = {
                flight_id: seen
                for name in each.expectation.names
                for flight_id, seen in by_name.get(name, ())
                if abs(seen.day - each.expectation.day) <= DAY
            }
            place = same_flight(
                each.expectation.sighting(), list(candidates.values()), self.ports.airports.to_utc
            )
            if place is not None:
                found[each.expected_id] = list(candidates)[place]
        return found

    async def _alarm(
        self, connection: AsyncConnection, looked: Sequence[_Looked], now: datetime
    ) -> list[tuple[str, str]]:
        """Raise what is new; each with its carrier."""
        ports, raised, records = self.ports, [], []
        for each, _, stands in looked:
            for kind in sorted(stands.alarms):
                alarm_id = ports.identifiers.new()
                if not await ports.stores.expected.raise_alarm(
                    connection, alarm_id, each.expected_id, kind, now
                ):
                    continue
                raised.append((kind.value, each.expectation.carrier))
                records.append(
                    ports.audit.record(
                        actor="ingest",
                        action="flight.alarm",
                        object_kind="EXPECTED_FLIGHT",
                        object_id=str(each.expected_id),
                        facts={"kind": kind.value, "carrier": each.expectation.carrier},
                    )
                )
        await ports.audit.append_many(connection, records)
        return raised


def _by_name(
    known: Iterable[tuple[UUID, Sighting]],
) -> dict[str, list[tuple[UUID, Sighting]]]:
    grouped: dict[str, list[tuple[UUID, Sighting]]] = defaultdict(list)
    for flight_id, seen in known:
        for name in seen.names:
            grouped[name].append((flight_id, seen))
    return grouped
