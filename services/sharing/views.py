"""What leaves over HTTP, field by field. No personal data is here but in `PreviewOut` and `PersonOut`."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.sharing.decide import Decision
from services.sharing.minimum_sets import CAVEAT_WORDS
from services.sharing.recipients import Outcome
from services.sharing.safeguards import NOT_AUTHORISED, shown_reasons
from services.sharing.share import Preview
from services.sharing.share_records import Notice, NoticeTry, Recipient, Share, ShareVerdict
from shared.approval.approvals import Approval

UNDECIDED: Final = "UNDECIDED"


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class RecipientOut(_Out):
    """A candidate and what the safeguards made of it; `authority_id` is the candidate's key."""

    authority_id: str
    state: str
    scope: str
    paragraph: str
    connections: list[str]
    outcome: str
    reasons: list[str]
    decided_at: datetime | None

    @classmethod
    def of(cls, recipient: Recipient, roles: frozenset[str]) -> "RecipientOut":
        """As somebody with these roles may see it."""
        reasons = shown_reasons(recipient.reasons, roles)
        return cls(
            authority_id=recipient.candidate.key,
            state=recipient.candidate.state,
            scope=recipient.candidate.scope.value,
            paragraph=", ".join(f"2396/{each}" for each in recipient.candidate.paragraphs),
            connections=[each.value for each in recipient.candidate.connections],
            outcome=_shown_outcome(recipient.outcome, reasons),
            reasons=list(reasons),
            decided_at=recipient.decided_at,
        )


class NoticeOut(_Out):
    """A row of the ledger; `digest` is the one that the preview showed."""

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

    @classmethod
    def of(cls, notice: Notice) -> "NoticeOut":
        """The row as it is shown."""
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
        )


class ShareOut(_Out):
    """A share in a list: states, outcomes and identifiers."""

    share_id: UUID
    hit_id: UUID
    created_at: datetime
    state: str
    event: str
    individual_risk_recorded: bool
    recipients: list[RecipientOut]
    notices: list[NoticeOut]

    @classmethod
    def of(
        cls, share: Share, recipients: list[Recipient], notices: list[Notice], roles: frozenset[str]
    ) -> "ShareOut":
        """As somebody with these roles may see it."""
        return cls(**_share_fields(share, recipients, notices, roles))


class VerdictOut(_Out):
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
    def of(cls, verdict: ShareVerdict, roles: frozenset[str]) -> "VerdictOut":
        """As somebody with these roles may see it."""
        reasons = shown_reasons(verdict.reasons, roles)
        return cls(
            verdict_id=verdict.verdict_id,
            authority_id=verdict.candidate_key,
            notice_id=verdict.notice_id,
            stage=verdict.stage.value,
            outcome=_shown_outcome(verdict.outcome, reasons),
            reasons=list(reasons),
            obligations=list(verdict.obligations),
            pending=list(verdict.pending),
            policy_version=verdict.policy_version,
            inputs_hash=verdict.inputs_hash,
            decided_at=verdict.decided_at,
        )


class ShareDetailOut(ShareOut):
    """A share with its proposal and its verdicts."""

    statement: str = ""
    alternatives_considered: str = ""
    period_days: int | None = None
    purpose_code: str | None = None
    proposer: str | None = None
    proposed_digests: dict[str, str] = {}
    verdicts: list[VerdictOut] = []

    @classmethod
    def detailed(
        cls,
        share: Share,
        recipients: list[Recipient],
        notices: list[Notice],
        verdicts: list[ShareVerdict],
        *,
        approval: Approval | None,
        roles: frozenset[str],
    ) -> "ShareDetailOut":
        """As somebody with these roles may see it."""
        return cls(
            **_share_fields(share, recipients, notices, roles),
            **_proposal_fields(approval),
            verdicts=[VerdictOut.of(verdict, roles) for verdict in verdicts],
        )


