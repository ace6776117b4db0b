"""The duty desk: what other States sent, with caveats and clocks; seen by a person; feedback by two.

Source: sharing-protocol.md §3, §6; workflow.md §6; safeguards.md SG-32.
"""

from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.desk import Desk
from services.console.page import Page, form_for, page_for
from services.console.rendering import local_time
from shared.security.roles import Permission

MEASURES: Final = (
    "NONE",
    "DOCUMENT_CHECK",
    "SECONDARY_INSPECTION",
    "ENTRY_REFUSED",
    "DETAINED",
    "ARRESTED",
    "OTHER",
)
SAME: Final = {"YES": "It is the same person", "NO": "It is somebody else", "UNKNOWN": "It cannot be told"}
#: What the second person may find, by the type of the message; nothing is found of the others (SG-09).
FINDINGS: Final = {
    "FEEDBACK": SAME,
    "IDENTITY_ANSWER": {
        "SAME": SAME["YES"],
        "DIFFERENT": SAME["NO"],
        "UNKNOWN": SAME["UNKNOWN"],
        "NOT_IN_SCOPE": "It is nothing for this way of asking",
        "TRY_CHANNEL": "They have to ask another way",
    },
}
IDENTIFIERS: Final = ("names", "date_of_birth", "document", "nationality", "birth_place", "biometrics")
#: What a message is, in words; a type of another's that we do not know shows as it came.
TYPES: Final = {
    "NOTIFY": "Notice of a person",
    "PNR_REQUEST": "Question for PNR",
    "PNR_RESPONSE": "Answer with PNR",
    "IDENTITY_QUERY": "Question about an identity",
    "IDENTITY_ANSWER": "Answer about an identity",
    "CORRECT": "Correction",
    "RECALL": "Recall",
    "ACK": "Acknowledgement",
    "DONE": "Carried out",
    "FEEDBACK": "Feedback",
    "CONSENT_REQUEST": "Question for consent",
    "CONSENT": "Consent",
    "EMERGENCY": "Emergency",
    "REVIEW_RESULT": "Result of a review",
    "SUSPEND": "Suspension",
    "RESUME": "Resumption",
    "WL_NOMINATE": "Nomination for a list",
    "WL_REMOVE": "Removal from a list",
    "WL_DECISION": "Decision about a nomination",
    "STATS": "Statistics",
}
CLOCKS: Final = {
    "SEND": "To be sent",
    "RECEIVE": "To be received there",
    "SEE": "To be seen by a person",
    "ANSWER": "To be answered",
    "DONE": "To be carried out",
}
FEEDBACK_TO: Final = frozenset({"NOTIFY", "EMERGENCY"})

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_EXCHANGE))]
Officer = Annotated[Page, Depends(form_for(Permission.WORK_EXCHANGE))]
Approver = Annotated[Page, Depends(form_for(Permission.APPROVE_EXCHANGE))]


def _desk(page: Page) -> Desk:
    return Desk(page.sharing.client)


@router.get("/desk")
async def show_inbox(page: Reader) -> Response:
    """What came in, what waits for a second person, and what left."""
    desk = _desk(page)
    received, sent = await desk.messages("IN"), await desk.messages("OUT")
    waiting = [each for each in sent if each.state == "PROPOSED"]
    left = [each for each in sent if each.state != "PROPOSED"]
    return _show(page, "desk.html", received=received, waiting=waiting, left=left)


@router.get("/desk/{message_id}")
async def show_message(message_id: UUID, page: Reader) -> Response:
    """One message: conditions, clocks, what answers it, and what there is to do."""
    return await _file(page, message_id)


@router.post("/desk/{message_id}/content")
async def show_content(message_id: UUID, page: Officer) -> Response:
    """What it says, for the purpose stated; the look is recorded."""
    purpose = page.form.purpose()
    content = await _desk(page).content(str(message_id), purpose)
    return await _file(page, message_id, content=content, purpose=purpose)


@router.post("/desk/{message_id}/acknowledgement")
async def acknowledge(message_id: UUID, page: Officer) -> Response:
    """Tell the sender that a person has seen it."""
    await _desk(page).acknowledge(str(message_id))
    return page.done(f"/desk/{message_id}")


@router.post("/desk/{message_id}/feedback")
async def give_feedback(message_id: UUID, page: Officer) -> Response:
    """Propose to tell the sender what became of its notice; a second person lets it go."""
    desk = _desk(page)
    message = (await desk.message(str(message_id))).message
    payload: dict[str, Any] = {
        "message_ref": str(message_id),
        "same_person": page.form.choice("same_person", frozenset(SAME)),
        "identifiers": [each for each in page.form.chosen("identifiers") if each in IDENTIFIERS],
        "measure_class": page.form.choice("measure_class", frozenset(MEASURES)),
    }
    wrong, words = page.form.text("wrong_field", limit=60), page.form.text("wrong_words", limit=500)
    if wrong and words:
        payload["corrections"] = [{"field": wrong, "words": words}]
    await desk.propose(
        {
            "type": "FEEDBACK",
            "recipient": message.authority_id,
            "payload": payload,
            "purpose_code": message.purpose,
            "statement": page.form.needed("statement", limit=500),
            "alternatives_considered": page.form.needed("alternatives_considered", limit=500),
            "in_reply_to": str(message_id),
        }
    )
    return page.done("/desk")


@router.post("/desk/{message_id}/preview")
async def show_what_would_leave(message_id: UUID, page: Approver) -> Response:
    """What a message that waits will say, for the purpose stated; the look is recorded."""
    purpose = page.form.purpose()
    preview = await _desk(page).preview(str(message_id), purpose)
    return await _file(page, message_id, preview=preview, purpose=purpose)


@router.post("/desk/{message_id}/approval")
async def let_go(message_id: UUID, page: Approver) -> Response:
    """The second person's own findings; what the safeguards refuse never leaves."""
    risk = page.form.text("individual_risk", limit=3)
    known = frozenset(code for findings in FINDINGS.values() for code in findings)
    body = {
        "finding": page.form.choice("finding", known) if page.form.text("finding") else None,
        "individual_risk": {"yes": True, "no": False}.get(risk),
    }
    verdict = await _desk(page).let_go(str(message_id), body)
    return await _file(page, message_id, verdict=verdict)


async def _file(page: Page, message_id: UUID, **facts: Any) -> Response:
    usual: dict[str, Any] = {"content": None, "preview": None, "purpose": None, "verdict": None}
    found = await _desk(page).message(str(message_id))
    shown = {
        "message": found.message,
        "replies": found.replies,
        "statement": found.statement,
        "court_order": found.court_order,
    }
    return _show(page, "desk_message.html", **usual | facts | shown)


def _show(page: Page, template: str, **facts: Any) -> Response:
    zone = ZoneInfo(page.console.settings.time_zone)
    return page.show(
        template,
        **facts,
        types=TYPES,
        clocks=CLOCKS,
        same=SAME,
        findings=FINDINGS,
        identifiers=IDENTIFIERS,
        measures=MEASURES,
        feedback_to=FEEDBACK_TO,
        local=lambda instant: local_time(instant, zone),
    )
