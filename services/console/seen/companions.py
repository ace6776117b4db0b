"""What the console reads of whoever travels with a confirmed person: a flight, a link, a place. No name."""

from datetime import datetime

from pydantic import Field

from services.console.seen.base import FlightBrief, Seen


class Referral(Seen):
    """To whom somebody was referred, and what became of it."""

    kind: str
    referred_at: datetime
    outcome: str | None = None
    outcome_at: datetime | None = None


class Companion(Seen):
    """Somebody beside a confirmed person."""

    companion_id: str
    flight: FlightBrief = FlightBrief()
    link: str = ""
    is_child: bool = False
    category: str = ""
    whereabouts: str = ""
    recorded_by: str = ""
    recorded_at: datetime
    due_at: datetime
    is_late: bool = False
    evidence: list[str] = Field(default=[])
    words: str | None = None
    assessed_at: datetime | None = None
    referrals: list[Referral] = Field(default=[])


class Confirmed(Seen):
    """A confirmed person's flight."""

    hit_id: str
    flight: FlightBrief = FlightBrief()
    confirmed_at: datetime | None = None


class Board(Seen):
    """Whom the asker cares for, and beside whom somebody may be met."""

    companions: list[Companion] = Field(default=[])
    hits: list[Confirmed] = Field(default=[])
