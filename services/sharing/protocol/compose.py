"""Writes a message of any type: the payload in its size class, the seal, the envelope around it. Pure.

Source: sharing-protocol.md §3 (refusals: same form and size class), §5, §6.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sharing.protocol.canonical import canonical_json, digest_of
from services.sharing.protocol.caveats import CAVEATS
from services.sharing.protocol.envelope import SPEC, oversight_digest, seal_payload, sign
from services.sharing.protocol.message_types import TYPES, payload_type
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import AuthorityKey

#: Clear payloads are filled up to a multiple of this, so that their length tells nothing of what they say.
SIZE_CLASS_BYTES: Final = 4096
DEFAULT_HANDLING: Final = "H2"
DEFAULT_CONDITIONS: Final = ("no-onward",)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be written. `legal_ref` as in the envelope; instants aware, UTC."""

    type: str
    recipient: str
    payload: Part = field(repr=False)
    purpose: str
    necessity: str
    legal_ref: tuple[str, ...]
    retention_until: date
    thread_id: UUID | None = None
    in_reply_to: UUID | None = None
    target_id: UUID | None = None
    derived_from: UUID | None = None
    agreement_id: str | None = None
    handling_code: str = DEFAULT_HANDLING
    conditions: tuple[str, ...] = DEFAULT_CONDITIONS
    urgency: str = "ROUTINE"
    data_class: str | None = None
    verification: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to leave: the signed text, its outside without the payload, and the two digests."""

    signed: str = field(repr=False)
    outside: dict[str, Any]
    payload_digest: str
    envelope_digest: str


def payload_octets(payload: Part) -> bytes:
    """The payload's bytes, filled up with spaces to its size class; JSON readers pass over them."""
    octets = canonical_json(payload.as_json())
    return octets + b" " * (-len(octets) % SIZE_CLASS_BYTES)


def write(
    letter: Letter, sender: Sender, key: AuthorityKey, *, message_id: UUID, now: datetime, lifetime: timedelta
) -> Written:
    """Seal the payload to the recipient's key and sign the envelope.

    Args:
        letter: What is said, to whom, on what ground.
        sender: Our authority and its key.
        key: The recipient's current encryption key.
        message_id: New.
        now: The present instant.
        lifetime: How long the message may be delivered, at most 72 hours.
    """
    octets = payload_octets(letter.payload)
    digest = digest_of(octets)
    outside = {
        **_addressed(letter, sender.authority_id, message_id=message_id, now=now, lifetime=lifetime),
        **_contents(letter, now),
        "payload_hash": digest,
        "payload_type": payload_type(letter.type),
        "oversight_copy": oversight_digest(message_id, digest, sender.authority_id, letter.recipient),
    }
    sealed = seal_payload(octets, kid=key.kid, jwk=key.jwk)
    signed = sign({**outside, "payload": sealed}, kid=sender.kid, key=sender.key)
    return Written(signed, outside, digest, digest_of(signed.encode()))


def _addressed(
    letter: Letter, sender: str, *, message_id: UUID, now: datetime, lifetime: timedelta
) -> dict[str, Any]:
    """Who tells whom, when, and in which thread."""
    return {
        "spec": SPEC,
        "message_id": str(message_id),
        "type": letter.type,
        "sender": sender,
        "originator": sender,
        "recipient": letter.recipient,
        "created_at": _instant(now),
        "expires_at": _instant(now + lifetime),
        "thread_id": str(letter.thread_id or message_id),
        **({"in_reply_to": str(letter.in_reply_to)} if letter.in_reply_to else {}),
        **({"agreement_id": letter.agreement_id} if letter.agreement_id else {}),
        "urgency": letter.urgency,
    }


def _contents(letter: Letter, now: datetime) -> dict[str, Any]:
    """On what ground, of what kind, and how what is told may be used."""
    rules = TYPES[letter.type]
    return {
        "legal_ref": list(letter.legal_ref),
        "purpose": letter.purpose,
        "necessity": letter.necessity,
        "data_class": letter.data_class or rules.data_class,
        "min_set": rules.min_set,
        "handling": {
            "code": letter.handling_code,
            "conditions": list(letter.conditions),
            "caveats": list(CAVEATS),
        },
        "retention_until": letter.retention_until.isoformat(),
        **({"verification": letter.verification} if letter.verification else {}),
        "quality": {
            "source_grade": None,
            "info_grade": None,
            "fact_or_assessment": "FACT",
            "as_of": _instant(now),
            "precision": "EXACT",
        },
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
