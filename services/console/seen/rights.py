"""What the console reads of the rights office: requests with their clocks, proposals, letters."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words


class RightsRequest(Seen):
    """A traveller's request; what the person wrote stays sealed."""

    request_id: str
    number: str
    kind: str
    channel: str = ""
    language: str = "en"
    is_urgent: bool = False
    received_at: datetime | None = None
    due_at: datetime | None = None
    is_extended: bool = False
    is_identified: bool = False
    is_overdue: bool = False
    is_sealed: bool = False
    decided_by: str | None = None
    second: str | None = None
    decided_at: datetime | None = None
    result: str | None = None
    ground: str | None = None
    reasons: Words = ""
    lapses_on: date | None = None
    record_ids: list[str] = Field(default=[])
    extended_because: Words = ""
    identity_verified_by: str | None = None


class Notification(Seen):
    """Somebody who is to be told that their data were disclosed or looked at."""

    task_id: str
    cause: str = ""
    made_at: datetime | None = None
    due_at: datetime | None = None
    deferrals: int = 0
    sent_at: datetime | None = None
    sent_by: str | None = None


class Proposal(Seen):
    """What one person proposed and another has to decide."""

    approval_id: str
    kind: str = ""
    subject: str = ""
    payload: dict[str, Any] = Field(default={})
    version: int = 1
    proposer: str = ""
    proposed_at: datetime | None = None


class RightsOverview(Seen):
    """Everything that the office has to do, what is late first."""

    requests: list[RightsRequest] = Field(default=[])
    notifications: list[Notification] = Field(default=[])
    pending: list[Proposal] = Field(default=[])


class LetterView(Seen):
    """A letter as it leaves, with the digest of its text."""

    language: str = "en"
    direction: str = "ltr"
    letter: str = ""
    sha256: str = ""
