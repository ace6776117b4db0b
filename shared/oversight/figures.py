"""Figures about the work, as they may be published: counts of few are hidden, and so is what would tell them.

Pure. A figure belongs to one of the sixteen KPIs; `group` parts it (a reason, a State, a kind). Where a count
is parted, no total stands beside the parts: the one hidden part could be computed from it.

Source: workflow.md §8 (KPIs; "small counts (< 10) are published as '<10'").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

LEAST_SHOWN: Final = 10
HIDDEN: Final = "<10"
KPIS: Final[Mapping[int, str]] = {
    1: "Coverage by API and PNR",
    2: "Possible matches",
    3: "False alerts by region, sex and age",
    4: "Times",
    5: "Expired unreviewed",
    6: "Reviewers",
    7: "Watchlist",
    8: "Shares",
    9: "Corrections and recalls",
    10: "Redress",
    11: "Subject requests",
    12: "Retention and re-identification",
    13: "Access",
    14: "Emergency disclosures",
    15: "Protection",
    16: "Policy engine",
}

Unit = Literal["count", "percent", "seconds", "ratio", "days"]
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure; `value` is None where it would tell of few, or where there is nothing to tell."""

    kpi: int
    name: str
    value: int | float | str | None
    unit: Unit = "count"
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in UTC, `2026-11`."""

    first: date

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `YYYY-MM`.

        Raises:
            ValueError: It is no month.
        """
        return cls(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date())

    @classmethod
    def of(cls, instant: datetime) -> "Month":
        """The month of an instant."""
        return cls(instant.astimezone(UTC).date().replace(day=1))

    @property
    def after(self) -> date:
        """The first day of the next month."""
        if self.first.month == _DECEMBER:
            return date(self.first.year + 1, 1, 1)
        return self.first.replace(month=self.first.month + 1)

    @property
    def since(self) -> datetime:
        """The month's first instant."""
        return datetime(self.first.year, self.first.month, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The first instant after the month."""
        return datetime(self.after.year, self.after.month, 1, tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def shown(number: int) -> int | str:
    """A count as it may be published; none is no secret, because no person is in it."""
    return HIDDEN if 0 < number < LEAST_SHOWN else number


def count(kpi: int, name: str, number: int, group: str | None = None) -> Figure:
    """A count, hidden when it is small."""
    return Figure(kpi, name, shown(number), "count", group)


def counts(kpi: int, name: str, parts: Iterable[tuple[str, int]]) -> list[Figure]:
    """A count in its parts, in their order."""
    return [count(kpi, name, number, group) for group, number in parts]


def percent(kpi: int, name: str, part: int, whole: int, group: str | None = None) -> Figure:
    """A share in per cent; none where the part or the rest is a count that is hidden, or of nothing."""
    hides = whole == 0 or HIDDEN in {shown(part), shown(whole - part)}
    return Figure(kpi, name, None if hides else round(100 * part / whole, 1), "percent", group)


def middle(  # noqa: PLR0917
    kpi: int, name: str, value: float | None, over: int, unit: Unit = "seconds", group: str | None = None
) -> Figure:
    """A median or percentile over so many cases; none where they are few, since it is then somebody's."""
    is_told = value is not None and over >= LEAST_SHOWN
    return Figure(kpi, name, round(value, 1) if is_told and value is not None else None, unit, group)
