"""The use cases of list files: import one, and release one that is held for two people."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import (
    AlreadyDecided,
    ListRefused,
    NotFound,
    RefusedByPolicy,
    WrongRoleForApproval,
)
from services.screening.hit import digest_of
from services.screening.ports import Ports
from services.screening.registers import ListSource
from services.screening.watchlist import questions
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.lifecycle import Lifecycle, stated_for_import
from services.screening.watchlist.sources.read_list import ListToRead, ReadList, ReadListFile
from services.screening.watchlist.sources.registry import READERS
from services.screening.watchlist.versions import (
    RELEASING_ROLES,
    ListRow,
    ListVersion,
    VersionState,
    change_in_percent,
    is_released,
    missing_release,
)
from shared.audit.record import AuditRecord
from shared.errors import DomainError
from shared.policy.verdict import Verdict
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
            raise ListRefused(reason="FORMAT_UNKNOWN")
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
            read, rows = await asyncio.to_thread(_read, reader, content)
            return Imported(await self._store(connection, file, (read, rows), source, principal), False)

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
            stored=len(read.entries),
            faults=[fault.as_json() for fault in read.faults],
            delta_pct=change_in_percent(0 if earlier is None else earlier.stored, len(read.entries)),
            imported_by=principal.subject,
            imported_at=now,
        )
        digest = file.published_sha256
        is_hash_ok = digest is None or digest.lower() == file.sha256
        judged = Judged(self._ports, version, source, earlier, is_hash_ok, principal)
        verdict, records = judged.ask()
        goes_live = verdict.permits and digest is not None
        await store.add_version(connection, version, rows)
        if goes_live and source is not None:
            _, purpose = stated_for_import(principal)
            records += await self._lifecycle.put_in_force(connection, version, source, purpose)
            version = replace(version, state=VersionState.IN_FORCE, in_force_since=now)
        await self._ports.audit.append_many(connection, records)
        return version


class ReleaseVersion:
    """Releases or rejects a version that is held for two people."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lifecycle = Lifecycle(ports)

    async def __call__(self, version_id: UUID, principal: Principal, *, approves: bool) -> ListVersion:
        """Add one person's approval; the second one puts the version in force. One person may reject.

        Raises:
            NotFound: No such version.
            AlreadyDecided: It is not held.
            WrongRoleForApproval: The post that is still missing is another one, or approved already.
            RefusedByPolicy: SG-18 refuses after all, for instance because a newer file went live.

        Source: SG-18 (held for two different persons); `workflow.md` §7.
        """
        store = self._ports.stores.watchlist
        async with self._ports.transaction() as connection:
            version = await store.version(connection, version_id)
            if version is None:
                raise NotFound(kind="list version")
            await store.lock_source(connection, version.source_id)
            version = await store.version(connection, version_id)
            if version is None or version.state is not VersionState.HELD:
                raise AlreadyDecided(kind="list version")
            if not approves:
                return await self._reject(connection, version, principal)
            return await self._approve(connection, version, principal)

    async def _reject(
        self, connection: AsyncConnection, version: ListVersion, principal: Principal
    ) -> ListVersion:
        await self._ports.stores.watchlist.set_state(connection, version.version_id, VersionState.REJECTED)
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action="wl.reject",
            object_kind="list_version",
            object_id=str(version.version_id),
            facts={"list_source": version.source_id, "sha256": version.sha256},
        )
        return replace(version, state=VersionState.REJECTED)

    async def _approve(
        self, connection: AsyncConnection, version: ListVersion, principal: Principal
    ) -> ListVersion:
        stores = self._ports.stores
        release = missing_release(version, principal.subject, frozenset(principal.roles))
        if release is None:
            raise WrongRoleForApproval(first=RELEASING_ROLES[0], second=RELEASING_ROLES[1])
        version = replace(version, approvers=(*version.approvers, release))
        await stores.watchlist.set_approvers(connection, version.version_id, version.approvers)
        records = [
            self._ports.audit.record(
                actor=principal.subject,
                action="wl.release",
                object_kind="list_version",
                object_id=str(version.version_id),
                facts={
                    "list_source": version.source_id,
                    "sha256": version.sha256,
                    "role": release.role,
                },
            )
        ]
        if is_released(version):
            source = await stores.registers.source(connection, version.source_id)
            earlier = await stores.watchlist.last_loaded(connection, version.source_id)
            # Both approvers saw the file's digest, which stands for a publisher's where there is none.
            judged = Judged(self._ports, version, source, earlier, True, principal)
            verdict, asked = judged.ask()
            if not verdict.permits or source is None:
                raise RefusedByPolicy(asked, verdict.reasons)
            _, purpose = stated_for_import(principal)
            records += asked
            records += await self._lifecycle.put_in_force(connection, version, source, purpose)
            now = self._ports.clock.now()
            version = replace(version, state=VersionState.IN_FORCE, in_force_since=now)
        await self._ports.audit.append_many(connection, records)
        return version


