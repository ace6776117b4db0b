"""What the console reads of incidents: clocks, reports, what is late and missing."""

from datetime import datetime

from pydantic import Field

from services.console.seen.base import Seen


class Release(Seen):
    """A release that awaits a second person."""

    approval_id: str
    version: int = 1
    proposer: str = ""


class Freeze(Seen):
    """An account that the incident froze."""

    freeze_id: str
    account: str = ""
    frozen_at: datetime
    released_at: datetime | None = None
    release: Release | None = None


class Incident(Seen):
    """One incident; its summary names nobody."""

    incident_id: str
    kind: str = ""
    found_at: datetime
    persons: int = 0
    data_classes: list[str] = Field(default=[])
    is_high_risk: bool = False
    summary: str = ""
    opened_by: str = ""
    closed_by: str | None = None
    closed_at: datetime | None = None
    lessons: str | None = None
    reports: dict[str, datetime] = Field(default={})
    due: dict[str, datetime] = Field(default={})
    late: list[str] = Field(default=[])
    missing: list[str] = Field(default=[])
    frozen: list[Freeze] = Field(default=[])
