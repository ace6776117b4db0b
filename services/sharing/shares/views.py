"""What leaves over HTTP, field by field. No personal data is here but in `PreviewOut` and `PersonOut`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.sharing.exchange.clock_views import ClockOut, clocks_out
from services.sharing.exchange.deadlines import deadline_of_share
from services.sharing.protocol.caveats import CAVEAT_WORDS
from services.sharing.shares.court_order import CourtOrder, CourtOrderOut
from services.sharing.shares.decide import Decision
from services.sharing.shares.notice_views import NoticeOut, NoticeVerdictOut, Out, Viewer
from services.sharing.shares.records import Notice, Recipient, Share, ShareVerdict
from services.sharing.shares.safeguards import shown_outcome, shown_reasons
from services.sharing.shares.share import Preview
from shared.approval.approvals import Approval
from shared.contracts import FlightV1


class RecipientOut(Out):
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
            outcome=shown_outcome(recipient.outcome, reasons),
            reasons=list(reasons),
            decided_at=recipient.decided_at,
        )


class FlightOut(Out):
    """The flight of a share, by which people tell one from another."""

    designator: str
    origin: str | None
    destination: str | None

    @classmethod
    def of(cls, flight: FlightV1) -> "FlightOut":
        """From where it begins to where it ends."""
        return cls(
            designator=f"{flight.carrier or ''}{flight.number}{flight.suffix or ''}",
            origin=flight.legs[0].origin if flight.legs else None,
            destination=flight.legs[-1].destination if flight.legs else None,
        )


class ShareOut(Out):
    """A share in a list: states, outcomes and identifiers."""

    share_id: UUID
    hit_id: UUID
    flight: FlightOut
    created_at: datetime
    state: str
    event: str
    disputed_since: datetime | None
    clocks: list[ClockOut]
    individual_risk_recorded: bool
    recipients: list[RecipientOut]
    notices: list[NoticeOut]

    @classmethod
    def of(
        cls, share: Share, recipients: list[Recipient], notices: list[Notice], viewer: Viewer
    ) -> "ShareOut":
        """As this viewer may see it."""
        return cls(**_share_fields(share, recipients, notices, viewer))


class ShareDetailOut(ShareOut):
    """A share with its proposal and its verdicts."""

    statement: str = ""
    alternatives_considered: str = ""
    period_days: int | None = None
    purpose_code: str | None = None
    court_order: CourtOrderOut | None = None
    approval_id: UUID | None = None
    proposer: str | None = None
    proposed_digests: dict[str, str] = Field(default={})
    verdicts: list[NoticeVerdictOut] = Field(default=[])

    @classmethod
    def detailed(
        cls,
        share: Share,
        recipients: list[Recipient],
        notices: list[Notice],
        verdicts: list[ShareVerdict],
        *,
        approval: Approval | None,
        viewer: Viewer,
    ) -> "ShareDetailOut":
        """As this viewer may see it."""
        return cls(
            **_share_fields(share, recipients, notices, viewer),
            **_proposal_fields(approval),
            verdicts=[NoticeVerdictOut.of(verdict, viewer.roles) for verdict in verdicts],
        )


class PreviewOut(Out):
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


class PersonOut(Out):
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


class ProposedOut(Out):
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


class DecisionOut(Out):
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
            outcome=shown_outcome(decision.verdict.outcome, reasons),
            reasons=list(reasons),
            notice_id=decision.notice_id,
        )


def _share_fields(
    share: Share, recipients: list[Recipient], notices: list[Notice], viewer: Viewer
) -> dict[str, Any]:
    return {
        "share_id": share.share_id,
        "hit_id": share.hit.hit_id,
        "flight": FlightOut.of(share.hit.flight),
        "created_at": share.created_at,
        "state": share.state.value,
        "event": share.event,
        "disputed_since": share.disputed_since,
        "clocks": clocks_out([each for each in [deadline_of_share(share)] if each], viewer.now),
        "individual_risk_recorded": share.assessment is not None,
        "recipients": [RecipientOut.of(each, viewer.roles) for each in recipients],
        "notices": [NoticeOut.of(each, viewer.now) for each in notices],
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
        "court_order": CourtOrderOut.of(CourtOrder.kept_in(payload)),
        "approval_id": approval.approval_id,
        "proposer": approval.proposer,
        "proposed_digests": {each["candidate"]: each["digest"] for each in payload["authorities"]},
    }
