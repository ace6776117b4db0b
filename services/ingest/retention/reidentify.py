"""The use case: masked values are shown once, to whom a court or the independent authority granted it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from services.ingest.retention.errors import GrantUnknown, RecordsUnknown, RetentionRefused, VaultClosed
from services.ingest.retention.masked_elements import shown
from services.ingest.retention.masking import OpenVault
from services.ingest.retention.policy_requests import PURPOSE, Asking, reidentification_request
from services.ingest.store.retention import RecordKind, RetentionStore
from services.ingest.store.retention_decisions import Reidentification, RetentionDecisionStore
from services.ingest.store.rights import RightsStore
from shared.audit.record import Outcome
from shared.policy.verdict import Verdict
from shared.security.roles import Role
from shared.security.tokens import Principal

TELL_WITHIN: Final = timedelta(days=30)
AUTHORITY_TYPES: Final = {Role.COURT: "COURT", Role.INDEPENDENT_AUTHORITY: "INDEPENDENT_ADMIN"}


class Reidentify:
    """Asks, finds independently, grants and shows.

    Args:
        ports: The outside.
        vault: The vault's private half, where this instance holds it.
    """

    def __init__(self, ports: Ports, vault: OpenVault | None) -> None:
        self._ports = ports
        self._vault = vault
        self._store = RetentionDecisionStore()
        self._figures = RetentionStore()

    async def requests(self, principal: Principal) -> list[Reidentification]:
        """Every request. The first's reasons are hidden from whoever may still be the second."""
        async with self._ports.database.connect() as connection:
            return [_blind(each, principal) for each in await self._store.requests(connection)]

    async def ask(
        self,
        principal: Principal,
        case_id: str,
        record_ids: Collection[UUID],
        fields: Collection[str],
        statement: str,
    ) -> UUID:
        """Ask to see elements of masked records, for a case; gives the request's number."""
        request_id = self._ports.identifiers.new()
        values = {
            "request_id": request_id,
            "case_id": case_id,
            "record_ids": sorted(record_ids),
            "fields": sorted(fields),
            "person": principal.subject,
            "statement": statement,
            "now": self._ports.clock.now(),
        }
        async with self._ports.database.begin() as connection:
            await self._store.ask(connection, values)
            await self._record(connection, principal, "reident.ask", request_id, case_id, len(record_ids))
        return request_id

    async def find(self, principal: Principal, request_id: UUID, statement: str, *, is_needed: bool) -> None:
        """Save the second person's own finding, made without the first's reasons.

        Raises:
            GrantUnknown: There is no such request, it has its second, or the person is the first.

        Source: safeguards.md SG-09.
        """
        async with self._ports.database.begin() as connection:
            request = await self._get(connection, request_id)
            values = {
                "request_id": request_id,
                "person": principal.subject,
                "statement": statement,
                "is_needed": is_needed,
                "reports_to_first": principal.manager == request.first,
                "now": self._ports.clock.now(),
            }
            if not await self._store.find(connection, values):
                raise GrantUnknown
            await self._record(connection, principal, "reident.find", request_id, request.case_id, is_needed)

    async def grant(
        self, principal: Principal, request_id: UUID, statement: str, hours: int, *, is_granted: bool
    ) -> None:
        """Write the answer of a court or the independent authority; a grant ends after `hours`.

        Raises:
            GrantUnknown: No such request, not confirmed by a second person, or answered already.

        Source: safeguards.md SG-24.
        """
        now = self._ports.clock.now()
        role = next(role for role in AUTHORITY_TYPES if role in principal.roles)
        async with self._ports.database.begin() as connection:
            request = await self._get(connection, request_id)
            values = {
                "request_id": request_id,
                "authority_type": AUTHORITY_TYPES[role],
                "person": principal.subject,
                "is_granted": is_granted,
                "statement": statement,
                "now": now,
                "expires": now + timedelta(hours=hours) if is_granted else None,
            }
            if not await self._store.grant(connection, values):
                raise GrantUnknown
            await self._record(
                connection, principal, "reident.grant", request_id, request.case_id, is_granted
            )
            await self._count(
                connection, "REIDENTIFICATION_GRANTED" if is_granted else "REIDENTIFICATION_DENIED"
            )

    async def use(self, principal: Principal, request_id: UUID) -> dict[UUID, dict[str, Any]]:
        """Show the granted elements of the granted records, once.

        Raises:
            VaultClosed: This instance holds no key that opens masked values.
            GrantUnknown: No such request, or another person's.
            RecordsUnknown: One of the records is erased, or was never masked.
            RetentionRefused: The safeguards refused: no grant, an ended or a used one.

        Source: safeguards.md SG-24.
        """
        if self._vault is None:
            raise VaultClosed
        async with self._ports.database.begin() as connection:
            request = await self._get(connection, request_id)
            if request.first != principal.subject:
                raise GrantUnknown
            verdict = self._judged(principal, request)
            await self._record_verdict(connection, principal, request, verdict)
            values = await self._shown(connection, request, self._vault) if verdict.permits else {}
        if not verdict.permits:
            # The record of the refusal stands; the transaction above changed nothing else.
            raise RetentionRefused(reasons=" ".join(verdict.reasons))
        return values

    async def _shown(
        self, connection: AsyncConnection, request: Reidentification, vault: OpenVault
    ) -> dict[UUID, dict[str, Any]]:
        now = self._ports.clock.now()
        sealed = await self._store.sealed(connection, request.record_ids)
        if {record_id for record_id, _, _ in sealed} != set(request.record_ids):
            raise RecordsUnknown
        if not await self._store.use(connection, request.request_id, now):
            raise GrantUnknown
        await self._count(connection, "REIDENTIFIED")
        # Whoever was looked at is told, unless two people put it off (SG-21).
        task = {
            "task_id": self._ports.identifiers.new(),
            "cause": "REIDENTIFIED",
            "cause_id": request.request_id,
            "now": now,
            "due_at": now + TELL_WITHIN,
        }
        await RightsStore().add_task(connection, task)
        return {
            record_id: shown(vault.open(record_id, key, value), request.fields)
            for record_id, key, value in sealed
        }

    async def _get(self, connection: AsyncConnection, request_id: UUID) -> Reidentification:
        request = await self._store.get(connection, request_id)
        if request is None:
            raise GrantUnknown
        return request

    def _judged(self, principal: Principal, request: Reidentification) -> Verdict:
        asking = Asking(
            principal.subject,
            [role.value for role in principal.roles],
            self._ports.authority,
            self._ports.is_chain_ok(),
            self._ports.clock.now(),
        )
        return self._ports.safeguards.decide(reidentification_request(asking, request))

    async def _count(self, connection: AsyncConnection, act: str) -> None:
        day = self._ports.clock.now().date()
        await self._figures.count(connection, day, act, RecordKind.TRAVELLER, "REQUEST", 1)

    async def _record(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        principal: Principal,
        action: str,
        request_id: UUID,
        case_id: str,
        fact: bool | int,
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action=action,
            object_kind="REIDENTIFICATION",
            object_id=str(request_id),
            purpose=PURPOSE,
            case_id=case_id,
            facts={"answer": fact},
        )

    async def _record_verdict(
        self, connection: AsyncConnection, principal: Principal, request: Reidentification, verdict: Verdict
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action="reident.execute",
            object_kind="REIDENTIFICATION",
            object_id=str(request.request_id),
            outcome=Outcome.PERMITTED if verdict.permits else Outcome.REFUSED,
            purpose=PURPOSE,
            case_id=request.case_id,
            policy=verdict.policy_version,
            reasons=verdict.reasons,
            facts={
                "records": len(request.record_ids),
                "elements": request.fields,
                "inputs_hash": verdict.inputs_hash,
            },
        )


def _blind(request: Reidentification, reader: Principal) -> Reidentification:
    """Without the first's reasons, until the second has saved an own finding; the first sees their own."""
    if request.second is not None or request.first == reader.subject:
        return request
    values = {name: getattr(request, name) for name in request.__slots__}
    return Reidentification(**values | {"first_statement": ""})