class TryOut(_Out):
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
    verdicts: list[VerdictOut]

    @classmethod
    def detailed(
        cls, notice: Notice, tries: list[NoticeTry], verdicts: list[ShareVerdict], roles: frozenset[str]
    ) -> "NoticeDetailOut":
        """As somebody with these roles may see it."""
        return cls(
            **NoticeOut.of(notice).model_dump(),
            statement=notice.basis.statement,
            alternatives_considered=notice.basis.alternatives_considered,
            author=notice.basis.author,
            approver=notice.basis.approver,
            caveats=dict(CAVEAT_WORDS),
            acknowledgement=notice.acknowledgement,
            attempts=[
                TryOut(number=each.number, tried_at=each.tried_at, outcome=each.outcome) for each in tries
            ],
            verdicts=[VerdictOut.of(verdict, roles) for verdict in verdicts],
        )


class PreviewOut(_Out):
    """Exactly the payload that leaves, the names of its fields, and its digest. Personal data."""

    authority_id: str
    payload: dict[str, Any]
    fields: list[str]
    digest: str
    caveats: dict[str, str]

    @classmethod
    def of(cls, preview: Preview) -> "PreviewOut":
        """What leaves."""
        return cls(
            authority_id=preview.candidate.key,
            payload=preview.payload.content,
            fields=list(preview.payload.fields),
            digest=preview.payload.digest,
            caveats=dict(CAVEAT_WORDS),
        )


class PersonOut(_Out):
    """The person whom a share is about, and the entry's tear-line. Personal data."""

    share_id: UUID
    hit_id: UUID
    traveller: dict[str, Any]
    flight: dict[str, Any]
    category: str
    tear_line: str
    handling_code: str
    conditions: list[str]

    @classmethod
    def of(cls, share: Share) -> "PersonOut":
        """What whoever works on the share sees of the person."""
        hit = share.hit
        return cls(
            share_id=share.share_id,
            hit_id=hit.hit_id,
            traveller=hit.traveller,
            flight=hit.flight.as_json(),
            category=hit.entry.category,
            tear_line=hit.entry.tear_line,
            handling_code=hit.entry.handling_code,
            conditions=list(hit.entry.conditions),
        )


class ProposedOut(_Out):
    """A proposal as it was written, with the digest of everything that would leave."""

    approval_id: UUID
    previews: list[dict[str, str]]

    @classmethod
    def of(cls, approval: Approval, previews: list[Preview]) -> "ProposedOut":
        """Digests by authority, in the order in which they would be told."""
        return cls(
            approval_id=approval.approval_id,
            previews=[
                {"authority_id": each.candidate.key, "digest": each.payload.digest} for each in previews
            ],
        )


class DecisionOut(_Out):
    """What became of one recipient."""

    authority_id: str
    outcome: str
    reasons: list[str]
    notice_id: UUID | None

    @classmethod
    def of(cls, decision: Decision, roles: frozenset[str]) -> "DecisionOut":
        """As somebody with these roles may see it."""
        reasons = shown_reasons(decision.verdict.reasons, roles)
        return cls(
            authority_id=decision.candidate.key,
            outcome=_shown_outcome(decision.verdict.outcome, reasons),
            reasons=list(reasons),
            notice_id=decision.notice_id,
        )


def _shown_outcome(outcome: Outcome | None, reasons: tuple[str, ...]) -> str:
    """A concealed hold reads like a concealed block: the difference would tell (SG-35)."""
    if outcome is None:
        return UNDECIDED
    return Outcome.BLOCK.value if NOT_AUTHORISED in reasons else outcome.value


def _share_fields(
    share: Share, recipients: list[Recipient], notices: list[Notice], roles: frozenset[str]
) -> dict[str, Any]:
    return {
        "share_id": share.share_id,
        "hit_id": share.hit.hit_id,
        "created_at": share.created_at,
        "state": share.state.value,
        "event": share.event,
        "individual_risk_recorded": share.assessment is not None,
        "recipients": [RecipientOut.of(each, roles) for each in recipients],
        "notices": [NoticeOut.of(each) for each in notices],
    }


def _proposal_fields(approval: Approval | None) -> dict[str, Any]:
    if approval is None:
        return {}
    payload = approval.payload
    return {
        "statement": payload["statement"],
        "alternatives_considered": payload["alternatives_considered"],
        "period_days": payload["period_days"],
        "purpose_code": payload["purpose_code"],
        "proposer": approval.proposer,
        "proposed_digests": {each["candidate"]: each["digest"] for each in payload["authorities"]},
    }
