"""What the screening service reads of a flight: the leg that crosses the border, its times, its name."""

from datetime import datetime

from services.screening.hits.deadlines import FlightTimes
from shared.contracts import FlightV1, LegV1


def crossing_leg(flight: FlightV1) -> LegV1 | None:
    """The leg that crosses the border, or the last one where none is marked; `None` without legs."""
    for leg in flight.legs:
        if leg.crosses_border:
            return leg
    return flight.legs[-1] if flight.legs else None


def times_of(flight: FlightV1) -> FlightTimes:
    """Departure and arrival of the crossing leg: aware, UTC, `None` where unknown."""
    leg = crossing_leg(flight)
    return FlightTimes() if leg is None else FlightTimes(leg.departure_utc, leg.arrival_utc)


def journey_end(flight: FlightV1) -> datetime | None:
    """The last instant that the flight's legs name: aware, UTC."""
    moments = [leg.arrival_utc or leg.departure_utc for leg in flight.legs]
    return max((moment for moment in moments if moment is not None), default=None)


def designator(flight: FlightV1) -> str:
    """Carrier, number and suffix as one word: `XA418`."""
    return f"{flight.carrier or ''}{flight.number}{flight.suffix or ''}"
