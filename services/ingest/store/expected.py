"""Schedules, the flights they let us expect, and the alarms about those."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.expected.flights import (
    AlarmKind,
    Expectation,
    ExpectedState,
    PastFlight,
    Reported,
    Standing,
)
from services.ingest.formats.schedule import ScheduledLeg
from services.ingest.intake.flight_identity import Sighting
from services.ingest.store.expected_rows import (
    expectation_of,
    expected_values,
    leg_of,
    leg_values,
    legs_of,
    past_flight,
    summary_of,
)
from shared.travel.flight import Leg

LOOKS_A_BEAT = 2_000

# One worker watches at a time; whoever waited finds nothing left to do.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('ingest:expected_flights', 0))")
_DROP_LEGS = text("DELETE FROM scheduled_leg WHERE carrier = ANY (CAST(:carriers AS text[]))")
_DROP_EXPECTED = text("""
DELETE FROM expected_flight
WHERE carrier = ANY (CAST(:carriers AS text[])) AND state = 'EXPECTED' AND departs_at > :now
""")
_ADD_LEG = text("""
INSERT INTO scheduled_leg (import_id, carrier, number, suffix, origin, destination, first_day, last_day,
    weekdays, every_weeks, departure, arrival, arrival_days, departure_offset_minutes,
    arrival_offset_minutes, capacity, names)
VALUES (:import_id, :carrier, :number, :suffix, :origin, :destination, :first_day, :last_day,
    :weekdays, :every_weeks, :departure, :arrival, :arrival_days, :departure_offset_minutes,
    :arrival_offset_minutes, :capacity, :names)
""")
_LEGS = text("""
SELECT carrier, number, suffix, origin, destination, first_day, last_day, weekdays, every_weeks, departure,
    arrival, arrival_days, departure_offset_minutes, arrival_offset_minutes, capacity, names
FROM scheduled_leg WHERE last_day >= :first AND first_day <= :last ORDER BY leg_id
""")
_SCHEDULED_CARRIERS = text("""
SELECT DISTINCT carrier FROM scheduled_leg WHERE :day BETWEEN first_day AND last_day
""")
_PAST = text("""
SELECT f.carrier, f.number, f.suffix, f.origin, f.destination, f.legs, q.travellers
FROM flight f LEFT JOIN flight_quality q USING (flight_id)
WHERE f.departure_date = ANY (CAST(:days AS date[])) AND f.status <> 'CANCELLED' AND f.origin IS NOT NULL
ORDER BY f.departure_date, f.flight_id
""")
# What a schedule says takes the place of what was only learned, as long as nothing happened.
_EXPECT = text("""
INSERT INTO expected_flight (expected_id, carrier, number, suffix, names, origin, destination, departure_date,
    departure, arrival, departs_at, arrives_at, basis, capacity, usual, state, seen_at, look_at)
VALUES (:expected_id, :carrier, :number, :suffix, :names, :origin, :destination, :departure_date,
    :departure, :arrival, :departs_at, :arrives_at, :basis, :capacity, :usual, 'EXPECTED', :seen_at, :look_at)
ON CONFLICT ON CONSTRAINT expected_once DO UPDATE SET
    names = EXCLUDED.names, destination = EXCLUDED.destination, departure = EXCLUDED.departure,
    arrival = EXCLUDED.arrival, departs_at = EXCLUDED.departs_at, arrives_at = EXCLUDED.arrives_at,
    basis = EXCLUDED.basis, capacity = EXCLUDED.capacity, usual = EXCLUDED.usual, look_at = EXCLUDED.look_at
WHERE expected_flight.state = 'EXPECTED' AND expected_flight.basis = 'LEARNED'
    AND EXCLUDED.basis = 'SCHEDULE'
""")
_DUE = text("""
SELECT e.expected_id, e.carrier, e.number, e.suffix, e.names, e.origin, e.destination, e.departure, e.arrival,
    e.departs_at, e.arrives_at, e.basis, e.capacity, e.usual, e.state, e.flight_id
FROM expected_flight e LEFT JOIN flight f USING (flight_id)
WHERE e.departs_at BETWEEN :since AND :until AND (
    e.look_at <= :now
    OR f.last_reported_at <> e.seen_at
    OR (e.flight_id IS NULL AND EXISTS (
        SELECT FROM flight_name n JOIN flight g ON g.flight_id = n.flight_id
        WHERE n.name = ANY (e.names) AND g.last_reported_at > e.seen_at
            AND n.departure_date BETWEEN e.departure_date - 1 AND e.departure_date + 1)))
