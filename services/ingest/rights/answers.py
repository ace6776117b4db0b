"""The use case: the rights office answers with reasons, by one person or by two.

What is in the person's favour takes one person; a refusal takes the data-protection officer's review, and
upholding a listing the independent authority's countersignature.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from services.ingest.rights.effects import CarryOut, Decided, checked_corrections
from services.ingest.rights.errors import AnswerUnfit, RequestUnknown, RightsRefused, TaskUnknown
from services.ingest.rights.policy_requests import REDRESS, answer_request, deferral_request, judged
from services.ingest.store.rights import RightsRequest, RightsStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.record import Outcome
from shared.policy.verdict import Verdict
from shared.security.roles import Role
from shared.security.tokens import Principal

REFUSAL: Final = "rights.refusal"
UPHOLDING: Final = "rights.upholding"
DEFERRAL: Final = "rights.deferral"
_OFFICE: Final = frozenset({Role.LEGAL.value, Role.HUMAN_RIGHTS.value})
RULES: Final = (
    ApprovalRule(REFUSAL, _OFFICE, frozenset({Role.DPO.value})),
    ApprovalRule(UPHOLDING, _OFFICE, frozenset({Role.INDEPENDENT_AUTHORITY.value})),
    ApprovalRule(DEFERRAL, _OFFICE | {Role.SUPERVISOR.value}, frozenset({Role.DPO.value, Role.LEGAL.value})),
)
REDRESS_OUTCOMES: Final = frozenset({"CLEARED", "CORRECTED", "REMOVED", "UPHELD"})
ANSWERS: Final = frozenset({"GRANTED", "REFUSED_PARTLY", "REFUSED"})


@dataclass(frozen=True, slots=True)
class _Second:
    """The second person's step on a proposal."""

    approval_id: UUID
    role: str
    expected_version: int
    proposal: Approval


