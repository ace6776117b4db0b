"""What leaves of a notice over HTTP, field by field; nothing of a person is here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.sharing.exchange.clock_views import ClockOut, clocks_out
from services.sharing.exchange.deadlines import deadlines_of_notice
from services.sharing.protocol.caveats import CAVEAT_WORDS
from services.sharing.shares.records import Notice, NoticeTry, ShareVerdict
from services.sharing.shares.safeguards import shown_outcome, shown_reasons
from shared.security.tokens import Principal


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, in which roles, and when."""

    roles: frozenset[str]
    now: datetime

    @classmethod
    def of(cls, person: Principal, now: datetime) -> "Viewer":
        """A person with all their roles."""
        return cls(frozenset(role.value for role in person.roles), now)


class Out(BaseModel):
    """Something that leaves: frozen, every field named."""

    model_config = ConfigDict(frozen=True)


class NoticeOut(Out):
    """A row of the ledger; `digest` is the one that the preview showed, `thread_id` an earlier notice."""

    notice_id: UUID
    share_id: UUID
    authority_id: str
    state: str
    channel: str
    scope: str
    tries: int
    digest: str
    fields: list[str]
    agreement_id: str | None
    fallback: bool
    created_at: datetime
    expires_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    acknowledged_at: datetime | None
    last_fault: str | None
    event: str
    thread_id: UUID | None
    seen_at: datetime | None
    feedback_at: datetime | None
    clocks: list[ClockOut]

    @classmethod
    def of(cls, notice: Notice, now: datetime) -> "NoticeOut":
        """The row as it is shown, with its clocks as they stand."""
        return cls(
            notice_id=notice.notice_id,
            share_id=notice.share_id,
            authority_id=notice.authority_id,
            state=notice.state.value,
            channel=notice.channel.value,
            scope=notice.candidate.scope.value,
            tries=notice.tries,
            digest=notice.payload_digest,
            fields=list(notice.fields),
            agreement_id=notice.agreement_id,
            fallback=notice.basis.legal_approver is not None,
            created_at=notice.created_at,
            expires_at=notice.expires_at,
            next_try_at=notice.next_try_at,
            sent_at=notice.sent_at,
            acknowledged_at=notice.delivered_at,
            last_fault=notice.last_fault,
            event=notice.event,
            thread_id=notice.thread_id,
            seen_at=notice.seen_at,
            feedback_at=notice.feedback_at,
            clocks=clocks_out(deadlines_of_notice(notice), now),
        )


class NoticeVerdictOut(Out):
    """A stored verdict."""

    verdict_id: UUID
    authority_id: str
    notice_id: UUID | None
    stage: str
    outcome: str
    reasons: list[str]
    obligations: list[str]
    pending: list[str]
    policy_version: str
    inputs_hash: str
    decided_at: datetime

    @classmethod
    def of(cls, verdict: ShareVerdict, roles: frozenset[str]) -> "NoticeVerdictOut":
        """As somebody with these roles may see it."""
        reasons = shown_reasons(verdict.reasons, roles)
        return cls(
            verdict_id=verdict.verdict_id,
            authority_id=verdict.candidate_key,
            notice_id=verdict.notice_id,
            stage=verdict.stage.value,
            outcome=shown_outcome(verdict.outcome, reasons),
            reasons=list(reasons),
            obligations=list(verdict.obligations),
            pending=list(verdict.pending),
            policy_version=verdict.policy_version,
            inputs_hash=verdict.inputs_hash,
            decided_at=verdict.decided_at,
        )


class TryOut(Out):
    """One try at delivery."""

    number: int
    tried_at: datetime
    outcome: str


class NoticeDetailOut(NoticeOut):
    """A notice with its tries, its verdicts, the caveats that it carries, and the proof of receipt."""

    statement: str
    alternatives_considered: str
    author: str
    approver: str | None
    caveats: dict[str, str]
    acknowledgement: str | None
    attempts: list[TryOut]
    verdicts: list[NoticeVerdictOut]

    @classmethod
    def detailed(
        cls, notice: Notice, tries: list[NoticeTry], verdicts: list[ShareVerdict], viewer: Viewer
    ) -> "NoticeDetailOut":
        """As this viewer may see it."""
        return cls(
            **NoticeOut.of(notice, viewer.now).model_dump(),
            statement=notice.basis.statement,
            alternatives_considered=notice.basis.alternatives_considered,
            author=notice.basis.author,
            approver=notice.basis.approver,
            caveats=dict(CAVEAT_WORDS),
            acknowledgement=notice.acknowledgement,
            attempts=[
                TryOut(number=each.number, tried_at=each.tried_at, outcome=each.outcome) for each in tries
            ],
            verdicts=[NoticeVerdictOut.of(verdict, viewer.roles) for verdict in verdicts],
        )
