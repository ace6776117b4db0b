"""Counts of each flight's data, what was rejected, and which elements false possible matches lacked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.quality.figures import Causes, FlightQuality, Rejected
from shared.db.column_types import Json
from shared.travel.flight import Leg

MAX_FLIGHTS = 50_000

_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('ingest:flight_quality', 0))")
# `seen_at` is the report up to which a flight was counted; figures outlive what they were taken of.
_STALE = text("""
SELECT f.flight_id, f.carrier, f.number, f.departure_date, f.legs, f.has_missing_parts, f.last_reported_at,
    (SELECT min(e.departs_at) FROM expected_flight e WHERE e.flight_id = f.flight_id) AS departs_at
FROM flight f LEFT JOIN flight_quality q USING (flight_id)
WHERE f.last_reported_at BETWEEN :since AND :until
    AND (q.flight_id IS NULL OR q.seen_at <> f.last_reported_at
        OR q.parts_missing <> f.has_missing_parts)
ORDER BY f.last_reported_at, f.flight_id LIMIT :limit
""")
_MESSAGES = text("""
SELECT flight_id, count(*) AS messages,
    min(received_at) FILTER (WHERE function = 'PASSENGER_LIST') AS first_report_at,
    max(received_at) FILTER (WHERE function = 'PASSENGER_LIST') AS last_report_at
