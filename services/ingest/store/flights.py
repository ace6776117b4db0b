"""Flights: one row for each, whatever number of messages speak of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.formats.flights import local_date_of
from services.ingest.linking import flight_key
from shared.db.column_types import Json
from shared.identifiers import FlightId
from shared.travel.flight import Flight
from shared.travel.message import Change

_REPORT = text("""
INSERT INTO flight (flight_id, flight_key, carrier, number, suffix, origin, destination, departure_date, legs,
    status, first_reported_at, last_reported_at)
VALUES (:flight_id, :flight_key, :carrier, :number, :suffix, :origin, :destination, :departure_date, :legs,
    coalesce(:status, 'EXPECTED'), :now, :now)
ON CONFLICT (flight_key) DO UPDATE SET
    legs = EXCLUDED.legs, destination = EXCLUDED.destination, status = coalesce(:status, flight.status),
    pushes = flight.pushes + 1, last_reported_at = EXCLUDED.last_reported_at
RETURNING flight_id, pushes
""").bindparams(bindparam("legs", type_=Json))
_FIGURES = """
SELECT flight_id, carrier, number, suffix, origin, destination, departure_date, legs, status, pushes,
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


@dataclass(frozen=True, slots=True)
class ReportedFlight:
    """The flight that a message speaks of, and the number of messages for it, this one included."""

    flight_id: FlightId
    pushes: int


class FlightStore:
    """The table `flight`."""

    async def report(
        self,
        connection: AsyncConnection,
        flight: Flight,
        *,
        new_id: FlightId,
        sender: str,
        change: Change | None,
        now: datetime,
    ) -> ReportedFlight:
        """Write what a message says of its flight, or bring the known one up to date; locks it meanwhile."""
        leg = flight.crossing_leg
        values = {
            "flight_id": new_id,
            "flight_key": flight_key(flight, sender, now.date()),
            "carrier": flight.carrier or sender,
            "number": flight.number,
            "suffix": flight.suffix,
            "origin": None if leg is None else leg.origin,
            "destination": None if leg is None else leg.destination,
            "departure_date": local_date_of(flight) or now.date(),
            "legs": [each.as_json() for each in flight.legs],
            "status": None if change is None else _STATUS_OF_CHANGE.get(change),
            "now": now,
        }
        row = (await connection.execute(_REPORT, values)).one()
        return ReportedFlight(FlightId(row.flight_id), row.pushes)

    async def listed(
        self, connection: AsyncConnection, *, since: date | None, until: date | None, limit: int
    ) -> list[dict[str, Any]]:
        """Flights whose local departure date is in `[since, until)`, newest first, with their figures."""
        rows = await connection.execute(_LIST, {"since": since, "until": until, "limit": limit})
        return [_summary(row) for row in rows]

    async def get(self, connection: AsyncConnection, flight_id: UUID) -> dict[str, Any] | None:
        """One flight with its figures and legs."""
        row = (await connection.execute(_GET, {"flight_id": flight_id})).one_or_none()
        return None if row is None else {**_summary(row), "legs": row.legs, "pushes": row.pushes}


def _summary(row: Row[Any]) -> dict[str, Any]:
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
        "departure_date": row.departure_date,
        "status": row.status,
        "messages": row.messages,
        "travellers": row.travellers,
        "screened": row.screened,
        "faults": int(row.faults),
    }


def _crossing(legs: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    first: Mapping[str, Any] = legs[0] if legs else {}
    return next((leg for leg in legs if leg["crosses_border"]), first)
