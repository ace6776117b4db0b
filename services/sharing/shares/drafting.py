"""Drafts the ledger's row of a permitted notice: sealed for an endpoint, or to be read on our pages. Pure.

Source: sharing-protocol.md §6 (the ledger's row is written before anything leaves).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import Agreement, Authority
from services.sharing.shares.notices import Sealing, seal_notice
from services.sharing.shares.recipients import Connection
from services.sharing.shares.records import Channel, Notice, NoticeState
from services.sharing.shares.safeguards import Question
from shared.identifiers import NoticeId


@dataclass(frozen=True, slots=True)
class Permitted:
    """A recipient that may be told, what the notice rests on, and the thread that it joins."""

    question: Question
    notice_id: NoticeId
    authority: Authority
    agreement: Agreement | None
    thread_id: UUID | None = None

    @property
    def is_own_port(self) -> bool:
        """Whether our own port is told, whose pages screening has."""
        return Connection.OWN_PORT in self.question.candidate.connections


def draft_notice(permitted: Permitted, sender: Sender, lifetime: timedelta, now: datetime) -> Notice:
    """The notice as it enters the ledger.

    Args:
        permitted: Whom the safeguards permit to be told.
        sender: Our authority and the key that signs.
        lifetime: How long the notice is tried.
        now: The present instant, aware.
    """
    drafted = _plain(permitted, lifetime, now)
    if permitted.authority.reads_our_pages:
        return _for_pages(permitted, drafted)
    return _for_endpoint(permitted, drafted, sender, lifetime)


def _plain(permitted: Permitted, lifetime: timedelta, now: datetime) -> Notice:
    question = permitted.question
    return Notice(
        notice_id=permitted.notice_id,
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
        expires_at=now + lifetime,
        event=question.share.event,
        thread_id=permitted.thread_id,
    )


def _for_pages(permitted: Permitted, drafted: Notice) -> Notice:
    """A notice that our own pages show: delivered when they have it, which for the port is screening."""
    return replace(
        drafted,
        channel=Channel.PAGES,
        state=NoticeState.SENT if permitted.is_own_port else NoticeState.DELIVERED,
        sent_at=drafted.created_at,
        delivered_at=None if permitted.is_own_port else drafted.created_at,
    )


def _for_endpoint(permitted: Permitted, drafted: Notice, sender: Sender, lifetime: timedelta) -> Notice:
    question, agreement = permitted.question, permitted.agreement
    key = permitted.authority.current_key("enc", drafted.created_at)
    assert key is not None, "without a current key SG-29 had refused"
    sealing = Sealing(
        share=question.share,
        candidate=question.candidate,
        basis=question.basis,
        agreement=agreement,
        recipient_key=key,
        message_id=drafted.notice_id,
        created_at=drafted.created_at,
        lifetime=lifetime,
        thread_id=permitted.thread_id,
    )
    is_by_agreement = agreement is not None and question.basis.legal_approver is None
    return replace(
        drafted,
        agreement_id=agreement.id if agreement and is_by_agreement else None,
        kid=key.kid,
        envelope=seal_notice(sealing, question.payload, sender),
        next_try_at=drafted.created_at,
    )
