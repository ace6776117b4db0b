"""Flights: one row for each, whatever number of messages speak of it, and by whatever name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.flight_identity import Sighting, flight_key
from shared.db.column_types import Json
from shared.identifiers import FlightId
from shared.travel.flight import Flight, Leg
from shared.travel.message import Change
from shared.travel.places import Airports

# One message at a time for each designator: two first messages of a flight do not make two flights.
_LOCK = text("""
SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
FROM (SELECT name FROM unnest(CAST(:names AS text[])) AS each(name) ORDER BY name) AS ordered
""")
_CANDIDATES = text("""
SELECT f.flight_id, f.carrier, f.number, f.suffix, f.legs, f.departure_date, array_agg(every.name) AS names
FROM flight f JOIN flight_name every USING (flight_id)
WHERE f.flight_id IN (
    SELECT flight_id FROM flight_name
    WHERE name = ANY (CAST(:names AS text[])) AND departure_date BETWEEN :earliest AND :latest)
GROUP BY f.flight_id ORDER BY f.flight_id LIMIT 100
""")
_BY_ACCESS = text("""
SELECT f.flight_id, f.carrier, f.number, f.suffix, f.legs, f.departure_date,
    (SELECT array_agg(name) FROM flight_name n WHERE n.flight_id = f.flight_id) AS names
FROM message m JOIN flight f USING (flight_id)
WHERE m.sender = :sender AND m.access_reference = :access_reference
ORDER BY m.message_id DESC LIMIT 1
""")
_ADD = text("""
WITH made AS (
    INSERT INTO flight (flight_id, flight_key, carrier, number, suffix, origin, destination, departure_date,
        legs, status, pushes, first_reported_at, last_reported_at)
    VALUES (:flight_id, :flight_key, :carrier, :number, :suffix, :origin, :destination, :departure_date,
        :legs, coalesce(:status, 'EXPECTED'), 1, :now, :now)
    ON CONFLICT (flight_key) DO UPDATE SET
        pushes = flight.pushes + 1, last_reported_at = EXCLUDED.last_reported_at
    RETURNING flight_id, pushes
), named AS (
    INSERT INTO flight_name (name, departure_date, flight_id)
    SELECT each.name, :departure_date, made.flight_id FROM made, unnest(CAST(:names AS text[])) AS each(name)
    ON CONFLICT DO NOTHING
)
SELECT flight_id, pushes FROM made
""").bindparams(bindparam("legs", type_=Json))
_REPORT = text("""
WITH named AS (
    INSERT INTO flight_name (name, departure_date, flight_id)
    SELECT each.name, :departure_date, :flight_id FROM unnest(CAST(:names AS text[])) AS each(name)
    ON CONFLICT DO NOTHING
)
UPDATE flight SET
    carrier = :carrier, number = :number, suffix = :suffix, legs = :legs, origin = :origin,
    destination = :destination, departure_date = :departure_date,
    status = coalesce(:status, CASE WHEN :revives AND status = 'CANCELLED' THEN 'EXPECTED' ELSE status END),
    pushes = pushes + :counted, last_reported_at = :now
WHERE flight_id = :flight_id RETURNING flight_id, pushes
""").bindparams(bindparam("legs", type_=Json))
_FLAG = text("UPDATE flight SET has_missing_parts = :has_missing_parts WHERE flight_id = :flight_id")
_LOCK_ROW = text("SELECT 1 FROM flight WHERE flight_id = :flight_id FOR UPDATE")
_FIGURES = """
SELECT flight_id, carrier, number, suffix, origin, destination, departure_date, legs, status, pushes,
    has_missing_parts,
    (SELECT count(*) FROM message m WHERE m.flight_id = f.flight_id) AS messages,
    (SELECT coalesce(sum(jsonb_array_length(faults)), 0) FROM message m WHERE m.flight_id = f.flight_id)
        AS faults,
    (SELECT count(*) FROM traveller t WHERE t.flight_id = f.flight_id
        AND t.status IN ('REPORTED', 'ON_BOARD')) AS travellers,
    (SELECT count(*) FROM traveller t WHERE t.flight_id = f.flight_id
        AND t.status IN ('REPORTED', 'ON_BOARD') AND t.screened_at IS NOT NULL) AS screened
FROM flight f
"""
_LIST = text(
    _FIGURES
    + """WHERE (CAST(:since AS date) IS NULL OR departure_date >= :since)
AND (CAST(:until AS date) IS NULL OR departure_date < :until)
ORDER BY departure_date DESC, flight_id DESC LIMIT :limit"""
)
_GET = text(_FIGURES + "WHERE flight_id = :flight_id")
_STATUS_OF_CHANGE = {
    Change.CLOSE: "CLOSED",
    Change.CLOSE_ON_BOARD: "CLOSED",
    Change.CLOSE_NOT_ON_BOARD: "CLOSED",
    Change.FLIGHT_CANCELLED: "CANCELLED",
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownFlight:
    """A flight that earlier messages spoke of."""

    flight_id: FlightId
    flight: Flight
    seen: Sighting


@dataclass(frozen=True, slots=True)
class FlightReport:
    """What one message says of its flight. A later part of a split push `is_counted` no more."""

    flight: Flight
    seen: Sighting
    name: str
    sender: str
    change: Change | None
    now: datetime
    is_counted: bool = True
    revives: bool = False

    @property
    def carrier(self) -> str:
        """The flight's carrier; the sender where it names none."""
        return self.flight.carrier or self.sender


@dataclass(frozen=True, slots=True)
class ReportedFlight:
    """The flight that a message speaks of, as it now stands, and the pushes for it, this one included."""

    flight_id: FlightId
    flight: Flight
    pushes: int
    is_new: bool


