"""The use cases of list files: import one, and release one that is held for two people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import ListRefused
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource
from services.screening.store.list_rows import DOCUMENT_COLUMNS, ROW_COLUMNS
from services.screening.watchlist.judging import Judged
from services.screening.watchlist.progress import Phase, Progress
from services.screening.watchlist.putting_in_force import PutInForce
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.reading import Frame, FrameKind, Summary, Wanted
from services.screening.watchlist.reading_apart import frames_of
from services.screening.watchlist.received import ReceivedFile
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.registry import READERS
from services.screening.watchlist.versions import ListVersion, VersionState, change_in_percent
from shared.db.copying import Take, copy_in
from shared.security.tokens import Principal

#: The UN's own list keeps the UN's name in its entries' identifiers (`UN:QDi.000`).
_NAMES_IN_ENTRIES = {"UN_SC": "UN"}


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that somebody imports, as it was received: its format and the register's source.

    `published_sha256` is the publisher's digest, if any; `dated_at` of when the file is (UTC), for formats
    that do not say it themselves.
    """

    received: ReceivedFile
    format: str
    source_id: str
    published_sha256: str | None = None
    dated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that a file made, or made before."""

    version: ListVersion
    is_already_loaded: bool


class ImportList:
    """Loads a list file: straight into force, or held for two people."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._put_in_force = PutInForce(ports)

    async def __call__(
        self, file: ListFile, principal: Principal, progress: Progress | None = None
    ) -> Imported:
        """Read, judge and store a file.

        A file without a publisher's digest is held, because its digest has to be seen by both approvers.

        Args:
            file: The file.
            principal: Who imports it.
            progress: Is told how far it is.

        Raises:
            ListRefused: Not a format or file that we read, a wrong digest.
            RefusedByPolicy: SG-18 refused (source, age, regime).
            ReadingStopped: The process that reads it was ended.

        Source: SG-18; `watchlist-governance.md` §6; design.md §5.
        """
        if file.format not in READERS:
            raise ListRefused("FORMAT_UNKNOWN")
        told = progress or Progress()
        sha256 = file.received.sha256
        async with self._ports.transaction() as connection:
            stores = self._ports.stores
            await stores.versions.lock_source(connection, file.source_id)
            known = await stores.versions.of_file(connection, file.source_id, sha256)
            if known is not None:
                return Imported(known, is_already_loaded=True)
            # Before the source's row is read: one that is put in force meanwhile counts (SG-18).
            now = self._ports.clock.now()
            source = await stores.registers.source(connection, file.source_id)
            importing = Importing(file, sha256, source, principal, told, self._ports.identifiers.new(), now)
            base = await stores.versions.in_force(connection, file.source_id)
            try:
                summary = await self._stored_rows(connection, importing, base)
            except MalformedList as fault:
                raise self._refused(importing, fault) from fault
            return Imported(await self._store(connection, importing, summary, base), False)

    async def _stored_rows(
        self, connection: AsyncConnection, importing: "Importing", base: ListVersion | None
    ) -> Summary:
        """Read the file and store what it changes, row by row as it is read."""
        stores = self._ports.stores
        file, source = importing.file, importing.source
        wanted = Wanted(
            file.format,
            _NAMES_IN_ENTRIES.get(file.source_id, file.source_id),
            () if source is None else tuple(source.allow_list),
            file.dated_at,
            importing.version_id,
            () if base is None else tuple(base.faults),
        )

        async def give_base(take: Take) -> None:
            if base is not None:
                importing.progress.phase = Phase.COMPARING
                await stores.list_rows.copy_contents(connection, base.version_id, take)

        async with frames_of(wanted, file.received, give_base) as frames:
            importing.progress.phase = Phase.READING
            feed = _Feed(frames, importing.progress)
            await copy_in(connection, "list_row", ROW_COLUMNS, feed.of(FrameKind.ROWS))
            await copy_in(connection, "lost_document", DOCUMENT_COLUMNS, feed.of(FrameKind.DOCUMENTS))
            return await feed.summary()

    def _refused(self, importing: "Importing", fault: MalformedList) -> ListRefused:
        """The refusal of a broken file; its record says which file and where, and quotes nothing."""
        record = self._ports.audit.record(
            actor=importing.principal.subject,
            action="wl.refuse",
            object_kind="list_source",
            object_id=importing.file.source_id,
            outcome="REFUSED",
            reasons=(fault.reason,),
            facts={"sha256": importing.sha256, "line": fault.line},
        )
        return ListRefused(fault.reason, fault.element, fault.line, [record])

    async def _store(
        self,
        connection: AsyncConnection,
        importing: "Importing",
        summary: Summary,
        base: ListVersion | None,
    ) -> ListVersion:
        """Ask whether the file may be loaded, store its version; put it in force where no person is asked."""
        store = self._ports.stores.versions
        now = self._ports.clock.now()
        importing.progress.phase = Phase.JUDGING
        others = await self._ports.stores.list_rows.told_otherwise(connection, importing.version_id)
        version = _version_of(importing, summary, base, others)
        digest = importing.file.published_sha256
        is_hash_ok = digest is None or digest.lower() == importing.sha256
        judged = Judged(self._ports, version, importing.source, base, is_hash_ok, importing.principal)
        verdict, records = judged.ask()
        await store.add(connection, version)
        await self._ports.stores.list_archive.keep(connection, version.version_id, importing.file.received)
        if verdict.permits and digest is not None:
            _, purpose = stated_for_import(importing.principal)
            records += await self._put_in_force(connection, version, purpose)
            version = replace(version, state=VersionState.IN_FORCE, in_force_since=now)
        await self._ports.audit.append_many(connection, records)
        importing.progress.phase = Phase.DONE
        return version


