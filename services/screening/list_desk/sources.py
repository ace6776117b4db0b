"""The sources' routes: where each list comes from, how fresh it is, what went wrong; fetching one now."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path

from services.screening.errors import NotFound
from services.screening.registers.rows import ListSource
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.store.list_fetches import ListFetch, ListFetchStore
from services.screening.views import Out
from services.screening.watchlist.fetching import ListFetching, is_stale
from shared.security.roles import Permission
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])


class FetchFaultOut(Out):
    """Why the last try failed, and where in the file."""

    code: str
    sentence: str
    element: str | None = None
    line: int | None = None
    status: int | None = None


class SourceStateOut(Out):
    """One source: its plan, the version in force, the last try, and the alarm if one rings."""

    source_id: str
    publisher: str
    kind: str
    reader: str
    location: str | None
    verify: Literal["HASH", "TLS"]
    fetch_minutes: int
    fresh_for_hours: int
    version_id: UUID | None
    generated_at: datetime | None
    good_at: datetime | None
    is_stale: bool
    tried_at: datetime | None
    result: Literal["LOADED", "HELD", "UNCHANGED", "REFUSED", "UNREACHABLE"] | None
    failures: int
    fault: FetchFaultOut | None
    due_at: datetime | None
    alarm: Literal["REFUSED", "UNREACHABLE", "STALE"] | None
    alarm_since: datetime | None

    @classmethod
    def of(cls, source: ListSource, fetch: ListFetch, now: datetime) -> Self:
        """From the register and what came of fetching."""
        return cls(
            source_id=source.source_id,
            publisher=source.publisher,
            kind=source.kind,
            reader=source.reader,
            location=source.location,
            verify="TLS" if source.verify == "TLS" else "HASH",
            fetch_minutes=source.fetch_minutes,
            fresh_for_hours=source.fresh_for_hours,
            version_id=fetch.version_id,
            generated_at=fetch.generated_at,
            good_at=fetch.good_at,
            is_stale=is_stale(fetch, source, now),
            tried_at=fetch.tried_at,
            result=None if fetch.result is None else fetch.result.value,
            failures=fetch.failures,
            fault=None if fetch.fault is None else FetchFaultOut(**fetch.fault),
            due_at=None if source.location is None else fetch.due_at,
            alarm=None if fetch.alarm is None else fetch.alarm.value,
            alarm_since=fetch.alarm_since,
        )


class SourcesOut(Out):
    """All registered sources."""

    sources: list[SourceStateOut]


@router.get("/v1/watchlist/sources", dependencies=[Depends(require(Permission.READ_WATCHLIST))])
async def read_sources(ports: RequestPorts) -> SourcesOut:
    """Every source with its freshness, its last fetch and its alarm; no persons in it."""
    store, now = ListFetchStore(), ports.clock.now()
    async with ports.transaction() as connection:
        await store.add_missing(connection, now)
        sources = {each.source_id: each for each in await ports.stores.registers.sources(connection)}
        fetches = await store.listed(connection)
    return SourcesOut(sources=[SourceStateOut.of(sources[fetch.source_id], fetch, now) for fetch in fetches])


@router.post(
    "/v1/watchlist/sources/{source_id}/fetch",
    dependencies=[Depends(require(Permission.IMPORT_LIST))],
    responses=problems(NotFound),
)
async def fetch_source(
    source_id: Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")],
    ports: RequestPorts,
    opened: Service,
) -> SourceStateOut:
    """Fetch a source's list now; the answer tells what came of it."""
    fetch = await ListFetching(ports, opened.list_files).fetch(source_id)
    opened.wake.set()
    async with ports.database.connect() as connection:
        source = await ports.stores.registers.source(connection, source_id)
    assert source is not None, "what was fetched is registered"
    return SourceStateOut.of(source, fetch, ports.clock.now())
