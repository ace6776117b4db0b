"""What sharing keeps of a confirmed hit: share, recipients, verdicts, ledger. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.sharing.custody.facts import InCustody
from services.sharing.shares.facts import Assessment, Basis
from services.sharing.shares.recipients import Candidate, Outcome
from shared.contracts import HitConfirmedV1
from shared.contracts.notice_received import notice_of_entry
from shared.identifiers import NoticeId, ShareId


class ShareState(StrEnum):
    """Where a share stands; each step needs the one before."""

    AWAITING_ASSESSMENT = "AWAITING_ASSESSMENT"
    AWAITING_PROPOSAL = "AWAITING_PROPOSAL"
    PROPOSED = "PROPOSED"
    DECIDED = "DECIDED"


class NoticeState(StrEnum):
    """The life of a notice (sharing-protocol.md §6)."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    SEEN = "SEEN"
    FEEDBACK = "FEEDBACK"
    CLOSED = "CLOSED"
    CORRECTED = "CORRECTED"
    RECALLED = "RECALLED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


class Channel(StrEnum):
    """How a notice reaches its recipient: its endpoint, or our own pages for bodies of our State."""

    ENDPOINT = "ENDPOINT"
    PAGES = "PAGES"


class Stage(StrEnum):
    """When a verdict was asked for."""

    APPROVAL = "APPROVAL"
    DELIVERY = "DELIVERY"


@dataclass(frozen=True, slots=True)
class Share:
    """A confirmed hit on its way to those concerned; one for each hit. `version` counts its changes.

    `custody` is what was confirmed of an arrest; `disputed_since` is set while the person disputes it.
    """

    share_id: ShareId
    created_at: datetime
    state: ShareState
    version: int
    event: str
    hit: HitConfirmedV1 = field(repr=False)
    approval_id: UUID | None = None
    assessment: Assessment | None = None
    custody: InCustody | None = None
    disputed_since: datetime | None = None

    @property
    def derived_from(self) -> UUID | None:
        """The message of the exchange that the hit rests on, where its entry is a notice from abroad."""
        return notice_of_entry(self.hit.entry.entry_id)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A candidate with what the safeguards made of it; `outcome` is `None` before the first decision."""

    candidate: Candidate
    outcome: Outcome | None = None
    reasons: tuple[str, ...] = ()
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShareVerdict:
    """One stored verdict, for one candidate at one moment; `vault_look_up` is all that is known of SG-35."""

    verdict_id: UUID
    share_id: ShareId
    notice_id: NoticeId | None
    candidate_key: str
    stage: Stage
    outcome: Outcome
    reasons: tuple[str, ...]
    obligations: tuple[str, ...]
    pending: tuple[str, ...]
    policy_version: str
    catalogue_digest: str
    inputs_hash: str
    vault_look_up: UUID | None
    decided_at: datetime

    @property
    def permits(self) -> bool:
        """Whether the notice may leave."""
        return self.outcome is Outcome.SEND


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the disclosure ledger. `notice_id` is the message id, the same at every try.

    `envelope` is the signed text as it leaves; `payload_digest` is what the preview showed. `event` is what
    it tells of; `thread_id` the earlier notice to the same authority that it follows, if there is one.
    """

    notice_id: NoticeId
    share_id: ShareId
    authority_id: str
    channel: Channel
    state: NoticeState
    payload_digest: str
    fields: tuple[str, ...]
    candidate: Candidate
    basis: Basis
    agreement_id: str | None
    kid: str | None
    envelope: str | None = field(repr=False)
    created_at: datetime
    expires_at: datetime
    event: str
    thread_id: UUID | None = None
    next_try_at: datetime | None = None
    tries: int = 0
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    acknowledgement: str | None = None
    last_fault: str | None = None
    seen_at: datetime | None = None
    feedback_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeTry:
    """One try at delivery and how it ended."""

    number: int
    tried_at: datetime
    outcome: str


def candidate_as_json(candidate: Candidate) -> dict[str, Any]:
    """A candidate as JSON values."""
    return {
        "state": candidate.state,
        "scope": candidate.scope.value,
        "connections": [connection.value for connection in candidate.connections],
        "paragraphs": list(candidate.paragraphs),
        "authority_id": candidate.authority_id,
    }
