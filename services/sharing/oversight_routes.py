"""HTTP for oversight of sharing: what left, what was refused, and each transfer abroad as it happens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from services.sharing.parts import Sharing, sharing_of
from services.sharing.shares.safeguards import logged_reasons
from services.sharing.statuses import problems
from services.sharing.store.oversight import OversightStore
from services.sharing.suspended import SharingSubjects
from shared.clock import Clock
from shared.oversight.admission import OversightRefused, admitted
from shared.oversight.routes import oversight_router
from shared.oversight.suspension_routes import suspension_router
from shared.web.scripted_clock import request_clock

router = oversight_router(
    "oversight.read",
    OversightStore().figures,
    judge_of=lambda request: request.app.state.judge_again,
    shown=logged_reasons,
)
suspensions = suspension_router("oversight.suspend", "oversight.lift_suspension", SharingSubjects())
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
    "/transfers",
    dependencies=[Depends(admitted("oversight.read", kind="DECISION_RECORD"))],
    responses=problems(OversightRefused),
)
async def read_transfers(sharing: SharingOf, clock: ClockOf) -> TransfersOut:
    """Every transfer to another State, the newest first (SG-42: the DPO sees each in real time)."""
    async with sharing.engine.connect() as connection:
        found = await OversightStore().transfers(connection)
    return TransfersOut(at=clock.now(), transfers=[TransferOut.model_validate(each) for each in found])
