"""HTTP for the rights office: requests, identities, answers by one or two, letters, notifications."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.ingest.change_registers import proposal_json
from services.ingest.letter import LANGUAGES
from services.ingest.register_routes import DecisionIn
from services.ingest.rights import RightsOffice
from services.ingest.rights_errors import (
    AnswerUnfit,
    CorrectionMissing,
    ExtensionSpent,
    LetterChanged,
    OfficeClosed,
    RequestUnknown,
    RightsRefused,
    SubmissionAbsent,
    SubmissionUnreadable,
    TaskUnknown,
)
from services.ingest.rights_letters import Letters
from services.ingest.routes import PortsOf
from services.ingest.store.rights import RightsRequest
from shared.approval.errors import (
    ApprovalConflict,
    ApprovalRoleRefused,
    ApprovalUnknown,
    SamePerson,
    SameRole,
)
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.travel.partial_date import PartialDate
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(403, RightsRefused)
register_problems(404, RequestUnknown, TaskUnknown, SubmissionAbsent)
register_problems(409, ExtensionSpent, AnswerUnfit, LetterChanged, OfficeClosed, SubmissionUnreadable)
register_problems(422, CorrectionMissing)

router = APIRouter(tags=["rights"])

MAX_SEALED = 64 * 1024
MAX_RECORDS = 100
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4000)]
Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]
Person = Annotated[str, Field(min_length=1, max_length=100)]
Handling = Annotated[Principal, Depends(require(Permission.HANDLE_RIGHTS))]
Approving = Annotated[Principal, Depends(require(Permission.APPROVE_RIGHTS))]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class RequestIn(_In):
    """A traveller's request. `number`, `received_at` and `submission` (sealed) come from the door."""

    kind: Literal["ACCESS", "RECTIFY", "ERASE", "RESTRICT", "REDRESS"]
    channel: Literal["WEB", "POST", "IN_PERSON"]
    language: Language
    is_urgent: bool = False
    number: Annotated[str | None, Field(pattern=r"^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}$")] = None
    received_at: datetime | None = None
    submission: Annotated[str | None, Field(max_length=MAX_SEALED)] = None


class IdentityIn(_In):
    """The records that are this person's, whose identity was checked."""

    record_ids: Annotated[list[UUID], Field(max_length=MAX_RECORDS)]


class ExtensionIn(_In):
    """Why 30 days do not suffice."""

    reason: Words


class CorrectionsIn(_In):
    """What is right in place of what an airline sent; what is left out stays."""

    surname: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    given_names: Annotated[str | None, Field(max_length=200)] = None
    birth_date: Annotated[
        str | None, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
    ] = None
    sex: Literal["F", "M", "X"] | None = None
    nationality: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    document_number: Annotated[str | None, Field(pattern="^[A-Z0-9]{1,35}$")] = None
    document_issuer: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None

    @field_validator("birth_date")
    @classmethod
    def _day_exists(cls, sent: str | None) -> str | None:
        if sent is not None:
            PartialDate.parse(sent)
        return sent


class AnswerIn(_In):
    """An answer. A refusal names its ground, one record, and when it lapses; upholding, where to appeal;
    a granted rectification, what is right.

    `original_reviewers` are all who worked on the hit or the entry that the request is about.
    """

    result: Literal["GRANTED", "REFUSED_PARTLY", "REFUSED", "CLEARED", "CORRECTED", "REMOVED", "UPHELD"]
    reasons: Words
    ground: Literal["ONGOING_INVESTIGATION", "SAFETY_OF_ANOTHER", "SOURCE_PROTECTION"] | None = None
    record_ids: Annotated[list[UUID], Field(max_length=MAX_RECORDS)] = []
    expires_days: Annotated[int | None, Field(ge=1, le=3650)] = None
    original_reviewers: Annotated[list[Person], Field(max_length=MAX_RECORDS)] = []
    appeal_body: Annotated[str, Field(max_length=300)] = ""
    corrections: CorrectionsIn | None = None


class ApproveIn(DecisionIn):
    """The second person's decision; `letter_sha256` is the letter that they looked at."""

    letter_sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None


