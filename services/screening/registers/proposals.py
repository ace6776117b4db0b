"""What one person proposes and another approves: laws, list sources, standing orders, matcher approvals.

The approval, the safeguards' verdict on the change, its effect and the audit records share one transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.ports import Ports
from services.screening.registers.rows import (
    CountryRisk,
    LegalRow,
    ListSource,
    MatcherApproval,
    Persons,
    StandingOrder,
)
from services.screening.store.fairness import FairnessStore
from services.screening.watchlist.source_changes import JudgeSourceAnew, is_judged_alike
from shared.approval.approvals import Approval, Approvals
from shared.approval.errors import ApprovalRoleRefused, ApprovalUnknown
from shared.approval.rules import ApprovalRule
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal

STANDING_ORDER = "STANDING_ORDER"
MATCHER_APPROVAL = "MATCHER_APPROVAL"
LEGAL_ROW = "LEGAL_ROW"
LIST_SOURCE = "LIST_SOURCE"
HIT_ORDER = "HIT_ORDER"
COUNTRY_RISK = "COUNTRY_RISK"
LIST_RETURN = "LIST_RETURN"
ENTRY_RENEWAL = "ENTRY_RENEWAL"
ENTRY_MERGE = "ENTRY_MERGE"
CLEARED_PERSON = "CLEARED_PERSON"

RULES = (
    ApprovalRule(STANDING_ORDER, frozenset({"SUPERVISOR"}), frozenset({"LEGAL"})),
    ApprovalRule(MATCHER_APPROVAL, frozenset({"SUPERVISOR"}), frozenset({"DPO", "LEGAL"})),
    ApprovalRule(LEGAL_ROW, frozenset({"LEGAL"}), frozenset({"SUPERVISOR", "DPO", "PIU_HEAD"})),
    ApprovalRule(
        LIST_SOURCE,
        frozenset({"SUPERVISOR", "LEGAL"}),
        frozenset({"SUPERVISOR", "LEGAL", "DPO", "PIU_HEAD"}),
    ),
    # The register of country risk is the human-rights officer's own (SG-34).
    ApprovalRule(
        COUNTRY_RISK, frozenset({"HUMAN_RIGHTS"}), frozenset({"SUPERVISOR", "LEGAL", "DPO", "PIU_HEAD"})
    ),
    ApprovalRule(
        LIST_RETURN, frozenset({"LIST_STEWARD", "APPROVER"}), frozenset({"LIST_STEWARD", "APPROVER"})
    ),
    # Who nominated an entry does not review it (SG-14); the supervisor is the smallest office's reviewer.
    ApprovalRule(
        ENTRY_RENEWAL,
        frozenset({"REVIEWER", "SUPERVISOR"}),
        frozenset({"APPROVER", "LEGAL", "PIU_HEAD"}),
    ),
    ApprovalRule(ENTRY_MERGE, frozenset({"LIST_STEWARD"}), frozenset({"APPROVER"})),
    ApprovalRule(CLEARED_PERSON, frozenset({"SUPERVISOR", "LEGAL"}), frozenset({"LEGAL", "DPO", "PIU_HEAD"})),
    ApprovalRule(HIT_ORDER, frozenset({"SUPERVISOR"}), frozenset({"LEGAL", "DUTY_SUPERVISOR", "PIU_HEAD"})),
)

#: The kind of change as SG-27 names it.
_CONFIG_KINDS = {
    STANDING_ORDER: "STANDING_ORDER",
    MATCHER_APPROVAL: "MODEL_ACTIVATION",
    LEGAL_ROW: "LEGAL_REGISTER",
    LIST_SOURCE: "LIST_SOURCE",
    COUNTRY_RISK: "COUNTRY_RISK",
}

#: A configuration serves all operational purposes; it is no look at anybody.
_PURPOSE = Stated("TERR_PREVENT", None)


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's answer to another's proposal, and the version of it that they were shown."""

    approves: bool = True
    expected_version: int = 1


