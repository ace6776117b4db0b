"""HTTP for check-in desks: one message in, a directive for each traveller out. No rule lives here."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import JSONResponse, Response

from services.ingest.errors import IdempotencyKeyReused, StoreUnavailable
from services.ingest.intake.answers import EDIFACT_TYPE, answer
from services.ingest.intake.arrival import RawMessage
from services.ingest.interactive.answer import Answered, AnswerInteractive
from services.ingest.interactive.reply import ANSWERED_KINDS, as_json
from services.ingest.replies.reply import build_reply
from services.ingest.routes import PortsOf, SubmissionHeaders
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import public, require
from shared.web.limits import limited_body
from shared.web.problems import problems

JSON_TYPE = "application/json"

router = APIRouter(tags=["ingest"])


class InteractiveHeaders(SubmissionHeaders):
    """What a check-in desk's message says beside its body; it is answered in its own format by default."""

    accept: str = ""

    @property
    def wants_edifact(self) -> bool:
        """Whether CUSRES is asked for, or nothing is and the body is no JSON."""
        accept = self.accept.lower()
        if EDIFACT_TYPE in accept:
            return True
        return JSON_TYPE not in accept and JSON_TYPE not in self.content_type.lower()


@router.post(
    "/v1/interactive",
    response_class=Response,
    responses=problems(IdempotencyKeyReused, StoreUnavailable),
)
async def answer_interactive(
    request: Request,
    body: Annotated[bytes, Depends(limited_body)],
    carrier: Annotated[Principal, Depends(require(Permission.SUBMIT_MESSAGE))],
    ports: PortsOf,
    headers: Annotated[InteractiveHeaders, Header()],
) -> Response:
    """Take a check-in desk's message and answer each of its travellers before the deadline."""
    raw = RawMessage(body, headers.content_type, carrier.carrier, carrier.subject, headers.idempotency_key)
    state = request.app.state
    answered = await AnswerInteractive(ports, state.screening_carrier, state.interactive_terms)(raw)
    return _response(answered, request, headers, ports.authority)


@router.get("/v1/interactive/keys", dependencies=[Depends(public())])
async def read_callback_keys(request: Request) -> dict[str, Any]:
    """The public keys (JWKS) with which a carrier checks what comes to its callback."""
    return {"keys": [key.public_jwk() for key in request.app.state.callback_keys.held()]}


def _response(
    answered: Sequence[Answered], request: Request, headers: InteractiveHeaders, own_name: str
) -> Response:
    """200 with the answers; a refusal, or a body without travellers, is answered as at `/v1/messages`."""
    taken = [each.taken for each in answered]
    table, errors = request.app.state.interactive_terms.table, request.app.state.ackres_errors
    kinds = {each.message.kind for each in taken if each.message is not None}
    is_refused = all(each.refusal is not None for each in taken)
    replies = [each.reply for each in answered if each.reply is not None]
    if len(replies) < len(answered) or is_refused or kinds.isdisjoint(ANSWERED_KINDS):
        return answer(
            taken, wants_edifact=headers.wants_edifact, own_name=own_name, table=table, errors=errors
        )
    first = taken[0].receipt
    messages = [each.message for each in taken if each.message is not None]
    if headers.wants_edifact:
        text = build_reply(
            messages,
            own_name=own_name,
            reference=first.id.hex[-14:].upper(),
            prepared_at=first.received_at,
            table=table,
            errors=errors,
            replies=replies,
        )
        response: Response = Response(text, status_code=HTTPStatus.OK, media_type=EDIFACT_TYPE)
    else:
        told = [
            as_json(message, reply, str(each.receipt.id))
            for message, reply, each in zip(messages, replies, taken, strict=True)
        ]
        response = JSONResponse(told[0] if len(told) == 1 else told)
    if len(taken) == 1:
        response.headers["Location"] = f"/v1/receipts/{first.id}"
    return response