class HarmIn(_In):
    """What harm it would do to tell the person now."""

    would_jeopardise: bool
    would_endanger: bool = False
    reason: Words
    until_days: Annotated[int, Field(ge=1, le=3650)]


class RequestOut(BaseModel):
    """A request with its clock; the submission stays sealed."""

    model_config = ConfigDict(from_attributes=True)

    request_id: UUID
    number: str
    kind: str
    channel: str
    language: str
    is_urgent: bool
    received_at: datetime
    due_at: datetime
    is_extended: bool
    is_identified: bool
    is_overdue: bool
    decided_by: str | None
    second: str | None
    decided_at: datetime | None
    result: str | None
    ground: str | None
    lapses_on: date | None
    is_sealed: bool


class RequestDetailOut(RequestOut):
    """One request with who did what, and why."""

    record_ids: list[UUID]
    extended_because: str | None
    identity_verified_by: str | None
    reasons: str | None


def rights_office(ports: PortsOf) -> RightsOffice:
    """The use case at the time of this request."""
    return RightsOffice(ports)


def letters(ports: PortsOf, request: Request) -> Letters:
    """The letters at the time of this request."""
    return Letters(ports, request.app.state.appeal_bodies)


UseOffice = Annotated[RightsOffice, Depends(rights_office)]
UseLetters = Annotated[Letters, Depends(letters)]
InLanguage = Annotated[str | None, Query(pattern=f"^({'|'.join(LANGUAGES)})$")]


@router.get("/v1/rights", dependencies=[Depends(require(Permission.READ_RIGHTS))])
async def read_rights(use: UseOffice, ports: PortsOf) -> dict[str, Any]:
    """Requests and notifications, what is late first, and what awaits a second person."""
    found, now = await use.read(), ports.clock.now()
    return {
        "requests": [_out(each, now) for each in found["requests"]],
        "notifications": found["notifications"],
        "pending": [proposal_json(each) for each in found["pending"]],
    }


@router.post("/v1/rights/requests", status_code=201)
async def register_request(body: RequestIn, principal: Handling, use: UseOffice) -> dict[str, Any]:
    """Take a request down; its number goes to the person at once."""
    number, due_at = await use.register(principal, body.model_dump())
    return {"number": number, "due_at": due_at}


@router.post("/v1/rights/requests/{request_id}/identity", status_code=204, responses=problems(RequestUnknown))
async def verify_identity(request_id: UUID, body: IdentityIn, principal: Handling, use: UseOffice) -> None:
    """Note that the person was identified, and which records are theirs."""
    await use.verify(principal, request_id, body.record_ids)


@router.post(
    "/v1/rights/requests/{request_id}/extension",
    status_code=204,
    responses=problems(RequestUnknown, ExtensionSpent),
)
async def extend_request(request_id: UUID, body: ExtensionIn, principal: Handling, use: UseOffice) -> None:
    """Give the one extension of 30 days, with reasons."""
    await use.extend(principal, request_id, body.reason)


@router.post(
    "/v1/rights/requests/{request_id}/answer",
    responses=problems(RequestUnknown, AnswerUnfit, CorrectionMissing, RightsRefused, ApprovalRoleRefused),
)
async def answer_request(
    request_id: UUID, body: AnswerIn, principal: Handling, use: UseOffice
) -> dict[str, Any]:
    """Answer; a refusal or an upholding waits for its second person."""
    proposal = await use.answer(principal, request_id, body.model_dump(mode="json"))
    return {"pending": None if proposal is None else proposal_json(proposal)}


@router.get(
    "/v1/rights/requests/{request_id}",
    dependencies=[Depends(require(Permission.READ_RIGHTS))],
    responses=problems(RequestUnknown),
)
async def read_request(request_id: UUID, use: UseOffice, ports: PortsOf) -> RequestDetailOut:
    """One request with everything that was decided; what the person wrote stays sealed."""
    return RequestDetailOut.model_validate(_values(await use.get(request_id), ports.clock.now()))


