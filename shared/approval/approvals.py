"""Propose, approve, reject: in the caller's transaction, so that approval and effect happen together."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.approval.errors import (
    ApprovalConflict,
    ApprovalRoleRefused,
    ApprovalUnknown,
    SamePerson,
    SameRole,
)
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.audit.record import canonical_json
from shared.clock import Clock
from shared.db.column_types import Json
from shared.identifiers import ApprovalId, Identifiers

MAX_PENDING: Final = 200
MAX_SUBJECT_CHARACTERS: Final = 200

_COLUMNS = (
    "approval_id, kind, subject, payload, payload_digest, state, version, "
    "proposer, proposer_role, proposed_at, decided_by, decided_role, decided_at"
)
_INSERT = text("""
INSERT INTO approval (
    approval_id, kind, subject, payload, payload_digest, state, version, proposer, proposer_role, proposed_at
) VALUES (
    :approval_id, :kind, :subject, :payload, :payload_digest, 'PENDING', 1, :proposer, :proposer_role,
    :proposed_at
)
""").bindparams(bindparam("payload", type_=Json))
_GET = text(f"SELECT {_COLUMNS} FROM approval WHERE approval_id = :approval_id")  # noqa: S608
_DECIDE = text(f"""
UPDATE approval SET state = :state, version = version + 1, decided_by = :person, decided_role = :role,
                    decided_at = :at
WHERE approval_id = :approval_id AND state = 'PENDING' AND version = :expected_version
RETURNING {_COLUMNS}
""")  # noqa: S608
_LIST = text(f"""
SELECT {_COLUMNS} FROM approval WHERE kind = :kind AND state = :state ORDER BY approval_id DESC LIMIT :limit
""")  # noqa: S608


class ApprovalState(StrEnum):
    """Where a proposal stands; both decisions are final."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Approval:
    """A proposal and its decision.

    `payload` is exactly what the approver is shown; the audit log holds `payload_digest`.
    """

    approval_id: ApprovalId
    kind: str
    subject: str
    payload: Mapping[str, Any]
    payload_digest: str
    state: ApprovalState
    version: int
    proposer: str
    proposer_role: str
    proposed_at: datetime
    decided_by: str | None
    decided_role: str | None
    decided_at: datetime | None


