"""The use case: two people hold records for a case, or keep those of a confirmed hit longer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.permit import ApprovalRefused, permit, undone_if_refused
from services.ingest.ports import Ports
from services.ingest.retention.errors import HoldUnknown, RecordsUnknown, RetentionRefused
from services.ingest.retention.jobs import AskHitLinks
from services.ingest.retention.policy_requests import (
    PURPOSE,
    Asking,
    Extended,
    extension_request,
    hold_request,
)
from services.ingest.store.retention_decisions import NewHold, RetentionDecisionStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.security.roles import Role
from shared.security.tokens import Principal

HOLD: Final = "retention.hold"
EXTENSION: Final = "retention.extend"
_PROPOSERS: Final = frozenset({Role.LEGAL.value, Role.SUPERVISOR.value})
_APPROVERS: Final = frozenset({Role.LEGAL.value, Role.DPO.value, Role.PIU_HEAD.value})
RULES: Final = tuple(ApprovalRule(kind, _PROPOSERS, _APPROVERS) for kind in (HOLD, EXTENSION))


class DecideRetention:
    """Proposes and decides holds and extensions; ends holds.

    Args:
        ports: The outside.
        ask_hit_links: Asks screening who carries a hit.
    """

    def __init__(self, ports: Ports, ask_hit_links: AskHitLinks) -> None:
        self._ports = ports
        self._ask = ask_hit_links
        self._store = RetentionDecisionStore()
        self._approvals = Approvals(RULES, ports.audit, ports.clock, ports.identifiers)

    async def read(self) -> dict[str, Any]:
        """Every hold, and the proposals that await a second person."""
        async with self._ports.database.connect() as connection:
            holds = await self._store.holds(connection)
            pending = [
                proposal
                for kind in (HOLD, EXTENSION)
                for proposal in await self._approvals.pending(connection, kind)
            ]
        return {"holds": holds, "pending": pending}

    async def propose(self, principal: Principal, kind: str, payload: Mapping[str, Any]) -> Approval:
        """Propose a hold or an extension of records that are held here.

        Raises:
            RecordsUnknown: One of them is not.
            ApprovalRoleRefused: None of the person's roles may propose this.
        """
        role = self._approvals.rule(kind).proposing_role(role.value for role in principal.roles)
        async with self._ports.database.begin() as connection:
            await self._receipts(connection, _record_ids(payload))
            return await self._approvals.propose(
                connection, kind, payload["case_id"], payload, principal.subject, role
            )

    async def decide(
        self, principal: Principal, approval_id: UUID, *, expected_version: int, reject: bool
    ) -> Approval:
        """Approve as the second person, which takes effect at once; or reject.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            ScreeningSilent: Nobody could say whether the hit is confirmed; the proposal still waits.
            RetentionRefused: The safeguards refused; the proposal still waits.

        Source: safeguards.md SG-23, SG-25, SG-27.
        """
        async with self._ports.database.connect() as connection:
            proposal = await self._approvals.get(connection, approval_id)
        rule = self._approvals.rule(proposal.kind)
        role = rule.approving_role((each.value for each in principal.roles), proposal.proposer_role)
        links: Mapping[UUID, str] = {}
        if proposal.kind == EXTENSION and not reject:
            links = await self._ask(_record_ids(proposal.payload))
        try:
            async with undone_if_refused(self._ports) as connection:
                if reject:
                    return await self._approvals.reject(
                        connection, approval_id, principal.subject, role, expected_version
                    )
                approved = await self._approvals.approve(
                    connection, approval_id, principal.subject, role, expected_version
                )
                await self._carry_out(connection, approved, principal, links)
                return approved
        except ApprovalRefused as refused:
            raise RetentionRefused(reasons=" ".join(refused.reasons)) from None

    async def end_hold(self, principal: Principal, hold_id: UUID, cause: str) -> None:
        """End a hold: what protects takes one person. Its records are erased with the next batch.

        Raises:
            HoldUnknown: There is none in force.
        """
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            if not await self._store.end_hold(connection, hold_id, principal.subject, cause, now):
                raise HoldUnknown
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="retention.hold_ended",
                object_kind="HOLD",
                object_id=str(hold_id),
                facts={"cause": cause},
            )

    async def _carry_out(
        self,
        connection: AsyncConnection,
        approved: Approval,
        principal: Principal,
        links: Mapping[UUID, str],
    ) -> None:
        asking = Asking(
            principal.subject,
            [role.value for role in principal.roles],
            self._ports.authority,
            self._ports.is_chain_ok(),
            self._ports.clock.now(),
        )
        receipts = await self._receipts(connection, _record_ids(approved.payload))
        if approved.kind == HOLD:
            await self._hold(connection, approved, asking)
        else:
            await self._extend(connection, approved, asking, receipts, links)

    async def _hold(self, connection: AsyncConnection, approved: Approval, asking: Asking) -> None:
        payload = approved.payload
        hold = NewHold(
            hold_id=self._ports.identifiers.new(),
            case_id=payload["case_id"],
            ordered_by=payload["ordered_by"],
            order_ref=payload["order_ref"],
            review_at=date.fromisoformat(payload["review_at"]),
            record_ids=_record_ids(payload),
            proposed_by=approved.proposer,
            approved_by=asking.person,
        )
        request = hold_request(asking, hold.record_ids, hold.case_id, hold.ordered_by, hold.review_at)
        await self._permit(connection, approved, request)
        await self._store.add_hold(connection, hold, asking.now)

    async def _extend(
        self,
        connection: AsyncConnection,
        approved: Approval,
        asking: Asking,
        receipts: Mapping[UUID, datetime],
        links: Mapping[UUID, str],
    ) -> None:
        payload = approved.payload
        untils = {}
        for record_id, received_at in receipts.items():
            record = Extended(
                (asking.now - received_at).days,
                payload["until_age_days"],
                str(links.get(record_id, "NONE")),
            )
            request = extension_request(asking, record, payload["case_id"], approved.proposer)
            await self._permit(connection, approved, request)
            untils[record_id] = received_at + timedelta(days=payload["until_age_days"])
        await self._store.extend(
            connection, untils, payload["case_id"], approved.proposer, asking.person, asking.now
        )

    async def _receipts(self, connection: AsyncConnection, record_ids: list[UUID]) -> dict[UUID, datetime]:
        receipts = await self._store.held(connection, record_ids)
        if receipts.keys() != set(record_ids):
            raise RecordsUnknown
        return receipts

    async def _permit(
        self, connection: AsyncConnection, approved: Approval, request: Mapping[str, Any]
    ) -> None:
        await permit(
            self._ports,
            connection,
            approved,
            request,
            action=approved.kind,
            object_kind="APPROVAL",
            purpose=PURPOSE,
            case_id=approved.subject,
        )


def _record_ids(payload: Mapping[str, Any]) -> list[UUID]:
    return [UUID(each) for each in payload["record_ids"]]
