"""HTTP for oversight of screening: matches, reviewers, false alerts, the watchlist; counts only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.screening.ports import SERVICE
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.oversight import OversightStore
from shared.audit.errors import AuditRecordUnknown
from shared.oversight.admission import OversightGate, OversightRefused, admitted
from shared.oversight.log_figures import log_figures
from shared.oversight.replay import NoDecision, replay
from shared.oversight.replay_views import PresentedIn, ReplayedOut, record_replay
from shared.oversight.views import FiguresOut, MonthText, asked_month
from shared.security.tokens import Principal

router = APIRouter(prefix="/v1/oversight", tags=["oversight"])


@router.get(
    "/figures",
    dependencies=[Depends(admitted("oversight.read", kind="STATISTICS"))],
    responses=problems(OversightRefused),
)
async def read_figures(ports: RequestPorts, month: MonthText = None) -> FiguresOut:
    """The month's figures (workflow.md §8), small counts hidden."""
    now = ports.clock.now()
    asked = asked_month(month, now)
    async with ports.database.connect() as connection:
        figures = await OversightStore().figures(connection, asked, now)
        figures += await log_figures(connection, asked)
    return FiguresOut.of(SERVICE, asked, now, figures)


@router.post(
    "/decisions/{record_id}/replay", responses=problems(OversightRefused, AuditRecordUnknown, NoDecision)
)
async def replay_decision(
    record_id: UUID,
    request: Request,
    ports: RequestPorts,
    principal: Annotated[Principal, Depends(admitted("oversight.read", kind="DECISION_RECORD"))],
    presented: PresentedIn | None = None,
) -> ReplayedOut:
    """Ask the safeguards again what this audit record tells they decided, or compare given inputs' hash."""
    gate: OversightGate = request.app.state.oversight_gate
    async with ports.database.begin() as connection:
        replayed = await replay(
            connection,
            record_id,
            judge=gate.decide,
            presented=None if presented is None else presented.inputs,
        )
        await record_replay(request, connection, principal, replayed)
    return ReplayedOut.of(replayed)