class Approvals:
    """The proposals of one service, over its table `approval`.

    Args:
        rules: One for each kind of change; another kind is an error of ours.
        audit: Where each step is recorded, in the same transaction.
        clock: Tells when.
        identifiers: Gives each proposal its identifier.
    """

    def __init__(
        self, rules: Iterable[ApprovalRule], audit: AuditLog, clock: Clock, identifiers: Identifiers
    ) -> None:
        self._rules = {rule.kind: rule for rule in rules}
        self._audit = audit
        self._clock = clock
        self._identifiers = identifiers

    def rule(self, kind: str) -> ApprovalRule:
        """The rule of a kind, for choosing the role in which a person acts."""
        return self._rules[kind]

    async def propose(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        kind: str,
        subject: str,
        payload: Mapping[str, Any],
        proposer: str,
        role: str,
    ) -> Approval:
        """Write a proposal.

        Args:
            connection: The caller's transaction.
            kind: A kind with a rule.
            subject: What it changes: an identifier or code, such as a source or a register row.
            payload: JSON values; exactly what the second person will see.
            proposer: The person.
            role: The role in which they act.

        Raises:
            ApprovalRoleRefused: The role may not propose this.
        """
        if role not in self._rules[kind].proposer_roles:
            raise ApprovalRoleRefused(role=role, kind=kind)
        assert 0 < len(subject) <= MAX_SUBJECT_CHARACTERS, "a proposal names what it changes"
        approval_id = ApprovalId(self._identifiers.new())
        values = {
            "approval_id": approval_id,
            "kind": kind,
            "subject": subject,
            "payload": dict(payload),
            "payload_digest": payload_digest(payload),
            "proposer": proposer,
            "proposer_role": role,
            "proposed_at": self._clock.now(),
        }
        await connection.execute(_INSERT, values)
        proposal = await self.get(connection, approval_id)
        await self._record(connection, "approval.propose", proposal, proposer, role)
        return proposal

    async def approve(
        self, connection: AsyncConnection, approval_id: UUID, approver: str, role: str, expected_version: int
    ) -> Approval:
        """Approve as a second person; the caller carries the effect out in the same transaction.

        Of two that decide at the same time one gets `ApprovalConflict`.

        Args:
            connection: The caller's transaction.
            approval_id: The proposal.
            approver: The person, another than the proposer.
            role: The role in which they act.
            expected_version: The version that they were shown.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.

        Source:
            safeguards.md SG-27.
        """
        proposal = await self.get(connection, approval_id)
        rule = self._rules[proposal.kind]
        if approver == proposal.proposer:
            raise SamePerson
        if role not in rule.approver_roles:
            raise ApprovalRoleRefused(role=role, kind=proposal.kind)
        if rule.different_roles and role == proposal.proposer_role:
            raise SameRole
        return await self._decide(
            connection,
            proposal,
            ApprovalState.APPROVED,
            person=approver,
            role=role,
            expected_version=expected_version,
        )

    async def reject(
        self, connection: AsyncConnection, approval_id: UUID, person: str, role: str, expected_version: int
    ) -> Approval:
        """Reject, or withdraw one's own: a protective step, for which one person is enough.

        Raises:
            ApprovalUnknown, ApprovalRoleRefused, ApprovalConflict: See there.

        Source:
            workflow.md §7 (one person is enough to refuse).
        """
        proposal = await self.get(connection, approval_id)
        rule = self._rules[proposal.kind]
        if role not in rule.approver_roles | rule.proposer_roles:
            raise ApprovalRoleRefused(role=role, kind=proposal.kind)
        return await self._decide(
            connection,
            proposal,
            ApprovalState.REJECTED,
            person=person,
            role=role,
            expected_version=expected_version,
        )

    async def get(self, connection: AsyncConnection, approval_id: UUID) -> Approval:
        """One proposal.

        Raises:
            ApprovalUnknown: There is none.
        """
        row = (await connection.execute(_GET, {"approval_id": approval_id})).one_or_none()
        if row is None or row.kind not in self._rules:
            raise ApprovalUnknown
        return _approval(row)

    async def pending(
        self, connection: AsyncConnection, kind: str, *, limit: int = MAX_PENDING
    ) -> list[Approval]:
        """The proposals of a kind that await a second person, newest first."""
        return await self.listed(connection, kind, ApprovalState.PENDING, limit=limit)

    async def listed(
        self, connection: AsyncConnection, kind: str, state: ApprovalState, *, limit: int = MAX_PENDING
    ) -> list[Approval]:
        """The proposals of a kind in a state, newest first."""
        assert kind in self._rules, "a kind of change has a rule"
        rows = await connection.execute(_LIST, {"kind": kind, "state": str(state), "limit": limit})
        return [_approval(row) for row in rows]

    async def _decide(
        self,
        connection: AsyncConnection,
        proposal: Approval,
        state: ApprovalState,
        *,
        person: str,
        role: str,
        expected_version: int,
    ) -> Approval:
        values = {
            "approval_id": proposal.approval_id,
            "state": str(state),
            "person": person,
            "role": role,
            "at": self._clock.now(),
            "expected_version": expected_version,
        }
        row = (await connection.execute(_DECIDE, values)).one_or_none()
        if row is None:
            raise ApprovalConflict
        decided = _approval(row)
        action = "approval.approve" if state is ApprovalState.APPROVED else "approval.reject"
        await self._record(connection, action, decided, person, role)
        return decided

    async def _record(
        self, connection: AsyncConnection, action: str, approval: Approval, person: str, role: str
    ) -> None:
        await self._audit.append(
            connection,
            actor=person,
            action=action,
            object_kind="APPROVAL",
            object_id=str(approval.approval_id),
            facts={
                "kind": approval.kind,
                "subject": approval.subject,
                "role": role,
                "version": approval.version,
                "payload_digest": approval.payload_digest,
                "proposer": approval.proposer,
            },
        )


def payload_digest(payload: Mapping[str, Any]) -> str:
    """The digest of a payload, `sha256:` and hex digits: what the audit log holds of it."""
    return "sha256:" + hashlib.sha256(canonical_json(dict(payload))).hexdigest()


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        approval_id=ApprovalId(row.approval_id),
        kind=row.kind,
        subject=row.subject,
        payload=row.payload,
        payload_digest=row.payload_digest,
        state=ApprovalState(row.state),
        version=row.version,
        proposer=row.proposer,
        proposer_role=row.proposer_role,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_role=row.decided_role,
        decided_at=row.decided_at,
    )
