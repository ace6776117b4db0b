"""Shares, their recipients and notices."""

from datetime import datetime

from pydantic import Field

from services.console.seen.base import Seen, Words


class Recipient(Seen):
    """One counterpart that could have to be told, and what was decided about it."""

    authority_id: str
    state: str | None = None
    scope: str | None = None
    paragraph: Words = ""
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


class ShareRow(Seen):
    """A confirmed hit on its way to those who must be told."""

    share_id: str
    hit_id: str | None = None
    created_at: datetime | None = None
    state: str = ""
    recipients: list[Recipient] = Field(default=[])
    notices: list[NoticeRow] = Field(default=[])
    individual_risk_recorded: bool | None = None
    statement: Words = ""
    alternatives_considered: Words = ""
    period_days: int | None = None
    proposer: str | None = None
