"""The second person approves: all safeguards judge every recipient, and what is permitted is written.

All of it is one transaction: the approval, the verdicts, the ledger rows, the release to our own port and the
audit records. Nothing has left when it commits; `delivery/notices.py` sends what the ledger then holds.

Source: workflow.md §5 and §7; sharing-protocol.md §6, sender.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import LegalFindingRequired, PreviewOutdated, StepOutOfOrder
from services.sharing.protocol.sender import CurrentSender
from services.sharing.registers.entries import Scope
from services.sharing.shares.court_order import CourtOrder
from services.sharing.shares.drafting import Permitted, draft_notice
from services.sharing.shares.facts import Basis
from services.sharing.shares.recipients import Candidate
from services.sharing.shares.records import (
    Notice,
    Recipient,
    Share,
    ShareState,
    ShareVerdict,
    Stage,
)
from services.sharing.shares.safeguards import Question, Safeguards, logged_reasons
from services.sharing.shares.screening_client import HitStates
from services.sharing.shares.share import SHARE_RULE, ShareHit
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Registers
from services.sharing.store.shares import ShareStore
from shared.approval.approvals import Approval, Approvals
from shared.audit.log import AuditLog
from shared.audit.record import AuditRecord, FactValue
from shared.bus.outbox import Outbox
from shared.clock import Clock
from shared.contracts import HitStateV1, NationalReleaseV1
from shared.identifiers import Identifiers, NoticeId
from shared.security.tokens import Principal

NATIONAL_RELEASE = "NationalReleaseV1"
SCREENING = "screening"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one recipient: the verdict, and the notice if it may be told."""

    candidate: Candidate
    verdict: ShareVerdict
    notice_id: NoticeId | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who approves, what screening says of the hit, and whom the legal officer finds owed a notification."""

    approver: Principal
    hit_state: HitStateV1
    fallback: frozenset[str]


class DecideShare:
    """The use case of the second person.

    Args:
        engine: The service's database.
        share_hit: Builds the previews, the same as were proposed.
        safeguards: Judges each recipient.
        hit_states: Screening, asked for the hit's present state.
        approvals: The two-person machinery.
        audit: The log.
        sender: Our authority and its signing key.
        lifetime: How long a notice is tried.
        clock: Tells when.
        identifiers: Gives notices their identifiers, which are their message ids.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        share_hit: ShareHit,
        safeguards: Safeguards,
        hit_states: HitStates,
        approvals: Approvals,
        audit: AuditLog,
        sender: CurrentSender,
        lifetime: timedelta,
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self._engine = engine
        self._share_hit = share_hit
        self._safeguards = safeguards
        self._hit_states = hit_states
        self._approvals = approvals
        self._audit = audit
        self._sender = sender
        self._lifetime = lifetime
        self._clock = clock
        self._identifiers = identifiers

    async def approve(
        self,
        share_id: UUID,
        approval_id: UUID,
        approver: Principal,
        *,
        fallback: frozenset[str] = frozenset(),
    ) -> list[Decision]:
        """Approve as the second person and decide every recipient, our own State's first.

        Args:
            share_id: The share with a waiting proposal.
            approval_id: The proposal that they were shown; another one may have taken its place since.
            approver: Another person than the proposer, LEGAL or LIAISON.
            fallback: Authorities for which the approver, a legal officer, finds that paragraphs 3, 5, 6 or 11
                owe the notification although no agreement covers it (SG-30).

        Raises:
            ShareNotFound, StepOutOfOrder: There is nothing to approve, or another proposal than was shown.
            SamePerson, ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
            LegalFindingRequired: `fallback` is given, or a court's order judged, by no legal officer.
            PreviewOutdated: What would leave is no longer what was proposed.
            ScreeningSilent, VaultUnavailable: A fact could not be had, so nothing is decided.
        """
        if fallback and "LEGAL" not in approver.roles:
            raise LegalFindingRequired
        async with self._engine.connect() as connection:
            hit_id = (await ShareStore(connection).get(share_id)).hit.hit_id
        hit_state = await self._hit_states.state(hit_id)
        async with self._engine.begin() as connection:
            share, approval = await self._take(connection, share_id, approval_id)
            role = SHARE_RULE.approving_role((role.value for role in approver.roles), approval.proposer_role)
            if CourtOrder.kept_in(approval.payload) and "LEGAL" not in approver.roles:
                raise LegalFindingRequired
            await self._approvals.approve(
                connection, approval.approval_id, approver.subject, role, approval.version
            )
            registers = await self._safeguards.registers(connection)
            known = (await ShareStore(connection).recipients([share_id]))[share_id]
            asked = _Asked(approver, hit_state, fallback)
            questions = self._questions(registers, share, approval, known, asked)
            decisions = await self._decide(connection, registers, questions)
            await ShareStore(connection).move(share, ShareState.DECIDED)
        return decisions

    async def reject(self, share_id: UUID, approval_id: UUID, person: Principal) -> None:
        """Reject the waiting proposal: a protective step, for which one person is enough.

        Raises:
            ShareNotFound, StepOutOfOrder: There is nothing to reject.
            ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
        """
        async with self._engine.begin() as connection:
            share, approval = await self._take(connection, share_id, approval_id)
            role = SHARE_RULE.approving_role((role.value for role in person.roles), approval.proposer_role)
            await self._approvals.reject(
                connection, approval.approval_id, person.subject, role, approval.version
            )
            await ShareStore(connection).move(share, ShareState.AWAITING_PROPOSAL)

    async def _take(
        self, connection: AsyncConnection, share_id: UUID, approval_id: UUID
    ) -> tuple[Share, Approval]:
        share = await ShareStore(connection).lock(share_id)
        if share.state is not ShareState.PROPOSED or share.approval_id is None:
            raise StepOutOfOrder(reason="no proposal waits for a second person")
        if share.approval_id != approval_id:
            raise StepOutOfOrder(reason="another proposal waits than the one that was shown")
        return share, await self._approvals.get(connection, share.approval_id)

    def _questions(
        self,
        registers: Registers,
        share: Share,
        approval: Approval,
        known: Sequence[Recipient],
        asked: _Asked,
    ) -> list[Question]:
        """What leaves, in the order proposed; refused as a whole if any of it is not what was shown."""
        candidates = {each.candidate.key: each.candidate for each in known}
        basis = _basis(approval, asked.approver)
        questions = []
        for proposed in approval.payload["authorities"]:
            candidate = candidates[proposed["candidate"]]
            preview = self._share_hit.preview_in(
                registers, share, candidate, asked.hit_state, basis.purpose_code
            )
            if preview.payload.digest != proposed["digest"]:
                raise PreviewOutdated(authority_id=candidate.key)
            questions.append(
                Question(
                    share=share,
                    candidate=candidate,
                    payload=preview.payload,
                    basis=_with_fallback(basis, candidate, asked.fallback),
                    hit_state=asked.hit_state,
                    stage=Stage.APPROVAL,
                )
            )
        return questions

    async def _decide(
        self, connection: AsyncConnection, registers: Registers, questions: Sequence[Question]
    ) -> list[Decision]:
        """Judge every recipient, write what is permitted, and keep the verdicts with their records."""
        verdicts = await self._safeguards.judge_all(connection, registers, questions)
        pairs = list(zip(questions, verdicts, strict=True))
        threads = await NoticeStore(connection).threads(questions[0].share.share_id)
        permitted = [
            self._permitted(registers, question, threads) for question, verdict in pairs if verdict.permits
        ]
        written = await self._write(connection, permitted)
        ids = {each.question.candidate.key: each.notice_id for each in permitted if each.notice_id in written}
        kept = [replace(verdict, notice_id=ids.get(verdict.candidate_key)) for verdict in verdicts]
        await ShareStore(connection).add_verdicts(kept)
        records = [self._record(question, verdict) for question, verdict in zip(questions, kept, strict=True)]
        await self._audit.append_many(connection, records)
        return [
            Decision(question.candidate, verdict, verdict.notice_id)
            for question, verdict in zip(questions, kept, strict=True)
        ]

    def _permitted(self, registers: Registers, question: Question, threads: Mapping[str, UUID]) -> Permitted:
        authority = registers.authority(question.candidate.authority_id)
        assert authority is not None, "an authority unknown to the register is refused by SG-29"
        agreement = self._safeguards.agreement_with(
            registers, question.candidate, question.basis.purpose_code
        )
        notice_id = NoticeId(self._identifiers.new())
        return Permitted(question, notice_id, authority, agreement, threads.get(authority.id))

    async def _write(
        self, connection: AsyncConnection, permitted: Sequence[Permitted]
    ) -> frozenset[NoticeId]:
        """Write the ledger's rows; none for an authority that has a living notice already."""
        now = self._clock.now()
        sender = self._sender()
        drafted = {each.notice_id: draft_notice(each, sender, self._lifetime, now) for each in permitted}
        written = await NoticeStore(connection).add_all(drafted.values())
        for each in permitted:
            if each.notice_id in written and each.is_own_port:
                await self._release(connection, each.question.share, drafted[each.notice_id])
        return written

    async def _release(self, connection: AsyncConnection, share: Share, notice: Notice) -> None:
        """Let the port's card become visible: screening hears of it with the commit of the approval."""
        release = NationalReleaseV1(
            hit_id=share.hit.hit_id,
            notice_id=notice.notice_id,
            authority_id=notice.authority_id,
            released_at=notice.created_at,
        )
        await Outbox.add(
            connection,
            destination=SCREENING,
            kind=NATIONAL_RELEASE,
            message_id=notice.notice_id,
            body=release.as_json(),
        )

    def _record(self, question: Question, verdict: ShareVerdict) -> AuditRecord:
        hit = question.share.hit
        facts: dict[str, FactValue] = {
            "share_id": str(question.share.share_id),
            "candidate": question.candidate.key,
            "outcome": "PERMIT" if verdict.permits else "REFUSE",
            "payload_digest": question.payload.digest,
            "fields_sent": question.payload.fields,
            "inputs_hash": verdict.inputs_hash,
            "vault_look_up": str(verdict.vault_look_up),
            "author": question.basis.author,
        }
        return self._audit.record(
            actor=question.basis.approver or "sharing",
            action="share.send",
            object_kind="NOTICE" if verdict.notice_id else "SHARE",
            object_id=str(verdict.notice_id or question.share.share_id),
            outcome="PERMITTED" if verdict.permits else "REFUSED",
            subject_id=str(hit.traveller_id),
            purpose=question.basis.purpose_code,
            case_id=str(hit.hit_id),
            policy=verdict.policy_version,
            reasons=logged_reasons(verdict.reasons),
            facts=facts,
        )


def _basis(approval: Approval, approver: Principal) -> Basis:
    payload = approval.payload
    order = CourtOrder.kept_in(payload)
    return Basis(
        purpose_code=str(payload["purpose_code"]),
        statement=str(payload["statement"]),
        alternatives_considered=str(payload["alternatives_considered"]),
        author=approval.proposer,
        approver=approver.subject,
        approver_roles=tuple(sorted(role.value for role in approver.roles)),
        period_days=int(payload["period_days"]),
        expires=date.fromisoformat(str(payload["expires"])),
        court_order_ref=None if order is None else order.reference,
    )


def _with_fallback(basis: Basis, candidate: Candidate, fallback: frozenset[str]) -> Basis:
    if candidate.scope is Scope.FOREIGN and candidate.key in fallback:
        return replace(basis, legal_approver=basis.approver)
    return basis