@dataclass(frozen=True)
class Judged:
    """Asks `wl.import` for each regime of a file; rows of regimes that are not terrorism are only counted."""

    ports: Ports
    version: ListVersion
    source: ListSource | None
    earlier: ListVersion | None
    is_hash_ok: bool
    principal: Principal

    def ask(self) -> tuple[Verdict, list[AuditRecord]]:
        """The verdict on the allowed regimes, a permit or a hold, with a record for every regime.

        Raises:
            RefusedByPolicy: Refused, and no review could change that.
        """
        loaded: Verdict | None = None
        refused: Verdict | None = None
        records = []
        allowed = frozenset(() if self.source is None else self.source.allow_list)
        for regime in sorted(self.version.by_regime) or [""]:
            verdict, record = self._ask_one(regime)
            records.append(record)
            if regime in allowed and (verdict.permits or verdict.is_hold):
                loaded = verdict
            elif regime in allowed or refused is None:
                refused = verdict
            if regime in allowed and refused is verdict:
                raise RefusedByPolicy(records, verdict.reasons)
        if loaded is None:
            assert refused is not None, "a file without regimes is asked about once"
            raise RefusedByPolicy(records, refused.reasons)
        return loaded, records

    def _ask_one(self, regime: str) -> tuple[Verdict, AuditRecord]:
        actor, purpose = stated_for_import(self.principal)
        version = self.version
        request = questions.import_list(
            actor=actor,
            purpose=purpose,
            source_id=version.source_id,
            source=self.source,
            regime=regime,
            is_first=self.earlier is None,
            is_hash_ok=self.is_hash_ok,
            is_newer=self.earlier is None or version.generated_at > self.earlier.generated_at,
            delta_pct=version.delta_pct,
            approvers=[release.person for release in version.approvers],
            now=self.ports.clock.now(),
        )
        verdict = self.ports.safeguards.decide(request)
        record = self.ports.record(
            request,
            verdict,
            object_kind="list_version",
            object_id=str(version.version_id),
            facts={
                "list_source": version.source_id,
                "sha256": version.sha256,
                "regime": regime.replace(" ", "_") or "NONE",
                "rows": version.by_regime.get(regime, 0),
                "stored": version.stored,
                "delta_pct": version.delta_pct,
                "is_held": verdict.is_hold,
            },
        )
        return verdict, record


def _read(reader: ReadListFile, file: ListToRead) -> tuple[ReadList, list[ListRow]]:
    """What a file holds, and its rows as they are stored; runs in a thread."""
    try:
        read = reader(file)
    except DomainError as fault:
        raise ListRefused(reason=str(fault.facts.get("reason", fault.code))) from fault
    return read, [_row(entry) for entry in read.entries]


def _row(entry: WatchlistEntry) -> ListRow:
    body = entry.as_json()
    return ListRow(entry.id, identifying_digest(body), body)


def identifying_digest(body: Mapping[str, Any]) -> str:
    """A digest of the facts that a match rests on, so that a new comment opens no review anew."""
    facts: Sequence[str] = (
        "names",
        "birth_dates",
        "birth_places",
        "nationalities",
        "sex",
        "documents",
        "category",
    )
    return digest_of({fact: body.get(fact) for fact in facts})
