"""Sources and versions of lists."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen, Words


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
