"""Entries as watchlist officers work with them: search, provenance, reviews, merges, statistics."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from services.screening.errors import AlreadyDecided, NotFound, RefusedByPolicy
from services.screening.registers.forms import REGISTER_FAULTS, In, ProposalOut
from services.screening.registers.rows import ListSource
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.store.entries import EntryFile
from services.screening.views import Out
from services.screening.watchlist.delta import shown_name
from services.screening.watchlist.looking import permit_look
from services.screening.watchlist.merging import Merging
from services.screening.watchlist.provenance import conflicts_of, values_of
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])
MAX_FOUND = 50
MAX_LISTED = 500
#: An entry with so many hits, nearly all of them somebody else, has an identifier problem (governance §7).
OFTEN = 20
MOSTLY_WRONG = 0.95
EntryId = Annotated[str, Path(max_length=100)]
Key = Annotated[str, Field(min_length=1, max_length=100)]


class EntryLineOut(Out):
    """An entry on one line."""

    entry_id: str
    source: str
    name: str
    status: str
    review_due: date
    expires: date
    is_used: bool

    @classmethod
    def of(cls, file: EntryFile) -> Self:
        """From an entry."""
        return cls(
            entry_id=file.entry_id,
            source=file.source_id,
            name=shown_name(file.body),
            status=file.status,
            review_due=file.review_due,
            expires=file.expires,
            is_used=file.is_used,
        )


class SearchIn(In):
    """What is looked for: in the body, because a name never stands in an address."""

    words: Annotated[str, Field(min_length=2, max_length=100)]
    after: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class EntriesOut(Out):
    """Entries found, at most 50 in the order of their identifiers; `next` is what to go on `after`."""

    entries: list[EntryLineOut]
    next: str | None


class ValueOut(Out):
    """A value and everyone who says it."""

    field: str
    value: Any
    said_by: list[dict[str, Any]]


class ListedEntryOut(Out):
    """One person: every value with its sources, merged entries, and why it is not used if so."""

    entry_id: str
    merged_from: list[str]
    listings: list[EntryLineOut]
    values: list[ValueOut]
    conflicts: list[str]
    grounds: list[str]
    refusals: list[str]


class ReviewsOut(Out):
    """Entries whose review or end is near, without the persons."""

    until: date
    due: list[dict[str, Any]]


class StatisticsOut(Out):
    """Entries by source and status, those never matched, and those that are mostly somebody else."""

    by_status: dict[str, dict[str, int]]
    never_matched: list[str]
    often_wrong: list[dict[str, Any]]


class ProposalsOut(Out):
    """Pairs that may be one person and about which nobody decided, as this worker's matcher sees them."""

    proposals: list[dict[str, str]]


class PairIn(In):
    """Two entries: one person or two."""

    entry_id: Key
    other_id: Key
    key: Literal["DOCUMENT", "NAME_AND_BIRTH_DATE", "OTHER"] = "OTHER"


class DecisionOut(Out):
    """A decision, by which it can be undone."""

    decision_id: UUID


class ReleasableOut(Out):
    """What a counterpart may be told of an entry, and no more (SG-31, W-MIN)."""

    identifiers: dict[str, Any]
    category: str | None
    grounds_summary: str | None
    grade: str
    review_date: date
    handling_code: str
    tear_line: str


@router.post("/v1/watchlist/entries/search", responses=problems(RefusedByPolicy))
async def search_entries(
    body: SearchIn,
    principal: Annotated[Principal, Depends(require(Permission.READ_ENTRIES))],
    ports: RequestPorts,
) -> EntriesOut:
    """Find entries by a part of a name in any script, an identifier or a document's number."""
    async with ports.transaction() as connection:
        found = await ports.stores.entries.search(connection, body.words, MAX_FOUND + 1, body.after)
        is_more, found = len(found) > MAX_FOUND, found[:MAX_FOUND]
        for source_id in sorted({each.source_id for each in found}):
            source = await ports.stores.registers.source(connection, source_id)
            await _permit(ports, connection, principal, source, f"search:{source_id}")
    lines = [EntryLineOut.of(each) for each in found]
    return EntriesOut(entries=lines, next=lines[-1].entry_id if is_more else None)


@router.get("/v1/watchlist/entries/{entry_id}", responses=problems(NotFound, RefusedByPolicy))
async def read_entry(
    entry_id: EntryId,
    principal: Annotated[Principal, Depends(require(Permission.READ_ENTRIES))],
    ports: RequestPorts,
    opened: Service,
) -> ListedEntryOut:
    """One person with the provenance of each value; the look is judged and logged."""
    merged = opened.current.consolidation.merged_from
    head = next((each for each, others in merged.items() if entry_id in others), entry_id)
    members = [head, *merged.get(head, ())]
    async with ports.transaction() as connection:
        files = await ports.stores.entries.files(connection, members)
        if entry_id not in {each.entry_id for each in files}:
            raise NotFound(kind="watchlist entry")
        for source_id in sorted({each.source_id for each in files}):
            source = await ports.stores.registers.source(connection, source_id)
            await _permit(ports, connection, principal, source, entry_id)
    values = values_of(files)
    return ListedEntryOut(
        entry_id=head,
        merged_from=list(merged.get(head, ())),
        listings=[EntryLineOut.of(each) for each in files],
        values=[ValueOut(field=each.field, value=each.value, said_by=list(each.said_by)) for each in values],
        conflicts=conflicts_of(values),
        grounds=[words for each in files for words in each.body.get("grounds") or ()],
        refusals=sorted({reason for each in files for reason in each.refusals}),
    )


