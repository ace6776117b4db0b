"""Shares, their recipients and notices."""

from datetime import datetime

from pydantic import Field

from services.console.seen.base import FlightBrief, Seen, Words
from services.console.seen.desk import Clock, CourtOrder


class Recipient(Seen):
    """One counterpart that could have to be told, and what was decided about it."""

    authority_id: str
    state: str | None = None
    scope: str | None = None
    paragraph: Words = ""
    connections: list[str] = Field(default=[])
    outcome: str = ""
    reasons: list[Words] = Field(default=[])


class NoticeRow(Seen):
    """A notice: what we send, or hold."""

    notice_id: str
    share_id: str | None = None
    authority_id: str | None = None
    state: str = ""
    tries: int | None = None
    digest: str | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    last_fault: str | None = None
    event: str = ""
    clocks: list[Clock] = Field(default=[])

    @property
    def late(self) -> list[str]:
        """What is late now, by its clock's code."""
        return [each.clock for each in self.clocks if each.is_overdue and each.met_at is None]


class ShareRow(Seen):
    """A confirmed hit on its way to those who must be told."""

    share_id: str
    hit_id: str = ""
    flight: FlightBrief = FlightBrief()
    created_at: datetime | None = None
    state: str = ""
    disputed_since: datetime | None = None
    clocks: list[Clock] = Field(default=[])
    recipients: list[Recipient] = Field(default=[])
    notices: list[NoticeRow] = Field(default=[])
    individual_risk_recorded: bool | None = None
    statement: Words = ""
    alternatives_considered: Words = ""
    period_days: int | None = None
    court_order: CourtOrder | None = None
    approval_id: str | None = None
    proposer: str | None = None
    proposed_digests: dict[str, str] = Field(default={})

    @property
    def abroad(self) -> list[Recipient]:
        """Authorities of other States."""
        return [each for each in self.recipients if each.scope == "FOREIGN"]

    @property
    def is_late(self) -> bool:
        """Whether it should have been decided by now who is told."""
        return any(each.is_overdue and each.met_at is None for each in self.clocks)