class Answers:
    """Gives answers and puts notifications off."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = RightsStore()
        self._approvals = Approvals(RULES, ports.audit, ports.clock, ports.identifiers)
        self._carry_out = CarryOut(ports)

    async def pending(self) -> list[Approval]:
        """The proposals that wait for their second person."""
        async with self._ports.database.connect() as connection:
            return [
                proposal
                for kind in (REFUSAL, UPHOLDING, DEFERRAL)
                for proposal in await self._approvals.pending(connection, kind)
            ]

    async def answer(
        self, principal: Principal, request_id: UUID, answer: Mapping[str, Any]
    ) -> Approval | None:
        """Answer in the person's favour at once; propose anything else to the second who must agree.

        Returns:
            The proposal that waits, or `None` when the answer stands.

        Raises:
            RequestUnknown, AnswerUnfit, RightsRefused, ApprovalRoleRefused: See there.
        """
        async with self._ports.database.begin() as connection:
            request = await self._store.get(connection, request_id)
            _fitting(request, answer["result"])
            checked_corrections(request.kind, answer["result"], answer.get("corrections"))
            kind = _kind_of_approval(answer["result"])
            if kind is not None:
                role = self._approvals.rule(kind).proposing_role(each.value for each in principal.roles)
                return await self._approvals.propose(
                    connection, kind, str(request_id), dict(answer), principal.subject, role
                )
        await self._decide(principal, request_id, answer, None)
        return None

    async def propose_deferral(
        self, principal: Principal, task_id: UUID, harm: Mapping[str, Any]
    ) -> Approval:
        """Propose that a person be told later, because telling would do harm.

        Raises:
            ApprovalRoleRefused: None of the person's roles may.
        """
        role = self._approvals.rule(DEFERRAL).proposing_role(each.value for each in principal.roles)
        async with self._ports.database.begin() as connection:
            return await self._approvals.propose(
                connection, DEFERRAL, str(task_id), dict(harm), principal.subject, role
            )

    async def approve(
        self, principal: Principal, approval_id: UUID, *, expected_version: int, reject: bool
    ) -> Approval:
        """The second person's answer; an approval takes effect at once.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            RequestUnknown, TaskUnknown, RightsRefused: The proposal still waits.
        """
        async with self._ports.database.connect() as connection:
            proposal = await self._approvals.get(connection, approval_id)
        rule = self._approvals.rule(proposal.kind)
        role = rule.approving_role((each.value for each in principal.roles), proposal.proposer_role)
        if reject:
            async with self._ports.database.begin() as connection:
                return await self._approvals.reject(
                    connection, approval_id, principal.subject, role, expected_version
                )
        step = _Second(approval_id, role, expected_version, proposal)
        if proposal.kind == DEFERRAL:
            await self._defer(principal, step)
        else:
            await self._decide(principal, UUID(proposal.subject), proposal.payload, step)
        async with self._ports.database.connect() as connection:
            return await self._approvals.get(connection, approval_id)

    async def _decide(
        self, principal: Principal, request_id: UUID, answer: Mapping[str, Any], step: _Second | None
    ) -> None:
        now = self._ports.clock.now()
        handler = principal.subject if step is None else step.proposal.proposer
        review = {} if step is None else {"id": str(step.approval_id), "role": step.role}
        async with self._ports.database.connect() as connection:
            request = await self._store.get(connection, request_id)
        question = answer_request(request, {**answer, "at": now}, handler, review)
        verdict = await self._permit(principal, question, str(request_id))
        async with self._ports.database.begin() as connection:
            await self._approve(connection, principal, step)
            values = {
                "request_id": request_id,
                "decided_by": handler,
                "second": None if step is None else principal.subject,
                "now": now,
                "result": answer["result"],
                "ground": answer["ground"],
                "reasons": answer["reasons"],
                "lapses_on": lapse(answer, now),
            }
            if not await self._store.decide(connection, values):
                raise RequestUnknown
            right = checked_corrections(request.kind, answer["result"], answer.get("corrections"))
            await self._carry_out(connection, Decided(request, answer["result"], right, now))
            await self._record(connection, principal, question, str(request_id), verdict)

    async def _defer(self, principal: Principal, step: _Second) -> None:
        now = self._ports.clock.now()
        harm, task_id = step.proposal.payload, UUID(step.proposal.subject)
        question = deferral_request(harm, step.proposal.proposer, principal.subject, str(task_id))
        verdict = await self._permit(principal, question, str(task_id))
        async with self._ports.database.begin() as connection:
            await self._approve(connection, principal, step)
            values = {
                "task_id": task_id,
                "due_at": now + timedelta(days=harm["until_days"]),
                "decided_by": step.proposal.proposer,
                "second": principal.subject,
            }
            if not await self._store.defer(connection, values):
                raise TaskUnknown
            await self._record(connection, principal, question, str(task_id), verdict)

    async def _approve(self, connection: AsyncConnection, principal: Principal, step: _Second | None) -> None:
        if step is not None:
            await self._approvals.approve(
                connection, step.approval_id, principal.subject, step.role, step.expected_version
            )

    async def _permit(self, principal: Principal, question: Mapping[str, Any], object_id: str) -> Verdict:
        """Ask the safeguards; a refusal is recorded by itself, and nothing changes."""
        request = judged(
            question,
            principal.subject,
            [role.value for role in principal.roles],
            self._ports.clock.now(),
            is_chain_ok=self._ports.is_chain_ok(),
        )
        verdict = self._ports.safeguards.decide(request)
        if not verdict.permits:
            async with self._ports.database.begin() as connection:
                await self._record(connection, principal, question, object_id, verdict)
            raise RightsRefused(reasons=" ".join(verdict.reasons))
        return verdict

    async def _record(
        self,
        connection: AsyncConnection,
        principal: Principal,
        question: Mapping[str, Any],
        object_id: str,
        verdict: Verdict,
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action=question["action"],
            object_kind="RIGHTS",
            object_id=object_id,
            outcome=Outcome.PERMITTED if verdict.permits else Outcome.REFUSED,
            purpose=question["purpose"]["code"],
            policy=verdict.policy_version,
            reasons=verdict.reasons,
            facts={"inputs_hash": verdict.inputs_hash},
        )


def _fitting(request: RightsRequest, result: str) -> None:
    if result not in (REDRESS_OUTCOMES if request.kind == REDRESS else ANSWERS):
        raise AnswerUnfit(kind=request.kind)


def _kind_of_approval(result: str) -> str | None:
    if result == "UPHELD":
        return UPHOLDING
    return None if result in REDRESS_OUTCOMES or result == "GRANTED" else REFUSAL


def lapse(answer: Mapping[str, Any], now: datetime) -> date | None:
    """The day on which a refusal lapses, where the answer names one."""
    days = answer["expires_days"]
    return None if days is None else (now + timedelta(days=days)).date()
