"""False alerts by group, and the register of cleared travellers; nobody is named in either."""

from datetime import date, datetime

from pydantic import Field

from services.console.seen.base import Seen
from services.console.seen.entries import Proposal


class Group(Seen):
    """A group's false alerts, with the 95 % interval of the rate per 10,000 travellers."""

    group: str
    travellers: int = 0
    alerts: int = 0
    per_10000: float = 0.0
    low_95: float = 0.0
    high_95: float = 0.0


class FairnessTable(Seen):
    """False alerts against one list."""

    list_name: str = Field(alias="list")
    entries: int = 0
    threshold: float = 0.0
    worst_over_best: float | None = None
    worst_over_best_low_95: float | None = None
    fp_ratio_max: float | None = None
    region: list[Group] = Field(default=[])
    sex: list[Group] = Field(default=[])
    age: list[Group] = Field(default=[])

    @property
    def dimensions(self) -> list[tuple[str, list[Group]]]:
        """Each way of grouping, the group with the most false alerts first."""
        ways = (("Region of name origin", self.region), ("Sex", self.sex), ("Age", self.age))
        return [(name, sorted(own, key=lambda each: -each.per_10000)) for name, own in ways if own]


class LiveCount(Seen):
    """Real hits of a month, and how many were of somebody else."""

    month: str = ""
    hits: int = 0
    different_person: int = 0


class FairnessView(Seen):
    """The newest measurement, and what became of real hits."""

    measured_at: datetime | None = None
    algorithm: str | None = None
    sha256: str | None = None
    is_of_algorithm_in_use: bool = False
    tables: list[FairnessTable] = Field(default=[])
    imported_by: str | None = None
    live: list[LiveCount] = Field(default=[])
    least_cell: int = 50


class ClearedRow(Seen):
    """A cleared record without the person."""

    cleared_id: str
    entry_id: str = ""
    by_redress_number: bool = False
    by_document: bool = False
    evidence: str = ""
    valid_to: date | None = None
    is_to_renew: bool = False
    author: str = ""
    approver: str = ""
    cleared_at: datetime | None = None
    suppressed: int = 0


class ClearedLook(Seen):
    """A look that a changed entry asks for, and until when."""

    cleared_id: str
    entry_id: str = ""
    due_at: datetime | None = None


class ClearedView(Seen):
    """The register, the looks that are due, what awaits a second person."""

    cleared: list[ClearedRow] = Field(default=[])
    looks: list[ClearedLook] = Field(default=[])
    proposals: list[Proposal] = Field(default=[])
