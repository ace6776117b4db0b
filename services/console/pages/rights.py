"""The rights office: requests with their clocks, answers by one or two, the letter before it leaves.

Source: safeguards.md SG-19, SG-20, SG-21.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.console.clients.rights import Rights
from services.console.errors import FormFault
from services.console.page import Page, Submitted, form_for, page_for
from services.console.record_ids import record_ids
from services.console.rights_words import ANSWERS, CHANNELS, GROUNDS, KINDS, LANGUAGES, OUTCOMES
from services.console.seen.rights import Proposal
from shared.security.roles import Permission

MAX_DAYS: Final = 183
CORRECTIONS: Final = (
    "surname",
    "given_names",
    "birth_date",
    "sex",
    "nationality",
    "document_number",
    "document_issuer",
)

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_RIGHTS))]
Handler = Annotated[Page, Depends(page_for(Permission.HANDLE_RIGHTS))]
Handling = Annotated[Page, Depends(form_for(Permission.HANDLE_RIGHTS))]
Approver = Annotated[Page, Depends(page_for(Permission.APPROVE_RIGHTS))]
Approving = Annotated[Page, Depends(form_for(Permission.APPROVE_RIGHTS))]
InLanguage = Annotated[str | None, Query(max_length=2)]


def _rights(page: Page) -> Rights:
    return Rights(page.ingest.client)


@router.get("/rights")
async def show_rights(page: Reader) -> Response:
    """Requests and notifications, what is late first, and what waits for a second person."""
    found = await _rights(page).overview()
    return page.show("rights.html", found=found, kinds=KINDS, channels=CHANNELS, languages=LANGUAGES)


@router.post("/rights")
async def register(page: Handling) -> Response:
    """Take down a request that came by post or in person; its number is for the person."""
    body = {
        "kind": page.form.choice("kind", frozenset(KINDS)),
        "channel": page.form.choice("channel", frozenset(CHANNELS)),
        "language": page.form.choice("language", frozenset(LANGUAGES)),
        "is_urgent": bool(page.form.text("is_urgent")),
    }
    answer = await _rights(page).register(body)
    return page.show("rights_registered.html", number=answer.get("number"), due_at=answer.get("due_at"))


@router.get("/rights/approvals/{approval_id}")
async def show_proposal(approval_id: UUID, page: Approver, language: InLanguage = None) -> Response:
    """What was proposed, and exactly what leaves when it is approved."""
    rights = _rights(page)
    pending = (await rights.overview()).pending
    proposal = next((each for each in pending if each.approval_id == str(approval_id)), None)
    if proposal is None:
        raise FormFault(field="this proposal does not wait any more")
    own = await rights.proposed_letter(str(approval_id), None)
    wanted = language if language in LANGUAGES else None
    shown = own if wanted is None else await rights.proposed_letter(str(approval_id), wanted)
    return page.show(
        "rights_proposal.html",
        proposal=proposal,
        letter=shown,
        own=own,
        languages=LANGUAGES,
        payload=_payload(proposal),
    )


@router.post("/rights/approvals/{approval_id}")
async def decide(approval_id: UUID, page: Approving) -> Response:
    """The second person's decision about exactly the letter that they looked at."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    version = page.form.text("version", limit=9)
    body = {
        "version": int(version) if version.isdigit() else 1,
        "reject": decision == "reject",
        "letter_sha256": page.form.text("letter_sha256", limit=64) or None,
    }
    await _rights(page).decide(str(approval_id), body)
    return page.done("/rights")


@router.get("/rights/notifications/{task_id}")
async def show_notification(task_id: UUID, page: Handler, language: InLanguage = None) -> Response:
    """Somebody who is to be told: the letter in six languages, told or put off."""
    rights = _rights(page)
    found = (await rights.overview()).notifications
    task = next((each for each in found if each.task_id == str(task_id)), None)
    if task is None:
        raise FormFault(field="there is no such notification")
    wanted = language if language in LANGUAGES else None
    letter = await rights.notification_letter(wanted)
    return page.show("rights_notification.html", task=task, letter=letter, languages=LANGUAGES)


@router.post("/rights/notifications/{task_id}/sent")
async def note_told(task_id: UUID, page: Handling) -> Response:
    """The person was told."""
    await _rights(page).notify(str(task_id), "sent", None)
    return page.done("/rights")


