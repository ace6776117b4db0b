"""Nominations: written by one person, tried on past travellers, decided by another."""

from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse, Response

from services.console.errors import ConsoleFault, FormFault, ServiceFault
from services.console.nomination_form import (
    GROUPS,
    Written,
    as_nomination,
    blank,
    from_draft,
    with_what_stood,
    written,
)
from services.console.page import Page, form_for, page_for
from services.console.seen.nominations import NominationView
from services.console.watchlist_words import DECISIONS
from shared.security.roles import Permission
from shared.web.limits import MEBIBYTE

MAX_SHEET_BYTES: Final = 4 * MEBIBYTE
MAX_REASON_CHARACTERS: Final = 2000
DECIDED: Final = ("ACTIVATED", "REJECTED", "DISCARDED")
#: Nominations of a State's own persons belong to this source unless the person says otherwise.
OWN_SOURCE: Final = "NATIONAL"
_TEMPLATES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_NOMINATIONS))]
Nominator = Annotated[Page, Depends(page_for(Permission.NOMINATE_ENTRY))]
NominatorForm = Annotated[Page, Depends(form_for(Permission.NOMINATE_ENTRY))]
ApproverForm = Annotated[Page, Depends(form_for(Permission.APPROVE_ENTRY))]


@router.get("/nominations")
async def show_nominations(page: Reader, decided: str = "") -> Response:
    """What waits and what is being written; or what was decided."""
    state = decided if decided in DECIDED else None
    found = await page.nominations.listed(state)
    return page.show("nominations.html", nominations=found, decided=state, states=DECIDED)


@router.get("/nominations/new")
async def show_form(page: Nominator, entry_id: str = "", source_id: str = OWN_SOURCE) -> Response:
    """An empty form, or the adoption of a foreign list's row."""
    return _form(page, blank(source_id[:40], entry_id[:100]))


@router.post("/nominations/new")
async def draft(page: NominatorForm) -> Response:
    """Keep a draft, or draw the form again with one more row."""
    more = page.form.text("more", limit=20)
    if more:
        return _form(page, written(page.form, one_more=more), opened=more)
    try:
        nomination = await page.nominations.draft(as_nomination(written(page.form)))
    except (FormFault, ServiceFault) as fault:
        return _form(page, written(page.form), fault=fault)
    return page.go(f"/nominations/{UUID(nomination.nomination_id)}")


@router.post("/nominations/sheet", max_body_size=MAX_SHEET_BYTES)
async def send_sheet(page: NominatorForm) -> Response:
    """Hand a sheet over; each row becomes a draft, and what could not be read is told."""
    source = page.form.needed("source_id", limit=40)
    drafted = await page.nominations.send_sheet(await page.form.file("file"), source)
    return page.show("nomination_sheet.html", drafted=drafted)


@router.get("/nominations/template.{kind}")
async def download_template(kind: str, page: Reader) -> Response:
    """The sheet to fill in."""
    form = kind if kind in _TEMPLATES else "xlsx"
    content = await page.nominations.template(form)
    headers = {"Content-Disposition": f'attachment; filename="nominations.{form}"'}
    return Response(content, media_type=_TEMPLATES[form], headers=headers)


@router.get("/nominations/{nomination_id}")
async def show_nomination(nomination_id: UUID, page: Reader) -> Response:
    """One nomination: identifiers, grounds, the trial, what the front line would see."""
    return await _shown(page, await page.nominations.nomination(str(nomination_id)))


@router.get("/nominations/{nomination_id}/edit")
async def show_edit(nomination_id: UUID, page: Nominator) -> Response:
    """One's own draft in the form."""
    nomination = await page.nominations.nomination(str(nomination_id))
    form = from_draft(
        nomination.source_id,
        nomination.entry,
        nomination.terms,
        nomination.entry_id if nomination.kind == "ADOPTION" else "",
    )
    return _form(page, form, nomination_id=nomination_id)


