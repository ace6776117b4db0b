"""Travellers of a window of days, a few flights at a time: what a changed list is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.store.travellers import Source
from shared.contracts.rescreening import WindowTravellersV1
from shared.identifiers import FlightId, TravellerId
from shared.travel.flight import Flight, Leg

#: What matching reads of a traveller; nothing else leaves in a page.
MATCHED_TEXTS = ("surname", "given_names", "birth_date", "sex", "nationality")
MATCHED_OBJECTS = ("birth_place", "documents")

# The index on (departure_date, flight_id) gives the next flights, that on flight_id their travellers.
_FLIGHTS = text("""
SELECT flight_id, departure_date FROM flight
WHERE departure_date BETWEEN :first_day AND :last_day AND status <> 'CANCELLED'
AND (departure_date, flight_id) > (CAST(:after_day AS date), CAST(:after_flight AS uuid))
AND (CAST(:reported_since AS timestamptz) IS NULL OR last_reported_at >= :reported_since)
ORDER BY departure_date, flight_id LIMIT :limit
""")
_FACTS = ", ".join(
    [f"record->>'{name}' AS {name}" for name in MATCHED_TEXTS]
    + [f"record->'{name}' AS {name}" for name in MATCHED_OBJECTS]
)
_COLUMNS = ("traveller_id", *MATCHED_TEXTS, *MATCHED_OBJECTS)
_AS_COLUMNS = ", ".join(f"'{name}', coalesce(json_agg({name}), '[]')" for name in _COLUMNS)
_TRAVELLERS = text(f"""
SELECT json_build_object({_AS_COLUMNS}) AS columns FROM (
    SELECT traveller_id, {_FACTS} FROM traveller
    WHERE flight_id = ANY (CAST(:flight_ids AS uuid[])) AND followed_by IS NULL
    AND status IN ('REPORTED', 'ON_BOARD') AND masked_at IS NULL
    ORDER BY traveller_id
) AS travelling
""")  # noqa: S608 - the names are ours
_BY_ID = text("""
SELECT t.traveller_id, t.flight_id, t.source, t.record, t.reported_at, f.carrier, f.number, f.suffix, f.legs
FROM traveller t JOIN flight f USING (flight_id)
WHERE t.traveller_id = ANY (CAST(:traveller_ids AS uuid[])) AND t.followed_by IS NULL
AND t.status IN ('REPORTED', 'ON_BOARD') AND t.masked_at IS NULL
ORDER BY t.flight_id, t.source, t.reported_at, t.traveller_id
""")
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Window:
    """Days of departure, both included; `after` is the last flight that was read before."""

    first_day: date
    last_day: date
    after: tuple[date, UUID] | None = None
    reported_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StandingTraveller:
    """A traveller as reported last, with the flight."""

    traveller_id: TravellerId
    flight_id: FlightId
    flight: Flight
    source: Source
    reported_at: datetime
    record: dict[str, Any] = field(repr=False)


class WindowStore:
    """Reads of the tables `flight` and `traveller`."""

    async def next_flights(
        self, connection: AsyncConnection, window: Window, limit: int
    ) -> list[tuple[date, UUID]]:
        """The next flights of the window, by day and identifier."""
        day, flight_id = window.after or (date.min, _BEFORE_ALL)
        values = {
            "first_day": window.first_day,
            "last_day": window.last_day,
            "after_day": day,
            "after_flight": flight_id,
            "reported_since": window.reported_since,
            "limit": limit,
        }
        rows = await connection.execute(_FLIGHTS, values)
        return [(row.departure_date, row.flight_id) for row in rows]

    async def travellers_on(
        self, connection: AsyncConnection, flight_ids: Sequence[UUID]
    ) -> WindowTravellersV1:
        """Who travels on these flights, with the facts that matching reads."""
        row = (await connection.execute(_TRAVELLERS, {"flight_ids": list(flight_ids)})).one()
        return WindowTravellersV1.model_validate(row.columns)

    async def standing(
        self, connection: AsyncConnection, traveller_ids: Sequence[UUID]
    ) -> list[StandingTraveller]:
        """Those of these travellers who still travel, by flight, source and time of report."""
        rows = await connection.execute(_BY_ID, {"traveller_ids": list(traveller_ids)})
        return [
            StandingTraveller(
                TravellerId(row.traveller_id),
                FlightId(row.flight_id),
                Flight(row.carrier, row.number, row.suffix, tuple(Leg.from_json(leg) for leg in row.legs)),
                Source(row.source),
                row.reported_at,
                row.record,
            )
            for row in rows
        ]
