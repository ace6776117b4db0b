"""Nominations and reviews: draft, submit, decide; renew and suspend entries; the draft for the Committee."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse
from pydantic import Field

from services.screening.errors import AlreadyDecided, EntryIncomplete, NotFound, RefusedByPolicy
from services.screening.list_desk.nomination_forms import TermsIn
from services.screening.registers.forms import REGISTER_FAULTS, In, ProposalOut, Words
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.views import Out
from services.screening.watchlist.committee import as_html, proposal_to_committee
from services.screening.watchlist.looking import permit_look
from services.screening.watchlist.nominating import Nominating, Proposed
from services.screening.watchlist.nomination import DECIDED, JUDGED, Nomination, NominationState
from services.screening.watchlist.renewing import Finding, Renewing
from services.screening.watchlist.submitting import Submitting
from shared.approval.errors import ApprovalConflict
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])
EntryId = Annotated[str, Path(max_length=100)]
#: A page that may load nothing, and that nobody keeps.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
NOMINATION_FAULTS = problems(NotFound, AlreadyDecided, ApprovalConflict, EntryIncomplete, RefusedByPolicy)


class NominationIn(In):
    """A person to be listed, in the form of an entry; or `entry_id`, a foreign row to be adopted."""

    source_id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
    entry: dict[str, Any] = Field(default_factory=dict)
    entry_id: Annotated[str, Field(max_length=100)] | None = None
    terms: TermsIn

    def as_proposed(self) -> Proposed:
        """The use case's value."""
        return Proposed(self.source_id, self.entry, self.terms.model_dump(mode="json"), self.entry_id)


class NominationDecisionIn(In):
    """A second person's decision on the version that they were shown, with its reasons."""

    version: int
    decision: Literal["ACTIVATED", "RETURNED", "REJECTED"]
    reason: Words


class NominationOut(Out):
    """A nomination; the recommendation is left out for whoever may still have to decide (SG-09)."""

    nomination_id: UUID
    entry_id: str
    source_id: str
    kind: str
    state: str
    version: int
    entry: dict[str, Any]
    terms: dict[str, Any]
    nominator: str
    drafted_at: datetime
    submitted_at: datetime | None
    trial: dict[str, Any] | None
    approver: str | None
    decided_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, nomination: Nomination, reader: str) -> Self:
        """As a person may see it."""
        terms = dict(nomination.terms.raw)
        if nomination.state not in DECIDED and reader != nomination.nominator:
            terms.pop("recommendation", None)
        trial = nomination.trial
        return cls(
            nomination_id=nomination.nomination_id,
            entry_id=nomination.entry_id,
            source_id=nomination.source_id,
            kind=nomination.kind.value,
            state=nomination.state.value,
            version=nomination.version,
            entry=nomination.entry,
            terms=terms,
            nominator=nomination.nominator,
            drafted_at=nomination.drafted_at,
            submitted_at=nomination.submitted_at,
            trial=None
            if trial is None
            else {
                "basis": trial.basis,
                "tried": trial.tried,
                "stopped": trial.stopped,
                "plainly_different": trial.plainly_different,
                "stops_too_many": trial.stops_too_many,
            },
            approver=nomination.approver,
            decided_at=nomination.decided_at,
            reason=nomination.reason,
        )


class NominationLineOut(Out):
    """A nomination on one line, without the person."""

    nomination_id: UUID
    source_id: str
    kind: str
    state: str
    category: str
    nominator: str
    drafted_at: datetime
    submitted_at: datetime | None


class NominationsOut(Out):
    """Nominations, the oldest first."""

    nominations: list[NominationLineOut]


class FindingIn(In):
    """A reviewer's finding that the grounds still exist, and the next review."""

    finding: Words
    review_due: date


class ReasonIn(In):
    """Why an entry is suspended."""

    reason: Literal["DISPUTED", "OVERSIGHT_ORDER", "SOURCE_UNVERIFIED", "NEW_FACTS"]


class RenewedOut(Out):
    """An entry after its review."""

    entry_id: str
    status: str
    review_due: date
    expires: date
    is_used: bool


@router.get("/v1/nominations", dependencies=[Depends(require(Permission.READ_NOMINATIONS))])
async def list_nominations(ports: RequestPorts, state: NominationState | None = None) -> NominationsOut:
    """Nominations that are open or wait, or those in one state."""
    states = (
        [state] if state else [NominationState.SUBMITTED, NominationState.DRAFT, NominationState.RETURNED]
    )
    async with ports.database.connect() as connection:
        found = await ports.stores.nominations.listed(connection, states)
    return NominationsOut(
        nominations=[
            NominationLineOut(
                nomination_id=each.nomination_id,
                source_id=each.source_id,
                kind=each.kind.value,
                state=each.state.value,
                category=each.terms.category,
                nominator=each.nominator,
                drafted_at=each.drafted_at,
                submitted_at=each.submitted_at,
            )
            for each in found
        ]
    )


@router.post("/v1/nominations", status_code=201, responses=NOMINATION_FAULTS)
async def draft_nomination(
    body: NominationIn,
    principal: Annotated[Principal, Depends(require(Permission.NOMINATE_ENTRY))],
    ports: RequestPorts,
) -> NominationOut:
    """Open a nomination, or the adoption of a foreign list's row."""
    nomination = await Nominating(ports).draft(body.as_proposed(), principal)
    return NominationOut.of(nomination, principal.subject)


