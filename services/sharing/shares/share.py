"""A confirmed hit comes in, is assessed, proposed and previewed; `decide.py` is the second person's step.

Source: workflow.md §5 to §7; sharing-protocol.md §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import LegalFindingRequired, NotACandidate, StepOutOfOrder
from services.sharing.registers.entries import Scope
from services.sharing.shares.court_order import CourtOrder
from services.sharing.shares.facts import Assessment
from services.sharing.shares.minimum_sets import Payload, event_of
from services.sharing.shares.notices import payload_for
from services.sharing.shares.recipients import Candidate, StateOf, candidates
from services.sharing.shares.records import Share, ShareState
from services.sharing.shares.safeguards import Safeguards
from services.sharing.shares.screening_client import HitStates
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Registers
from services.sharing.store.shares import ShareStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.bus.inbox import Inbox
from shared.clock import Clock
from shared.contracts import HitConfirmedV1, HitStateV1
from shared.identifiers import AuthorityId, Identifiers, ShareId
from shared.security.tokens import Principal

KIND: Final = "SHARE"
HIT_CONFIRMED: Final = "HitConfirmedV1"
DEFAULT_PURPOSE: Final = "TERR_TRAVEL"
CHILD_PROTECTION: Final = "CHILD_PROTECTION"
# What recipients, minimum sets, ages and claim signs are worked out from.
KEPT_OF_A_TRAVELLER: Final = (
    "role",
    "surname",
    "given_names",
    "birth_date",
    "nationality",
    "residence",
    "embarkation",
    "debarkation",
    "documents",
)
SHARE_RULE: Final = ApprovalRule(
    KIND,
    proposer_roles=frozenset({"SUPERVISOR", "LIAISON"}),
    approver_roles=frozenset({"LEGAL", "LIAISON"}),
    # Two persons always; a second liaison officer may approve, which SG-27 forbids only for configuration.
    different_roles=False,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the first person says: why, what less was considered, for how long, and to whom.

    `authorities` are keys of candidates; `None` means all. To protect a child, bodies of our own State alone
    are told: the exchange has no such purpose, and its messages hold no child (sharing-protocol.md §4).
    `court_order` is a court's order that covers a child: it alone suffices, for any recipient (SG-16).
    `statement` and `alternatives_considered` are releasable words without personal data (SG-03).
    """

    statement: str
    alternatives_considered: str
    period_days: int
    authorities: tuple[str, ...] | None = None
    purpose_code: str = DEFAULT_PURPOSE
    court_order: CourtOrder | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would leave for a candidate."""

    candidate: Candidate
    payload: Payload


class ShareHit:
    """The use cases of a share up to its proposal.

    Args:
        engine: The service's database.
        safeguards: Finds the agreement that narrows a payload.
        hit_states: Screening, asked anew at each step.
        approvals: The two-person machinery.
        audit: The log.
        own_state: Our State, three letters.
        own_authority: Our authority's id.
        state_of: The State of an airport.
        clock: Tells when.
        identifiers: Gives shares their identifiers.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        safeguards: Safeguards,
        hit_states: HitStates,
        approvals: Approvals,
        audit: AuditLog,
        own_state: str,
        own_authority: AuthorityId,
        state_of: StateOf,
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self._engine = engine
        self._safeguards = safeguards
        self._hit_states = hit_states
        self._approvals = approvals
        self._audit = audit
        self._own_state = own_state
        self._own_authority = own_authority
        self._state_of = state_of
        self._clock = clock
        self._identifiers = identifiers

    async def receive(self, message_id: UUID, hit: HitConfirmedV1) -> dict[str, Any]:
        """Take in a confirmed hit: one share for each, however often it comes."""
        async with self._engine.begin() as connection:
            stored = await Inbox.begin(connection, message_id, HIT_CONFIRMED)
            if stored is not None:
                return stored
            share = Share(
                share_id=ShareId(self._identifiers.new()),
                created_at=self._clock.now(),
                state=ShareState.AWAITING_ASSESSMENT,
                version=1,
                event=event_of(hit, self._own_state),
                hit=without_surplus(hit),
            )
            is_new = await ShareStore(connection).add(share)
            if is_new:
                await self.put_recipients(connection, share)
                await self._record(connection, "share.receive", share, actor="screening")
            reply = {"accepted": True, "is_new": is_new}
            await Inbox.finish(connection, message_id, reply)
        return reply

    async def record_individual_risk(
        self, share_id: UUID, assessment: Assessment, notes: Mapping[str, str], officer: Principal
    ) -> Share:
        """Keep what the human-rights officer found for this person, before recipients are decided (SG-34).

        Args:
            share_id: The share.
            assessment: Whether there is an individual risk, and the officers' findings for a MEDIUM State.
            notes: The officer's words on each risk; they stay here.
            officer: Who found it; the legal officer's own finding needs that role.

        Raises:
            ShareNotFound: There is no such share.
            LegalFindingRequired: The legal officer's finding was given by somebody else.
        """
        if assessment.legal is not None and "LEGAL" not in officer.roles:
            raise LegalFindingRequired
        async with self._engine.begin() as connection:
            shares = ShareStore(connection)
            share = await shares.lock(share_id)
            await shares.assess(share, assessment, notes, by=officer.subject, at=self._clock.now())
            if share.state is ShareState.AWAITING_ASSESSMENT:
                await shares.move(share, ShareState.AWAITING_PROPOSAL)
            await self._record(connection, "share.assess", share, actor=officer.subject)
            return await shares.get(share_id)

    async def propose(
        self, share_id: UUID, proposal: Proposal, author: Principal
    ) -> tuple[Approval, list[Preview]]:
        """Write the first person's proposal with the digest of everything that would leave.

        The State's own port and competent authority are always among the recipients, and first.

        Raises:
            ShareNotFound: There is no such share.
            StepOutOfOrder: Individual risk is not recorded, or a proposal waits already.
            NotACandidate: The resolution does not name such a recipient for this hit.
            ScreeningSilent: The hit's present state could not be asked.
        """
        hit_state = await self._hit_state(share_id)
        async with self._engine.begin() as connection:
            shares = ShareStore(connection)
            share = await shares.lock(share_id)
            _require_proposable(share)
            registers = await self._safeguards.registers(connection)
            chosen = _chosen(await self.put_recipients(connection, share), proposal)
            previews = [
                self.preview_in(registers, share, candidate, hit_state, proposal.purpose_code)
                for candidate in chosen
            ]
            role = SHARE_RULE.proposing_role(role.value for role in author.roles)
            approval = await self._approvals.propose(
                connection,
                KIND,
                str(share.share_id),
                _payload_of(proposal, previews, self._clock.now()),
                author.subject,
                role,
            )
            await shares.move(share, ShareState.PROPOSED, approval.approval_id)
        return approval, previews

    async def preview(self, share_id: UUID, candidate_key: str) -> tuple[Share, Preview]:
        """Exactly what would leave for one candidate now.

        Raises:
            ShareNotFound: There is no such share.
            NotACandidate: Nobody of this name is concerned.
            ScreeningSilent: The hit's present state could not be asked.
        """
        hit_state = await self._hit_state(share_id)
        async with self._engine.connect() as connection:
            shares = ShareStore(connection)
            share = await shares.get(share_id)
            known = (await shares.recipients([share_id]))[share_id]
            chosen = [each.candidate for each in known if each.candidate.key == candidate_key]
            if not chosen:
                raise NotACandidate(authority_id="This authority")
            registers = await self._safeguards.registers(connection)
            purpose_code = await self._purpose_of(connection, share)
            return share, self.preview_in(registers, share, chosen[0], hit_state, purpose_code)

    async def _purpose_of(self, connection: AsyncConnection, share: Share) -> str:
        """The purpose of the proposal that waits: its agreement is the one that narrows what leaves."""
        if share.state is not ShareState.PROPOSED or share.approval_id is None:
            return DEFAULT_PURPOSE
        approval = await self._approvals.get(connection, share.approval_id)
        return str(approval.payload["purpose_code"])

    def preview_in(
        self,
        registers: Registers,
        share: Share,
        candidate: Candidate,
        hit_state: HitStateV1,
        purpose_code: str,
    ) -> Preview:
        """What would leave for a candidate, by the registers as the caller's transaction sees them."""
        agreement = self._safeguards.agreement_with(registers, candidate, purpose_code)
        return Preview(candidate, payload_for(share, candidate, agreement, hit_state, self._own_authority))

    async def _hit_state(self, share_id: UUID) -> HitStateV1:
        """Asked outside any transaction, so that a slow answer holds no lock."""
        async with self._engine.connect() as connection:
            share = await ShareStore(connection).get(share_id)
        return await self._hit_states.state(share.hit.hit_id)

    async def put_recipients(self, connection: AsyncConnection, share: Share) -> list[Candidate]:
        """Work out and write the candidates; who has a living notice of what happened needs no second one.

        An arrest is another event than the arrival before it: whoever was told of that one is told again.
        """
        registers = await self._safeguards.registers(connection)
        found = candidates(
            share.hit,
            registers.authorities.values(),
            own_state=self._own_state,
            event=share.event,
            state_of=self._state_of,
        )
        await ShareStore(connection).put_recipients(share.share_id, found)
        living = await NoticeStore(connection).living_authorities(share.share_id, share.event)
        return [candidate for candidate in found if candidate.authority_id not in living]

    async def _record(self, connection: AsyncConnection, action: str, share: Share, *, actor: str) -> None:
        await self._audit.append(
            connection,
            actor=actor,
            action=action,
            object_kind="SHARE",
            object_id=str(share.share_id),
            subject_id=str(share.hit.traveller_id),
            case_id=str(share.hit.hit_id),
        )


