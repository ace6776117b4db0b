"""The use case of a held version: two people release it, or one rejects it."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import RefusedByPolicy, WrongRoleForApproval
from services.screening.ports import Ports
from services.screening.watchlist.judging import Judged
from services.screening.watchlist.putting_in_force import PutInForce
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.version_lock import locked_version
from services.screening.watchlist.versions import (
    RELEASING_ROLES,
    ListVersion,
    VersionState,
    is_released,
    missing_release,
)
from shared.security.tokens import Principal


class ReleaseVersion:
    """Releases or rejects a version that is held for two people."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._put_in_force = PutInForce(ports)

    async def __call__(self, version_id: UUID, principal: Principal, *, approves: bool) -> ListVersion:
        """Add one person's approval; the second one puts the version in force. One person may reject.

        Raises:
            NotFound: No such version.
            AlreadyDecided: It is not held.
            WrongRoleForApproval: The post that is still missing is another one, or approved already.
            RefusedByPolicy: SG-18 refuses after all, for instance because a newer file went live.

        Source: SG-18 (held for two different persons); `workflow.md` §7.
        """
        store = self._ports.stores.versions
        async with self._ports.transaction() as connection:
            version = await locked_version(
                store, connection, version_id, state=VersionState.HELD, kind="list version"
            )
            if not approves:
                return await self._reject(connection, version, principal)
            return await self._approve(connection, version, principal)

    async def _reject(
        self, connection: AsyncConnection, version: ListVersion, principal: Principal
    ) -> ListVersion:
        await self._ports.stores.versions.set_state(connection, version.version_id, VersionState.REJECTED)
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
        await stores.versions.set_approvers(connection, version.version_id, version.approvers)
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
            earlier = await stores.versions.in_force(connection, version.source_id)
            # Both approvers saw the file's digest, which stands for a publisher's where there is none.
            judged = Judged(self._ports, version, source, earlier, True, principal)
            verdict, asked = judged.ask()
            if not verdict.permits:
                raise RefusedByPolicy(asked, verdict.reasons)
            _, purpose = stated_for_import(principal)
            records += asked
            records += await self._put_in_force(connection, version, purpose)
            now = self._ports.clock.now()
            version = replace(version, state=VersionState.IN_FORCE, in_force_since=now)
        await self._ports.audit.append_many(connection, records)
        return version
