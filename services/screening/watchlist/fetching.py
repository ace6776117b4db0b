"""The use case of fetching: due sources are got, judged and loaded; what fails rings, and nothing is lost.

The last good version stays in force whatever a publisher serves.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from prometheus_client import Counter, Gauge

from services.screening.errors import ListRefused, NotFound, RefusedByPolicy
from services.screening.ports import SERVICE, Ports
from services.screening.registers.rows import ListSource
from services.screening.store.list_fetches import (
    RETRY_AFTER,
    FetchResult,
    ListAlarm,
    ListFetch,
    ListFetchStore,
)
from services.screening.watchlist.importing import Imported, ImportList, ListFile
from services.screening.watchlist.list_files import Fetched, Known, ListFiles, ListNotFetched
from services.screening.watchlist.reading_apart import ReadingStopped
from services.screening.watchlist.received import ReceivedFile
from services.screening.watchlist.versions import VersionState
from shared.errors import DomainError
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY
from shared.security.tokens import Principal, PrincipalKind

#: Tries in a row that may fail before "cannot be reached" rings; a publisher may be away for a moment.
TRIES_BEFORE_ALARM: Final = 3
FETCHES: Final = Counter(
    "safeconduct_list_fetches", "Tries to fetch a list, by source and result.", ("list_source", "result"),
    registry=REGISTRY,
)  # fmt: skip
ALARMS: Final = Gauge(
    "safeconduct_list_alarm", "1 while a source's alarm rings, by source and alarm.",
    ("list_source", "alarm"), registry=REGISTRY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try; `fault` has `code`, `sentence`, and place where there is one."""

    result: FetchResult
    known: Known | None = None
    is_good: bool = False
    fault: dict[str, Any] | None = None


class ListFetching:
    """Fetches lists when they are due, and keeps the alarms."""

    def __init__(self, ports: Ports, files: ListFiles) -> None:
        self._ports = ports
        self._files = files
        self._store = ListFetchStore()

    async def beat(self) -> int:
        """Fetch every source that is due, look at all ages, let old files go; how many were fetched."""
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            await self._store.add_missing(connection, now)
        fetched = 0
        while (source_id := await self._claimed()) is not None:
            await self.fetch(source_id)
            fetched += 1
        await self._watch_ages()
        await self._let_files_go()
        return fetched

    async def fetch(self, source_id: str) -> ListFetch:
        """Fetch one source now, due or not.

        Raises:
            NotFound: No such source, or none that is fetched.

        Source: SG-18 (screening goes on with the last verified version); `watchlist-governance.md` §2, §6.
        """
        async with self._ports.transaction() as connection:
            await self._store.add_missing(connection, self._ports.clock.now())
            source = await self._ports.stores.registers.source(connection, source_id)
            before = await self._store.lock(connection, source_id)
        if source is None or source.location is None or before is None:
            raise NotFound(kind="list source that is fetched")
        outcome = await self._tried(source, before)
        async with self._ports.transaction() as connection:
            standing = await self._store.lock(connection, source_id)
            assert standing is not None, "a source's row is never taken away"
            now = self._ports.clock.now()
            after = rung(after_try(standing, outcome, source, now), source, now)
            await self._store.save(connection, after)
            await self._note(connection, standing, after, is_try=True)
        FETCHES.labels(source_id, outcome.result.value).inc()
        return after

    async def _claimed(self) -> str | None:
        async with self._ports.transaction() as connection:
            return await self._store.claim_due(connection, self._ports.clock.now())

    async def _tried(self, source: ListSource, before: ListFetch) -> Outcome:
        """Get the file and load it; every fault becomes an outcome."""
        assert source.location is not None, "only sources with a location are tried"
        try:
            with self._files.receiving() as file:
                fetched = await self._files.get(source.location, Known(before.etag, before.modified), file)
                if fetched.is_known:
                    return Outcome(FetchResult.UNCHANGED, fetched.known, is_good=True)
                imported = await self._imported(source, fetched, file)
        except ListNotFetched as fault:
            result = FetchResult.REFUSED if fault.is_refused else FetchResult.UNREACHABLE
            return Outcome(result, fault=_told(fault, fault.reason))
        except ReadingStopped as fault:
            return Outcome(FetchResult.UNREACHABLE, fault=_told(fault, fault.code))
        except ListRefused as fault:
            return Outcome(FetchResult.REFUSED, fault=_told(fault, str(fault.facts["reason"])))
        except RefusedByPolicy as fault:
            first, _, _ = str(fault.facts["reasons"]).partition(", ")
            return Outcome(FetchResult.REFUSED, fault=_told(fault, first))
        return _outcome_of(imported, fetched.known)

    async def _imported(self, source: ListSource, fetched: Fetched, received: ReceivedFile) -> Imported:
        published = await self._published_digest(source, received)
        dated_at = fetched.dated_at or self._ports.clock.now()
        file = ListFile(received, source.reader, source.source_id, published, dated_at)
        return await ImportList(self._ports)(file, self._service())

    async def _published_digest(self, source: ListSource, received: ReceivedFile) -> str | None:
        """What proves the file: the publisher's digest, or the registered https address that it came from."""
        if source.digest_location is not None:
            return await self._files.digest(source.digest_location)
        is_proven = source.verify == "TLS" and not str(source.location).startswith(("file:", "folder:"))
        return received.sha256 if is_proven else None

    def _service(self) -> Principal:
        return Principal(SERVICE, PrincipalKind.SERVICE, authority=self._ports.authority)

    async def _let_files_go(self) -> None:
        """Let go of the files of versions that are out of use for long enough."""
        async with self._ports.transaction() as connection:
            gone = await self._ports.stores.list_archive.let_go(connection, self._ports.clock.now())
            records = [
                self._ports.audit.record(
                    actor=SERVICE,
                    action="wl.file_let_go",
                    object_kind="list_version",
                    object_id=str(version_id),
                )
                for version_id in gone
            ]
            await self._ports.audit.append_many(connection, records)

    async def _watch_ages(self) -> None:
        """Ring for every source whose newest good file is too old, and fall silent where one came."""
        async with self._ports.transaction() as connection:
            sources = {
                each.source_id: each for each in await self._ports.stores.registers.sources(connection)
            }
            for fetch in await self._store.listed(connection):
                now = self._ports.clock.now()
                after = rung(fetch, sources[fetch.source_id], now)
                if after.alarm is not fetch.alarm:
                    standing = await self._store.lock(connection, fetch.source_id)
                    assert standing is not None, "a source's row is never taken away"
                    after = rung(standing, sources[fetch.source_id], now)
                    await self._store.save(connection, after)
                    await self._note(connection, standing, after, is_try=False)
                _show(after)

    async def _note(self, connection: Any, before: ListFetch, after: ListFetch, *, is_try: bool) -> None:
        """Leave the records of a try, and of an alarm that began or ended."""
        fault = after.fault or {}
        records = []
        if is_try:
            assert after.result is not None, "a try has a result"
            failed = after.result in {FetchResult.REFUSED, FetchResult.UNREACHABLE}
            records.append(
                self._ports.audit.record(
                    actor=SERVICE,
                    action="wl.fetch",
                    object_kind="list_source",
                    object_id=after.source_id,
                    outcome="FAILED" if failed else "DONE",
                    facts={
                        "result": after.result.value,
                        "code": fault.get("code"),
                        "line": fault.get("line"),
                    },
                )
            )
        if after.alarm is not before.alarm:
            ringing = after.alarm or before.alarm
            assert ringing is not None, "one of two that differ is there"
            records.append(
                self._ports.audit.record(
                    actor=SERVICE,
                    action="wl.alarm" if after.alarm else "wl.alarm_ended",
                    object_kind="list_source",
                    object_id=after.source_id,
                    facts={"alarm": ringing.value},
                )
            )
            get_logger().error("list_alarm", list_source=after.source_id, state=str(after.alarm or "ENDED"))
        await self._ports.audit.append_many(connection, records)


