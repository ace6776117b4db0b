"""The data-protection officer's page, and the independent authority's: a month on one sheet, to be printed.

Source: workflow.md §8 (what oversight looks at, and how often); safeguards.md SG-42.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.console.clients.oversight import Oversight, told
from services.console.page import Page, page_for
from services.console.pages.retention import NUMBERS
from services.console.seen.oversight import FigureRow, Figures, LogHead
from shared.audit.witness import is_witness, last_cosigned, witness_key_of
from shared.security.roles import Permission

REFUSED_BY: Final = "refused_by"

router = APIRouter()
Overseer = Annotated[Page, Depends(page_for(Permission.READ_OVERSIGHT))]
MonthText = Annotated[str, Query(alias="month", pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One of the sixteen, with what the services say of it."""

    number: int
    title: str
    rows: tuple[tuple[str, FigureRow], ...]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How far a witness came with a log; `size` is none when it cosigned nothing yet."""

    name: str
    size: int | None
    at: datetime | None


@router.get("/oversight")
async def show_oversight(page: Overseer, month: MonthText = "") -> Response:
    """The month on one sheet; a service that is away leaves its part out, and the page says so."""
    asked = month or f"{page.now():%Y-%m}"
    oversight = Oversight(page.services)
    figures = await oversight.figures(asked)
    logs = await oversight.logs()
    return page.show(
        "oversight.html",
        month=asked,
        silent=[name for name, found in figures.items() if found is None],
        kpis=_kpis(figures),
        refusals=_refusals(figures),
        transfers=await told(oversight.transfers()),
        retention=await told(oversight.retention()),
        numbers=NUMBERS,
        grants=await told(oversight.grants()),
        bias=await told(oversight.bias()),
        logs=logs,
        witnesses={name: _witnesses(page, head) for name, head in logs.items() if head is not None},
    )


@router.get("/fragments/oversight/transfers")
async def show_transfers(page: Overseer) -> Response:
    """The transfers abroad alone, which the page asks for again and again."""
    transfers = await told(Oversight(page.services).transfers())
    return page.show("oversight_transfers.html", transfers=transfers)


def _kpis(figures: Mapping[str, Figures | None]) -> list[Kpi]:
    """The figures by KPI, in their order; refusals by safeguard have a table of their own."""
    titles: dict[int, str] = {}
    rows: dict[int, list[tuple[str, FigureRow]]] = {}
    for service, found in figures.items():
        for figure in [] if found is None else found.figures:
            if figure.name == REFUSED_BY:
                continue
            titles[figure.kpi] = found.kpis.get(figure.kpi, "") if found else ""
            rows.setdefault(figure.kpi, []).append((service, figure))
    return [Kpi(number, titles[number], tuple(rows[number])) for number in sorted(rows)]


def _refusals(figures: Mapping[str, Figures | None]) -> list[tuple[str, dict[str, Any]]]:
    """Reasons with each service's count, in the safeguards' order."""
    found: dict[str, dict[str, Any]] = {}
    for service, told_by in figures.items():
        for figure in [] if told_by is None else told_by.figures:
            if figure.name == REFUSED_BY:
                found.setdefault(figure.group or "", {})[service] = figure.value
    return sorted(found.items())


def _witnesses(page: Page, head: LogHead) -> list[Witnessed]:
    """How far each configured witness came with a log, from the folders where its word is kept."""
    addresses = page.console.settings.audit_checkpoint_sinks
    folders = [Path(address) for address in addresses if "://" not in address]
    found = []
    for key in [witness_key_of(address) for address in addresses if is_witness(address)]:
        seen = [last for folder in folders if (last := last_cosigned(folder, head.origin, key)) is not None]
        size, at = max(seen, default=(None, None))
        found.append(Witnessed(key.name, size, at))
    return found