def without_surplus(hit: HitConfirmedV1) -> HitConfirmedV1:
    """The hit with nothing of the traveller but what a notice or its rules need; the rest is not stored."""
    kept = {name: hit.traveller.get(name) for name in KEPT_OF_A_TRAVELLER}
    return hit.model_copy(update={"traveller": kept})


def _require_proposable(share: Share) -> None:
    if share.assessment is None:
        raise StepOutOfOrder(reason="the human-rights officer has not recorded individual risk yet")
    if share.state is ShareState.PROPOSED:
        raise StepOutOfOrder(reason="a proposal waits for the second person")


def _chosen(found: list[Candidate], proposal: Proposal) -> list[Candidate]:
    """The candidates asked for, and always those of our own State, in the order of the list."""
    if proposal.purpose_code == CHILD_PROTECTION:
        found = [candidate for candidate in found if candidate.scope is Scope.NATIONAL]
    keys = proposal.authorities
    known = {candidate.key for candidate in found}
    for key in keys or ():
        if key not in known:
            raise NotACandidate(authority_id="One of the authorities")
    wanted = known if keys is None else set(keys)
    chosen = [each for each in found if each.scope is Scope.NATIONAL or each.key in wanted]
    if not chosen:
        raise StepOutOfOrder(reason="everyone concerned has been told")
    return chosen


def _payload_of(proposal: Proposal, previews: list[Preview], now: datetime) -> dict[str, Any]:
    """What the second person is shown, and what the approval's digest covers."""
    return {
        "statement": proposal.statement,
        "alternatives_considered": proposal.alternatives_considered,
        "period_days": proposal.period_days,
        "expires": (now + timedelta(days=proposal.period_days)).date().isoformat(),
        "purpose_code": proposal.purpose_code,
        "court_order": proposal.court_order and proposal.court_order.as_json(),
        "authorities": [
            {"candidate": preview.candidate.key, "digest": preview.payload.digest} for preview in previews
        ],
    }