ORDER BY e.seen_at, e.expected_id LIMIT :limit
""")
_SIGHTINGS = text("""
SELECT f.flight_id, f.suffix, f.legs, f.departure_date, array_agg(every.name) AS names
FROM flight f JOIN flight_name every USING (flight_id)
WHERE f.flight_id IN (
    SELECT flight_id FROM flight_name
    WHERE name = ANY (CAST(:names AS text[])) AND departure_date BETWEEN :earliest AND :latest)
GROUP BY f.flight_id ORDER BY f.flight_id
""")
# A close-out or a crew list is no manifest of passengers; reservations alone are shown, and are none either.
_REPORTED = text("""
SELECT f.flight_id, f.status, f.legs, f.last_reported_at, m.first_at, m.has_bookings,
    (SELECT count(*) FROM traveller t WHERE t.flight_id = f.flight_id AND t.followed_by IS NULL
        AND t.status IN ('REPORTED', 'ON_BOARD') AND t.source <> 'PNR'
        AND coalesce(t.record ->> 'role', '') NOT LIKE '%CREW') AS travellers
FROM flight f CROSS JOIN LATERAL (
    SELECT min(received_at) FILTER (WHERE function = 'PASSENGER_LIST') AS first_at,
        coalesce(bool_or(function = 'PNR_PUSH'), false) AS has_bookings
    FROM message WHERE message.flight_id = f.flight_id AND status <> 'REJECTED' AND NOT is_test) m
WHERE f.flight_id = ANY (CAST(:flight_ids AS uuid[]))
""")
_SETTLE = text("""
UPDATE expected_flight SET state = :state, flight_id = :flight_id, travellers = :travellers,
    has_bookings = :has_bookings, first_report_at = :first_report_at, seen_at = :seen_at, look_at = :look_at
WHERE expected_id = :expected_id
""")
_ALARM = text("""
INSERT INTO flight_alarm (alarm_id, expected_id, kind, raised_at)
VALUES (:alarm_id, :expected_id, :kind, :raised_at) ON CONFLICT DO NOTHING
""")
_LISTED = text("""
SELECT e.expected_id, e.carrier, e.number, e.suffix, e.origin, e.destination, e.departure_date, e.departure,
    e.arrival, e.departs_at, e.arrives_at, e.basis, e.capacity, e.usual, e.state, e.flight_id, e.travellers,
    e.has_bookings, e.first_report_at,
    coalesce((SELECT jsonb_agg(jsonb_build_object('kind', a.kind, 'raised_at', a.raised_at)
        ORDER BY a.raised_at, a.kind)
        FROM flight_alarm a WHERE a.expected_id = e.expected_id), '[]') AS alarms
FROM expected_flight e
WHERE e.departure_date >= :since AND e.departure_date < :until
    AND (CAST(:carrier AS text) IS NULL OR e.carrier = :carrier)
    AND (CAST(:state AS text) IS NULL OR e.state = :state)
ORDER BY e.state IN ('MISSING', 'LATE', 'PARTIAL') DESC, e.departs_at, e.expected_id LIMIT :limit
""")
_COVERAGE = text("""
SELECT departure_date, carrier, count(*) AS expected,
    count(*) FILTER (WHERE state = 'EXPECTED') AS awaited,
    count(*) FILTER (WHERE state = 'RECEIVED') AS received,
    count(*) FILTER (WHERE state = 'LATE') AS late,
    count(*) FILTER (WHERE state = 'MISSING') AS missing,
    count(*) FILTER (WHERE state = 'PARTIAL') AS partial,
    count(*) FILTER (WHERE state = 'CANCELLED') AS cancelled,
    count(*) FILTER (WHERE has_bookings) AS with_bookings
FROM expected_flight
WHERE departure_date >= :since AND departure_date < :until
    AND (CAST(:carrier AS text) IS NULL OR carrier = :carrier)
