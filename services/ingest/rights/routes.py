"""HTTP for the rights office: requests, identities, answers by one or two, letters, notifications."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.ingest.registers.change import proposal_json
from services.ingest.rights.answers import Answers
from services.ingest.rights.drafts import Letters
from services.ingest.rights.errors import (
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
from services.ingest.rights.forms import (
    AnswerExtensionIn,
    AnswerIn,
    ApproveIn,
    HarmIn,
    IdentityIn,
    RequestDetailOut,
    RequestIn,
    RequestOut,
)
from services.ingest.rights.letter import LANGUAGES
from services.ingest.rights.office import RightsOffice
from services.ingest.routes import PortsOf
from shared.approval.errors import DECISION_FAULTS, ApprovalRoleRefused, ApprovalUnknown
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems

register_problems(403, RightsRefused)
register_problems(404, RequestUnknown, TaskUnknown, SubmissionAbsent)
register_problems(409, ExtensionSpent, AnswerUnfit, LetterChanged, OfficeClosed, SubmissionUnreadable)
register_problems(422, CorrectionMissing)

router = APIRouter(tags=["rights"])

Handling = Annotated[Principal, Depends(require(Permission.HANDLE_RIGHTS))]
Approving = Annotated[Principal, Depends(require(Permission.APPROVE_RIGHTS))]


def rights_office(ports: PortsOf) -> RightsOffice:
    """The use case at the time of this request."""
    return RightsOffice(ports)


def rights_answers(ports: PortsOf) -> Answers:
    """The use case at the time of this request."""
    return Answers(ports)


def letters(ports: PortsOf, request: Request) -> Letters:
    """The letters at the time of this request."""
    return Letters(ports, request.app.state.appeal_bodies)


UseOffice = Annotated[RightsOffice, Depends(rights_office)]
UseAnswers = Annotated[Answers, Depends(rights_answers)]
UseLetters = Annotated[Letters, Depends(letters)]
InLanguage = Annotated[str | None, Query(pattern=f"^({'|'.join(LANGUAGES)})$")]


@router.get("/v1/rights", dependencies=[Depends(require(Permission.READ_RIGHTS))])
async def read_rights(use: UseOffice, answers: UseAnswers, ports: PortsOf) -> dict[str, Any]:
    """Requests and notifications, what is late first, and what awaits a second person."""
    (requests, notifications), now = await use.read(), ports.clock.now()
    return {
        "requests": [RequestOut.of(each, now) for each in requests],
        "notifications": notifications,
        "pending": [proposal_json(each) for each in await answers.pending()],
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
async def extend_request(
    request_id: UUID, body: AnswerExtensionIn, principal: Handling, use: UseOffice
) -> None:
    """Give the one extension of 30 days, with reasons."""
    await use.extend(principal, request_id, body.reason)


@router.post(
    "/v1/rights/requests/{request_id}/answer",
    responses=problems(RequestUnknown, AnswerUnfit, CorrectionMissing, RightsRefused, ApprovalRoleRefused),
)
async def answer_request(
    request_id: UUID, body: AnswerIn, principal: Handling, use: UseAnswers
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
    return RequestDetailOut.of(await use.get(request_id), ports.clock.now())


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
    task_id: UUID, body: HarmIn, principal: Handling, use: UseAnswers
) -> dict[str, Any]:
    """Propose to tell a person later; another person must confirm the harm."""
    return proposal_json(await use.propose_deferral(principal, task_id, body.model_dump()))


@router.post("/v1/rights/notifications/{task_id}/sent", status_code=204, responses=problems(TaskUnknown))
async def note_told(task_id: UUID, principal: Handling, use: UseOffice) -> None:
    """Note that the person was told."""
    await use.told(principal, task_id)


@router.post(
    "/v1/rights/approvals/{approval_id}",
    responses=problems(*DECISION_FAULTS, RequestUnknown, TaskUnknown, RightsRefused, LetterChanged),
)
async def approve_answer(
    approval_id: UUID, body: ApproveIn, principal: Approving, use: UseAnswers, written: UseLetters
) -> dict[str, Any]:
    """Agree as the second person, which takes effect at once; or reject."""
    if body.letter_sha256 is not None and not body.reject:
        await written.require(approval_id, body.letter_sha256)
    decided = await use.approve(principal, approval_id, expected_version=body.version, reject=body.reject)
    return proposal_json(decided)
