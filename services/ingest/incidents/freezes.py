"""Accounts that an incident names: frozen at once in every service, released by two people.

Source: safeguards.md SG-44 (accounts involved are frozen; unfreezing is dual control, SG-27), SG-42.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.permit import ApprovalRefused, permit, undone_if_refused
from services.ingest.ports import Ports
from services.ingest.registers.change_request import ACTION, PURPOSE, change_request
from shared.accounts.freezes import RELEASE, Freeze, FreezeStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.bus.outbox import Outbox
from shared.contracts import AccountFreezeV1
from shared.errors import DomainError
from shared.security.roles import OVERSIGHT, ROLES_OF, Permission
from shared.security.tokens import Principal

TOLD: Final = ("screening", "sharing")
KIND: Final = "AccountFreezeV1"
#: What the safeguards call the change (SG-27: any other setting than those that it names).
CHANGE: Final = "ACCOUNT_RELEASE"
RULE: Final = ApprovalRule(
    RELEASE,
    frozenset(role.value for role in ROLES_OF[Permission.REPORT_INCIDENT]),
    frozenset(role.value for role in ROLES_OF[Permission.RELEASE_ACCOUNT]),
)


class FreezeUnknown(DomainError):
    """There is no such freeze."""

    code: ClassVar[str] = "FREEZE_UNKNOWN"
    sentence: ClassVar[str] = "No incident froze such an account."


class ReleaseRefused(DomainError):
    """The account stays frozen."""

    code: ClassVar[str] = "RELEASE_REFUSED"
    sentence: ClassVar[str] = "The account stays frozen: {reason}."


@dataclass(frozen=True, slots=True)
class FrozenAccount:
    """A freeze, and the release that one person proposed and that awaits another."""

    freeze: Freeze
    proposal: Approval | None


class Freezing:
    """Freezes and releases accounts; the caller commits what it freezes."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = FreezeStore()
        self._approvals = Approvals((RULE,), ports.audit, ports.clock, ports.identifiers)

    async def freeze(
        self, connection: AsyncConnection, incident_id: UUID, accounts: Collection[str], principal: Principal
    ) -> None:
        """Freeze accounts by the subject of their tokens, each once for an incident."""
        standing = await self._store.of_incidents(connection, [incident_id])
        named = {freeze.account for freeze in standing if freeze.released_at is None}
        for account in sorted(set(accounts) - named):
            freeze = Freeze(
                freeze_id=self._ports.identifiers.new(),
                account=account,
                incident_id=incident_id,
                is_by_oversight=not principal.roles.isdisjoint(OVERSIGHT),
                frozen_at=self._ports.clock.now(),
            )
            await self._write(connection, freeze, principal.subject)

    async def of_incidents(
        self, connection: AsyncConnection, incidents: Collection[UUID]
    ) -> dict[UUID, list[FrozenAccount]]:
        """What each incident froze, with what was proposed since."""
        pending = {proposal.subject: proposal for proposal in await self._pending(connection)}
        found: dict[UUID, list[FrozenAccount]] = {incident_id: [] for incident_id in incidents}
        for freeze in await self._store.of_incidents(connection, list(incidents)):
            found[freeze.incident_id].append(FrozenAccount(freeze, pending.get(str(freeze.freeze_id))))
        return found

    async def propose(self, freeze_id: UUID, principal: Principal) -> Approval:
        """Propose as one person that an account is released.

        Raises:
            FreezeUnknown: There is none.
            ReleaseRefused: It is released, or a proposal waits, or the account is the person's own.
            ApprovalRoleRefused: None of the person's roles may propose this.
        """
        role = RULE.proposing_role(role.value for role in principal.roles)
        async with self._ports.database.begin() as connection:
            freeze = await self._frozen(connection, freeze_id)
            if principal.subject == freeze.account:
                raise ReleaseRefused(reason="nobody releases their own account")
            if any(proposal.subject == str(freeze_id) for proposal in await self._pending(connection)):
                raise ReleaseRefused(reason="its release waits for a second person already")
            payload = {"freeze_id": str(freeze_id), "account": freeze.account}
            return await self._approvals.propose(
                connection, RELEASE, str(freeze_id), payload, principal.subject, role
            )

    async def decide(
        self, approval_id: UUID, principal: Principal, *, expected_version: int, approve: bool
    ) -> None:
        """Release an account as the second person, or leave it frozen.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            ReleaseRefused: It is released, one of the two is frozen, or the safeguards refuse.
        """
        try:
            async with undone_if_refused(self._ports) as connection:
                proposal = await self._approvals.get(connection, approval_id)
                role = RULE.approving_role((role.value for role in principal.roles), proposal.proposer_role)
                decide = self._approvals.approve if approve else self._approvals.reject
                decided = await decide(connection, approval_id, principal.subject, role, expected_version)
                if approve:
                    await self._release(connection, decided, principal)
        except ApprovalRefused as refused:
            raise ReleaseRefused(reason=", ".join(refused.reasons)) from None

    async def _release(self, connection: AsyncConnection, approved: Approval, principal: Principal) -> None:
        freeze = await self._frozen(connection, UUID(approved.subject))
        frozen = {each.account for each in await self._store.standing(connection)}
        if not frozen.isdisjoint({approved.proposer, principal.subject}):
            raise ReleaseRefused(reason="one of the two people is frozen")
        request = change_request(
            CHANGE,
            approved,
            [role.value for role in principal.roles],
            chain_ok=self._ports.is_chain_ok(),
            now=self._ports.clock.now(),
        )
        await permit(
            self._ports,
            connection,
            approved,
            request,
            action=ACTION,
            object_kind=CHANGE,
            purpose=PURPOSE,
        )
        released = replace(freeze, released_at=self._ports.clock.now())
        await self._write(connection, released, principal.subject)

    async def _frozen(self, connection: AsyncConnection, freeze_id: UUID) -> Freeze:
        freeze = await self._store.lock(connection, freeze_id)
        if freeze is None:
            raise FreezeUnknown
        if freeze.released_at is not None:
            raise ReleaseRefused(reason="it was released before")
        return freeze

    async def _pending(self, connection: AsyncConnection) -> list[Approval]:
        return await self._approvals.pending(connection, RELEASE)

    async def _write(self, connection: AsyncConnection, freeze: Freeze, actor: str) -> None:
        """Here, and on its way to the other services in the same transaction."""
        await self._store.write(connection, freeze, self._ports.audit, actor)
        for destination in TOLD:
            message = AccountFreezeV1(message_id=self._ports.identifiers.new(), **asdict(freeze))
            await Outbox.add(
                connection,
                destination=destination,
                kind=KIND,
                message_id=message.message_id,
                body=message.as_json(),
            )
