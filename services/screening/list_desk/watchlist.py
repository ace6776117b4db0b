"""The watchlist's routes: what is in force, importing a file, releasing a held version, removing an entry."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.screening.errors import (
    AlreadyDecided,
    ListRefused,
    NotFound,
    RefusedByPolicy,
    WrongRoleForApproval,
)
from services.screening.registers.rows import ListSource
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.store.rescreening import Pass, RescreeningStore
from services.screening.views import Out
from services.screening.watchlist.importing import ImportList, ListFile
from services.screening.watchlist.lifecycle import Lifecycle
from services.screening.watchlist.progress import Progress
from services.screening.watchlist.received import ReceivedFile, TooLong
from services.screening.watchlist.releasing import ReleaseVersion
from services.screening.watchlist.sources.read_list import DEFAULT_LIMITS
from services.screening.watchlist.versions import ListVersion
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])
ALREADY_LOADED = "ALREADY_LOADED"
MAX_FAULTS_SHOWN = 200
_WAITING = "No watchlist version is in force, so travellers wait unscreened in ingest's outbox."
_BUILDING = "The index of a new version is being built; the version before it is still screened."
_FIRST = "The index of the list in force is being built, so travellers wait unscreened in ingest's outbox."


def notice_of(*, is_loaded: bool, has_matcher: bool, is_behind: bool) -> str | None:
    """Why travellers wait or meet an older list, in a sentence; `None` when neither is so."""
    if not is_loaded:
        return _WAITING
    if not has_matcher:
        return _FIRST
    return _BUILDING if is_behind else None


class VersionOut(Out):
    """One file of a source: counts, digest and faults; no personal data."""

    version_id: UUID
    source: str
    state: str
    generated_at: datetime
    sha256: str
    individuals: int
    by_regime: dict[str, int]
    entities_left_out: int
    stored: int
    delta_pct: float
    faults: list[dict[str, Any]]
    faults_count: int
    imported_by: str
    imported_at: datetime
    approvers: list[dict[str, str]]
    in_force_since: datetime | None

    @classmethod
    def of(cls, version: ListVersion, state: str | None = None) -> Self:
        """From a version; `state` says ALREADY_LOADED of a file that came again."""
        return cls(
            version_id=version.version_id,
            source=version.source_id,
            state=state or version.state.value,
            generated_at=version.generated_at,
            sha256=version.sha256,
            individuals=version.individuals,
            by_regime=dict(version.by_regime),
            entities_left_out=version.entities_left_out,
            stored=version.stored,
            delta_pct=version.delta_pct,
            faults=version.faults[:MAX_FAULTS_SHOWN],
            faults_count=len(version.faults),
            imported_by=version.imported_by,
            imported_at=version.imported_at,
            approvers=[{"person": each.person, "role": each.role} for each in version.approvers],
            in_force_since=version.in_force_since,
        )


class SourceOut(Out):
    """A registered source and what stands for its entries."""

    source_id: str
    publisher: str
    kind: str
    reader: str
    allow_list: list[str]
    handling_code: str
    conditions: list[str]
    action_code: str
    tear_line: str
    desk_phone: str
    grade: str

    @classmethod
    def of(cls, source: ListSource) -> Self:
        """From the register."""
        return cls(
            source_id=source.source_id,
            publisher=source.publisher,
            kind=source.kind,
            reader=source.reader,
            allow_list=list(source.allow_list),
            handling_code=source.handling_code,
            conditions=list(source.conditions),
            action_code=source.action_code,
            tear_line=source.tear_line,
            desk_phone=source.desk_phone,
            grade=f"{source.source_grade}{source.info_grade}",
        )


class MatcherOut(Out):
    """The matcher that this worker screens with."""

    digest: str
    algorithm: str
    threshold: float
    generation: int


class RescreeningOut(Out):
    """A pass of changed entries over the travellers of the window; it names nobody."""

    rescreening_id: UUID
    made_at: datetime
    state: Literal["RUNNING", "SETTLING", "DONE"]
    entries: int
    document_lists: int
    compared: int
    sent_again: int
    day_reached: date | None
    last_day: date
    finished_at: datetime | None

    @classmethod
    def of(cls, each: Pass) -> Self:
        """From a pass."""
        return cls(
            rescreening_id=each.rescreening_id,
            made_at=each.made_at,
            state=each.state.value,
            entries=each.entries,
            document_lists=len(each.documents),
            compared=each.compared,
            sent_again=each.sent_again,
            day_reached=None if each.after is None else each.after[0],
            last_day=each.last_day,
            finished_at=each.finished_at,
        )


class WatchlistOut(Out):
    """Sources, versions, the matcher, the newest re-screenings; `notice` says why travellers wait."""

    sources: list[SourceOut]
    versions: list[VersionOut]
    matcher: MatcherOut | None
    rescreenings: list[RescreeningOut]
    notice: str | None


class ImportOut(Out):
    """A file on its way: how much was read, its persons so far, who of them is new, changed or gone."""

    source: str
    phase: str
    bytes: int
    share: float
    rows: int
    changed: int

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """From what the import tells."""
        return cls(
            source=progress.source_id,
            phase=progress.phase.value,
            bytes=progress.size,
            share=progress.share,
            rows=progress.rows,
            changed=progress.written,
        )


class ImportsOut(Out):
    """The imports of this worker, and whether it compiles a list."""

    imports: list[ImportOut]
    is_compiling: bool


class VersionReleaseIn(BaseModel):
    """One person's decision on a held version."""

    model_config = ConfigDict(extra="forbid")

    approve: bool = True


