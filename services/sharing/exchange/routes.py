"""The exchange over HTTP: the counterparts' one door, and the duty desk's routes. No rule lives here."""

import asyncio
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, Response

from services.sharing.errors import (
    ContentWithdrawn,
    EnvelopeRefused,
    LegalFindingRequired,
    MessageNotFound,
    MessageRefused,
    NoticeNotFound,
    RefusedByPolicy,
    ScreeningSilent,
    VaultUnavailable,
)
from services.sharing.exchange.door import DoorRoute
from services.sharing.exchange.drafts import Draft, Second
from services.sharing.exchange.pnr_grants import MAX_GRANT_HOURS
from services.sharing.exchange.receive import MEDIA_TYPE
from services.sharing.exchange.records import Direction, ExchangeMessage
from services.sharing.exchange.views import (
    ContentOut,
    MessageDetailOut,
    MessageOut,
    MessagesOut,
    MessageVerdictOut,
    ProposedMessageOut,
)
from services.sharing.parts import Sharing, sharing_of
from services.sharing.protocol.envelope import MAX_NOTICE_BYTES
from services.sharing.protocol.http_signature import SignedRequest
from services.sharing.protocol.message_types import MessageType
from services.sharing.protocol.payload_parts import WithdrawalReason
from services.sharing.registers.entries import PurposeCode
from services.sharing.shares.court_order import CourtOrder, CourtOrderIn, CourtOrderOut
from services.sharing.shares.safeguards import shown_reasons
from services.sharing.statuses import problems
from services.sharing.store.exchange import MAX_MESSAGES
from shared.approval.errors import SamePerson
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import public, require
from shared.web.limits import limited_body
from shared.web.purpose import Purpose, stated_purpose

DEFAULT_LIMIT: Final = 50
MAX_WORDS: Final = 500
MAX_RECORDS: Final = 100
#: Transport codes (sharing-protocol.md §10). Every refusal has the same form and length.
_STATUS_OF: Final = {
    "E401": 401,
    "E403": 403,
    "E409": 409,
    "E410": 410,
    "E412": 412,
    "E415": 415,
    "E422": 422,
    "E423": 423,
    "E451": 451,
    "E503": 503,
}

router = APIRouter(tags=["exchange"])
door = APIRouter(tags=["exchange"], route_class=DoorRoute)
UseCases = Annotated[Sharing, Depends(sharing_of)]
Reader = Annotated[Principal, Depends(require(Permission.READ_EXCHANGE))]
Officer = Annotated[Principal, Depends(require(Permission.WORK_EXCHANGE))]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORDS)]
#: What somebody is in a case (safeguards.md §4a, person category).
PersonCategory = Literal["SUSPECT", "CONVICTED", "ASSOCIATE_NOT_SUSPECT", "VICTIM", "WITNESS", "UNRELATED"]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,199}$")]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DraftIn(_In):
    """A message to a counterpart; `payload` as the schema of its type says.

    An EMERGENCY has none of its `notices`: it tells of the confirmed hit that `hit_id` names.
    """

    type: MessageType
    recipient: Key
    payload: dict[str, Any]
    purpose_code: PurposeCode = "TERR_TRAVEL"
    statement: Words
    alternatives_considered: Words
    in_reply_to: UUID | None = None
    derived_from: UUID | None = None
    hit_id: UUID | None = None
    claim_sign: bool | None = None
    category: PersonCategory | None = None
    court_order: CourtOrderIn | None = None
    record_ids: Annotated[tuple[Key, ...], Field(max_length=MAX_RECORDS)] = ()

    def as_draft(self) -> Draft:
        """The draft as the use case takes it."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return Draft(**given | {"court_order": self.court_order and self.court_order.as_order()})


class SecondIn(_In):
    """The second person's own findings; `finding` about identity is asked for feedback and answers."""

    finding: Key | None = None
    individual_risk: bool | None = None


class GrantIn(_In):
    """For how long the grant lives (SG-24)."""

    hours: Annotated[int, Field(ge=1, le=MAX_GRANT_HOURS)]


class RecallIn(_In):
    """Why a notice is taken back."""

    reason_code: WithdrawalReason
    urgent: bool = False


