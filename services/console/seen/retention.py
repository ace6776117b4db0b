"""What the console reads of retention: numbers, holds, runs of the jobs, requests to see masked values."""

from datetime import date, datetime

from pydantic import Field

from services.console.seen.base import Seen, Words
from services.console.seen.rights import Proposal


class Figure(Seen):
    """How many records something was done to on one day, and why."""

    day: date
    act: str = ""
    kind: str = ""
    reason: str = ""
    number: int = 0


class Run(Seen):
    """One batch of the jobs, with the certificate that stays when the records are gone."""

    at: datetime
    action: str = ""
    kind: str = ""
    certificate: str = ""
    outcome: str = ""
    number: int | None = None
    position: int | None = None


class RetentionState(Seen):
    """What is held now, and what was done in the last month."""

    at: datetime
    state: dict[str, int] = Field(default={})
    figures: list[Figure] = Field(default=[])
    runs: list[Run] = Field(default=[])


class Hold(Seen):
    """Records that a court or prosecutor has held for one open case."""

    hold_id: str
    case_id: str = ""
    ordered_by: str = ""
    order_ref: str = ""
    review_at: date | None = None
    record_ids: list[str] = Field(default=[])
    proposed_by: str = ""
    approved_by: str = ""
    ended_at: datetime | None = None
    end_cause: str | None = None


class Holds(Seen):
    """Every hold, and what waits for a second person."""

    holds: list[Hold] = Field(default=[])
    pending: list[Proposal] = Field(default=[])


class Reidentification(Seen):
    """A request to see masked values, as far as it has come; the values are never in it."""

    request_id: str
    case_id: str = ""
    record_ids: list[str] = Field(default=[])
    fields: list[str] = Field(default=[])
    first: str = ""
    first_statement: Words = ""
    asked_at: datetime | None = None
    second: str | None = None
    second_finds_need: bool | None = None
    authority_type: str | None = None
    signed_by: str | None = None
    is_granted: bool | None = None
    expires: datetime | None = None
    used_at: datetime | None = None