class FlightStore:
    """The tables `flight` and `flight_name`."""

    async def candidates(self, connection: AsyncConnection, seen: Sighting) -> list[KnownFlight]:
        """Flights of the same designators around the same day; other messages about them wait meanwhile."""
        names = sorted(seen.names)
        await connection.execute(_LOCK, {"names": names})
        values = {"names": names, "earliest": seen.day - _DAY, "latest": seen.day + _DAY}
        return [_known(row) for row in await connection.execute(_CANDIDATES, values)]

    async def of_access_reference(
        self, connection: AsyncConnection, sender: str, access_reference: str
    ) -> KnownFlight | None:
        """The flight of a sender's latest message under the same common access reference."""
        values = {"sender": sender, "access_reference": access_reference}
        row = (await connection.execute(_BY_ACCESS, values)).one_or_none()
        return None if row is None else _known(row)

    async def add(
        self, connection: AsyncConnection, report: FlightReport, new_id: FlightId
    ) -> ReportedFlight:
        """Write a flight that nobody spoke of before; locks it meanwhile."""
        values = _values(report, report.flight.legs) | {
            "flight_id": new_id,
            "flight_key": flight_key(report.seen, report.name),
            "carrier": report.carrier,
            "number": report.flight.number,
            "suffix": report.flight.suffix,
        }
        row = (await connection.execute(_ADD, values)).one()
        return ReportedFlight(FlightId(row.flight_id), report.flight, row.pushes, is_new=row.pushes == 1)

    async def report(
        self, connection: AsyncConnection, known: KnownFlight, report: FlightReport, flight: Flight
    ) -> ReportedFlight:
        """Bring a known flight up to date with these legs; locks it meanwhile."""
        # A partner's number, or a missing suffix, renames no flight: only word of a change does.
        named = report.flight if report.change is Change.FLIGHT_CHANGED else known.flight
        values = _values(report, flight.legs) | {
            "flight_id": known.flight_id,
            "carrier": named.carrier or report.sender,
            "number": named.number,
            "suffix": named.suffix,
            "counted": 1 if report.is_counted else 0,
            "revives": report.revives,
        }
        row = (await connection.execute(_REPORT, values)).one()
        return ReportedFlight(known.flight_id, flight, row.pushes, is_new=False)

    async def lock(self, connection: AsyncConnection, flight_id: UUID) -> None:
        """Let other messages about the flight wait until the transaction ends."""
        await connection.execute(_LOCK_ROW, {"flight_id": flight_id})

    async def flag_missing_parts(
        self, connection: AsyncConnection, flight_id: UUID, *, has_missing_parts: bool
    ) -> None:
        """Say whether a part of a message about the flight never came."""
        await connection.execute(_FLAG, {"flight_id": flight_id, "has_missing_parts": has_missing_parts})

    async def listed(
        self,
        connection: AsyncConnection,
        airports: Airports,
        *,
        since: date | None,
        until: date | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Flights whose local departure date is in `[since, until)`, newest first, with their figures.

        `departure` and `arrival` are local and naive; `departs_at` and `arrives_at` the same instants in UTC.
        """
        rows = await connection.execute(_LIST, {"since": since, "until": until, "limit": limit})
        return [_summary(row, airports) for row in rows]

    async def get(
        self, connection: AsyncConnection, airports: Airports, flight_id: UUID
    ) -> dict[str, Any] | None:
        """One flight with its figures and legs."""
        row = (await connection.execute(_GET, {"flight_id": flight_id})).one_or_none()
        return None if row is None else {**_summary(row, airports), "legs": row.legs, "pushes": row.pushes}


def _values(report: FlightReport, legs: tuple[Leg, ...]) -> dict[str, Any]:
    leg = Flight(None, "", None, legs).crossing_leg
    moment = None if leg is None else leg.departure or leg.arrival
    return {
        "origin": None if leg is None else leg.origin,
        "destination": None if leg is None else leg.destination,
        "departure_date": report.seen.day if moment is None else moment.date(),
        "legs": [each.as_json() for each in legs],
        "status": None if report.change is None else _STATUS_OF_CHANGE.get(report.change),
        "names": sorted(report.seen.names),
        "now": report.now,
    }


def _known(row: Row[Any]) -> KnownFlight:
    legs = tuple(Leg.from_json(each) for each in row.legs)
    return KnownFlight(
        FlightId(row.flight_id),
        Flight(row.carrier, row.number, row.suffix, legs),
        Sighting(frozenset(row.names), row.suffix, legs, row.departure_date),
    )


def _summary(row: Row[Any], airports: Airports) -> dict[str, Any]:
    crossing = _crossing(row.legs)
    return {
        "id": str(row.flight_id),
        "carrier": row.carrier,
        "number": row.number,
        "suffix": row.suffix,
        "origin": row.origin,
        "destination": row.destination,
        "departure": crossing.get("departure"),
        "arrival": crossing.get("arrival"),
        "departs_at": _instant(row.origin, crossing.get("departure"), airports),
        "arrives_at": _instant(row.destination, crossing.get("arrival"), airports),
        "departure_date": row.departure_date,
        "status": row.status,
        "messages": row.messages,
        "travellers": row.travellers,
        "screened": row.screened,
        "faults": int(row.faults),
        "parts_missing": row.has_missing_parts,
    }


def _instant(airport: str | None, local: str | None, airports: Airports) -> datetime | None:
    """A leg's local time in UTC; nothing where the time or the airport's zone is unknown."""
    if airport is None or local is None:
        return None
    return airports.to_utc(airport, datetime.fromisoformat(local))


def _crossing(legs: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    first: Mapping[str, Any] = legs[0] if legs else {}
    return next((leg for leg in legs if leg["crosses_border"]), first)
