"""The use case: a traveller asks, the rights office answers in time and with reasons.

What is in the person's favour takes one person; a refusal takes the data-protection officer's review, and
upholding a listing the independent authority's countersignature.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from services.ingest.rights_effects import CarryOut, Decided, checked_corrections
from services.ingest.rights_errors import (
    AnswerUnfit,
    ExtensionSpent,
    RequestUnknown,
    RightsRefused,
    SubmissionAbsent,
    TaskUnknown,
)
from services.ingest.rights_requests import REDRESS, answer_request, deferral_request, judged
from services.ingest.store.rights import RightsRequest, RightsStore
from services.ingest.submissions import OpenOffice
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.record import Outcome
from shared.policy.verdict import Verdict
from shared.security.roles import Role
from shared.security.tokens import Principal

USUAL: Final = timedelta(days=30)
URGENT: Final = timedelta(hours=24)
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
#: Digits and letters that nobody mistakes for one another, over the telephone either.
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class RightsOffice:
    """Takes requests, gives answers, keeps clocks."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = RightsStore()
        self._approvals = Approvals(RULES, ports.audit, ports.clock, ports.identifiers)
        self._carry_out = CarryOut(ports)

    async def register(self, principal: Principal, asked: Mapping[str, Any]) -> tuple[str, datetime]:
        """Take a request down: its number at once, and when it is due.

        A number that is known (the door's own, sent again) is the same request.

        Source: safeguards.md SG-19, SG-20 (24 hours urgent, 30 days otherwise).
        """
        now = self._ports.clock.now()
        received_at = asked.get("received_at") or now
        values = {
            **asked,
            "request_id": self._ports.identifiers.new(),
            "number": asked.get("number") or new_number(),
            "received_at": received_at,
            "due_at": received_at + (URGENT if asked["is_urgent"] else USUAL),
        }
        async with self._ports.database.begin() as connection:
            if await self._store.add(connection, values):
                facts = {"kind": asked["kind"], "is_urgent": asked["is_urgent"], "channel": asked["channel"]}
                await self._note(connection, principal, "rights.received", str(values["request_id"]), facts)
        return str(values["number"]), values["due_at"]

    async def read(self) -> dict[str, Any]:
        """Every request and every person who is to be told, what is late first; proposals that wait."""
        async with self._ports.database.connect() as connection:
            pending = [
                proposal
                for kind in (REFUSAL, UPHOLDING, DEFERRAL)
                for proposal in await self._approvals.pending(connection, kind)
            ]
            return {
                "requests": await self._store.listed(connection),
                "notifications": await self._store.tasks(connection),
                "pending": pending,
            }

    async def known(self, numbers: Sequence[str]) -> dict[str, datetime | None]:
        """Those of these numbers that are registered, each with when it was answered."""
        async with self._ports.database.connect() as connection:
            return await self._store.known(connection, numbers)

    async def get(self, request_id: UUID) -> RightsRequest:
        """One request.

        Raises:
            RequestUnknown: There is none.
        """
        async with self._ports.database.begin() as connection:
            return await self._get(connection, request_id)

    async def open(self, principal: Principal, request_id: UUID, office: OpenOffice) -> Mapping[str, str]:
        """What the person wrote at the door; the look is recorded.

        Raises:
            RequestUnknown: There is no such request.
            SubmissionAbsent: It came by another way, or its text is erased.
            SubmissionUnreadable: The key does not open it.
        """
        async with self._ports.database.begin() as connection:
            request = await self._get(connection, request_id)
            if request.submission is None:
                raise SubmissionAbsent
            written = office.open(request.submission)
            facts = {"kind": request.kind}
            await self._note(connection, principal, "rights.opened", str(request_id), facts)
        return written

    async def verify(self, principal: Principal, request_id: UUID, record_ids: Sequence[UUID]) -> None:
        """Note that the person was identified, and which records are theirs; what they dispute is held back.

        Raises:
            RequestUnknown: No such open request.
        """
        async with self._ports.database.begin() as connection:
            values = {"request_id": request_id, "person": principal.subject, "record_ids": list(record_ids)}
            if not await self._store.verify(connection, values):
                raise RequestUnknown
            known = await self._get(connection, request_id)
            await self._carry_out.dispute(connection, known, self._ports.clock.now())
            facts = {"records": len(record_ids)}
            await self._note(connection, principal, "rights.identified", str(request_id), facts)

    async def extend(self, principal: Principal, request_id: UUID, reason: str) -> None:
        """Give the one extension of 30 days.

        Raises:
            RequestUnknown: There is none.
            ExtensionSpent: It was given, or the request is urgent or answered.
        """
        async with self._ports.database.begin() as connection:
            request = await self._get(connection, request_id)
            values = {"request_id": request_id, "reason": reason, "due_at": request.due_at + USUAL}
            if not await self._store.extend(connection, values):
                raise ExtensionSpent
            await self._note(connection, principal, "rights.extended", str(request_id), {"days": USUAL.days})

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
            request = await self._get(connection, request_id)
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

    async def told(self, principal: Principal, task_id: UUID) -> None:
        """Note that a person was told.

        Raises:
            TaskUnknown: Nobody is to be told there, or they were.
        """
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            if not await self._store.sent(connection, task_id, principal.subject, now):
                raise TaskUnknown
            await self._note(connection, principal, "notify.sent", str(task_id), {})

    async def _decide(
        self, principal: Principal, request_id: UUID, answer: Mapping[str, Any], step: "_Second | None"
    ) -> None:
        now = self._ports.clock.now()
        handler = principal.subject if step is None else step.proposal.proposer
        review = {} if step is None else {"id": str(step.approval_id), "role": step.role}
        async with self._ports.database.connect() as connection:
            request = await self._get(connection, request_id)
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

    async def _defer(self, principal: Principal, step: "_Second") -> None:
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

    async def _approve(
        self, connection: AsyncConnection, principal: Principal, step: "_Second | None"
    ) -> None:
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

    async def _get(self, connection: AsyncConnection, request_id: UUID) -> RightsRequest:
        request = await self._store.get(connection, request_id)
        if request is None:
            raise RequestUnknown
        return request

    async def _note(
        self,
        connection: AsyncConnection,
        principal: Principal,
        action: str,
        object_id: str,
        facts: Mapping[str, Any],
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action=action,
            object_kind="RIGHTS",
            object_id=object_id,
            facts=dict(facts),
        )

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


class _Second:
    """The second person's step on a proposal."""

    def __init__(self, approval_id: UUID, role: str, expected_version: int, proposal: Approval) -> None:
        self.approval_id = approval_id
        self.role = role
        self.expected_version = expected_version
        self.proposal = proposal


def new_number() -> str:
    """A number that tells nothing: not how many asked, nor when."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(12))
    return "-".join(signs[at : at + 4] for at in (0, 4, 8))


def _fitting(request: RightsRequest, result: str) -> None:
    if result not in (REDRESS_OUTCOMES if request.kind == REDRESS else ANSWERS):
        raise AnswerUnfit(kind=request.kind)


def _kind_of_approval(result: str) -> str | None:
    if result == "UPHELD":
        return UPHOLDING
    return None if result in REDRESS_OUTCOMES or result == "GRANTED" else REFUSAL


def lapse(answer: Mapping[str, Any], now: datetime) -> Any:
    """The day on which a refusal lapses, where the answer names one."""
    days = answer["expires_days"]
    return None if days is None else (now + timedelta(days=days)).date()