GROUP BY departure_date, carrier ORDER BY departure_date, carrier LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Watched:
    """An expected flight as it was left at the last look."""

    expected_id: UUID
    expectation: Expectation
    state: ExpectedState
    flight_id: UUID | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which expected flights are asked for: local dates `[since, until)`, perhaps one carrier or state."""

    since: date
    until: date
    carrier: str | None = None
    state: str | None = None


class ExpectedStore:
    """The tables `scheduled_leg`, `expected_flight` and `flight_alarm`."""

    async def take_turn(self, connection: AsyncConnection) -> None:
        """Wait until no other worker plans or looks; the others wait until the transaction ends."""
        await connection.execute(_TURN)

    async def replace(
        self, connection: AsyncConnection, import_id: UUID, legs: Sequence[ScheduledLeg], now: datetime
    ) -> None:
        """Put schedules in the place of the earlier ones of the same carriers."""
        carriers = sorted({leg.carrier for leg in legs})
        await connection.execute(_DROP_LEGS, {"carriers": carriers})
        await connection.execute(_DROP_EXPECTED, {"carriers": carriers, "now": now})
        await connection.execute(_ADD_LEG, [leg_values(import_id, leg) for leg in legs])

    async def legs(self, connection: AsyncConnection, first: date, last: date) -> list[ScheduledLeg]:
        """Scheduled legs whose period touches `[first, last]`."""
        return [leg_of(row) for row in await connection.execute(_LEGS, {"first": first, "last": last})]

    async def scheduled_carriers(self, connection: AsyncConnection, day: date) -> frozenset[str]:
        """The carriers whose schedule speaks of a day."""
        return frozenset((await connection.execute(_SCHEDULED_CARRIERS, {"day": day})).scalars())

    async def past(self, connection: AsyncConnection, days: Sequence[date]) -> list[PastFlight]:
        """The flights of some days whose departure was reported."""
        rows = await connection.execute(_PAST, {"days": list(days)})
        return [past for past in map(past_flight, rows) if past is not None]

    async def expect(
        self, connection: AsyncConnection, expected: Iterable[tuple[UUID, Expectation]], due: timedelta
    ) -> None:
        """Expect flights; one that is expected already stays as it is, unless it was only learned."""
        values = [expected_values(expected_id, each, due) for expected_id, each in expected]
        if values:
            await connection.execute(_EXPECT, values)

    async def due(
        self, connection: AsyncConnection, now: datetime, since: datetime, until: datetime
    ) -> list[Watched]:
        """Flights to look at: the time has come, or something was reported since the last look."""
        values = {"now": now, "since": since, "until": until, "limit": LOOKS_A_BEAT}
        return [
            Watched(row.expected_id, expectation_of(row), ExpectedState(row.state), row.flight_id)
            for row in await connection.execute(_DUE, values)
        ]

    async def sightings(
        self, connection: AsyncConnection, names: Iterable[str], first: date, last: date
    ) -> list[tuple[UUID, Sighting]]:
        """Reported flights of some designators and local days."""
        values = {"names": sorted(set(names)), "earliest": first, "latest": last}
        rows = await connection.execute(_SIGHTINGS, values)
        return [
            (row.flight_id, Sighting(frozenset(row.names), row.suffix, legs_of(row.legs), row.departure_date))
            for row in rows
        ]

    async def reported(
        self, connection: AsyncConnection, flight_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[Reported, tuple[Leg, ...]]]:
        """What came for flights, each with its legs; the departure in UTC is for the caller to add."""
        rows = await connection.execute(_REPORTED, {"flight_ids": list(flight_ids)})
        return {
            row.flight_id: (
                Reported(
                    row.flight_id,
                    row.first_at,
                    row.travellers,
                    row.status == "CANCELLED",
                    row.has_bookings,
                    last_at=row.last_reported_at,
                ),
                legs_of(row.legs),
            )
            for row in rows
        }

    async def settle(
        self,
        connection: AsyncConnection,
        looked_at: Sequence[tuple[UUID, Reported | None, Standing]],
        seen_at: datetime,
    ) -> None:
        """Write how flights stand after a look; one not reported yet was seen up to `seen_at`."""
        values = [
            {
                "expected_id": expected_id,
                "state": each.state.value,
                "flight_id": None if reported is None else reported.flight_id,
                "travellers": 0 if reported is None else reported.travellers,
                "has_bookings": reported is not None and reported.has_bookings,
                "first_report_at": None if reported is None else reported.first_at,
                "seen_at": seen_at if reported is None else reported.last_at,
                "look_at": each.look_at,
            }
            for expected_id, reported, each in looked_at
        ]
        if values:
            await connection.execute(_SETTLE, values)

    async def raise_alarm(
        self, connection: AsyncConnection, alarm_id: UUID, expected_id: UUID, kind: AlarmKind, at: datetime
    ) -> bool:
        """Raise an alarm, once for each flight and kind; whether it is new."""
        values = {"alarm_id": alarm_id, "expected_id": expected_id, "kind": kind.value, "raised_at": at}
        return (await connection.execute(_ALARM, values)).rowcount == 1

    async def listed(self, connection: AsyncConnection, asked: Asked, limit: int) -> list[dict[str, Any]]:
        """Expected flights, those with an alarm first, then by departure."""
        values = {"since": asked.since, "until": asked.until, "carrier": asked.carrier, "state": asked.state}
        rows = await connection.execute(_LISTED, values | {"limit": limit})
        return [summary_of(row) for row in rows]

    async def coverage(
        self, connection: AsyncConnection, asked: Asked, limit: int
    ) -> list[Mapping[str, Any]]:
        """How many flights of each day and carrier stand how."""
        values = {"since": asked.since, "until": asked.until, "carrier": asked.carrier, "limit": limit}
        return [dict(row) for row in (await connection.execute(_COVERAGE, values)).mappings()]
