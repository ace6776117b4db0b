"""Arrest, detention and expulsion: what people did changes who has to be told, by the word of two.

Source: resolution 2396 (2017) paragraph 3; workflow.md §5 (triggers that come from people) and §7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.custody.facts import (
    ConsularStatus,
    CustodyEvent,
    InCustody,
    LegalBasis,
    PlaceType,
)
from services.sharing.errors import StepOutOfOrder
from services.sharing.shares.recipients import Candidate
from services.sharing.shares.records import Share, ShareState
from services.sharing.shares.share import ShareHit
from services.sharing.store.shares import ShareStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.db.column_types import Json
from shared.security.tokens import Principal

KIND: Final = "CUSTODY"
CUSTODY_RULE: Final = ApprovalRule(
    KIND, proposer_roles=frozenset({"SUPERVISOR", "LIAISON"}), approver_roles=frozenset({"LEGAL"})
)

# Whoever knew of an arrival has to be thought about again: the risk to a person in custody is another one.
_HAPPENED: Final = text("""
UPDATE share SET event = :event, custody = :custody, state = 'AWAITING_ASSESSMENT', version = version + 1
WHERE share_id = :share_id AND version = :expected_version
""").bindparams(bindparam("custody", type_=Json))


@dataclass(frozen=True, slots=True)
class Happened:
    """What the competent force did, when, under which law, and why it believes what paragraph 3 asks for.

    `grounds` are the reasonable grounds, without names; they stay here.
    """

    event: CustodyEvent
    at: datetime
    legal_basis: LegalBasis
    grounds: str
    place_type: PlaceType | None = None
    consular_status: ConsularStatus | None = None

    def as_json(self) -> dict[str, Any]:
        """What the second person is shown, and what the approval's digest covers."""
        told = InCustody(self.at, self.legal_basis, self.place_type, self.consular_status)
        return {"event": self.event, "grounds": self.grounds, **told.as_json()}


class Custody:
    """Proposes and confirms that a person of a confirmed hit is detained or expelled.

    Args:
        engine: The service's database.
        share_hit: Works out who has to be told.
        approvals: The two-person machinery.
        audit: The log.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        share_hit: ShareHit,
        approvals: Approvals,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._share_hit = share_hit
        self._approvals = approvals
        self._audit = audit
        self._clock = clock

    async def pending(self) -> list[Approval]:
        """What waits for a second person."""
        async with self._engine.connect() as connection:
            return await self._approvals.pending(connection, KIND)

    async def propose(self, share_id: UUID, happened: Happened, author: Principal) -> Approval:
        """Write down what happened; it changes nothing until a second person confirms it.

        Raises:
            ShareNotFound: There is no such share.
            StepOutOfOrder: It lies in the future, or a proposal to tell somebody waits.
            ApprovalRoleRefused: None of the person's roles may.
        """
        role = CUSTODY_RULE.proposing_role(each.value for each in author.roles)
        async with self._engine.begin() as connection:
            share = await ShareStore(connection).lock(share_id)
            self._require_possible(share, happened)
            return await self._approvals.propose(
                connection, KIND, str(share.share_id), happened.as_json(), author.subject, role
            )

    async def decide(
        self, approval_id: UUID, approver: Principal, *, expected_version: int, reject: bool
    ) -> tuple[Approval, Sequence[Candidate]]:
        """Confirm as the second person, or reject.

        Returns:
            The decision, and who may have to be told now, with the paragraphs of the resolution.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            StepOutOfOrder: A proposal to tell somebody has come between.
        """
        async with self._engine.begin() as connection:
            proposal = await self._approvals.get(connection, approval_id)
            roles = (each.value for each in approver.roles)
            role = CUSTODY_RULE.approving_role(roles, proposal.proposer_role)
            if reject:
                rejected = await self._approvals.reject(
                    connection, approval_id, approver.subject, role, expected_version
                )
                return rejected, ()
            approved = await self._approvals.approve(
                connection, approval_id, approver.subject, role, expected_version
            )
            share = await self._confirmed(connection, approved)
            found = await self._share_hit.put_recipients(connection, share)
            await self._record(connection, share, approved, approver)
            return approved, found

    async def _confirmed(self, connection: AsyncConnection, approved: Approval) -> Share:
        shares = ShareStore(connection)
        share = await shares.lock(UUID(approved.subject))
        if share.state is ShareState.PROPOSED:
            raise StepOutOfOrder(reason="a proposal to tell somebody waits for its second person")
        values = {
            "share_id": share.share_id,
            "event": approved.payload["event"],
            "custody": InCustody.from_json(approved.payload).as_json(),
            "expected_version": share.version,
        }
        await connection.execute(_HAPPENED, values)
        return await shares.get(share.share_id)

    def _require_possible(self, share: Share, happened: Happened) -> None:
        if happened.at > self._clock.now():
            raise StepOutOfOrder(reason="it lies in the future")
        if share.state is ShareState.PROPOSED:
            raise StepOutOfOrder(reason="a proposal to tell somebody waits for its second person")

    async def _record(
        self, connection: AsyncConnection, share: Share, approved: Approval, approver: Principal
    ) -> None:
        await self._audit.append(
            connection,
            actor=approver.subject,
            action="custody.confirm",
            object_kind="SHARE",
            object_id=str(share.share_id),
            subject_id=str(share.hit.traveller_id),
            case_id=str(share.hit.hit_id),
            facts={
                "event": share.event,
                "legal_basis": str(approved.payload["legal_basis"]),
                "first": approved.proposer,
            },
        )
