"""What screening and ingest tell sharing: hits, corrected records, frozen accounts. No rule lives here."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.sharing.errors import ForeignMessage
from services.sharing.parts import Sharing, sharing_of
from services.sharing.statuses import problems
from shared.accounts.freezes import Freeze, FreezeStore
from shared.bus.errors import MessageMismatch
from shared.contracts import AccountFreezeV1, HitConfirmedV1, HitWithdrawnV1
from shared.contracts.records_corrected import RecordsCorrectedV1
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["sharing"])


class _In(BaseModel):
    """One message; `sender` is the only service that may send its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sender: ClassVar[str]
    message_id: UUID


class HitConfirmedIn(_In):
    """A confirmed hit."""

    sender: ClassVar[str] = "screening"
    kind: Literal["HitConfirmedV1"]
    body: HitConfirmedV1


class HitWithdrawnIn(_In):
    """A hit that no longer holds."""

    sender: ClassVar[str] = "screening"
    kind: Literal["HitWithdrawnV1"]
    body: HitWithdrawnV1


class RecordsCorrectedIn(_In):
    """Records of a person that the rights office corrected, erased or restricted."""

    sender: ClassVar[str] = "ingest"
    kind: Literal["RecordsCorrectedV1"]
    body: RecordsCorrectedV1


class AccountFreezeIn(_In):
    """An account that an incident froze or that two people released."""

    sender: ClassVar[str] = "ingest"
    kind: Literal["AccountFreezeV1"]
    body: AccountFreezeV1


MessageIn = Annotated[
    HitConfirmedIn | HitWithdrawnIn | RecordsCorrectedIn | AccountFreezeIn, Field(discriminator="kind")
]


@router.post("/internal/v1/inbox", responses=problems(MessageMismatch, ForeignMessage))
async def receive(
    message: MessageIn,
    sharing: Annotated[Sharing, Depends(sharing_of)],
    service: Annotated[Principal, Depends(require(Permission.SERVICE))],
) -> dict[str, Any]:
    """Take in a hit that was confirmed or no longer holds, corrected records, a frozen account; each once."""
    if service.subject != message.sender:
        raise ForeignMessage(kind=message.kind)
    if isinstance(message, AccountFreezeIn):
        return await _take_freeze(sharing, message.body, service.subject)
    if isinstance(message, HitWithdrawnIn):
        return await sharing.withdrawals.receive(message.message_id, message.body)
    if isinstance(message, RecordsCorrectedIn):
        return await sharing.corrections.receive(message.message_id, message.body)
    return await sharing.share_hit.receive(message.message_id, message.body)


async def _take_freeze(sharing: Sharing, told: AccountFreezeV1, sender: str) -> dict[str, Any]:
    """Told twice it stands as before."""
    async with sharing.engine.begin() as connection:
        await FreezeStore().write(connection, Freeze.told(told), sharing.audit, sender)
    return {"taken": True}
