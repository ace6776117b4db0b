"""What screening tells and asks ingest: changed directives, false matches, travellers. No rule lives here."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from services.ingest.inbox import UnreadableMessage
from services.ingest.interactive.directives_inbox import KIND as DIRECTIVE_KIND
from services.ingest.interactive.directives_inbox import ReceiveDirective
from services.ingest.quality.false_matches_inbox import KIND as FALSE_MATCHES_KIND
from services.ingest.quality.false_matches_inbox import ReceiveFalseMatches
from services.ingest.rescreening import AnswerRescreening
from services.ingest.routes import PortsOf
from shared.bus.errors import MessageMismatch
from shared.bus.message import Received
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(409, MessageMismatch)
register_problems(422, UnreadableMessage)

router = APIRouter(tags=["ingest"])


class MessageIn(BaseModel):
    """What another service delivers; `body` is the contract of that kind."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    message_id: UUID
    kind: Literal["DirectiveChangedV1", "FalseMatchesV1", "WindowPageWantedV1", "ResendWantedV1"]
    body: dict[str, Any]


@router.post("/internal/v1/inbox", responses=problems(UnreadableMessage, MessageMismatch))
async def receive_message(
    request: Request,
    body: MessageIn,
    principal: Annotated[Principal, Depends(require(Permission.SERVICE))],
    ports: PortsOf,
) -> dict[str, Any]:
    """Take one message of another service; a repeat gets the first reply."""
    message = Received(body.message_id, body.kind, body.body, principal.subject)
    if message.kind == DIRECTIVE_KIND:
        return await ReceiveDirective(ports, request.app.state.interactive_terms.table)(message)
    if message.kind == FALSE_MATCHES_KIND:
        return await ReceiveFalseMatches(ports)(message)
    return await AnswerRescreening(ports)(message)
