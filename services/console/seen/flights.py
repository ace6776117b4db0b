"""Flights that were reported, and flights that ought to be."""

from datetime import date, datetime

from pydantic import Field

from services.console.seen.base import Seen


class FlightRow(Seen):
    """A flight in the list, counts only; `departure` and `arrival` are local, without zone."""

    id: str
    carrier: str | None = None
    number: str = ""
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None
    departs_at: datetime | None = None
    arrives_at: datetime | None = None
    messages: int = 0
    travellers: int = 0
    screened: int = 0
    faults: int = 0


class FlightAlarm(Seen):
    """Why somebody has to be told of a flight, and since when."""

    kind: str
    raised_at: datetime | None = None


class ExpectedFlight(Seen):
    """A flight that ought to be reported; `departure` and `arrival` are local, without zone."""

    carrier: str = ""
    number: str = ""
    suffix: str | None = None
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None
    departs_at: datetime | None = None
    arrives_at: datetime | None = None
    basis: str = ""
    capacity: int | None = None
    usual: int | None = None
    state: str = ""
    flight_id: str | None = None
    travellers: int = 0
    has_bookings: bool = False
    first_report_at: datetime | None = None
    alarms: list[FlightAlarm] = Field(default=[])


class Coverage(Seen):
    """How many expected flights stand how; of one day and carrier, or of all."""

    day: date | None = None
    carrier: str = ""
    due: int = 0
    awaited: int = 0
    received: int = 0
    late: int = 0
    missing: int = 0
    partial: int = 0
    cancelled: int = 0
    coverage_percent: float | None = None
    in_time_percent: float | None = None


class ExpectedFlights(Seen):
    """Expected flights, those with an alarm first, and what they come to."""

    flights: list[ExpectedFlight] = Field(default=[])
    coverage: list[Coverage] = Field(default=[])
    total: Coverage | None = None


class ScheduleFault(Seen):
    """A line of a schedule that was left out."""

    line: int
    code: str = ""
    field: str = ""


class ScheduleReport(Seen):
    """What became of an imported schedule."""

    carriers: list[str] = Field(default=[])
    legs: int = 0
    not_ours: int = 0
    left_out: int = 0
    faults: list[ScheduleFault] = Field(default=[])