@router.post("/nominations/{nomination_id}/edit")
async def change(nomination_id: UUID, page: NominatorForm) -> Response:
    """Keep the draft as it is written now."""
    more = page.form.text("more", limit=20)
    if more:
        again = written(page.form, one_more=more)
        return _form(page, again, nomination_id=nomination_id, opened=more)
    try:
        body = as_nomination(written(page.form))
        stood = await page.nominations.nomination(str(nomination_id))
        body["entry"] = with_what_stood(body["entry"], stood.entry) if body["entry"] else {}
        await page.nominations.change(str(nomination_id), body)
    except (FormFault, ServiceFault) as fault:
        return _form(page, written(page.form), nomination_id=nomination_id, fault=fault)
    return page.done(f"/nominations/{nomination_id}")


@router.post("/nominations/{nomination_id}/submission")
async def submit(nomination_id: UUID, page: NominatorForm) -> Response:
    """Hand it to a second person; a criterion that is not met is told in a sentence."""
    try:
        await page.nominations.submit(str(nomination_id))
    except ServiceFault as fault:
        nomination = await page.nominations.nomination(str(nomination_id))
        return await _shown(page, nomination, fault=fault)
    return page.done(f"/nominations/{nomination_id}")


@router.post("/nominations/{nomination_id}/decision")
async def decide(nomination_id: UUID, page: ApproverForm) -> Response:
    """The second person's decision; a refusal keeps what was written."""
    try:
        version = page.form.text("version", limit=9)
        body = {
            # Of none that was shown, none is decided.
            "version": int(version) if version.isdigit() else 0,
            "decision": page.form.choice("decision", frozenset(DECISIONS)),
            "reason": page.form.needed("reason", limit=MAX_REASON_CHARACTERS),
        }
        await page.nominations.decide(str(nomination_id), body)
    except (FormFault, ServiceFault) as fault:
        nomination = await page.nominations.nomination(str(nomination_id))
        return await _shown(page, nomination, fault=fault)
    return page.done(f"/nominations/{nomination_id}")


@router.get("/nominations/{nomination_id}/committee-draft")
async def show_committee_draft(nomination_id: UUID, page: Reader) -> Response:
    """The parts of a listing proposal to the 1267 Committee, for the mission to complete."""
    draft = await page.nominations.committee_draft(str(nomination_id))
    return page.show("committee_draft.html", nomination_id=nomination_id, draft=draft)


@router.get("/nominations/{nomination_id}/committee-draft.json")
async def download_committee_draft(nomination_id: UUID, page: Reader) -> Response:
    """The same as a file."""
    draft = await page.nominations.committee_draft(str(nomination_id))
    headers = {"Content-Disposition": 'attachment; filename="committee-draft.json"'}
    return JSONResponse(draft, headers=headers)


async def _shown(page: Page, nomination: NominationView, fault: ConsoleFault | None = None) -> Response:
    source = None
    if page.may("READ_WATCHLIST"):
        sources = (await page.watchlist.sources()).sources
        source = next((each for each in sources if each.source_id == nomination.source_id), None)
    return page.show(
        "nomination.html",
        status=_status(fault),
        nomination=nomination,
        source=source,
        fault=fault,
        reason=page.form.text("reason", limit=MAX_REASON_CHARACTERS),
        decision=page.form.text("decision", limit=40),
    )


def _form(
    page: Page,
    form: Written,
    *,
    nomination_id: UUID | None = None,
    fault: ConsoleFault | None = None,
    opened: str = "",
) -> Response:
    facts: dict[str, Any] = {"form": form, "groups": GROUPS, "nomination_id": nomination_id, "opened": opened}
    return page.show("nomination_form.html", status=_status(fault), fault=fault, **facts)


def _status(fault: ConsoleFault | None) -> int:
    if fault is None:
        return HTTPStatus.OK
    return fault.status if isinstance(fault, ServiceFault) else HTTPStatus.UNPROCESSABLE_ENTITY
