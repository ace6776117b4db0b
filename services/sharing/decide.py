"""The second person approves: all safeguards judge every recipient, and what is permitted is written.

All of it is one transaction: the approval, the verdicts, the ledger rows, the release to our own port and the
audit records. Nothing has left when it commits; `deliver.py` sends what the ledger then holds.

Source: workflow.md §5 and §7; sharing-protocol.md §6, sender.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import LegalFindingRequired, PreviewOutdated, StepOutOfOrder
from services.sharing.facts import Basis
from services.sharing.notices import Sealing, Sender, seal_notice
from services.sharing.recipients import Candidate, Connection
from services.sharing.registry_entries import Authority, Scope
from services.sharing.safeguards import Question, Safeguards, logged_reasons
from services.sharing.screening_client import HitStates
from services.sharing.share import SHARE_RULE, Preview, ShareHit
from services.sharing.share_records import (
    Channel,
    Notice,
    NoticeState,
    Share,
    ShareState,
    ShareVerdict,
    Stage,
)
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import RegisterStore
from services.sharing.store.shares import ShareStore
from shared.approval.approvals import Approval, Approvals
from shared.audit.log import AuditLog
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
        sender: Sender,
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
        self, share_id: UUID, approver: Principal, *, fallback: frozenset[str] = frozenset()
    ) -> list[Decision]:
        """Approve as the second person and decide every recipient, our own State's first.

        Args:
            share_id: The share with a waiting proposal.
            approver: Another person than the proposer, LEGAL or LIAISON.
            fallback: Authorities for which the approver, a legal officer, finds that paragraphs 3, 5, 6 or 11
                owe the notification although no agreement covers it (SG-30).

        Raises:
            ShareNotFound, StepOutOfOrder: There is nothing to approve.
            SamePerson, ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
            LegalFindingRequired: `fallback` is given by somebody who is no legal officer.
            PreviewOutdated: What would leave is no longer what was proposed.
            ScreeningSilent, VaultUnavailable: A fact could not be had, so nothing is decided.
        """
        if fallback and "LEGAL" not in approver.roles:
            raise LegalFindingRequired
        async with self._engine.connect() as connection:
            hit_id = (await ShareStore(connection).get(share_id)).hit.hit_id
        hit_state = await self._hit_states.state(hit_id)
        async with self._engine.begin() as connection:
            share, approval = await self._take(connection, share_id)
            role = SHARE_RULE.approving_role((role.value for role in approver.roles), approval.proposer_role)
            await self._approvals.approve(
                connection, approval.approval_id, approver.subject, role, approval.version
            )
            basis = _basis(approval, approver)
            decisions = [
                await self._decide(
                    connection, share, preview, _with_fallback(basis, preview, fallback), hit_state
                )
                for preview in await self._previews(connection, share, approval, hit_state)
            ]
            await ShareStore(connection).move(share, ShareState.DECIDED)
        return decisions

    async def reject(self, share_id: UUID, person: Principal) -> None:
        """Reject the waiting proposal: a protective step, for which one person is enough.

        Raises:
            ShareNotFound, StepOutOfOrder: There is nothing to reject.
            ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
        """
        async with self._engine.begin() as connection:
            share, approval = await self._take(connection, share_id)
            role = SHARE_RULE.approving_role((role.value for role in person.roles), approval.proposer_role)
            await self._approvals.reject(
                connection, approval.approval_id, person.subject, role, approval.version
            )
            await ShareStore(connection).move(share, ShareState.AWAITING_PROPOSAL)

    async def _take(self, connection: AsyncConnection, share_id: UUID) -> tuple[Share, Approval]:
        share = await ShareStore(connection).lock(share_id)
        if share.state is not ShareState.PROPOSED or share.approval_id is None:
            raise StepOutOfOrder(reason="no proposal waits for a second person")
        return share, await self._approvals.get(connection, share.approval_id)

    async def _previews(
        self, connection: AsyncConnection, share: Share, approval: Approval, hit_state: HitStateV1
    ) -> list[Preview]:
        """What leaves, in the order proposed; refused as a whole if any of it is not what was shown."""
        recipients = (await ShareStore(connection).recipients([share.share_id]))[share.share_id]
        known = {each.candidate.key: each.candidate for each in recipients}
        previews = []
        for proposed in approval.payload["authorities"]:
            preview = await self._share_hit.preview_in(
                connection,
                share,
                known[proposed["candidate"]],
                hit_state,
                str(approval.payload["purpose_code"]),
            )
            if preview.payload.digest != proposed["digest"]:
                raise PreviewOutdated(authority_id=preview.candidate.key)
            previews.append(preview)
        return previews

    async def _decide(
        self,
        connection: AsyncConnection,
        share: Share,
        preview: Preview,
        basis: Basis,
        hit_state: HitStateV1,
    ) -> Decision:
        notice_id = NoticeId(self._identifiers.new())
        question = Question(
            share=share,
            candidate=preview.candidate,
            payload=preview.payload,
            basis=basis,
            hit_state=hit_state,
            stage=Stage.APPROVAL,
        )
        verdict = await self._safeguards.judge(connection, question)
        is_written = verdict.permits and await self._write(connection, question, notice_id)
        kept = replace(verdict, notice_id=notice_id if is_written else None)
        await ShareStore(connection).add_verdict(kept)
        await self._record(connection, question, kept)
        return Decision(preview.candidate, kept, kept.notice_id)

    async def _write(self, connection: AsyncConnection, question: Question, notice_id: NoticeId) -> bool:
        """Write the ledger row; `False` when this authority has a living notice already."""
        candidate = question.candidate
        assert candidate.authority_id is not None, "without a desk SG-29 had refused"
        authority = await RegisterStore(connection).authority(candidate.authority_id)
        assert authority is not None, "an authority unknown to the register is refused by SG-29"
        if authority.reads_our_pages:
            notice = self._notice_for_pages(question, notice_id)
            is_new = await NoticeStore(connection).add(notice)
            if is_new and Connection.OWN_PORT in candidate.connections:
                await self._release(connection, question.share, notice)
            return is_new
        notice = await self._notice_for_endpoint(connection, question, notice_id, authority)
        return await NoticeStore(connection).add(notice)

    def _notice_for_pages(self, question: Question, notice_id: NoticeId) -> Notice:
        """A notice that our own pages show: delivered when they have it, which for the port is screening."""
        now = self._clock.now()
        is_port = Connection.OWN_PORT in question.candidate.connections
        return replace(
            self._notice(question, notice_id),
            channel=Channel.PAGES,
            state=NoticeState.SENT if is_port else NoticeState.DELIVERED,
            sent_at=now,
            delivered_at=None if is_port else now,
        )

    async def _notice_for_endpoint(
        self, connection: AsyncConnection, question: Question, notice_id: NoticeId, authority: Authority
    ) -> Notice:
        notice = self._notice(question, notice_id)
        key = authority.current_key("enc", notice.created_at)
        assert key is not None, "without a current key SG-29 had refused"
        agreement = await self._safeguards.agreement_with(
            connection, question.candidate, question.basis.purpose_code
        )
        sealing = Sealing(
            share=question.share,
            candidate=question.candidate,
            basis=question.basis,
            agreement=agreement,
            recipient_key=key,
            message_id=notice_id,
            created_at=notice.created_at,
            lifetime=self._lifetime,
        )
        is_by_agreement = agreement is not None and question.basis.legal_approver is None
        return replace(
            notice,
            agreement_id=agreement.id if agreement and is_by_agreement else None,
            kid=key.kid,
            envelope=seal_notice(sealing, question.payload, self._sender),
            next_try_at=notice.created_at,
        )

    def _notice(self, question: Question, notice_id: NoticeId) -> Notice:
        now = self._clock.now()
        return Notice(
            notice_id=notice_id,
            share_id=question.share.share_id,
            authority_id=question.candidate.key,
            channel=Channel.ENDPOINT,
            state=NoticeState.APPROVED,
            payload_digest=question.payload.digest,
            fields=question.payload.fields,
            candidate=question.candidate,
            basis=question.basis,
            agreement_id=None,
            kid=None,
            envelope=None,
            created_at=now,
            expires_at=now + self._lifetime,
        )

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

    async def _record(self, connection: AsyncConnection, question: Question, verdict: ShareVerdict) -> None:
        hit = question.share.hit
        facts: dict[str, Any] = {
            "share_id": str(question.share.share_id),
            "candidate": question.candidate.key,
            "outcome": "PERMIT" if verdict.permits else "REFUSE",
            "payload_digest": question.payload.digest,
            "fields_sent": question.payload.fields,
            "inputs_hash": verdict.inputs_hash,
            "vault_look_up": str(verdict.vault_look_up),
            "author": question.basis.author,
        }
        await self._audit.append(
            connection,
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
    return Basis(
        purpose_code=str(payload["purpose_code"]),
        statement=str(payload["statement"]),
        alternatives_considered=str(payload["alternatives_considered"]),
        author=approval.proposer,
        approver=approver.subject,
        approver_roles=tuple(sorted(role.value for role in approver.roles)),
        period_days=int(payload["period_days"]),
        expires=date.fromisoformat(str(payload["expires"])),
    )


def _with_fallback(basis: Basis, preview: Preview, fallback: frozenset[str]) -> Basis:
    is_foreign = preview.candidate.scope is Scope.FOREIGN
    if is_foreign and preview.candidate.key in fallback:
        return replace(basis, legal_approver=basis.approver)
    return basis