@router.post(
    "/v1/rights/requests/{request_id}/opening",
    responses=problems(RequestUnknown, SubmissionAbsent, SubmissionUnreadable, OfficeClosed),
)
async def open_submission(
    request_id: UUID, principal: Handling, use: UseOffice, request: Request
) -> dict[str, Any]:
    """What the person wrote at the door, for who handles the request; the look is recorded."""
    office = request.app.state.open_office
    if office is None:
        raise OfficeClosed
    return {"written": dict(await use.open(principal, request_id, office))}


@router.get(
    "/v1/rights/requests/{request_id}/letter",
    dependencies=[Depends(require(Permission.HANDLE_RIGHTS))],
    responses=problems(RequestUnknown),
)
async def read_letter(request_id: UUID, use: UseLetters, language: InLanguage = None) -> dict[str, str]:
    """The letter to send now, in the person's language or in another."""
    return (await use.of_request(request_id, language)).as_json()


@router.post(
    "/v1/rights/requests/{request_id}/preview",
    dependencies=[Depends(require(Permission.HANDLE_RIGHTS))],
    responses=problems(RequestUnknown),
)
async def preview_letter(
    request_id: UUID, body: AnswerIn, use: UseLetters, language: InLanguage = None
) -> dict[str, str]:
    """The letter that would go with an answer; nothing is decided or kept."""
    return (await use.preview(request_id, body.model_dump(mode="json"), language)).as_json()


@router.get(
    "/v1/rights/approvals/{approval_id}/letter",
    dependencies=[Depends(require(Permission.APPROVE_RIGHTS))],
    responses=problems(ApprovalUnknown, RequestUnknown),
)
async def read_proposed_letter(
    approval_id: UUID, use: UseLetters, language: InLanguage = None
) -> dict[str, str]:
    """Exactly what leaves when the proposal is approved, and its digest."""
    return (await use.of_proposal(approval_id, language)).as_json()


@router.get("/v1/rights/notifications/letter", dependencies=[Depends(require(Permission.HANDLE_RIGHTS))])
async def read_notification(use: UseLetters, language: InLanguage = None) -> dict[str, str]:
    """What a person is told whose retained data were disclosed or looked at."""
    return use.of_notification(language).as_json()


@router.post(
    "/v1/rights/notifications/{task_id}/deferral", status_code=201, responses=problems(ApprovalRoleRefused)
)
async def propose_deferral(
    task_id: UUID, body: HarmIn, principal: Handling, use: UseOffice
) -> dict[str, Any]:
    """Propose to tell a person later; another person must confirm the harm."""
    return proposal_json(await use.propose_deferral(principal, task_id, body.model_dump()))


@router.post("/v1/rights/notifications/{task_id}/sent", status_code=204, responses=problems(TaskUnknown))
async def note_told(task_id: UUID, principal: Handling, use: UseOffice) -> None:
    """Note that the person was told."""
    await use.told(principal, task_id)


@router.post(
    "/v1/rights/approvals/{approval_id}",
    responses=problems(
        ApprovalUnknown,
        SamePerson,
        SameRole,
        ApprovalRoleRefused,
        ApprovalConflict,
        RequestUnknown,
        TaskUnknown,
        RightsRefused,
        LetterChanged,
    ),
)
async def approve_answer(
    approval_id: UUID, body: ApproveIn, principal: Approving, use: UseOffice, written: UseLetters
) -> dict[str, Any]:
    """Agree as the second person, which takes effect at once; or reject."""
    if body.letter_sha256 is not None and not body.reject:
        await written.require(approval_id, body.letter_sha256)
    decided = await use.approve(principal, approval_id, expected_version=body.version, reject=body.reject)
    return proposal_json(decided)


def _out(request: RightsRequest, now: datetime) -> RequestOut:
    return RequestOut.model_validate(_values(request, now))


def _values(request: RightsRequest, now: datetime) -> dict[str, Any]:
    return asdict(request) | {
        "is_extended": request.extended_because is not None,
        "is_identified": request.identity_verified_by is not None,
        "is_overdue": request.decided_at is None and now > request.due_at,
        "is_sealed": request.submission is not None,
    }
