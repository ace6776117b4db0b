"""Rows of schedules and expected flights, and the values that they stand for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.ingest.expected.flights import Basis, Expectation, PastFlight
from services.ingest.formats.schedule import ScheduledLeg
from services.ingest.intake.flight_identity import flight_name
from shared.travel.flight import Leg

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def leg_values(import_id: UUID, leg: ScheduledLeg) -> dict[str, Any]:
    """A leg of a schedule as the columns of `scheduled_leg`."""
    partners = [flight_name(carrier, number) for carrier, number in leg.partners]
    return {
        "import_id": import_id,
        "carrier": leg.carrier,
        "number": leg.number,
        "suffix": leg.suffix,
        "origin": leg.origin,
        "destination": leg.destination,
        "first_day": leg.first_day,
        "last_day": leg.last_day,
        "weekdays": sorted(leg.weekdays),
        "every_weeks": leg.every_weeks,
        "departure": leg.departure,
        "arrival": leg.arrival,
        "arrival_days": leg.arrival_days,
        "departure_offset_minutes": _minutes(leg.departure_offset),
        "arrival_offset_minutes": _minutes(leg.arrival_offset),
        "capacity": leg.capacity,
        "names": partners,
    }


def _minutes(offset: timedelta | None) -> int | None:
    return None if offset is None else int(offset.total_seconds()) // 60


def _offset(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def leg_of(row: Row[Any]) -> ScheduledLeg:
    """A leg of a schedule from its row."""
    partners = (name.partition("|") for name in row.names)
    return ScheduledLeg(
        carrier=row.carrier,
        number=row.number,
        suffix=row.suffix,
        origin=row.origin,
        destination=row.destination,
        first_day=row.first_day,
        last_day=row.last_day,
        weekdays=frozenset(row.weekdays),
        departure=row.departure,
        arrival=row.arrival,
        arrival_days=row.arrival_days,
        every_weeks=row.every_weeks,
        departure_offset=_offset(row.departure_offset_minutes),
        arrival_offset=_offset(row.arrival_offset_minutes),
        capacity=row.capacity,
        partners=tuple((carrier, number) for carrier, _, number in partners),
    )


def legs_of(value: Sequence[Mapping[str, Any]]) -> tuple[Leg, ...]:
    """The legs of a flight from its column `legs`."""
    return tuple(Leg.from_json(each) for each in value)


def past_flight(row: Row[Any]) -> PastFlight | None:
    """A flight that was reported, by the leg that crosses the border; `None` without a departure."""
    legs = legs_of(row.legs)
    leg = next((leg for leg in legs if leg.crosses_border), legs[0] if legs else None)
    if leg is None or leg.departure is None:
        return None
    return PastFlight(
        row.carrier,
        row.number,
        row.suffix,
        leg.origin,
        leg.destination,
        leg.departure,
        leg.arrival,
        row.travellers,
    )


def expected_values(expected_id: UUID, expected: Expectation, due: timedelta) -> dict[str, Any]:
    """An expected flight as the columns of `expected_flight`; looked at first `due` before it departs."""
    return {
        "expected_id": expected_id,
        "carrier": expected.carrier,
        "number": expected.number,
        "suffix": expected.suffix or "",
        "names": sorted(expected.names),
        "origin": expected.origin,
        "destination": expected.destination,
        "departure_date": expected.day,
        "departure": expected.departure,
        "arrival": expected.arrival,
        "departs_at": expected.departs_at,
        "arrives_at": expected.arrives_at,
        "basis": expected.basis.value,
        "capacity": expected.capacity,
        "usual": expected.usual,
        # Nothing was looked at yet: whatever came before the flight was expected counts.
        "seen_at": _NEVER,
        "look_at": expected.departs_at - due,
    }


def expectation_of(row: Row[Any]) -> Expectation:
    """An expected flight from its row."""
    return Expectation(
        carrier=row.carrier,
        number=row.number,
        suffix=row.suffix or None,
        names=frozenset(row.names),
        origin=row.origin,
        destination=row.destination,
        departure=row.departure,
        arrival=row.arrival,
        departs_at=row.departs_at,
        arrives_at=row.arrives_at,
        basis=Basis(row.basis),
        capacity=row.capacity,
        usual=row.usual,
    )


def summary_of(row: Row[Any]) -> dict[str, Any]:
    """An expected flight as the interface lists it."""
    return {
        "id": str(row.expected_id),
        "carrier": row.carrier,
        "number": row.number,
        "suffix": row.suffix or None,
        "origin": row.origin,
        "destination": row.destination,
        "departure_date": row.departure_date,
        "departure": row.departure.isoformat(timespec="minutes"),
        "arrival": None if row.arrival is None else row.arrival.isoformat(timespec="minutes"),
        "departs_at": row.departs_at,
        "arrives_at": row.arrives_at,
        "basis": row.basis,
        "capacity": row.capacity,
        "usual": row.usual,
        "state": row.state,
        "flight_id": None if row.flight_id is None else str(row.flight_id),
        "travellers": row.travellers,
        "has_bookings": row.has_bookings,
        "first_report_at": row.first_report_at,
        "alarms": row.alarms,
    }