FROM message WHERE flight_id = ANY (CAST(:flight_ids AS uuid[])) GROUP BY flight_id
""")
_FAULTS = text("""
SELECT flight_id, fault ->> 'code' AS code, count(*) AS number
FROM message CROSS JOIN jsonb_array_elements(faults) AS each(fault)
WHERE flight_id = ANY (CAST(:flight_ids AS uuid[])) GROUP BY flight_id, fault ->> 'code'
""")
# What the API list said, where a reservation speaks of the same person too. `present` by element name.
_TRAVELLERS = text("""
SELECT flight_id, count(*) AS travellers,
    count(*) FILTER (WHERE r ->> 'verified' = 'true') AS verified,
    count(*) - count(DISTINCT (upper(r ->> 'surname'), upper(r ->> 'given_names'), r ->> 'birth_date'))
        AS duplicates,
    jsonb_build_object(
        'given_names', count(*) FILTER (WHERE r ->> 'given_names' <> ''),
        'birth_date', count(*) FILTER (WHERE length(r ->> 'birth_date') = 10),
        'sex', count(*) FILTER (WHERE r ->> 'sex' IN ('F', 'M', 'X')),
        'nationality', count(*) FILTER (WHERE r ->> 'nationality' <> ''),
        'birth_place', count(*) FILTER (WHERE jsonb_typeof(r -> 'birth_place') = 'object'),
        'document_type', count(*) FILTER (WHERE r #>> '{documents,0,type}' <> ''),
        'document_number', count(*) FILTER (WHERE r #>> '{documents,0,number}' <> ''),
        'document_issuer', count(*) FILTER (WHERE r #>> '{documents,0,issuer}' <> ''),
        'document_expiry', count(*) FILTER (WHERE r #>> '{documents,0,expiry}' <> ''),
        'record_locator', count(*) FILTER (WHERE r ->> 'record_locator' <> ''),
        'seat', count(*) FILTER (WHERE r ->> 'seat' <> ''),
        'embarkation', count(*) FILTER (WHERE r ->> 'embarkation' <> ''),
        'debarkation', count(*) FILTER (WHERE r ->> 'debarkation' <> ''),
        'carrier_reference', count(*) FILTER (WHERE r ->> 'carrier_reference' <> '')) AS present
FROM (
    SELECT flight_id, coalesce(api_record, record) AS r FROM traveller
    WHERE flight_id = ANY (CAST(:flight_ids AS uuid[])) AND source <> 'PNR' AND followed_by IS NULL) AS api
GROUP BY flight_id
""")
_PUT = text("""
INSERT INTO flight_quality (flight_id, carrier, number, day, departs_at, first_report_at, last_report_at,
    messages, travellers, verified, present, faults, duplicates, parts_missing, seen_at)
VALUES (:flight_id, :carrier, :number, :day, :departs_at, :first_report_at, :last_report_at, :messages,
    :travellers, :verified, :present, :faults, :duplicates, :parts_missing, :seen_at)
ON CONFLICT (flight_id) DO UPDATE SET
    carrier = EXCLUDED.carrier, number = EXCLUDED.number, day = EXCLUDED.day,
    departs_at = EXCLUDED.departs_at, first_report_at = EXCLUDED.first_report_at,
    last_report_at = EXCLUDED.last_report_at, messages = EXCLUDED.messages,
    travellers = EXCLUDED.travellers, verified = EXCLUDED.verified, present = EXCLUDED.present,
    faults = EXCLUDED.faults, duplicates = EXCLUDED.duplicates, parts_missing = EXCLUDED.parts_missing,
    seen_at = EXCLUDED.seen_at
""").bindparams(bindparam("present", type_=Json), bindparam("faults", type_=Json))
_FLIGHTS = text("""
SELECT flight_id, carrier, number, day, departs_at, first_report_at, last_report_at, messages, travellers,
    verified, present, faults, duplicates, parts_missing
FROM flight_quality
WHERE day >= :since AND day < :until AND (CAST(:carrier AS text) IS NULL OR carrier = :carrier)
ORDER BY day DESC, flight_id DESC LIMIT :limit
""")
# A message that could not be read belongs to no flight: it counts for its sender, on the day that it came.
_REJECTED = text("""
SELECT coalesce(flight ->> 'carrier', sender) AS carrier,
    coalesce(refusal, faults -> 0 ->> 'code', 'REJECTED') AS code, count(*) AS number
FROM message
WHERE status = 'REJECTED' AND NOT is_test AND received_at >= :since AND received_at < :until
    AND (CAST(:carrier AS text) IS NULL OR coalesce(flight ->> 'carrier', sender) = :carrier)
GROUP BY 1, 2 ORDER BY 1, 2 LIMIT :limit
""")
_CAUSES = text("""
SELECT carrier, element, sum(number)::bigint AS number FROM match_cause
WHERE day >= :since AND day < :until AND (CAST(:carrier AS text) IS NULL OR carrier = :carrier)
GROUP BY carrier, element ORDER BY carrier, element LIMIT :limit
""")
_COUNT_CAUSES = text("""
INSERT INTO match_cause (carrier, day, element, number)
SELECT :carrier, :day, each.element, each.number
FROM unnest(CAST(:elements AS text[]), CAST(:numbers AS bigint[])) AS each(element, number)
ON CONFLICT (carrier, day, element) DO UPDATE SET number = match_cause.number + EXCLUDED.number
""")


@dataclass(frozen=True, slots=True)
class StaleFlight:
    """A flight whose counts are older than its latest report."""

    flight_id: UUID
    carrier: str
    number: str
    day: date
    legs: tuple[Leg, ...]
    parts_missing: bool
    reported_at: datetime
    scheduled_at: datetime | None


@dataclass(frozen=True, slots=True)
class QualityPeriod:
    """Days `[since, until)`, and perhaps one carrier."""

    since: date
    until: date
    carrier: str | None = None

    def values(self, limit: int) -> dict[str, Any]:
        """What the queries are given."""
        return {"since": self.since, "until": self.until, "carrier": self.carrier, "limit": limit}


class QualityStore:
    """The tables `flight_quality` and `match_cause`, and what they are counted from."""

    async def take_turn(self, connection: AsyncConnection) -> None:
        """Wait until no other worker counts."""
        await connection.execute(_TURN)

    async def stale(
        self, connection: AsyncConnection, since: datetime, until: datetime, limit: int
    ) -> list[StaleFlight]:
        """Flights reported since they were counted, those whose reports rest since `until`."""
        values = {"since": since, "until": until, "limit": limit}
        return [_stale(row) for row in await connection.execute(_STALE, values)]

    async def count(
        self, connection: AsyncConnection, stale: Sequence[StaleFlight]
    ) -> dict[UUID, dict[str, Any]]:
        """The counts of flights, taken from their messages and travellers."""
        values = {"flight_ids": [each.flight_id for each in stale]}
        counts: dict[UUID, dict[str, Any]] = {each.flight_id: _nothing() for each in stale}
        for row in (await connection.execute(_MESSAGES, values)).mappings():
            counts[row["flight_id"]].update(row)
        for row in (await connection.execute(_TRAVELLERS, values)).mappings():
            counts[row["flight_id"]].update(row)
        for fault in await connection.execute(_FAULTS, values):
            counts[fault.flight_id]["faults"][fault.code] = fault.number
        return counts

    async def put(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the counts of flights in place of the earlier ones."""
        if rows:
            await connection.execute(_PUT, list(rows))

    async def flights(self, connection: AsyncConnection, period: QualityPeriod) -> list[FlightQuality]:
        """The counts of a period's flights, newest first."""
        rows = await connection.execute(_FLIGHTS, period.values(MAX_FLIGHTS))
        return [_flight(row) for row in rows]

    async def rejected(self, connection: AsyncConnection, period: QualityPeriod) -> list[Rejected]:
        """What could not be read at all, by carrier and code."""
        rows = await connection.execute(_REJECTED, _instants(period))
        grouped: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            grouped[row.carrier][row.code] = row.number
        return [Rejected(carrier, codes) for carrier, codes in grouped.items()]

    async def causes(self, connection: AsyncConnection, period: QualityPeriod) -> list[Causes]:
        """Possible matches of somebody else, by carrier and element that was missing or partial."""
        rows = await connection.execute(_CAUSES, period.values(MAX_FLIGHTS))
        grouped: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            grouped[row.carrier][row.element] = row.number
        return [Causes(carrier, numbers) for carrier, numbers in grouped.items()]

    async def count_causes(
        self, connection: AsyncConnection, carrier: str, day: date, numbers: Mapping[str, int]
    ) -> None:
        """Add to the counts of a carrier's day."""
        values = {
            "carrier": carrier,
            "day": day,
            "elements": list(numbers),
            "numbers": list(numbers.values()),
        }
        await connection.execute(_COUNT_CAUSES, values)


def _instants(period: QualityPeriod) -> dict[str, Any]:
    values = period.values(MAX_FLIGHTS)
    # Days of receipt are UTC's: a message without a flight has no airport.
    for name in ("since", "until"):
        values[name] = datetime.fromisoformat(f"{values[name]}T00:00:00+00:00")
    return values


def _nothing() -> dict[str, Any]:
    return {
        "messages": 0,
        "first_report_at": None,
        "last_report_at": None,
        "travellers": 0,
        "verified": 0,
        "duplicates": 0,
        "present": {},
        "faults": {},
    }


def _stale(row: Row[Any]) -> StaleFlight:
    return StaleFlight(
        row.flight_id,
        row.carrier,
        row.number,
        row.departure_date,
        tuple(Leg.from_json(each) for each in row.legs),
        row.has_missing_parts,
        row.last_reported_at,
        row.departs_at,
    )


def _flight(row: Row[Any]) -> FlightQuality:
    return FlightQuality(
        str(row.flight_id),
        row.carrier,
        row.number,
        row.day,
        row.departs_at,
        row.first_report_at,
        row.last_report_at,
        row.messages,
        row.travellers,
        row.verified,
        row.present,
        row.faults,
        row.duplicates,
        row.parts_missing,
    )