def approvals(ports: Ports) -> Approvals:
    """The proposals of this service at the time of the request."""
    return Approvals(RULES, ports.audit, ports.clock, ports.identifiers)


def rejecting_role(rule: ApprovalRule, roles: Iterable[str]) -> str:
    """The role in which a person rejects, or withdraws what is their own.

    Raises:
        ApprovalRoleRefused: None of them may.
    """
    able = (rule.approver_roles | rule.proposer_roles).intersection(roles)
    if not able:
        raise ApprovalRoleRefused(role="NONE", kind=rule.kind)
    return min(able)


class Proposals:
    """Proposes and decides register changes."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = approvals(ports)

    async def propose(
        self, kind: str, subject: str, payload: Mapping[str, Any], principal: Principal
    ) -> Approval:
        """Write a proposal for a second person.

        Raises:
            ApprovalRoleRefused: The person's roles may not propose this.

        Source: SG-03 (standing orders), SG-07 (matcher), SG-02 (laws), SG-18 (sources), SG-27.
        """
        role = self._approvals.rule(kind).proposing_role(principal.roles)
        async with self._ports.transaction() as connection:
            return await self._approvals.propose(connection, kind, subject, payload, principal.subject, role)

    async def pending(self, kind: str) -> list[Approval]:
        """What awaits a second person."""
        async with self._ports.database.connect() as connection:
            return await self._approvals.pending(connection, kind)

    async def decide(
        self, kinds: Collection[str], approval_id: UUID, principal: Principal, decision: Decision
    ) -> Approval:
        """Approve a proposal of one of these kinds, which takes effect, or reject it.

        One person is enough to reject.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            RefusedByPolicy: SG-27 or another safeguard refused; the proposal stays.
        """
        async with self._ports.transaction() as connection:
            proposal = await self._approvals.get(connection, approval_id)
            if proposal.kind not in kinds:
                raise ApprovalUnknown
            rule = self._approvals.rule(proposal.kind)
            if not decision.approves:
                role = rejecting_role(rule, principal.roles)
                return await self._approvals.reject(
                    connection, approval_id, principal.subject, role, decision.expected_version
                )
            role = rule.approving_role(principal.roles, proposal.proposer_role)
            approved = await self._approvals.approve(
                connection, approval_id, principal.subject, role, decision.expected_version
            )
            await self._permit(connection, approved, principal)
            await self._take_effect(connection, approved, self._ports.clock.now())
            return approved

    async def _permit(self, connection: AsyncConnection, approved: Approval, principal: Principal) -> None:
        assert approved.decided_role is not None, "an approved proposal names the role"
        request = policy_requests.config_change(
            actor=Actor.of(principal),
            purpose=_PURPOSE,
            kind=_CONFIG_KINDS[approved.kind],
            author=approved.proposer,
            author_role=approved.proposer_role,
            approver=principal.subject,
            approver_role=approved.decided_role,
            now=self._ports.clock.now(),
        )
        record = self._ports.require(
            request,
            object_kind=approved.kind.lower(),
            object_id=str(approved.approval_id),
            facts={"payload_digest": approved.payload_digest},
        )
        records = [record]
        if approved.kind == MATCHER_APPROVAL:
            records.append(await self._permit_matcher(connection, approved, principal))
        await self._ports.audit.append_many(connection, records)

    async def _permit_matcher(
        self, connection: AsyncConnection, approved: Approval, principal: Principal
    ) -> AuditRecord:
        """The permit of a matcher whose false alerts are fair; another is not approved again (SG-43)."""
        measured = await FairnessStore().latest(connection, approved.payload["algorithm"])
        tables = [] if measured is None else measured.body["tables"]
        ratios = [table["fp_ratio_max"] for table in tables if table["fp_ratio_max"] is not None]
        request = policy_requests.model_renew(
            actor=Actor.of(principal),
            purpose=_PURPOSE,
            highest_ratio=max(ratios, default=None),
            now=self._ports.clock.now(),
        )
        return self._ports.require(
            request,
            object_kind=approved.kind.lower(),
            object_id=str(approved.approval_id),
            facts={
                "algorithm": approved.payload["algorithm"],
                "measurement": "NONE" if measured is None else measured.sha256,
            },
        )

    async def _take_effect(self, connection: AsyncConnection, approved: Approval, now: datetime) -> None:
        registers = self._ports.stores.registers
        assert approved.decided_by is not None, "an approved proposal names who approved"
        persons = Persons(approved.proposer, approved.decided_by, now)
        if approved.kind == STANDING_ORDER:
            await registers.add_standing_order(connection, standing_order_of(approved, now))
        elif approved.kind == MATCHER_APPROVAL:
            await registers.add_matcher_approval(connection, _matcher_approval_of(approved, now), now)
        elif approved.kind == LEGAL_ROW:
            await registers.add_legal_row(connection, _legal_row_of(approved), persons)
        elif approved.kind == COUNTRY_RISK:
            await self._ports.stores.boarding.add_risk(connection, _country_risk_of(approved), persons)
        else:
            await self._register(connection, _source_of(approved.payload), persons)

    async def _register(self, connection: AsyncConnection, source: ListSource, persons: Persons) -> None:
        """Put a source's row in force, and judge by it whom its list has (SG-18)."""
        registers = self._ports.stores.registers
        before = await registers.source(connection, source.source_id)
        await registers.put_source(connection, source, persons)
        if before is not None and not is_judged_alike(before, source):
            left = await JudgeSourceAnew(self._ports)(connection, source)
            await self._ports.audit.append_many(connection, left)


