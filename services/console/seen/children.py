"""What the console reads of the child-protection desk: a flight and an age, nobody's name."""

from datetime import datetime

from services.console.seen.base import FlightBrief, Seen


class ChildCase(Seen):
    """One open case."""

    hit_id: str
    state: str = ""
    age: int | None = None
    flight: FlightBrief = FlightBrief()
    opened_at: datetime
    due_at: datetime
    seen_at: datetime | None = None
    allows_inspection: bool | None = None
    allows_share: bool = False
    assessed_at: datetime | None = None
