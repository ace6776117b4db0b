"""HTTP for oversight of sharing: what left, what was refused, and each transfer abroad as it happens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from services.sharing.parts import SERVICE, Sharing, sharing_of
from services.sharing.safeguards import logged_reasons
from services.sharing.statuses import problems
from services.sharing.store.oversight import OversightStore
from shared.audit.errors import AuditRecordUnknown
from shared.clock import Clock
from shared.oversight.admission import OversightRefused, admitted
from shared.oversight.log_figures import log_figures
from shared.oversight.replay import NoDecision, replay
from shared.oversight.replay_views import PresentedIn, ReplayedOut, record_replay
from shared.oversight.views import FiguresOut, MonthText, asked_month
from shared.security.tokens import Principal
from shared.web.scripted_clock import request_clock

router = APIRouter(prefix="/v1/oversight", tags=["oversight"])
SharingOf = Annotated[Sharing, Depends(sharing_of)]
ClockOf = Annotated[Clock, Depends(request_clock)]


class TransferOut(BaseModel):
    """A notice to another State: to whom, why, which fields, when; no value of any field."""

    model_config = ConfigDict(from_attributes=True)

    notice_id: UUID
    share_id: UUID
    authority_id: str
    recipient_state: str
    channel: str
    state: str
    paragraphs: list[str]
    fields: list[str]
    payload_digest: str
    agreement_id: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    tries: int


class TransfersOut(BaseModel):
    """The newest first."""

    at: datetime
    transfers: list[TransferOut]


@router.get(
    "/figures",
    dependencies=[Depends(admitted("oversight.read", kind="STATISTICS"))],
    responses=problems(OversightRefused),
)
async def read_figures(sharing: SharingOf, clock: ClockOf, month: MonthText = None) -> FiguresOut:
    """The month's figures (workflow.md §8), small counts hidden."""
    now = clock.now()
    asked = asked_month(month, now)
    async with sharing.engine.connect() as connection:
        figures = await OversightStore().figures(connection, asked, now)
        figures += await log_figures(connection, asked)
    return FiguresOut.of(SERVICE, asked, now, figures)


@router.get(
    "/transfers",
    dependencies=[Depends(admitted("oversight.read", kind="DECISION_RECORD"))],
    responses=problems(OversightRefused),
)
async def read_transfers(sharing: SharingOf, clock: ClockOf) -> TransfersOut:
    """Every transfer to another State, the newest first (SG-42: the DPO sees each in real time)."""
    async with sharing.engine.connect() as connection:
        found = await OversightStore().transfers(connection)
    return TransfersOut(at=clock.now(), transfers=[TransferOut.model_validate(each) for each in found])


@router.post(
    "/decisions/{record_id}/replay", responses=problems(OversightRefused, AuditRecordUnknown, NoDecision)
)
async def replay_decision(
    record_id: UUID,
    request: Request,
    sharing: SharingOf,
    principal: Annotated[Principal, Depends(admitted("oversight.read", kind="DECISION_RECORD"))],
    presented: PresentedIn | None = None,
) -> ReplayedOut:
    """Ask the safeguards again what this audit record tells they decided, or compare given inputs' hash."""
    async with sharing.engine.begin() as connection:
        replayed = await replay(
            connection,
            record_id,
            judge=request.app.state.judge_again,
            shown=logged_reasons,
            presented=None if presented is None else presented.inputs,
        )
        await record_replay(request, connection, principal, replayed)
    return ReplayedOut.of(replayed)
