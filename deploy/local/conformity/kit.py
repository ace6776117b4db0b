"""Who tries, whom, and with which keys; and the messages that are tried, well formed or bent in one place.

Source: sharing-protocol.md §4, §5, §9.2.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from joserfc.jwk import OKPKey
from joserfc.util import json_b64decode

from services.sharing.protocol.canonical import digest_of
from services.sharing.protocol.compose import Letter, payload_octets, write
from services.sharing.protocol.envelope import oversight_digest, seal_payload, sign
from services.sharing.protocol.http_signature import SignedRequest, signature_headers
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import PAYLOADS
from services.sharing.protocol.sender import Sender
from services.sharing.protocol.transmit import MEDIA_TYPE
from services.sharing.registers.entries import AuthorityKey

LIFETIME: Final = timedelta(hours=1)
RETENTION: Final = timedelta(days=30)
#: An invented person; nobody is looked for by this name.
PERSON: Final[Mapping[str, Any]] = {
    "names": [{"full": "EXAMPLE CONFORMITY TEST", "script": "Latn", "source": "DOCUMENT"}],
    "birth": {"kind": "EXACT", "date": "1980-01-02"},
    "nationalities": ["XTS"],
    "documents": [{"type": "PASSPORT", "number": "X0000000", "issuer": "XTS"}],
}


@dataclass(frozen=True, slots=True)
class Kit:
    """Both sides of a trial.

    Args:
        sender: Our authority and the key that signs; the counterpart has its public half registered.
        recipient: The counterpart's authority id.
        url: Its `/v1/exchange`, as it knows itself.
        seal_to: The counterpart's encryption key.
        keys: The counterpart's public signing keys by id, which prove its receipts.
        agreement_id: The agreement under which notices are allowed for the trial.
        now: The present instant, aware, UTC.
        new_id: Gives identifiers that were never used.
    """

    sender: Sender
    recipient: str
    url: str
    seal_to: AuthorityKey
    keys: Mapping[str, Mapping[str, str]]
    agreement_id: str
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Message:
    """A signed message with its id, ready to be sent."""

    message_id: UUID
    signed: str = field(repr=False)


def a_notice(person: Mapping[str, Any] = PERSON, **changes: Any) -> Part:
    """The content of a NOTIFY."""
    content = {
        "event": "DEPARTURE",
        "person": person,
        "flight": {"no": "XA101", "date": "2026-06-01", "from": "XQB", "via": [], "to": "XQA"},
        "category": "REASONABLY_SUSPECTED",
        "tear_line": "A conformity test. Do nothing.",
        "contact": "XTS-PIU-01 duty desk",
    }
    return PAYLOADS["NOTIFY"].model_validate(content | changes)


def a_message(
    kit: Kit,
    kind: str = "NOTIFY",
    payload: Part | None = None,
    *,
    message_id: UUID | None = None,
    in_reply_to: UUID | None = None,
    sender: Sender | None = None,
    seal_to: AuthorityKey | None = None,
    **changes: Any,
) -> Message:
    """A message, whole and right but for `changes`, members of its envelope; `None` takes one out."""
    now = kit.now()
    key = message_id or kit.new_id()
    letter = Letter(
        type=kind,
        recipient=kit.recipient,
        payload=payload or a_notice(),
        purpose="TERR_TRAVEL",
        necessity="A conformity test between two authorities, about an invented person.",
        legal_ref=("SCR-2396/11",),
        retention_until=(now + RETENTION).date(),
        agreement_id=kit.agreement_id,
        in_reply_to=in_reply_to,
        verification={
            "level": "API_DOCUMENT",
            "two_person": True,
            "verified_at": now.isoformat().replace("+00:00", "Z"),
        }
        if kind == "NOTIFY"
        else None,
    )
    signer = sender or kit.sender
    written = write(letter, signer, seal_to or kit.seal_to, message_id=key, now=now, lifetime=LIFETIME)
    if not changes:
        return Message(key, written.signed)
    content: dict[str, Any] = json_b64decode(written.signed.split(".")[1].encode())
    merged = {name: value for name, value in (content | changes).items() if value is not None}
    return Message(key, sign(merged, kid=signer.kid, key=signer.key))


def a_request(
    kit: Kit, message: Message, *, created: datetime | None = None, nonce: str | None = None, **changes: str
) -> SignedRequest:
    """The signed HTTP request that carries a message; `changes` are headers to be covered instead."""
    covered = {
        "content-type": MEDIA_TYPE,
        "message-id": str(message.message_id),
        "recipient": kit.recipient,
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    request = SignedRequest("POST", kit.url, covered, message.signed.encode())
    signed = signature_headers(
        request,
        keyid=kit.sender.kid,
        key=kit.sender.key,
        created=created or kit.now(),
        nonce=nonce or str(kit.new_id()),
    )
    return SignedRequest("POST", kit.url, covered | signed, request.body)


def a_stranger(kit: Kit) -> Sender:
    """Somebody who signs in our name with a key that no register holds."""
    return Sender(kit.sender.authority_id, kit.sender.kid, OKPKey.generate_key("Ed25519", private=True))


def a_key_of_nobody(kit: Kit) -> AuthorityKey:
    """An encryption key under the counterpart's key id whose private half nobody has: nothing opens it."""
    key = OKPKey.generate_key("X25519", private=True)
    jwk = {name: str(value) for name, value in key.as_dict(private=False).items()}
    return kit.seal_to.model_copy(update={"jwk": {**jwk, "kid": kit.seal_to.kid}})


def resealed(kit: Kit, message: Message, octets: bytes) -> Message:
    """The message with other sealed octets, and hashes that fit them or not as the caller says."""
    content: dict[str, Any] = json_b64decode(message.signed.split(".")[1].encode())
    content["payload"] = seal_payload(octets, kid=kit.seal_to.kid, jwk=kit.seal_to.jwk)
    return Message(message.message_id, sign(content, kid=kit.sender.kid, key=kit.sender.key))


def hashes_of(kit: Kit, message_id: UUID, octets: bytes) -> dict[str, str]:
    """The envelope's two digests for a clear payload."""
    digest = digest_of(octets)
    return {
        "payload_hash": digest,
        "oversight_copy": oversight_digest(message_id, digest, kit.sender.authority_id, kit.recipient),
    }


def octets_of(payload: Part, **more: Any) -> bytes:
    """The clear bytes of a payload, with members that it should not have."""
    if not more:
        return payload_octets(payload)
    return json.dumps(payload.as_json() | more).encode()
