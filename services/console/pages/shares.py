"""Who must be told of a confirmed hit: verdicts, proposal by one, approval by another, and the notices."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.clients.desk import Desk
from services.console.errors import FormFault
from services.console.page import Page, form_for, page_for
from shared.security.roles import Permission

MAX_PERIOD_DAYS: Final = 90
MAX_EMERGENCY_HOURS: Final = 24
MAX_WORDS: Final = 500
REVIEWED_WITHIN: Final = timedelta(hours=72)
#: What is told of a court's order that covers a child, each with its longest text.
ORDER_PARTS: Final = {"reference": 100, "court": 100, "dated": 10, "scope": 200}
#: What an emergency may relax of one person whom a notice tells of (SG-39).
RELAXED: Final = {
    "SG-30": "No agreement covers it",
    "SG-33": "The originator's consent cannot be had in time",
}
RISKS: Final = (
    "torture",
    "ill_treatment",
    "death_penalty",
    "unfair_trial",
    "enforced_disappearance",
    "refoulement",
)

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_SHARES))]


@router.get("/shares")
async def show_shares(page: Reader) -> Response:
    """All shares with each recipient's verdict."""
    return page.show("shares.html", shares=await page.sharing.shares())


@router.get("/shares/{share_id}")
async def show_share(share_id: UUID, page: Reader) -> Response:
    """One share: recipients, reasons, and the step that is next."""
    share = await page.sharing.share(str(share_id))
    return page.show("share.html", share=share, risks=RISKS, relaxed=RELAXED)


@router.post("/shares/{share_id}/preview")
async def preview(
    share_id: UUID, page: Annotated[Page, Depends(form_for(Permission.READ_SHARES))]
) -> Response:
    """Exactly what would leave for one authority; it shows a person, so it asks why."""
    purpose = page.form.purpose()
    authority = page.form.needed("authority", limit=60)
    payload = await page.sharing.preview(str(share_id), authority, purpose)
    return page.show(
        "share_preview.html", share_id=str(share_id), authority=authority, payload=payload, purpose=purpose
    )


@router.post("/shares/{share_id}/individual-risk")
async def record_individual_risk(
    share_id: UUID, page: Annotated[Page, Depends(form_for(Permission.RECORD_INDIVIDUAL_RISK))]
) -> Response:
    """The human-rights officer's finding about this person, before recipients are decided (SG-34)."""
    finding = page.form.choice("individual_risk", frozenset({"yes", "no"}))
    assessments = {risk: text for risk in RISKS if (text := page.form.text(risk, limit=1000))}
    for officer in ("legal", "human_rights"):
        if page.form.text(officer):
            assessments[officer] = page.form.choice(officer, frozenset({"CLEAR", "RISK"}))
    body = {"individual_risk": finding == "yes", "assessments": assessments}
    await page.sharing.act(str(share_id), "individual-risk", body)
    return page.done(f"/shares/{share_id}")


@router.post("/shares/{share_id}/proposal")
async def propose(
    share_id: UUID, page: Annotated[Page, Depends(form_for(Permission.PROPOSE_SHARE))]
) -> Response:
    """Propose whom to tell, why, what else was considered, and until when."""
    period = page.form.needed("period_days", limit=3)
    if not period.isdigit() or not 1 <= int(period) <= MAX_PERIOD_DAYS:
        raise FormFault(field=f"the period is 1 to {MAX_PERIOD_DAYS} days")
    body = {
        "statement": page.form.needed("statement"),
        "alternatives_considered": page.form.needed("alternatives_considered"),
        "period_days": int(period),
        "authorities": page.form.chosen("authorities"),
        "purpose_code": "CHILD_PROTECTION" if page.form.text("protects_child") else "TERR_TRAVEL",
        "court_order": _court_order(page),
    }
    await page.sharing.act(str(share_id), "proposal", body)
    return page.done(f"/shares/{share_id}")


def _court_order(page: Page) -> dict[str, str] | None:
    """The order that the proposal names; all of it, so that whoever approves knows which order that is."""
    given = {name: page.form.text(f"court_order_{name}", limit=limit) for name, limit in ORDER_PARTS.items()}
    if not any(given.values()):
        return None
    if not all(given.values()):
        raise FormFault(field="a court's order has a number, a court, a day, and what it covers")
    return given


@router.post("/shares/{share_id}/approval")
async def approve(
    share_id: UUID, page: Annotated[Page, Depends(form_for(Permission.APPROVE_SHARE))]
) -> Response:
    """The second person's decision on what they see; only what every safeguard permits is then written."""
    decision = page.form.choice("decision", frozenset({"approve", "reject"}))
    body = {
        "approval_id": page.form.needed("approval_id"),
        "approve": decision == "approve",
        "fallback": page.form.chosen("fallback"),
    }
    await page.sharing.act(str(share_id), "approval", body)
    return page.done(f"/shares/{share_id}")


@router.post("/shares/{share_id}/emergency")
async def declare_emergency(
    share_id: UUID, page: Annotated[Page, Depends(form_for(Permission.WORK_EXCHANGE))]
) -> Response:
    """Declare a danger to life: the message tells of this hit, and nobody types an identity."""
    share = await page.sharing.share(str(share_id))
    hours = page.form.needed("hours", limit=2)
    if not hours.isdigit() or not 1 <= int(hours) <= MAX_EMERGENCY_HOURS:
        raise FormFault(field=f"an emergency lasts 1 to {MAX_EMERGENCY_HOURS} hours")
    now = page.now()
    payload = {
        "threat": page.form.needed("threat", limit=MAX_WORDS),
        "why_normal_way_fails": page.form.needed("why_normal_way_fails", limit=MAX_WORDS),
        "declared_by_role": "SUPERVISOR",
        "declared_at": now.isoformat(),
        "relaxes": [each for each in page.form.chosen("relaxes") if each in RELAXED],
        "expires_at": (now + timedelta(hours=int(hours))).isoformat(),
        "review_due": (now + REVIEWED_WITHIN).isoformat(),
    }
    body = {
        "type": "EMERGENCY",
        "recipient": page.form.choice("recipient", frozenset(each.authority_id for each in share.abroad)),
        "payload": payload,
        "purpose_code": "TERR_PREVENT",
        "statement": page.form.needed("statement", limit=MAX_WORDS),
        "alternatives_considered": payload["why_normal_way_fails"],
        "hit_id": share.hit_id,
    }
    await Desk(page.sharing.client).propose(body)
    return page.done("/desk")


@router.get("/notices")
async def show_notices(page: Annotated[Page, Depends(page_for(Permission.READ_NOTICES))]) -> Response:
    """All notices and how far each is."""
    return page.show("notices.html", notices=await page.sharing.notices())


@router.get("/notices/{notice_id}")
async def show_notice(
    notice_id: UUID, page: Annotated[Page, Depends(page_for(Permission.READ_NOTICES))]
) -> Response:
    """One notice: tries, verdicts, acknowledgement, digest."""
    return page.show("notice.html", notice=await page.sharing.notice(str(notice_id)))
