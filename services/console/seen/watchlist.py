"""Sources and versions of lists, passes of a changed list, and what the lists come to."""

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words

#: How old a source's newest file may be where its register row does not say: eight days.
USUALLY_FRESH = timedelta(hours=192)


class ListVersion(Seen):
    """A version of a list, as its import reported it."""

    version_id: str
    source: str = ""
    state: str = ""
    generated_at: datetime | None = None
    imported_by: str | None = None
    imported_at: datetime | None = None
    sha256: str | None = None
    individuals: int | None = None
    entities_left_out: int | None = None
    stored: int | None = None
    by_regime: dict[str, int] = Field(default={})
    delta_pct: float | None = None
    faults: list[Any] = Field(default=[])
    approvers: list[Any] = Field(default=[])
    reasons: list[Words] = Field(default=[])


class ListSource(Seen):
    """A registered source and what stands for its entries."""

    source_id: str
    publisher: str = ""
    kind: str = ""
    reader: str = ""
    allow_list: list[str] = Field(default=[])
    handling_code: str = ""
    action_code: str = ""
    tear_line: str = ""
    desk_phone: str = ""
    grade: str = ""
    fresh_for_hours: int | None = None


class MatcherInUse(Seen):
    """The matcher that screens."""

    digest: str = ""
    algorithm: str = ""


class Rescreening(Seen):
    """A pass of changed entries over the travellers of the coming and the past days; it names nobody."""

    rescreening_id: str
    made_at: datetime | None = None
    state: str = ""
    entries: int = 0
    compared: int = 0
    sent_again: int = 0
    day_reached: date | None = None
    last_day: date | None = None
    finished_at: datetime | None = None


class SourceRow(Seen):
    """A source with its version in force, the one that waits, and how old what is screened against is."""

    source: ListSource
    in_force: ListVersion | None = None
    waiting: ListVersion | None = None
    age: timedelta | None = None
    is_stale: bool = False

    @property
    def takes_nominations(self) -> bool:
        """Whether its entries come one by one from this State's own people, and no file is missing."""
        return self.in_force is None and self.source.kind == "NATIONAL"

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.takes_nominations or (self.in_force is not None and not self.is_stale)


class WatchlistView(Seen):
    """Sources, versions, the matcher, the newest passes; `notice` says why travellers wait."""

    sources: list[ListSource] = Field(default=[])
    versions: list[ListVersion] = Field(default=[])
    matcher: MatcherInUse | None = None
    rescreenings: list[Rescreening] = Field(default=[])
    notice: Words = ""

    def rows(self, now: datetime) -> list[SourceRow]:
        """Each source with how fresh it is; the one that needs a person stands first."""
        rows = [self._row(source, now) for source in self.sources]
        return sorted(rows, key=lambda row: (row.is_well, row.source.source_id))

    def _row(self, source: ListSource, now: datetime) -> SourceRow:
        own = [each for each in self.versions if each.source == source.source_id]
        in_force = next((each for each in own if each.state == "IN_FORCE"), None)
        age = None
        if in_force is not None and in_force.generated_at is not None:
            age = now - in_force.generated_at
        hours = source.fresh_for_hours
        allowed = USUALLY_FRESH if hours is None else timedelta(hours=hours)
        return SourceRow(
            source=source,
            in_force=in_force,
            waiting=next((each for each in own if each.state == "HELD"), None),
            age=age,
            is_stale=age is not None and age > allowed,
        )


class OftenWrong(Seen):
    """An entry whose hits are nearly always somebody else."""

    entry_id: str
    hits: int = 0
    not_a_match: int = 0


class ListStatistics(Seen):
    """Entries by source and status, those never matched, and those that are mostly somebody else."""

    by_status: dict[str, dict[str, int]] = Field(default={})
    never_matched: list[str] = Field(default=[])
    often_wrong: list[OftenWrong] = Field(default=[])

    @property
    def statuses(self) -> list[str]:
        """The statuses that occur, in the order of an entry's life."""
        order = ("SUBMITTED", "ACTIVE", "UNDER_REVIEW", "SUSPENDED", "REMOVED", "EXPIRED")
        found = {status for counts in self.by_status.values() for status in counts}
        return [*(each for each in order if each in found), *sorted(found.difference(order))]