@door.post(
    "/v1/exchange",
    dependencies=[Depends(public())],
    max_body_size=MAX_NOTICE_BYTES,
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
async def exchange(
    request: Request, sharing: UseCases, body: Annotated[bytes, Depends(limited_body)]
) -> Response:
    """A counterpart's message: its signatures are the way in, and a signed receipt the answer.

    Refusals are of one length and take one time, so that neither tells how far a message came.
    """
    answered_at = asyncio.get_running_loop().time() + sharing.exchange_refusal_seconds
    try:
        acknowledgement = await sharing.receive(_signed_request(request, body, sharing.exchange_url))
    except EnvelopeRefused as refusal:
        code = str(refusal.facts["code_sent"])
        await held_until(answered_at)
        return JSONResponse({"code": code}, status_code=_STATUS_OF[code])
    return Response(acknowledgement, media_type=MEDIA_TYPE)


@router.get("/v1/exchange/messages")
async def list_messages(
    sharing: UseCases,
    _: Reader,
    direction: Literal["IN", "OUT"] = "IN",
    limit: Annotated[int, Query(ge=1, le=MAX_MESSAGES)] = DEFAULT_LIMIT,
) -> MessagesOut:
    """The desk's inbox, or what left; no personal data."""
    found = await sharing.desk.messages(Direction(direction), limit)
    return MessagesOut(messages=[_shown(sharing, each) for each in found])


@router.get("/v1/exchange/messages/{message_id}", responses=problems(MessageNotFound))
async def show_message(message_id: UUID, sharing: UseCases, _: Reader) -> MessageDetailOut:
    """One message with its clocks, its conditions and what answers it; no personal data."""
    message, replies = await sharing.desk.message(message_id)
    return MessageDetailOut(
        message=_shown(sharing, message),
        replies=[_shown(sharing, each) for each in replies],
        statement=(message.basis or {}).get("statement"),
        court_order=CourtOrderOut.of(CourtOrder.kept_in(message.basis or {})),
    )


@router.get(
    "/v1/exchange/messages/{message_id}/content",
    responses=problems(MessageNotFound, ContentWithdrawn, RefusedByPolicy),
)
async def show_content(
    message_id: UUID,
    sharing: UseCases,
    officer: Officer,
    purpose: Annotated[Purpose, Depends(stated_purpose)],
) -> ContentOut:
    """What a received message says, once the look is permitted and recorded."""
    message, payload = await sharing.desk.read(message_id, officer, purpose)
    return ContentOut(message=_shown(sharing, message), payload=payload.as_json())


@router.get(
    "/v1/exchange/messages/{message_id}/preview",
    responses=problems(MessageNotFound, ContentWithdrawn, RefusedByPolicy),
)
async def show_what_would_leave(
    message_id: UUID,
    sharing: UseCases,
    approver: Annotated[Principal, Depends(require(Permission.APPROVE_EXCHANGE))],
    purpose: Annotated[Purpose, Depends(stated_purpose)],
) -> ContentOut:
    """What a message that waits will say, but for what the second person finds by themselves."""
    message, payload = await sharing.desk.preview(message_id, approver, purpose)
    return ContentOut(message=_shown(sharing, message), payload=payload)


@router.post(
    "/v1/exchange/messages/{message_id}/acknowledgement",
    responses=problems(MessageNotFound, ContentWithdrawn),
)
async def acknowledge(message_id: UUID, sharing: UseCases, officer: Officer) -> MessageOut:
    """Say to the sender that a person has seen it."""
    return _shown(sharing, await sharing.desk.acknowledge(message_id, officer))


@router.post("/v1/exchange/messages", status_code=201, responses=problems(MessageRefused, RefusedByPolicy))
async def send(body: DraftIn, sharing: UseCases, officer: Officer) -> MessageOut:
    """Let a protective message go (CORRECT, RECALL, WL_REMOVE, SUSPEND): one person is enough."""
    return _shown(sharing, await sharing.sending.send(body.as_draft(), officer))


@router.post(
    "/v1/exchange/proposals",
    status_code=201,
    responses=problems(MessageRefused, RefusedByPolicy, ScreeningSilent),
)
async def propose(body: DraftIn, sharing: UseCases, officer: Officer) -> ProposedMessageOut:
    """Write a message that tells another State something; a second person lets it go.

    Whom an EMERGENCY tells of is the hit that it names; nobody types an identity.
    """
    message, approval = await sharing.sending.propose(body.as_draft(), officer)
    return ProposedMessageOut(message=_shown(sharing, message), approval_id=approval.approval_id)


@router.post(
    "/v1/exchange/messages/{message_id}/approval",
    responses=problems(
        MessageNotFound,
        MessageRefused,
        ContentWithdrawn,
        SamePerson,
        LegalFindingRequired,
        ScreeningSilent,
        VaultUnavailable,
    ),
)
async def approve(
    message_id: UUID,
    body: SecondIn,
    sharing: UseCases,
    approver: Annotated[Principal, Depends(require(Permission.APPROVE_EXCHANGE))],
) -> MessageVerdictOut:
    """The second person's step; what the safeguards refuse never leaves."""
    second = Second(body.finding, body.individual_risk)
    verdict = await sharing.sending.approve(message_id, approver, second)
    roles = frozenset(role.value for role in approver.roles)
    return MessageVerdictOut(permits=verdict.permits, reasons=list(shown_reasons(verdict.reasons, roles)))


@router.post("/v1/exchange/messages/{message_id}/grant", responses=problems(MessageNotFound, MessageRefused))
async def grant(
    message_id: UUID,
    body: GrantIn,
    sharing: UseCases,
    authority: Annotated[Principal, Depends(require(Permission.GRANT_REIDENTIFICATION))],
) -> MessageOut:
    """A court or the independent authority lets an answer tell exactly these PNR elements, once (SG-24)."""
    return _shown(sharing, await sharing.grant_pnr(message_id, body.hours, authority))


@router.post("/v1/notices/{notice_id}/recall", status_code=204, responses=problems(NoticeNotFound))
async def recall_notice(notice_id: UUID, body: RecallIn, sharing: UseCases, officer: Officer) -> None:
    """Take a notice back from its recipient and everyone onward; one person is enough."""
    await sharing.withdrawals.recall_by_hand(
        notice_id, body.reason_code, is_urgent=body.urgent, actor=officer.subject
    )


async def held_until(instant: float) -> None:
    """Wait for an instant of the loop's clock: every refusal is answered at the same point of it."""
    await asyncio.sleep(max(0.0, instant - asyncio.get_running_loop().time()))


def _shown(sharing: Sharing, message: ExchangeMessage) -> MessageOut:
    return MessageOut.of(message, sharing.clock.now())


def _signed_request(request: Request, body: bytes, own_address: str | None) -> SignedRequest:
    """The request as its signature covers it; a header that came twice is both values, which fit nothing."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return SignedRequest(request.method, own_address or str(request.url), headers, body)