@router.get("/v1/watchlist/entries/{entry_id}/releasable", responses=problems(NotFound, RefusedByPolicy))
async def read_releasable(
    entry_id: EntryId,
    principal: Annotated[Principal, Depends(require(Permission.READ_ENTRIES))],
    ports: RequestPorts,
) -> ReleasableOut:
    """What a counterpart may be told of an entry: the minimum set, without grounds, addresses or notes."""
    async with ports.transaction() as connection:
        files = await ports.stores.entries.files(connection, [entry_id])
        source = await ports.stores.registers.source(connection, files[0].source_id) if files else None
        if not files or source is None:
            raise NotFound(kind="watchlist entry")
        await _permit(ports, connection, principal, source, entry_id)
    body, adoption = files[0].body, files[0].adoption or {}
    fields = ("birth_dates", "birth_places", "nationalities", "sex")
    return ReleasableOut(
        identifiers={
            "names": [{"text": name["text"], "quality": name["quality"]} for name in body["names"]],
            "documents": [
                {"number": each["number"], "type": each["type"], "issuer": each["issuer"]}
                for each in body.get("documents") or ()
            ],
            **{field: body.get(field) for field in fields},
        },
        category=body.get("category"),
        grounds_summary=adoption.get("summary"),
        grade=f"{source.source_grade}{source.info_grade}",
        review_date=files[0].review_due,
        handling_code=source.handling_code,
        tear_line=adoption.get("tear_line") or source.tear_line,
    )


@router.get("/v1/watchlist/reviews", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def list_reviews(ports: RequestPorts, days: Annotated[int, Query(ge=1, le=366)] = 60) -> ReviewsOut:
    """The review calendar of the coming days."""
    until = ports.clock.now().date() + timedelta(days=days)
    async with ports.database.connect() as connection:
        found = await ports.stores.entries.due(connection, until, MAX_LISTED)
    due = [
        {
            "entry_id": each.entry_id,
            "source": each.source_id,
            "status": each.status,
            "review_due": each.review_due.isoformat(),
            "expires": each.expires.isoformat(),
        }
        for each in found
    ]
    return ReviewsOut(until=until, due=due)


@router.get("/v1/watchlist/statistics", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def read_statistics(ports: RequestPorts) -> StatisticsOut:
    """Counts of the list, what never matched, and what is mostly somebody else; no persons."""
    async with ports.database.connect() as connection:
        counts = await ports.stores.entries.counts(connection, MAX_LISTED)
        by_status = await ports.stores.entries.by_status(connection)
    wrong = [each for each in counts if each.hits >= OFTEN and each.not_a_match > MOSTLY_WRONG * each.hits]
    return StatisticsOut(
        by_status=by_status,
        never_matched=[each.entry_id for each in counts if not each.hits],
        often_wrong=[
            {"entry_id": each.entry_id, "hits": each.hits, "not_a_match": each.not_a_match} for each in wrong
        ],
    )


@router.get("/v1/watchlist/merge-proposals", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def list_merge_proposals(opened: Service) -> ProposalsOut:
    """Pairs that share a document, or a name and a full birth date; identifiers and the key alone."""
    proposals = opened.current.consolidation.proposals[:MAX_LISTED]
    return ProposalsOut(
        proposals=[
            {"entry_id": each.entry_id, "other_id": each.other_id, "key": each.key} for each in proposals
        ]
    )


@router.post("/v1/watchlist/merges", status_code=201, responses=problems(NotFound))
async def propose_merge(
    body: PairIn,
    principal: Annotated[Principal, Depends(require(Permission.PROPOSE_MERGE))],
    ports: RequestPorts,
) -> ProposalOut:
    """Say as the steward that two entries are one person."""
    return ProposalOut.of(await Merging(ports).propose((body.entry_id, body.other_id), body.key, principal))


@router.post("/v1/watchlist/merges/{approval_id}/approval", responses=REGISTER_FAULTS)
async def approve_merge(
    approval_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_MERGE))],
    ports: RequestPorts,
    opened: Service,
) -> DecisionOut:
    """Confirm as a second person."""
    decision_id = await Merging(ports).approve(approval_id, principal)
    opened.wake.set()
    return DecisionOut(decision_id=decision_id)


@router.post("/v1/watchlist/merges/different", status_code=201)
async def tell_apart(
    body: PairIn,
    principal: Annotated[Principal, Depends(require(Permission.PROPOSE_MERGE))],
    ports: RequestPorts,
    opened: Service,
) -> DecisionOut:
    """Say that two entries are two persons: the pair is proposed no more."""
    decision_id = await Merging(ports).tell_apart((body.entry_id, body.other_id), principal)
    opened.wake.set()
    return DecisionOut(decision_id=decision_id)


@router.post(
    "/v1/watchlist/merges/{decision_id}/undoing", status_code=204, responses=problems(AlreadyDecided)
)
async def undo_merge(
    decision_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.PROPOSE_MERGE))],
    ports: RequestPorts,
    opened: Service,
) -> None:
    """Take a decision about a pair back."""
    await Merging(ports).undo(decision_id, principal)
    opened.wake.set()


async def _permit(
    ports: RequestPorts, connection: Any, principal: Principal, source: ListSource | None, object_id: str
) -> None:
    await permit_look(
        ports,
        connection,
        principal,
        source,
        object_kind="entry",
        object_id=object_id,
        facts={"screen": "entry"},
    )
