"""Builds what leaves for one recipient: the payload of the preview, and the envelope around it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sharing.protocol.caveats import CAVEATS
from services.sharing.protocol.envelope import FALLBACK, SPEC, oversight_digest, seal_payload, sign
from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import Agreement, AuthorityKey, Scope
from services.sharing.shares.facts import DATA_CLASS, MESSAGE_TYPE, OWN_RETENTION_DAYS, Basis, conditions_of
from services.sharing.shares.minimum_sets import IN_CUSTODY, Payload, notify_payload
from services.sharing.shares.recipients import Candidate
from services.sharing.shares.records import Share
from shared.contracts import GradedItemV1, HitStateV1
from shared.identifiers import AuthorityId

NO_ACTION: Final = "NONE"
MAX_NECESSITY_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Sealing:
    """What an envelope is made of, beside the payload; a thread of its own unless an earlier one is named."""

    share: Share
    candidate: Candidate
    basis: Basis
    agreement: Agreement | None
    recipient_key: AuthorityKey
    message_id: UUID
    created_at: datetime
    lifetime: timedelta
    thread_id: UUID | None = None


def payload_for(
    share: Share,
    candidate: Candidate,
    agreement: Agreement | None,
    hit_state: HitStateV1,
    contact: AuthorityId,
) -> Payload:
    """The payload under an agreement; the same for the preview, the approval and the ledger."""
    agreed = agreement.min_sets.get(MESSAGE_TYPE) if agreement else None
    return notify_payload(
        share.hit,
        event=share.event,
        action_taken=hit_state.ordered_action or NO_ACTION,
        contact=contact,
        agreed_fields=agreed,
        custody=share.custody,
        is_national=candidate.scope is Scope.NATIONAL,
    )


def seal_notice(sealing: Sealing, payload: Payload, sender: Sender) -> str:
    """The signed envelope with the sealed payload, ready to leave: compact JWS.

    Source: sharing-protocol.md §5 and §6.
    """
    key = sealing.recipient_key
    sealed = seal_payload(payload.octets, kid=key.kid, jwk=key.jwk)
    return sign(_envelope(sealing, payload, sealed, sender), kid=sender.kid, key=sender.key)


def _envelope(sealing: Sealing, payload: Payload, sealed: str, sender: Sender) -> dict[str, Any]:
    hit = sealing.share.hit
    created = sealing.created_at
    authority = sealing.candidate.authority_id
    assert authority is not None, "a notice has a recipient"
    return {
        "spec": SPEC,
        "message_id": str(sealing.message_id),
        "type": MESSAGE_TYPE,
        "sender": sender.authority_id,
        "recipient": authority,
        "created_at": _instant(created),
        "expires_at": _instant(created + sealing.lifetime),
        "thread_id": str(sealing.thread_id or sealing.message_id),
        **_ground(sealing),
        "legal_ref": [f"SCR-2396/{paragraph}" for paragraph in sealing.candidate.paragraphs],
        "purpose": sealing.basis.purpose_code,
        "necessity": sealing.basis.statement[:MAX_NECESSITY_CHARACTERS],
        "data_class": DATA_CLASS,
        "min_set": "N-DET" if sealing.share.event == IN_CUSTODY else "N-MIN",
        "handling": {
            "code": hit.entry.handling_code,
            "conditions": list(conditions_of(hit)),
            "caveats": list(CAVEATS),
        },
        "retention_until": _retention_until(sealing),
        "verification": {
            "level": hit.verification.level,
            "two_person": True,
            "verified_at": _instant(hit.verification.verified_at),
        },
        "quality": _quality(sealing),
        "originator": sender.authority_id,
        "urgency": _urgency(sealing),
        "payload_hash": payload.digest,
        "payload_type": "application/ctx-notify+json",
        "payload": sealed,
        "oversight_copy": oversight_digest(
            sealing.message_id, payload.digest, sender.authority_id, authority
        ),
    }


def _ground(sealing: Sealing) -> dict[str, str]:
    """The agreement, or the fallback with its approver's role; at home the law that `legal_ref` names."""
    if sealing.candidate.scope is Scope.NATIONAL:
        return {}
    if sealing.basis.legal_approver is not None:
        return {"fallback": FALLBACK, "approver_role": "LEGAL"}
    assert sealing.agreement is not None, "without agreement or fallback SG-30 had refused"
    return {"agreement_id": sealing.agreement.id}


def _retention_until(sealing: Sealing) -> str:
    agreement = sealing.agreement
    days = OWN_RETENTION_DAYS if agreement is None else agreement.max_retention_days
    return (sealing.created_at + timedelta(days=min(days, OWN_RETENTION_DAYS))).date().isoformat()


def _quality(sealing: Sealing) -> dict[str, Any]:
    """The grade of the best item behind the entry; ungraded items rank last."""
    hit = sealing.share.hit
    best = min(hit.entry.items, key=_grade, default=None)
    birth = hit.traveller.get("birth_date")
    return {
        "source_grade": best.source_grade if best else None,
        "info_grade": best.info_grade if best else None,
        "fact_or_assessment": best.kind if best else "ASSESSMENT",
        "as_of": _instant(hit.confirmed_at),
        "precision": "UNKNOWN" if birth is None else "EXACT" if len(birth) == len("2026-06-01") else "PART",
    }


def _grade(item: GradedItemV1) -> tuple[int, str]:
    return (item.source_grade or 4, item.info_grade or "F")


def _urgency(sealing: Sealing) -> str:
    arrivals = [leg.arrival_utc for leg in sealing.share.hit.flight.legs if leg.arrival_utc is not None]
    return "BEFORE_LANDING" if arrivals and sealing.created_at < max(arrivals) else "ROUTINE"


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
