"""The use cases of list files: import one, and release one that is held for two people."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import ListRefused
from services.screening.ports import Ports
from services.screening.registers import ListSource
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.judging import Judged
from services.screening.watchlist.lifecycle import Lifecycle
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListToRead, ReadList, ReadListFile
from services.screening.watchlist.sources.registry import READERS
from services.screening.watchlist.versions import (
    ListRow,
    ListVersion,
    VersionState,
    change_in_percent,
    identifying_digest,
)
from shared.security.tokens import Principal

#: The UN's own list keeps the UN's name in its entries' identifiers (`UN:QDi.000`).
_NAMES_IN_ENTRIES = {"UN_SC": "UN"}


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that somebody imports: its format and the register's source.

    `published_sha256` is the publisher's digest, if any; `dated_at` of when the file is (UTC), for formats
    that do not say it themselves.
    """

    content: bytes
    format: str
    source_id: str
    published_sha256: str | None = None
    dated_at: datetime | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that a file made, or made before."""

    version: ListVersion
    is_already_loaded: bool


class ImportList:
    """Loads a list file: straight into force, or held for two people."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lifecycle = Lifecycle(ports)

    async def __call__(self, file: ListFile, principal: Principal) -> Imported:
        """Read, judge and store a file.

        A file without a publisher's digest is held, because its digest has to be seen by both approvers.

        Raises:
            ListRefused: Not a format or file that we read, a wrong digest.
            RefusedByPolicy: SG-18 refused (source, age, regime).

        Source: SG-18; `watchlist-governance.md` §6; design.md §5.
        """
        reader = READERS.get(file.format)
        if reader is None:
            raise ListRefused("FORMAT_UNKNOWN")
        async with self._ports.transaction() as connection:
            stores = self._ports.stores
            await stores.watchlist.lock_source(connection, file.source_id)
            known = await stores.watchlist.version_of_file(connection, file.source_id, file.sha256)
            if known is not None:
                return Imported(known, is_already_loaded=True)
            source = await stores.registers.source(connection, file.source_id)
            regimes = frozenset(() if source is None else source.allow_list)
            name = _NAMES_IN_ENTRIES.get(file.source_id, file.source_id)
            content = ListToRead(file.content, name, regimes, file.dated_at)
            try:
                read, rows = await asyncio.to_thread(_read, reader, content)
            except MalformedList as fault:
                raise self._refused(file, fault, principal) from fault
            return Imported(await self._store(connection, file, (read, rows), source, principal), False)

    def _refused(self, file: ListFile, fault: MalformedList, principal: Principal) -> ListRefused:
        """The refusal of a broken file; its record says which file and where, and quotes nothing."""
        record = self._ports.audit.record(
            actor=principal.subject,
            action="wl.refuse",
            object_kind="list_source",
            object_id=file.source_id,
            outcome="REFUSED",
            reasons=(fault.reason,),
            facts={"sha256": file.sha256, "line": fault.line},
        )
        return ListRefused(fault.reason, fault.element, fault.line, [record])

    async def _store(
        self,
        connection: AsyncConnection,
        file: ListFile,
        content: tuple[ReadList, list[ListRow]],
        source: ListSource | None,
        principal: Principal,
    ) -> ListVersion:
        store = self._ports.stores.watchlist
        now = self._ports.clock.now()
        read, rows = content
        earlier = await store.last_loaded(connection, file.source_id)
        version = ListVersion(
            version_id=self._ports.identifiers.new(),
            source_id=file.source_id,
            state=VersionState.HELD,
            generated_at=read.generated_at,
            sha256=file.sha256,
            individuals=read.individuals,
            entities_left_out=read.entities_left_out,
            by_regime=read.by_regime,
            stored=read.stored,
            faults=[fault.as_json() for fault in read.faults],
            delta_pct=change_in_percent(0 if earlier is None else earlier.stored, read.stored),
            imported_by=principal.subject,
            imported_at=now,
        )
        digest = file.published_sha256
        is_hash_ok = digest is None or digest.lower() == file.sha256
        judged = Judged(self._ports, version, source, earlier, is_hash_ok, principal)
        verdict, records = judged.ask()
        goes_live = verdict.permits and digest is not None
        await store.add_version(connection, version, rows)
        await self._ports.stores.documents.add(connection, version.version_id, read.documents)
        if goes_live and source is not None:
            _, purpose = stated_for_import(principal)
            records += await self._lifecycle.put_in_force(connection, version, source, purpose)
            version = replace(version, state=VersionState.IN_FORCE, in_force_since=now)
        await self._ports.audit.append_many(connection, records)
        return version


def _read(reader: ReadListFile, file: ListToRead) -> tuple[ReadList, list[ListRow]]:
    """What a file holds, and its rows as they are stored; runs in a thread."""
    read = reader(file)
    return read, [_row(entry) for entry in read.entries]


def _row(entry: WatchlistEntry) -> ListRow:
    body = entry.as_json()
    return ListRow(entry.id, identifying_digest(body), body)