@router.post("/rights/notifications/{task_id}/deferral")
async def put_off(task_id: UUID, page: Handling) -> Response:
    """Propose to tell later, because telling would do harm."""
    harm = page.form.choice("harm", frozenset({"jeopardise", "endanger"}))
    body = {
        "would_jeopardise": harm == "jeopardise",
        "would_endanger": harm == "endanger",
        "reason": page.form.needed("reason"),
        "until_days": _days(page.form, "until_days"),
    }
    await _rights(page).notify(str(task_id), "deferral", body)
    return page.done("/rights")


@router.get("/rights/{request_id}")
async def show_request(request_id: UUID, page: Reader, language: InLanguage = None) -> Response:
    """One request: its clock, what was decided, the letter to send now, and the next step."""
    rights = _rights(page)
    request = await rights.request(str(request_id))
    wanted = language if language in LANGUAGES else None
    letter = await rights.letter(str(request_id), wanted) if page.may("HANDLE_RIGHTS") else None
    return _shown(page, request=request, letter=letter)


@router.post("/rights/{request_id}/opening")
async def open_submission(request_id: UUID, page: Handling) -> Response:
    """What the person wrote at the door; the look is recorded."""
    rights = _rights(page)
    request = await rights.request(str(request_id))
    written = await rights.written(str(request_id))
    letter = await rights.letter(str(request_id), None)
    return _shown(page, request=request, letter=letter, written=written)


@router.post("/rights/{request_id}/identity")
async def identify(request_id: UUID, page: Handling) -> Response:
    """The person was identified; these records are theirs."""
    body = {"record_ids": record_ids(page.form, "record_ids", is_needed=False)}
    await _rights(page).act(str(request_id), "identity", body)
    return page.done(f"/rights/{request_id}")


@router.post("/rights/{request_id}/extension")
async def extend(request_id: UUID, page: Handling) -> Response:
    """The one extension of 30 days, with reasons."""
    await _rights(page).act(str(request_id), "extension", {"reason": page.form.needed("reason")})
    return page.done(f"/rights/{request_id}")


@router.post("/rights/{request_id}/answer")
async def answer(request_id: UUID, page: Handling) -> Response:
    """Show the letter that goes with an answer first; give the answer when it was looked at."""
    rights = _rights(page)
    body = _answer(page.form)
    if page.form.choice("step", frozenset({"preview", "give"})) == "give":
        await rights.act(str(request_id), "answer", body)
        return page.done(f"/rights/{request_id}")
    request = await rights.request(str(request_id))
    preview = await rights.preview(str(request_id), body)
    return _shown(page, request=request, preview=preview, filled=page.form.fields)


def _shown(page: Page, **facts: Any) -> Response:
    usual: dict[str, Any] = {"letter": None, "written": None, "preview": None, "filled": {}}
    request = facts["request"]
    results = OUTCOMES if request.kind == "REDRESS" else ANSWERS
    return page.show(
        "rights_request.html",
        **usual | facts,
        results=results,
        grounds=GROUNDS,
        languages=LANGUAGES,
        corrections=CORRECTIONS,
        max_days=MAX_DAYS,
    )


def _answer(form: Submitted) -> dict[str, Any]:
    corrections = {name: value for name in CORRECTIONS if (value := form.text(name, limit=200))}
    return {
        "result": form.choice("result", frozenset((*ANSWERS, *OUTCOMES))),
        "reasons": form.needed("reasons"),
        "ground": form.choice("ground", frozenset(GROUNDS)) if form.text("ground") else None,
        "record_ids": record_ids(form, "refused_record_ids", is_needed=False),
        "expires_days": _days(form, "expires_days") if form.text("expires_days") else None,
        "original_reviewers": form.text("original_reviewers", limit=2000).split(),
        "appeal_body": form.text("appeal_body", limit=300),
        "corrections": corrections or None,
    }


def _days(form: Submitted, name: str) -> int:
    text = form.needed(name, limit=3)
    if not text.isdigit() or not 1 <= int(text) <= MAX_DAYS:
        raise FormFault(field=f"the days are 1 to {MAX_DAYS}")
    return int(text)


def _payload(proposal: Proposal) -> Mapping[str, Any]:
    """What was proposed, without what says nothing."""
    return {name: value for name, value in proposal.payload.items() if value not in (None, "", [], {})}