def after_try(before: ListFetch, outcome: Outcome, source: ListSource, now: datetime) -> ListFetch:
    """A source's row after a try. Only a file in force is remembered; any other is got anew."""
    failed = outcome.result in {FetchResult.REFUSED, FetchResult.UNREACHABLE}
    known = Known(before.etag, before.modified)
    if outcome.result is not FetchResult.UNREACHABLE:
        known = outcome.known if outcome.is_good and outcome.known else Known()
    pause = timedelta(minutes=source.fetch_minutes)
    return replace(
        before,
        etag=known.etag,
        modified=known.modified,
        tried_at=now,
        ok_at=now if outcome.is_good else before.ok_at,
        result=outcome.result,
        fault=outcome.fault,
        failures=before.failures + 1 if failed else 0,
        due_at=now + (min(pause, RETRY_AFTER) if failed else pause),
    )


def rung(fetch: ListFetch, source: ListSource, now: datetime) -> ListFetch:
    """The row with the alarm that has to ring now; one that rings keeps its beginning."""
    alarm = _alarm(fetch, source, now)
    since = None if alarm is None else (fetch.alarm_since if alarm is fetch.alarm else now)
    return replace(fetch, alarm=alarm, alarm_since=since)


def is_stale(fetch: ListFetch, source: ListSource, now: datetime) -> bool:
    """Whether the newest good file is older than the source allows; a source without any is not stale.

    Source: SG-18 (freshness); `watchlist-governance.md` §2 (`last_ok_at`).
    """
    good_at = fetch.good_at
    return good_at is not None and now - good_at > timedelta(hours=source.fresh_for_hours)


def _alarm(fetch: ListFetch, source: ListSource, now: datetime) -> ListAlarm | None:
    if fetch.result is FetchResult.REFUSED:
        return ListAlarm.REFUSED
    if is_stale(fetch, source, now):
        return ListAlarm.STALE
    is_away = fetch.result is FetchResult.UNREACHABLE and fetch.failures >= TRIES_BEFORE_ALARM
    return ListAlarm.UNREACHABLE if is_away else None


def _outcome_of(imported: Imported, known: Known) -> Outcome:
    state = imported.version.state
    if state is VersionState.HELD:
        return Outcome(FetchResult.HELD, known)
    is_in_force = state is VersionState.IN_FORCE
    result = FetchResult.UNCHANGED if imported.is_already_loaded else FetchResult.LOADED
    return Outcome(result, known, is_good=is_in_force)


def _told(fault: DomainError, code: str) -> dict[str, Any]:
    place = {name: fault.facts[name] for name in ("element", "line", "status") if fault.facts.get(name)}
    return {"code": code, "sentence": fault.detail, **place}


def _show(fetch: ListFetch) -> None:
    for alarm in ListAlarm:
        ALARMS.labels(fetch.source_id, alarm.value).set(1 if alarm is fetch.alarm else 0)
