"""Nominations: who should stand on the list, why, until when, and what was decided."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words


class NominationLine(Seen):
    """A nomination on one line, without the person."""

    nomination_id: str
    source_id: str = ""
    kind: str = ""
    state: str = ""
    category: str = ""
    nominator: str = ""
    drafted_at: datetime | None = None
    submitted_at: datetime | None = None


class Trial(Seen):
    """How the entry would have met past travellers: counts alone."""

    basis: str = ""
    tried: int = 0
    stopped: int = 0
    plainly_different: int = 0
    stops_too_many: bool = False


class NominationView(NominationLine):
    """One nomination; the recommendation is absent for whoever still has to decide."""

    entry_id: str = ""
    version: int = 1
    entry: dict[str, Any] = Field(default={})
    terms: dict[str, Any] = Field(default={})
    trial: Trial | None = None
    approver: str | None = None
    decided_at: datetime | None = None
    reason: Words = ""

    @property
    def name(self) -> str:
        """The name by which the person is nominated first."""
        names = self.entry.get("names") or [{}]
        return str(names[0].get("text") or "No name")


class DraftedRow(Seen):
    """A row of a sheet that is a draft now."""

    row: int
    reference: str = ""
    nomination_id: str
    outcome: str = ""


class SheetFault(Seen):
    """Why a row was left out; no content of a cell is in it."""

    row: int
    column: str = ""
    sentence: str = ""


class DraftedSheet(Seen):
    """What became of a sheet; the counts are of all rows, the lists may be cut."""

    drafted_count: int = 0
    drafted: list[DraftedRow] = Field(default=[])
    faults_count: int = 0
    faults: list[SheetFault] = Field(default=[])