@router.put("/v1/nominations/{nomination_id}", responses=NOMINATION_FAULTS)
async def change_nomination(
    nomination_id: UUID,
    body: NominationIn,
    principal: Annotated[Principal, Depends(require(Permission.NOMINATE_ENTRY))],
    ports: RequestPorts,
) -> NominationOut:
    """Write one's own draft, or one that came back, anew."""
    changed = await Nominating(ports).change(nomination_id, body.as_proposed(), principal)
    return NominationOut.of(changed, principal.subject)


@router.get("/v1/nominations/{nomination_id}", responses=NOMINATION_FAULTS)
async def read_nomination(
    nomination_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.READ_NOMINATIONS))],
    ports: RequestPorts,
) -> NominationOut:
    """One nomination; the look is judged and logged."""
    return NominationOut.of(await _looked_at(nomination_id, principal, ports), principal.subject)


@router.post("/v1/nominations/{nomination_id}/submission", responses=NOMINATION_FAULTS)
async def submit_nomination(
    nomination_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.NOMINATE_ENTRY))],
    ports: RequestPorts,
    opened: Service,
) -> NominationOut:
    """Hand a draft to a second person; its criteria are checked and it is tried on past travellers."""
    nomination = await Submitting(ports, opened.current, opened.window)(nomination_id, principal)
    return NominationOut.of(nomination, principal.subject)


@router.post("/v1/nominations/{nomination_id}/decision", responses=NOMINATION_FAULTS)
async def decide_nomination(
    nomination_id: UUID,
    body: NominationDecisionIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_ENTRY))],
    ports: RequestPorts,
    opened: Service,
) -> NominationOut:
    """Activate, return or reject as the approver."""
    target = NominationState(body.decision)
    decided = await Nominating(ports).decide(
        nomination_id, principal, target, body.reason, expected_version=body.version
    )
    opened.wake.set()
    return NominationOut.of(decided, principal.subject)


@router.get("/v1/nominations/{nomination_id}/committee-draft", responses=NOMINATION_FAULTS)
async def read_committee_draft(
    nomination_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.READ_NOMINATIONS))],
    ports: RequestPorts,
    opened: Service,
) -> dict[str, Any]:
    """The nomination as the draft of a proposal to the 1267 Committee (S/RES/2396 para 42)."""
    nomination = await _judged(nomination_id, principal, ports)
    return proposal_to_committee(nomination, opened.settings.committee_form, ports.clock.now())


@router.get(
    "/v1/nominations/{nomination_id}/committee-draft/page",
    response_class=HTMLResponse,
    responses=NOMINATION_FAULTS,
)
async def print_committee_draft(
    nomination_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.READ_NOMINATIONS))],
    ports: RequestPorts,
    opened: Service,
) -> HTMLResponse:
    """The same draft as one page to be printed, under the headings of the Committee's standard form."""
    nomination = await _judged(nomination_id, principal, ports)
    return HTMLResponse(
        as_html(nomination, opened.settings.committee_form, ports.clock.now()), headers=PAGE_HEADERS
    )


@router.post("/v1/watchlist/entries/{entry_id}/renewal", status_code=201, responses=REGISTER_FAULTS)
async def propose_renewal(
    entry_id: EntryId,
    body: FindingIn,
    principal: Annotated[Principal, Depends(require(Permission.REVIEW_ENTRY))],
    ports: RequestPorts,
) -> ProposalOut:
    """Find as a reviewer that an entry's grounds still exist."""
    finding = Finding(body.finding, body.review_due)
    return ProposalOut.of(await Renewing(ports).propose(entry_id, finding, principal))


@router.post("/v1/watchlist/renewals/{approval_id}/approval", responses=REGISTER_FAULTS)
async def approve_renewal(
    approval_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_RENEWAL))],
    ports: RequestPorts,
    opened: Service,
) -> RenewedOut:
    """Agree as a second person; the entry is active until its next review."""
    entry = await Renewing(ports).approve(approval_id, principal)
    opened.wake.set()
    return RenewedOut(
        entry_id=entry.entry_id,
        status=entry.status.value,
        review_due=entry.review_due,
        expires=entry.expires,
        is_used=entry.is_used,
    )


@router.post("/v1/watchlist/entries/{entry_id}/suspension", status_code=204, responses=problems(NotFound))
async def suspend_entry(
    entry_id: EntryId,
    body: ReasonIn,
    principal: Annotated[Principal, Depends(require(Permission.IMPORT_LIST))],
    ports: RequestPorts,
    opened: Service,
) -> None:
    """Take an entry out of screening until it was reviewed. One person is enough: it protects."""
    await Renewing(ports).suspend(entry_id, principal, body.reason)
    opened.wake.set()


async def _looked_at(nomination_id: UUID, principal: Principal, ports: RequestPorts) -> Nomination:
    async with ports.transaction() as connection:
        nomination = await ports.stores.nominations.lock(connection, nomination_id)
        if nomination is None:
            raise NotFound(kind="nomination")
        await permit_look(
            ports,
            connection,
            principal,
            await ports.stores.registers.source(connection, nomination.source_id),
            object_kind="nomination",
            object_id=str(nomination_id),
            facts={"screen": "nomination"},
        )
        return nomination


async def _judged(nomination_id: UUID, principal: Principal, ports: RequestPorts) -> Nomination:
    """A nomination that may be proposed to the Committee: its criteria were judged (SG-13)."""
    nomination = await _looked_at(nomination_id, principal, ports)
    if nomination.state not in JUDGED:
        raise NotFound(kind="nomination that was submitted")
    return nomination
