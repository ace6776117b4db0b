"""Sources and versions of lists, passes of a changed list, and what the lists come to."""

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words

#: The format of lost and stolen documents, which nobody nominates.
LOST_DOCUMENTS = "documents"


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


class MatcherInUse(Seen):
    """The matcher that screens."""

    digest: str = ""
    algorithm: str = ""


class ListFileState(Seen):
    """The file that a version was made of: its size, and whether it is still held."""

    file_bytes: int = 0
    is_held: bool = False
    let_go_at: datetime | None = None


class Rescreening(Seen):
    """A pass of changed entries over the travellers of the coming and the past days; it names nobody."""

    rescreening_id: str
    made_at: datetime | None = None
    state: str = ""
    entries: int = 0
    compared: int = 0
    sent_again: int = 0
    document_lists: int = 0
    day_reached: date | None = None
    last_day: date | None = None
    finished_at: datetime | None = None


class FetchFault(Seen):
    """Why the last try to fetch a list failed, and where in its file."""

    code: str = ""
    sentence: Words = ""
    element: str | None = None
    line: int | None = None


class SourceState(Seen):
    """One source: its plan, the version in force, the last try, and the alarm if one rings."""

    source_id: str
    publisher: str = ""
    kind: str = ""
    reader: str = ""
    location: str | None = None
    verify: str = ""
    fetch_minutes: int | None = None
    fresh_for_hours: int | None = None
    version_id: str | None = None
    generated_at: datetime | None = None
    is_stale: bool = False
    tried_at: datetime | None = None
    result: str | None = None
    failures: int = 0
    fault: FetchFault | None = None
    due_at: datetime | None = None
    alarm: str | None = None
    alarm_since: datetime | None = None

    def age(self, now: datetime) -> timedelta | None:
        """How old the file in force is."""
        return None if self.generated_at is None else now - self.generated_at

    @property
    def takes_nominations(self) -> bool:
        """Whether its entries come one by one from this State's own people, and no file is missing."""
        is_list = self.location is not None or self.reader == LOST_DOCUMENTS
        return self.version_id is None and self.kind == "NATIONAL" and not is_list


class WatchlistView(Seen):
    """Sources, versions, the matcher, the newest passes; `notice` says why travellers wait."""

    sources: list[ListSource] = Field(default=[])
    versions: list[ListVersion] = Field(default=[])
    matcher: MatcherInUse | None = None
    rescreenings: list[Rescreening] = Field(default=[])
    notice: Words = ""

    def source(self, source_id: str) -> ListSource | None:
        """What stands for a source's entries."""
        return next((each for each in self.sources if each.source_id == source_id), None)

    def held(self, source_id: str) -> ListVersion | None:
        """The newest version of a source that waits for two persons."""
        own = (each for each in self.versions if each.source == source_id)
        return next((each for each in own if each.state == "HELD"), None)


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
