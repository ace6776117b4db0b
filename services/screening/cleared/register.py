"""The register of cleared travellers at work: two people add, one looks again, anybody's wish takes away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.cleared.recognition import ClearedPerson, ReReview
from services.screening.errors import NotFound
from services.screening.hits.hit import Hit
from services.screening.hits.life import Mover, Step, moved
from services.screening.hits.states import HitState
from services.screening.ports import SERVICE, Ports
from services.screening.registers.proposals import CLEARED_PERSON, Decision, approvals, rejecting_role
from services.screening.store.cleared import ClearedStore
from shared.approval.approvals import Approval, ApprovalState
from shared.approval.errors import ApprovalUnknown
from shared.security.tokens import Principal

REDRESS: Final = Stated("REDRESS", None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to be cleared: digests of what they are known by, the entry, the proof, and for how long."""

    entry_id: str
    redress_key: str | None
    document_key: str | None
    evidence: str
    valid_days: int

    def as_payload(self) -> dict[str, Any]:
        """What the second person sees; nobody is named in it."""
        return {
            "entry_id": self.entry_id,
            "redress_key": self.redress_key,
            "document_key": self.document_key,
            "evidence": self.evidence,
            "valid_days": self.valid_days,
        }


class ClearTravellers:
    """Adds to the register of cleared travellers, looks again, takes away."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = approvals(ports)
        self._store = ClearedStore()

    async def propose(self, candidate: Candidate, principal: Principal) -> Approval:
        """Propose a clearance for a second person.

        Raises:
            NotFound: No such entry.
            RefusedByPolicy: A safeguard refuses.

        Source: safeguards.md SG-12, SG-27.
        """
        async with self._ports.transaction() as connection:
            if await self._ports.stores.watchlist.entry(connection, candidate.entry_id) is None:
                raise NotFound(kind="watchlist entry")
            role = self._approvals.rule(CLEARED_PERSON).proposing_role(
                sorted(each.value for each in principal.roles)
            )
            proposed = await self._approvals.propose(
                connection,
                CLEARED_PERSON,
                candidate.entry_id,
                candidate.as_payload(),
                principal.subject,
                role,
            )
            await self._permit(connection, principal, proposed.approval_id)
            return proposed

    async def decide(self, approval_id: UUID, principal: Principal, decision: Decision) -> Approval:
        """Approve or reject a proposed clearance as the second person.

        Raises:
            ApprovalUnknown, ApprovalConflict, SamePerson, ApprovalRoleRefused: Not theirs to decide.
            RefusedByPolicy: A safeguard refuses.
        """
        async with self._ports.transaction() as connection:
            pending = await self._approvals.get(connection, approval_id)
            if pending.kind != CLEARED_PERSON:
                raise ApprovalUnknown(approval_id=str(approval_id))
            rule = self._approvals.rule(CLEARED_PERSON)
            roles = sorted(each.value for each in principal.roles)
            version = decision.expected_version
            if not decision.approves:
                role = rejecting_role(rule, roles)
                return await self._approvals.reject(connection, approval_id, principal.subject, role, version)
            role = rule.approving_role(roles, pending.proposer_role)
            approved = await self._approvals.approve(
                connection, approval_id, principal.subject, role, version
            )
            assert approved.state is ApprovalState.APPROVED, "an approval that was given"
            await self._permit(connection, principal, approval_id)
            await self._take_effect(connection, approved)
            return approved

    async def _permit(self, connection: AsyncConnection, principal: Principal, object_id: UUID) -> None:
        request = policy_requests.cleared_add(
            actor=Actor.of(principal), purpose=REDRESS, now=self._ports.clock.now()
        )
        record = self._ports.require(request, object_kind="clearance", object_id=str(object_id))
        await self._ports.audit.append_many(connection, [record])

    async def _take_effect(self, connection: AsyncConnection, approved: Approval) -> None:
        payload: Mapping[str, Any] = approved.payload
        entry = await self._ports.stores.watchlist.entry(connection, payload["entry_id"])
        if entry is None:
            raise NotFound(kind="watchlist entry")
        now = self._ports.clock.now()
        person = ClearedPerson(
            cleared_id=approved.approval_id,
            entry_id=entry.entry_id,
            entry_digest=entry.digest,
            redress_key=payload["redress_key"],
            document_key=payload["document_key"],
            evidence=payload["evidence"],
            valid_to=now.date() + timedelta(days=payload["valid_days"]),
            author=approved.proposer,
            approver=str(approved.decided_by),
            cleared_at=now,
        )
        await self._store.add(connection, person)

    async def review(self, cleared_id: UUID, outcome: ReReview, principal: Principal) -> None:
        """Record the one silent look after an entry's identifiers changed; the matches that waited move.

        Raises:
            NotFound: No look is due.

        Source: safeguards.md SG-12 (one silent re-review within 4 h: hold until it is recorded).
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            hit_ids = await self._store.review(connection, cleared_id, outcome, principal.subject, now)
            if hit_ids is None:
                raise NotFound(kind="look at a clearance")
            is_cleared = outcome is ReReview.STILL_CLEARED
            target = HitState.SUPPRESSED if is_cleared else HitState.POSSIBLE_MATCH
            await self._move(connection, hit_ids, target, Mover(principal.subject, now, outcome.value))
            if is_cleared:
                await self._store.count(connection, [cleared_id] * len(hit_ids))
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="cleared.review",
                object_kind="clearance",
                object_id=str(cleared_id),
                purpose=REDRESS.code,
                facts={"review_outcome": outcome.value, "hits": len(hit_ids)},
            )

    async def end(self, cleared_id: UUID, principal: Principal) -> None:
        """Erase a record, for instance because the person wishes it; the log keeps that it was there.

        Raises:
            NotFound: No such record.
        """
        async with self._ports.transaction() as connection:
            if not await self._forget(connection, [cleared_id], principal.subject, "ON_REQUEST"):
                raise NotFound(kind="clearance")

    async def beat(self) -> None:
        """Erase what has expired, and let the matches go on whose look was not taken within four hours.

        They become tasks like any other, which is no effect on the traveller.
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            overdue = await self._store.release_overdue(connection, now)
            await self._move(
                connection, overdue, HitState.POSSIBLE_MATCH, Mover(SERVICE, now, "LOOK_OVERDUE")
            )
            expired = await self._store.expired(connection, now.date())
            if expired:
                await self._forget(connection, expired, SERVICE, "EXPIRED")

    async def _forget(
        self, connection: AsyncConnection, cleared_ids: Sequence[UUID], actor: str, cause: str
    ) -> list[UUID]:
        now = self._ports.clock.now()
        for cleared_id in cleared_ids:
            waiting = await self._store.held(connection, cleared_id)
            await self._move(connection, waiting, HitState.POSSIBLE_MATCH, Mover(actor, now, cause))
        gone = await self._store.forget(connection, cleared_ids)
        records = [
            self._ports.audit.record(
                actor=actor,
                action="cleared.end",
                object_kind="clearance",
                object_id=str(cleared_id),
                purpose=REDRESS.code,
                facts={"cause": cause},
            )
            for cleared_id in gone
        ]
        await self._ports.audit.append_many(connection, records)
        return gone

    async def _move(
        self, connection: AsyncConnection, hit_ids: Sequence[UUID], target: HitState, mover: Mover
    ) -> None:
        changed: list[Hit] = []
        steps: list[Step] = []
        for hit_id in hit_ids:
            hit = await self._ports.stores.hits.lock(connection, hit_id)
            if hit is not None and hit.state is HitState.CANDIDATE:
                after, step = moved(hit, target, mover)
                changed.append(after)
                steps.append(step)
        await self._ports.stores.hits.save(connection, changed)
        await self._ports.stores.hits.add_steps(connection, steps)
