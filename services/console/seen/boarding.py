"""What the console reads of boarding: drafts to assess, advice and holds in force, and whom to call."""

from datetime import date, datetime

from services.console.seen.base import Seen, Words


class OrderDraft(Seen):
    """An order as its list shows it."""

    order_id: str
    hit_id: str = ""
    kind: str = ""
    statement: Words = ""
    state: str = ""
    author: str = ""


class Directive(Seen):
    """An advice against boarding or a hold; nothing of a person."""

    directive_id: str
    kind: str = ""
    hit_id: str = ""
    order_id: str | None = None
    since: datetime | None = None
    ends_at: datetime | None = None
    released_at: datetime | None = None
    released_by: str | None = None
    release_cause: str | None = None


class Change(Seen):
    """A decision about somebody's boarding, and whether the carrier has been told."""

    message_id: str
    directive_id: str = ""
    meaning: str = ""
    decided_at: datetime | None = None
    ends_at: datetime | None = None
    state: str = ""
    state_since: datetime | None = None
    carrier: str | None = None
    number: str = ""
    departure_date: date | None = None

    @property
    def must_be_called(self) -> bool:
        """Whether no machine tells the carrier any more."""
        return self.state in {"NO_CALLBACK", "EXPIRED"}


class References(Seen):
    """By what the carrier knows the traveller."""

    locator: str | None = None
    carrier_reference: str | None = None
