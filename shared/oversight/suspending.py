"""Suspends by an order of oversight, and lifts: asked of the safeguards, recorded, in force at once.

One person is enough to suspend, because it protects; to lift takes the body that ordered it, or a court.

Source: safeguards.md SG-42; workflow.md §7 (protective steps take one person), §8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import Clock
from shared.identifiers import RandomIdentifiers
from shared.oversight.admission import OversightGate, OversightRefused
from shared.oversight.suspensions import (
    NothingToSuspend,
    Suspension,
    SuspensionKind,
    SuspensionLifted,
    SuspensionStore,
)
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal
from shared.web.purpose import Purpose

RANKED: Final = ("COURT", "INDEPENDENT_AUTHORITY", "DPO", "AUDITOR")
"""In which of several roles a person orders: the one that the fewest may overrule."""


class Subjects(Protocol):
    """What of a service can be suspended, and what follows beside what its statements read."""

    async def is_known(self, connection: AsyncConnection, kind: SuspensionKind, object_id: str) -> bool:
        """Whether the service has such a rule, entry or partner."""
        ...

    async def changed(self, connection: AsyncConnection, suspension: Suspension) -> None:
        """Carry an order or its end out, in its transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as it came: what is suspended, by which number, and why in words without personal data."""

    kind: SuspensionKind
    object_id: str
    order_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Overseer:
    """Who orders, why, and by which clock."""

    principal: Principal
    purpose: Purpose
    clock: Clock

    @property
    def role(self) -> str:
        """In which of their roles they order."""
        held = {role.value for role in self.principal.roles}
        return next(role for role in RANKED if role in held)


class Suspending:
    """Suspends and lifts in one service.

    Args:
        gate: Asks the service's safeguards and records their answer.
        subjects: What can be suspended here.
        suspend: `oversight.suspend`; named by the service, so that its code tells what it asks.
        lift: `oversight.lift_suspension`.
    """

    def __init__(self, gate: OversightGate, subjects: Subjects, suspend: str, lift: str) -> None:
        self._gate = gate
        self._subjects = subjects
        self._suspend = suspend
        self._lift = lift
        self._store = SuspensionStore()

    async def order(self, ordered: Ordered, overseer: Overseer) -> Suspension:
        """Suspend something, in force with this transaction.

        Raises:
            OversightRefused: The safeguards refuse.
            NothingToSuspend: The service has nothing by that name.
            AlreadySuspended: An order about it stands.
        """
        now = overseer.clock.now()
        suspension = Suspension(
            suspension_id=RandomIdentifiers(overseer.clock).new(),
            kind=ordered.kind,
            object_id=ordered.object_id,
            order_number=ordered.order_number,
            reason=ordered.reason,
            suspended_by=overseer.role,
            ordered_by=overseer.principal.subject,
            ordered_at=now,
        )
        verdict = await self._permit(self._suspend, overseer, suspension)
        async with self._gate.database.begin() as connection:
            if not await self._subjects.is_known(connection, ordered.kind, ordered.object_id):
                raise NothingToSuspend(kind=ordered.kind.value.lower())
            await self._store.add(connection, suspension)
            await self._subjects.changed(connection, suspension)
            await self._record(connection, self._suspend, overseer, suspension, verdict)
        return suspension

    async def lift(self, suspension_id: UUID, lifting_order: str, overseer: Overseer) -> Suspension:
        """End a suspension.

        Raises:
            SuspensionUnknown, SuspensionLifted: There is none that stands.
            OversightRefused: Another body than the one that ordered it, and no court.
        """
        async with self._gate.database.begin() as connection:
            suspension = await self._store.lock(connection, suspension_id)
            if suspension.lifted_at is not None:
                raise SuspensionLifted
            verdict = await self._permit(self._lift, overseer, suspension)
            now, person = overseer.clock.now(), overseer.principal.subject
            lifted = replace(suspension, lifted_at=now, lifted_by=person, lifting_order=lifting_order)
            await self._store.lift(connection, suspension_id, by=person, at=now, lifting_order=lifting_order)
            await self._subjects.changed(connection, lifted)
            await self._record(connection, self._lift, overseer, lifted, verdict)
        return lifted

    async def listed(self) -> list[Suspension]:
        """All orders, those that stand first."""
        async with self._gate.database.connect() as connection:
            return await self._store.listed(connection)

    async def _permit(self, action: str, overseer: Overseer, suspension: Suspension) -> Verdict:
        """The permit; a refusal leaves its record in a transaction of its own."""
        about = {"kind": suspension.kind.value, "suspended_by": suspension.suspended_by}
        verdict = self._gate.judge(action, overseer.principal, overseer.purpose, about, overseer.clock)
        if not verdict.permits:
            async with self._gate.database.begin() as connection:
                await self._record(connection, action, overseer, suspension, verdict)
            raise OversightRefused(reasons=", ".join(verdict.reasons))
        return verdict

    async def _record(
        self,
        connection: AsyncConnection,
        action: str,
        overseer: Overseer,
        suspension: Suspension,
        verdict: Verdict,
    ) -> None:
        facts: Mapping[str, Any] = {
            "suspension_id": str(suspension.suspension_id),
            "suspended_by": suspension.suspended_by,
            "role": overseer.role,
        }
        await self._gate.record(
            connection,
            action,
            overseer.principal,
            overseer.purpose,
            verdict,
            object_kind=suspension.kind.value,
            object_id=suspension.object_id,
            facts=facts,
        )
