"""What ingest and sharing tell and ask screening, one message at a time. No rule lives here."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.screening.errors import NoListInForce, NoStandingOrder, ScreeningRefused, UnreadableTraveller
from services.screening.inbox import ReceiveMessage
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from shared.bus.message import Received
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.limits import MEBIBYTE

router = APIRouter(tags=["hits"])
#: A batch of 200 travellers is a few hundred kilobytes.
MAX_MESSAGE_BYTES: Final = 4 * MEBIBYTE


class MessageIn(BaseModel):
    """What another service delivers; `body` is the contract of that kind."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    message_id: UUID
    kind: Literal[
        "TravellersObservedV1",
        "TravellersToRescreenV1",
        "TravellersWithdrawnV1",
        "NationalReleaseV1",
        "NoticeReceivedV1",
        "NoticeWithdrawnV1",
        "HitLinksAskedV1",
        "AccountFreezeV1",
    ]
    body: dict[str, Any]


@router.post(
    "/internal/v1/inbox",
    max_body_size=MAX_MESSAGE_BYTES,
    responses=problems(NoListInForce, NoStandingOrder, ScreeningRefused, UnreadableTraveller),
)
async def receive_message(
    body: MessageIn,
    principal: Annotated[Principal, Depends(require(Permission.SERVICE))],
    ports: RequestPorts,
    opened: Service,
) -> dict[str, Any]:
    """Take one message of another service; a repeat gets the first reply."""
    receive = ReceiveMessage(ports, opened.current, opened.settings.boarding_hold_minutes)
    return await receive(Received(body.message_id, body.kind, body.body, principal.subject))