def standing_order_of(approved: Approval, now: datetime) -> StandingOrder:
    """The standing order that an approval puts in force; its period begins now."""
    payload = approved.payload
    return StandingOrder(
        order_id=approved.approval_id,
        purpose_code=payload["purpose_code"],
        statement=payload["statement"],
        alternatives_considered=payload["alternatives_considered"],
        period_days=payload["period_days"],
        author=approved.proposer,
        approver=str(approved.decided_by),
        approved_at=now,
        expires=now.date() + timedelta(days=payload["period_days"]),
    )


def _matcher_approval_of(approved: Approval, now: datetime) -> MatcherApproval:
    payload = approved.payload
    return MatcherApproval(
        approval_id=approved.approval_id,
        algorithm=payload["algorithm"],
        threshold=float(payload["threshold"]),
        proposed_by=approved.proposer,
        approved_by=str(approved.decided_by),
        approved_on=now.date(),
        approved_until=now.date() + timedelta(days=payload["valid_days"]),
    )


def _legal_row_of(approved: Approval) -> LegalRow:
    payload = approved.payload
    return LegalRow(
        row_id=approved.approval_id,
        authority=payload["authority"],
        action=payload["action"],
        data_class=payload["data_class"],
        purpose_code=payload["purpose_code"],
        valid_from=date.fromisoformat(payload["valid_from"]),
        valid_to=date.fromisoformat(payload["valid_to"]),
        instrument_ref=payload["instrument_ref"],
        public_url=payload["public_url"],
        orders=tuple(payload.get("orders", ())),
    )


def _country_risk_of(approved: Approval) -> CountryRisk:
    payload = approved.payload
    return CountryRisk(
        row_id=approved.approval_id,
        state=payload["state"],
        level=payload["level"],
        death_penalty=payload["death_penalty"],
        assessed_at=date.fromisoformat(payload["assessed_at"]),
        sources=payload["sources"],
    )


def _source_of(payload: Mapping[str, Any]) -> ListSource:
    lists = {name: tuple(payload[name]) for name in ("allow_list", "conditions")}
    return ListSource(**{**payload, **lists})