@dataclass(frozen=True, slots=True)
class Importing:
    """A file on its way: what it is, for which source, by whom, and the version that it becomes."""

    file: ListFile
    sha256: str
    source: ListSource | None
    principal: Principal
    progress: Progress
    version_id: UUID
    began_at: datetime


class _Feed:
    """Hands the frames of a file out by kind, in the order in which they come."""

    def __init__(self, frames: AsyncIterator[Frame], progress: Progress) -> None:
        self._frames = frames
        self._progress = progress
        self._next: Frame | None = None

    async def of(self, kind: FrameKind) -> AsyncIterator[bytes]:
        """The rows of this kind, until others come.

        Raises:
            MalformedList: The file is refused.
        """
        while (frame := await self._come()).kind is kind:
            yield frame.payload
            self._next = None

    async def summary(self) -> Summary:
        """What stands at the end.

        Raises:
            MalformedList: The file is refused.
        """
        return Summary.from_json((await self._come()).as_json())

    async def _come(self) -> Frame:
        """The next frame that is no progress; it is kept until it is taken."""
        while self._next is None:
            frame = await anext(self._frames)
            if frame.kind is FrameKind.PROGRESS:
                told = frame.as_json()
                self._progress.rows, self._progress.written = told["rows"], told["written"]
                self._progress.share = told["share"]
            elif frame.kind is FrameKind.FAULT:
                raise MalformedList(**frame.as_json())
            else:
                self._next = frame
        return self._next


def _version_of(importing: Importing, summary: Summary, base: ListVersion | None, others: int) -> ListVersion:
    return ListVersion(
        version_id=importing.version_id,
        source_id=importing.file.source_id,
        state=VersionState.HELD,
        generated_at=summary.generated_at,
        sha256=importing.sha256,
        individuals=summary.individuals,
        entities_left_out=summary.entities_left_out,
        by_regime=summary.by_regime,
        stored=summary.stored,
        faults=summary.faults,
        delta_pct=change_in_percent(0 if base is None else base.stored, summary.stored, others),
        imported_by=importing.principal.subject,
        imported_at=importing.began_at,
        base_id=None if base is None else base.version_id,
    )
