"""The figures of a service as they leave it, the same in each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from shared.oversight.figures import KPIS, Figure, Month, Unit

MonthText = Annotated[
    str | None, Query(alias="month", pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="2026-11")
]


class FigureOut(BaseModel):
    """One figure; `value` is null where it would tell of few, `<10` where it is a small count."""

    model_config = ConfigDict(from_attributes=True)

    kpi: int
    name: str
    group: str | None
    value: int | float | str | None
    unit: Unit


class FiguresOut(BaseModel):
    """A service's figures of one month; no personal data."""

    service: str
    month: str
    at: datetime
    kpis: dict[int, str]
    figures: list[FigureOut]

    @classmethod
    def of(cls, service: str, month: Month, at: datetime, figures: Iterable[Figure]) -> Self:
        """From the store's figures, by KPI."""
        told = [FigureOut.model_validate(each) for each in sorted(figures, key=lambda each: each.kpi)]
        named = {each.kpi: KPIS[each.kpi] for each in told}
        return cls(service=service, month=str(month), at=at, kpis=named, figures=told)


def asked_month(text: str | None, now: datetime) -> Month:
    """The month that was asked for; the present one where none was."""
    return Month.of(now) if text is None else Month.parse(text)
