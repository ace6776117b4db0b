"""What oversight sees of every service: figures, transfers abroad, retention, grants, logs; nobody's data."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from services.console.seen.base import Seen


class FigureRow(Seen):
    """One figure; `value` is `None` where it would tell of few, and `<10` for a small count."""

    kpi: int
    name: str
    group: str | None = None
    value: int | float | str | None = None
    unit: str = "count"


class Figures(Seen):
    """A service's figures of a month."""

    service: str
    month: str
    kpis: dict[int, str] = Field(default={})
    figures: list[FigureRow] = Field(default=[])


class Transfer(Seen):
    """A notice to another State: names of fields, and no value of any."""

    notice_id: str
    authority_id: str = ""
    recipient_state: str = ""
    state: str = ""
    paragraphs: list[str] = Field(default=[])
    fields: list[str] = Field(default=[])
    agreement_id: str | None = None
    payload_digest: str = ""
    created_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None


class RetentionNow(Seen):
    """What is held, masked and overdue now: numbers only."""

    at: datetime | None = None
    state: Mapping[str, int] = Field(default={})


class Grant(Seen):
    """A request to see masked values, without who asked and what was shown."""

    request_id: str
    case_id: str = ""
    record_ids: list[str] = Field(default=[])
    fields: list[str] = Field(default=[])
    asked_at: datetime | None = None
    second_finds_need: bool | None = None
    authority_type: str | None = None
    is_granted: bool | None = None
    expires: datetime | None = None
    used_at: datetime | None = None

    @property
    def standing(self) -> str:
        """How far it has come, in words."""
        if self.second_finds_need is None:
            return "Waits for a second officer"
        if self.is_granted is None:
            return "Waits for the court or independent authority" if self.second_finds_need else "Not needed"
        if not self.is_granted:
            return "Refused"
        return "Granted and used" if self.used_at else "Granted"


class RegionRow(Seen):
    """False alerts of one group, with the 95 % interval of the rate per 10,000 travellers."""

    group: str
    travellers: int = 0
    alerts: int = 0
    per_10000: float = 0.0
    low_95: float = 0.0
    high_95: float = 0.0


class BiasTable(Seen):
    """False alerts against one list, by region of name origin."""

    list_name: str = Field(alias="list")
    fp_ratio_max: float | None = None
    worst_over_best: float | None = None
    region: list[RegionRow] = Field(default=[])


class Bias(Seen):
    """The newest measurement."""

    measured_at: datetime | None = None
    algorithm: str | None = None
    is_of_algorithm_in_use: bool = False
    tables: list[BiasTable] = Field(default=[])


class LogHead(Seen):
    """The newest checkpoint of a service's log."""

    origin: str
    size: int = 0
    signed_at: datetime | None = None