class RemovalIn(BaseModel):
    """Why an entry leaves."""

    model_config = ConfigDict(extra="forbid")

    reason: Literal["DELISTED", "ACQUITTED", "WITHDRAWN", "MISTAKEN_IDENTITY", "DEAD", "REDRESS"]


@router.get("/v1/watchlist", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def read_watchlist(ports: RequestPorts, opened: Service) -> WatchlistOut:
    """Sources, versions, which is in force, and the matcher's digest."""
    stores = ports.stores
    async with ports.database.connect() as connection:
        sources = await stores.registers.sources(connection)
        versions = await stores.versions.newest(connection)
        generation, is_loaded = await stores.watchlist.generation(connection)
        passes = await RescreeningStore().newest(connection)
    matcher = opened.current.matcher
    return WatchlistOut(
        sources=[SourceOut.of(each) for each in sources],
        versions=[VersionOut.of(each) for each in versions],
        matcher=None
        if matcher is None
        else MatcherOut(
            digest=matcher.digest,
            algorithm=matcher.algorithm,
            threshold=matcher.threshold,
            generation=opened.current.generation,
        ),
        rescreenings=[RescreeningOut.of(each) for each in passes],
        notice=notice_of(
            is_loaded=is_loaded,
            has_matcher=matcher is not None,
            is_behind=opened.current.generation != generation,
        ),
    )


@router.get(
    "/v1/watchlist/versions/{version_id}",
    dependencies=[Depends(require(Permission.READ_WATCHLIST))],
    responses=problems(NotFound),
)
async def read_version(version_id: UUID, ports: RequestPorts) -> VersionOut:
    """One version's report."""
    async with ports.database.connect() as connection:
        version = await ports.stores.versions.get(connection, version_id)
    if version is None:
        raise NotFound(kind="list version")
    return VersionOut.of(version)


@router.get("/v1/watchlist/imports", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def read_imports(opened: Service) -> ImportsOut:
    """How far the imports have come that this worker carries out, and whether a list is being compiled."""
    return ImportsOut(
        imports=[ImportOut.of(each) for each in opened.under_way.imports],
        is_compiling=opened.current.is_compiling,
    )


async def received_file(request: Request, opened: Service) -> AsyncIterator[ReceivedFile]:
    """The body, piece by piece into a file; it is gone after the answer, whatever that is."""
    with opened.list_files.receiving() as file:
        try:
            async for part in request.stream():
                file.take(part)
        except TooLong:
            raise ListRefused("LIST_TOO_LARGE") from None
        yield file


@router.post(
    "/v1/watchlist/imports",
    max_body_size=DEFAULT_LIMITS.file_bytes,
    responses=problems(ListRefused, RefusedByPolicy),
)
async def import_list(
    *,
    principal: Annotated[Principal, Depends(require(Permission.IMPORT_LIST))],
    received: Annotated[ReceivedFile, Depends(received_file)],
    ports: RequestPorts,
    opened: Service,
    reader: Annotated[str, Query(alias="source", max_length=40)],
    source_id: Annotated[str, Query(alias="as", pattern=r"^[A-Z][A-Z0-9_]{0,39}$")],
    sha256: Annotated[str | None, Query(pattern=r"^[0-9a-fA-F]{64}$")] = None,
    dated: Annotated[AwareDatetime | None, Query()] = None,
) -> VersionOut:
    """Load a list file; a first one, and one that changes by 20 % or more, is held for two persons.

    `dated` says of when the file is, for formats that do not say it themselves.
    """
    file = ListFile(received, reader, source_id, sha256, dated)
    with opened.under_way.one(source_id, received.size) as progress:
        imported = await ImportList(ports)(file, principal, progress)
    opened.wake.set()
    return VersionOut.of(imported.version, ALREADY_LOADED if imported.is_already_loaded else None)


@router.post(
    "/v1/watchlist/versions/{version_id}/approval",
    responses=problems(NotFound, AlreadyDecided, WrongRoleForApproval, RefusedByPolicy),
)
async def release_version(
    version_id: UUID,
    body: VersionReleaseIn,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_LIST))],
    ports: RequestPorts,
    opened: Service,
) -> VersionOut:
    """Approve or reject a held version as one of two persons."""
    version = await ReleaseVersion(ports)(version_id, principal, approves=body.approve)
    opened.wake.set()
    return VersionOut.of(version)


@router.post(
    "/v1/watchlist/entries/{entry_id}/removal",
    status_code=204,
    responses=problems(NotFound, AlreadyDecided),
)
async def remove_entry(
    entry_id: Annotated[str, Path(max_length=100)],
    body: RemovalIn,
    principal: Annotated[Principal, Depends(require(Permission.IMPORT_LIST))],
    ports: RequestPorts,
    opened: Service,
) -> None:
    """Remove an entry for good; its open hits close. One person is enough: it protects."""
    await Lifecycle(ports).remove(entry_id, principal, body.reason)
    opened.wake.set()
