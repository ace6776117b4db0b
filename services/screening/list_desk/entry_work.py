"""What a second person and a reviewer read about entries: an entry's life, pending renewals and merges."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path

from services.screening.errors import NotFound, RefusedByPolicy
from services.screening.registers.forms import REGISTER_FAULTS, ProposalOut
from services.screening.registers.proposals import ENTRY_MERGE, ENTRY_RENEWAL, Decision, Proposals
from services.screening.registers.rows import ListSource
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.store.entry_history import EntryHistoryStore, EntryStep, MergeDecision
from services.screening.views import Out
from services.screening.watchlist.looking import permit_look
from services.screening.watchlist.versions import EntryRecord
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])
MAX_STEPS = 100
MAX_DECISIONS = 500
EntryId = Annotated[str, Path(max_length=100)]
_REFUSED = Decision(approves=False)


class EntryStepOut(Out):
    """One thing that was done about an entry."""

    at: datetime
    actor: str
    action: str
    outcome: str
    reasons: list[str]
    facts: dict[str, Any]

    @classmethod
    def of(cls, step: EntryStep) -> Self:
        """From the log."""
        return cls(**asdict(step) | {"reasons": list(step.reasons)})


class EntryLifeOut(Out):
    """How an entry stands, under what conditions it is used, who answers for it, and what was done."""

    entry_id: str
    source: str
    status: str
    status_since: datetime
    activated_at: datetime
    review_due: date
    expires: date
    removed_at: datetime | None
    is_used: bool
    category: str | None
    grade: str
    handling_code: str
    conditions: list[str]
    action_code: str
    tear_line: str
    nominator: str | None
    approver: str | None
    nomination_id: UUID | None
    renewals: list[ProposalOut]
    steps: list[EntryStepOut]

    @classmethod
    def of(
        cls, entry: EntryRecord, source: ListSource, renewals: list[ProposalOut], steps: list[EntryStepOut]
    ) -> Self:
        """From an entry and its source."""
        adoption = entry.adoption or {}
        return cls(
            entry_id=entry.entry_id,
            source=entry.source_id,
            status=entry.status.value,
            status_since=entry.status_since,
            activated_at=entry.activated_at,
            review_due=entry.review_due,
            expires=entry.expires,
            removed_at=entry.removed_at,
            is_used=entry.is_used,
            category=entry.body.get("category"),
            grade=f"{source.source_grade}{source.info_grade}",
            handling_code=source.handling_code,
            conditions=list(source.conditions),
            action_code=source.action_code,
            tear_line=adoption.get("tear_line") or source.tear_line,
            nominator=adoption.get("nominator"),
            approver=adoption.get("approver"),
            nomination_id=adoption.get("nomination_id"),
            renewals=renewals,
            steps=steps,
        )


class RenewalsOut(Out):
    """Findings that await a second person."""

    renewals: list[ProposalOut]


class MergeOut(Out):
    """A decision about two entries that stands; it names nobody but those who decided."""

    decision_id: UUID
    entry_id: str
    other_id: str
    is_same: bool
    key: str
    author: str
    approver: str | None
    at: datetime

    @classmethod
    def of(cls, decision: MergeDecision) -> Self:
        """From a decision."""
        return cls(**asdict(decision))


class MergesOut(Out):
    """Merges that await a second person, and the decisions that stand."""

    pending: list[ProposalOut]
    decisions: list[MergeOut]


@router.get("/v1/watchlist/entries/{entry_id}/life", responses=problems(NotFound, RefusedByPolicy))
async def read_life(
    entry_id: EntryId,
    principal: Annotated[Principal, Depends(require(Permission.READ_ENTRIES))],
    ports: RequestPorts,
) -> EntryLifeOut:
    """An entry's standing, conditions of use, owners and history; the look is judged and logged."""
    renewals = await Proposals(ports).pending(ENTRY_RENEWAL)
    async with ports.transaction() as connection:
        entry = await ports.stores.watchlist.entry(connection, entry_id)
        if entry is None:
            raise NotFound(kind="watchlist entry")
        source = await ports.stores.registers.source(connection, entry.source_id)
        assert source is not None, "an entry's source is registered: the tables say so"
        await permit_look(
            ports,
            connection,
            principal,
            source,
            object_kind="entry",
            object_id=entry_id,
            facts={"screen": "entry_life"},
        )
        steps = await EntryHistoryStore().steps(connection, entry_id, MAX_STEPS)
    own = [ProposalOut.of(each) for each in renewals if each.subject == entry_id]
    return EntryLifeOut.of(entry, source, own, [EntryStepOut.of(each) for each in steps])


@router.get("/v1/watchlist/renewals", responses=problems(RefusedByPolicy))
async def list_renewals(
    principal: Annotated[Principal, Depends(require(Permission.READ_RENEWALS))],
    ports: RequestPorts,
) -> RenewalsOut:
    """Reviewers' findings that await a second person; each look at one is judged and logged."""
    found = await Proposals(ports).pending(ENTRY_RENEWAL)
    async with ports.transaction() as connection:
        for each in found:
            # An entry's identifier begins with its source's.
            source_id = each.subject.partition(":")[0]
            source = await ports.stores.registers.source(connection, source_id)
            await permit_look(
                ports,
                connection,
                principal,
                source,
                object_kind="entry",
                object_id=each.subject,
                facts={"screen": "renewals"},
            )
    return RenewalsOut(renewals=[ProposalOut.of(each) for each in found])


@router.post("/v1/watchlist/renewals/{approval_id}/rejection", responses=REGISTER_FAULTS)
async def let_lapse(
    approval_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_RENEWAL))],
    ports: RequestPorts,
) -> ProposalOut:
    """Do not agree to a renewal: without another finding the entry leaves screening on its day (SG-14)."""
    return ProposalOut.of(await Proposals(ports).decide({ENTRY_RENEWAL}, approval_id, principal, _REFUSED))


@router.get("/v1/watchlist/merges", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def list_merges(ports: RequestPorts) -> MergesOut:
    """Merges that await a second person, and decisions that can be undone; identifiers alone."""
    pending = await Proposals(ports).pending(ENTRY_MERGE)
    async with ports.database.connect() as connection:
        decisions = await EntryHistoryStore().merges(connection, MAX_DECISIONS)
    return MergesOut(
        pending=[ProposalOut.of(each) for each in pending],
        decisions=[MergeOut.of(each) for each in decisions],
    )


@router.post("/v1/watchlist/merges/{approval_id}/rejection", responses=REGISTER_FAULTS)
async def reject_merge(
    approval_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_MERGE))],
    ports: RequestPorts,
) -> ProposalOut:
    """Do not agree that two entries are one person; the pair is proposed again until it is told apart."""
    return ProposalOut.of(await Proposals(ports).decide({ENTRY_MERGE}, approval_id, principal, _REFUSED))
