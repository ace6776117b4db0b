"""Entries: found, one with each value's origin, its life, reviews due, pairs that may be one person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words

#: In the order in which a person reads them.
FIELDS = (
    "names",
    "birth_dates",
    "birth_places",
    "nationalities",
    "nationality_texts",
    "sex",
    "documents",
    "category",
    "addresses",
)


class EntryLine(Seen):
    """An entry on one line."""

    entry_id: str
    source: str = ""
    name: str = ""
    status: str = ""
    review_due: date | None = None
    expires: date | None = None
    is_used: bool = False


class FoundEntries(Seen):
    """A page of what was found; `next` is what to go on after."""

    entries: list[EntryLine]
    next: str | None = None


class SaidBy(Seen):
    """Who says a value: the listing, and the file or the nomination that it came in."""

    entry_id: str
    source: str = ""
    version_id: str | None = None
    sha256: str | None = None
    file_date: date | None = None
    reference: str | None = None
    nomination_id: str | None = None


class EntryValue(Seen):
    """A value and everyone who says it."""

    field: str
    value: Any = None
    said_by: list[SaidBy] = Field(default=[])


class EntryView(Seen):
    """One person: every value with its sources, merged entries, and why it is not used if so."""

    entry_id: str
    merged_from: list[str] = Field(default=[])
    listings: list[EntryLine] = Field(default=[])
    values: list[EntryValue] = Field(default=[])
    conflicts: list[str] = Field(default=[])
    grounds: list[Words] = Field(default=[])
    refusals: list[str] = Field(default=[])

    @property
    def name(self) -> str:
        """The name by which the first listing calls the person."""
        return next((each.name for each in self.listings if each.name), self.entry_id)

    @property
    def by_field(self) -> list[tuple[str, list[EntryValue]]]:
        """The values field by field; fields without any are left out."""
        return grouped(self.values)


class EntryStep(Seen):
    """One thing that was done about an entry."""

    at: datetime | None = None
    actor: str = ""
    action: str = ""
    outcome: str = ""
    reasons: list[str] = Field(default=[])
    facts: dict[str, Any] = Field(default={})


class Proposal(Seen):
    """What one person proposed and another has to answer."""

    approval_id: str
    subject: str = ""
    state: str = ""
    version: int = 1
    payload: dict[str, Any] = Field(default={})
    proposer: str = ""
    proposer_role: str = ""
    proposed_at: datetime | None = None


class EntryLife(Seen):
    """How an entry stands, under what conditions it is used, who answers for it, and what was done."""

    entry_id: str
    source: str = ""
    status: str = ""
    status_since: datetime | None = None
    activated_at: datetime | None = None
    review_due: date | None = None
    expires: date | None = None
    removed_at: datetime | None = None
    is_used: bool = False
    category: str | None = None
    grade: str = ""
    handling_code: str = ""
    conditions: list[str] = Field(default=[])
    action_code: str = ""
    tear_line: str = ""
    nominator: str | None = None
    approver: str | None = None
    nomination_id: str | None = None
    renewals: list[Proposal] = Field(default=[])
    steps: list[EntryStep] = Field(default=[])


class DueEntry(Seen):
    """An entry whose review or end is near, without the person."""

    entry_id: str
    source: str = ""
    status: str = ""
    review_due: date
    expires: date

    @property
    def day(self) -> date:
        """The day on which it leaves screening if nobody renews it."""
        return min(self.review_due, self.expires)


class Pair(Seen):
    """Two entries that may be one person, and the key that says so."""

    entry_id: str
    other_id: str
    key: str = ""


class MergeDecision(Pair):
    """What was decided about a pair."""

    decision_id: str
    is_same: bool = False
    author: str = ""
    approver: str | None = None
    at: datetime | None = None


class Merges(Seen):
    """Merges that wait for a second person, and decisions that stand."""

    pending: list[Proposal] = Field(default=[])
    decisions: list[MergeDecision] = Field(default=[])

    def waiting_for(self, one: str, other: str) -> Proposal | None:
        """The proposal about this pair, if there is one."""
        pair = {one, other}
        return next(
            (
                each
                for each in self.pending
                if {each.payload.get("entry_id"), each.payload.get("other_id")} == pair
            ),
            None,
        )


class ComparedValue(Seen):
    """A value of one field, and which of two entries says it."""

    value: Any = None
    says_one: bool = False
    says_other: bool = False


def grouped(values: Sequence[EntryValue]) -> list[tuple[str, list[EntryValue]]]:
    """Values field by field, in the order in which a person reads them."""
    known = [*FIELDS, *sorted({each.field for each in values}.difference(FIELDS))]
    fields = ((field, [each for each in values if each.field == field]) for field in known)
    return [(field, own) for field, own in fields if own]


def compared(one: EntryView, other: EntryView) -> list[tuple[str, list[ComparedValue]]]:
    """What two entries say of each field: what both say first, then what only one says."""
    found = []
    for field, _ in grouped([*one.values, *other.values]):
        left = [each.value for each in one.values if each.field == field]
        right = [each.value for each in other.values if each.field == field]
        both = [ComparedValue(value=each, says_one=True, says_other=True) for each in left if each in right]
        alone = [ComparedValue(value=each, says_one=True) for each in left if each not in right]
        alone += [ComparedValue(value=each, says_other=True) for each in right if each not in left]
        found.append((field, both + alone))
    return found
