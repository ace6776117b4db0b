"""Going back to an earlier version of a source, by two people; what was removed since stays away."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.ports import Ports
from services.screening.registers.proposals import LIST_RETURN, approvals
from services.screening.watchlist.putting_in_force import PutInForce
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.version_lock import locked_version
from services.screening.watchlist.versions import ListVersion, VersionState
from shared.approval.approvals import Approval
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal


@dataclass(frozen=True, slots=True)
class Returned:
    """Where a return stands: proposed by one, or done by the second."""

    version: ListVersion
    proposed_by: str
    is_done: bool


class ReturnToVersion:
    """Puts a superseded version in force again."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = approvals(ports)
        self._put_in_force = PutInForce(ports)

    async def __call__(self, version_id: UUID, principal: Principal) -> Returned:
        """Propose the return, or as a second person in the other post carry it out.

        Every later removal is applied again: what is REMOVED here does not come back (SG-15). What a later
        file merely left out is suspended, and is listed again when the earlier version says so.

        Raises:
            NotFound: No such version.
            AlreadyDecided: The version was never in force, or is now.
            SamePerson, SameRole, ApprovalRoleRefused: The second person is none.
            RefusedByPolicy: SG-27.

        Source: `watchlist-governance.md` §3; SG-15, SG-18, SG-27.
        """
        store = self._ports.stores.versions
        async with self._ports.transaction() as connection:
            version = await locked_version(
                store,
                connection,
                version_id,
                state=VersionState.SUPERSEDED,
                kind="return to this version",
            )
            pending = await self._pending(connection, version)
            if pending is None:
                return await self._propose(connection, version, principal)
            return await self._carry_out(connection, version, pending, principal)

    async def _pending(self, connection: AsyncConnection, version: ListVersion) -> Approval | None:
        found = await self._approvals.pending(connection, LIST_RETURN)
        return next((each for each in found if each.subject == str(version.version_id)), None)

    async def _propose(
        self, connection: AsyncConnection, version: ListVersion, principal: Principal
    ) -> Returned:
        rule = self._approvals.rule(LIST_RETURN)
        payload = {"source": version.source_id, "sha256": version.sha256, "stored": version.stored}
        role = rule.proposing_role(principal.roles)
        await self._approvals.propose(
            connection, LIST_RETURN, str(version.version_id), payload, principal.subject, role
        )
        return Returned(version, principal.subject, is_done=False)

    async def _carry_out(
        self, connection: AsyncConnection, version: ListVersion, pending: Approval, principal: Principal
    ) -> Returned:
        rule = self._approvals.rule(LIST_RETURN)
        role = rule.approving_role(principal.roles, pending.proposer_role)
        approved = await self._approvals.approve(
            connection, pending.approval_id, principal.subject, role, pending.version
        )
        records = [self._permitted(approved, principal)]
        _, purpose = stated_for_import(principal)
        records += await self._put_in_force(connection, version, purpose)
        await self._ports.audit.append_many(connection, records)
        now = self._ports.clock.now()
        back = replace(version, state=VersionState.IN_FORCE, in_force_since=now)
        return Returned(back, approved.proposer, is_done=True)

    def _permitted(self, approved: Approval, principal: Principal) -> AuditRecord:
        assert approved.decided_role is not None, "an approved proposal names the role"
        request = policy_requests.config_change(
            actor=Actor.of(principal),
            purpose=Stated("TERR_PREVENT", None),
            kind=LIST_RETURN,
            author=approved.proposer,
            author_role=approved.proposer_role,
            approver=principal.subject,
            approver_role=approved.decided_role,
            now=self._ports.clock.now(),
        )
        return self._ports.require(
            request,
            object_kind="list_version",
            object_id=approved.subject,
            facts={"payload_digest": approved.payload_digest},
        )
