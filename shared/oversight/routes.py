"""The routes of oversight that every service has: the month's figures, and a decision asked again.

Source: workflow.md §8; safeguards.md SG-42.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.errors import AuditRecordUnknown
from shared.clock import Clock
from shared.oversight.admission import OversightGate, OversightRefused, admitted
from shared.oversight.figures import Figure, Month
from shared.oversight.log_figures import log_figures
from shared.oversight.replay import Judge, NoDecision, Shown, replay
from shared.oversight.replay_views import PresentedIn, ReplayedOut, record_replay
from shared.oversight.views import FiguresOut, MonthText, asked_month
from shared.security.tokens import Principal
from shared.web.problems import problems
from shared.web.scripted_clock import request_clock

_REPLAY: Final = (
    "Ask the safeguards again what this audit record tells they decided, or compare given inputs' hash."
)
Figures = Callable[[AsyncConnection, Month, datetime], Awaitable[Iterable[Figure]]]


def oversight_gate(request: Request) -> OversightGate:
    """What the service's oversight stands on."""
    gate: OversightGate = request.app.state.oversight_gate
    return gate


def judge_of_the_gate(request: Request) -> Judge:
    """The service's safeguards, as they are asked in earnest."""
    return oversight_gate(request).decide


def oversight_router(
    action: str,
    figures: Figures,
    *,
    judge_of: Callable[[Request], Judge] = judge_of_the_gate,
    shown: Shown = tuple,
) -> APIRouter:
    """`GET /v1/oversight/figures` and `POST /v1/oversight/decisions/{record_id}/replay` of one service.

    Args:
        action: `oversight.read`; named by the service, so that its code tells what it asks.
        figures: The service's own figures of a month, small counts hidden; those of its log are added.
        judge_of: Who is asked again.
        shown: Which reasons of a verdict may be told.
    """
    router = APIRouter(prefix="/v1/oversight", tags=["oversight"])
    _add_figures(router, action, figures)
    _add_replay(router, action, judge_of, shown)
    return router


def _add_figures(router: APIRouter, action: str, figures: Figures) -> None:
    @router.get(
        "/figures",
        dependencies=[Depends(admitted(action, kind="STATISTICS"))],
        responses=problems(OversightRefused),
    )
    async def read_figures(
        gate: Annotated[OversightGate, Depends(oversight_gate)],
        clock: Annotated[Clock, Depends(request_clock)],
        month: MonthText = None,
    ) -> FiguresOut:
        """The month's figures (workflow.md §8), small counts hidden."""
        now = clock.now()
        asked = asked_month(month, now)
        async with gate.database.connect() as connection:
            found = [*await figures(connection, asked, now), *await log_figures(connection, asked)]
        return FiguresOut.of(gate.service, asked, now, found)


def _add_replay(router: APIRouter, action: str, judge_of: Callable[[Request], Judge], shown: Shown) -> None:
    @router.post(
        "/decisions/{record_id}/replay",
        description=_REPLAY,
        responses=problems(OversightRefused, AuditRecordUnknown, NoDecision),
    )
    async def replay_decision(
        record_id: UUID,
        request: Request,
        principal: Annotated[Principal, Depends(admitted(action, kind="DECISION_RECORD"))],
        presented: PresentedIn | None = None,
    ) -> ReplayedOut:
        """Ask again, or compare, as `_REPLAY` says."""
        async with oversight_gate(request).database.begin() as connection:
            replayed = await replay(
                connection,
                record_id,
                judge=judge_of(request),
                shown=shown,
                presented=None if presented is None else presented.inputs,
            )
            await record_replay(request, connection, principal, replayed)
        return ReplayedOut.of(replayed)
