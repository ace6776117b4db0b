"""The envelope `ctx-1.0`: sealed inside (JWE), signed outside (JWS), and the acknowledgement. Pure.

A notice is a compact JWS (EdDSA) over the envelope's JSON, whose `payload` is a compact JWE
(ECDH-ES + A256GCM) to the recipient's current key. Gateways and logs see no personal data.

Source: sharing-protocol.md §5, §6 and §9; RFC 7515, RFC 7516, RFC 8037.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self, TypeVar
from uuid import UUID

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry
from joserfc.util import json_b64decode
from pydantic import AwareDatetime, BaseModel, Field, ValidationError, model_validator

from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.canonical import canonical_json, digest_of
from services.sharing.protocol.message_types import TYPES, MessageType, MinimumSet, payload_type
from services.sharing.protocol.payload_parts import DataClass, Part, Text
from services.sharing.protocol.payloads import PAYLOADS
from services.sharing.registers.entries import HandlingCode, PurposeCode

SPEC: Final = "ctx-1.0"
FALLBACK: Final = "2396-N-MIN"
MAX_NOTICE_BYTES: Final = 64 * 1024
MAX_LIFE: Final = timedelta(hours=72)
CLOCK_SKEW: Final = timedelta(minutes=2)
SIGNATURE_ALGORITHM: Final = "EdDSA"
SEAL_ALGORITHMS: Final = ("ECDH-ES", "A256GCM")

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Handling(Part):
    """The handling code with its conditions and the standing caveats (sharing-protocol.md §4, §7)."""

    code: HandlingCode
    conditions: tuple[Text, ...]
    caveats: tuple[Literal["C1", "C2", "C3", "C4"], ...]


class Verification(Part):
    """How identity was verified; no reviewer's name leaves."""

    level: Text
    two_person: Literal[True]
    verified_at: AwareDatetime


class Quality(Part):
    """The grade of what stands behind the notice (SG-11)."""

    source_grade: int | None
    info_grade: str | None
    fact_or_assessment: Literal["FACT", "ASSESSMENT"]
    as_of: AwareDatetime
    precision: Text


class Envelope(Part):
    """The outer message. Instants are aware, UTC; exactly one of `agreement_id` and `fallback` stands.

    Source: sharing-protocol.md §5.
    """

    spec: Literal["ctx-1.0"]
    message_id: UUID
    type: MessageType
    sender: Text
    recipient: Text
    created_at: AwareDatetime
    expires_at: AwareDatetime
    in_reply_to: UUID | None = None
    thread_id: UUID
    agreement_id: Text | None = None
    fallback: Literal["2396-N-MIN"] | None = None
    approver_role: Text | None = None
    legal_ref: Annotated[tuple[Text, ...], Field(min_length=1)]
    purpose: PurposeCode
    necessity: Annotated[str, Field(min_length=1, max_length=500)]
    data_class: DataClass
    min_set: MinimumSet
    handling: Handling
    retention_until: date
    verification: Verification | None = None
    quality: Quality
    originator: Text
    urgency: Literal["ROUTINE", "BEFORE_LANDING", "IMMEDIATE_THREAT"]
    payload_hash: Digest
    payload_type: Text
    payload: Annotated[str, Field(min_length=1, max_length=MAX_NOTICE_BYTES)]
    oversight_copy: Digest

    @model_validator(mode="after")
    def _stands_on_a_basis(self) -> Self:
        # A notice at home rests on the State's own law, which `legal_ref` names; then neither stands.
        if self.agreement_id is not None and self.fallback is not None:
            raise ValueError("an envelope rests on an agreement or on the fallback, not on both")
        if self.fallback is not None and self.approver_role is None:
            raise ValueError("the fallback names the role of who approved it")
        if not self.created_at < self.expires_at <= self.created_at + MAX_LIFE:
            raise ValueError("an envelope lives longer than nothing and at most 72 hours")
        return self

    @model_validator(mode="after")
    def _is_what_its_type_says(self) -> Self:
        rules = TYPES[self.type]
        sets = {rules.min_set, "N-DET"} if self.type == "NOTIFY" else {rules.min_set}
        if self.payload_type != payload_type(self.type) or self.min_set not in sets:
            raise ValueError("payload type and minimum set are those of the message type")
        if self.type in {"NOTIFY", "EMERGENCY"} and self.verification is None:
            raise ValueError("a notice says how the identity was verified")
        if rules.answers and self.in_reply_to is None:
            raise ValueError("an answer names the message that it answers")
        return self

    def as_json(self) -> dict[str, Any]:
        """The envelope's JSON; absent parts are left out."""
        return self.model_dump(mode="json", exclude_none=True)


class Acknowledgement(Part):
    """A technical receipt: the hash of what was received, signed by the recipient.

    `NOT_IN_SCOPE`: it failed the recipient's own rules and was deleted unread.
    """

    message_id: UUID
    received_hash: Digest
    received_at: AwareDatetime
    recipient: Text
    outcome: Literal["RECEIVED", "NOT_IN_SCOPE"] = "RECEIVED"


class _Signatures(JWSRegistry):
    """EdDSA by the name that the protocol gives it, and by RFC 9864's; our registers hold Ed25519 keys only.

    joserfc warns at `EdDSA`, since the name leaves the curve open; the key type closes it here.
    """

    def get_alg(self, name: str) -> Any:
        if name not in {"EdDSA", "Ed25519"}:
            raise EnvelopeRefused(code_sent="E401", reason="the signature's algorithm is not EdDSA")
        return self.algorithms[name]


_SIGNATURES: Final = _Signatures()
# What a register or a key file adds to a key (its life, the name of its algorithm) is judged by its owner.
_KEY_MATERIAL: Final = ("kty", "crv", "x", "y")
Model = TypeVar("Model", bound=BaseModel)
KeyOf = Callable[[str], Mapping[str, str] | None]


def seal_payload(octets: bytes, *, kid: str, jwk: Mapping[str, str]) -> str:
    """Encrypt the payload's bytes to the recipient's key: a compact JWE."""
    header = {"alg": SEAL_ALGORITHMS[0], "enc": SEAL_ALGORITHMS[1], "kid": kid}
    return jwe.encrypt_compact(header, octets, _public_key(jwk), algorithms=list(SEAL_ALGORITHMS))


def sealed_to(payload: str) -> str:
    """The key id that a sealed payload is encrypted to; the header is not secret."""
    header = payload.partition(".")[0]
    return str(json_b64decode(header.encode())["kid"])


def oversight_digest(message_id: UUID, payload_hash: str, sender: str, recipient: str) -> str:
    """The digest that each side's oversight log keeps; both sides can compute it."""
    return digest_of(canonical_json([str(message_id), payload_hash, sender, recipient]))


def sign(content: Mapping[str, Any], *, kid: str, key: OKPKey) -> str:
    """A compact JWS (EdDSA) over the canonical JSON of `content`."""
    header = {"alg": SIGNATURE_ALGORITHM, "kid": kid}
    return jws.serialize_compact(header, canonical_json(content), key, registry=_SIGNATURES)


def verify(signed: str, key_of: KeyOf) -> dict[str, Any]:
    """The JSON object under a signature by a key that `key_of` knows.

    Args:
        signed: The compact JWS, at most `MAX_NOTICE_BYTES`.
        key_of: Key id → public JWK (OKP, Ed25519), or `None` for an unknown or retired key.

    Raises:
        EnvelopeRefused: `E401` unknown key or wrong signature, `E415` not a JSON object or too long.
    """
    if not signed.isascii() or len(signed) > MAX_NOTICE_BYTES:
        raise EnvelopeRefused(code_sent="E415", reason="it is longer than a notice may be, or not ASCII")
    try:
        kid = jws.extract_compact(signed.encode(), registry=_SIGNATURES).headers().get("kid")
        jwk = key_of(kid) if isinstance(kid, str) else None
        if jwk is None or jwk.get("crv") != "Ed25519":
            raise EnvelopeRefused(code_sent="E401", reason="the key is unknown")
        found = jws.deserialize_compact(signed, _public_key(jwk), registry=_SIGNATURES)
        content = json.loads(found.payload)
    except (JoseError, ValueError, RecursionError) as fault:
        code = "E415" if isinstance(fault, json.JSONDecodeError | RecursionError) else "E401"
        raise EnvelopeRefused(code_sent=code, reason="the signature does not fit") from None
    if not isinstance(content, dict):
        raise EnvelopeRefused(code_sent="E415", reason="it is not a JSON object")
    return content


def open_notice(
    signed: str,
    *,
    recipient: str,
    key_of: KeyOf,
    private_key: ECKey | OKPKey,
    now: datetime,
) -> tuple[Envelope, Part]:
    """Verify, decrypt and read a message of any type, in the order of sharing-protocol.md §6.

    Replay is the caller's to refuse by `message_id`, since only he remembers.

    Raises:
        EnvelopeRefused: As `open_envelope` and `open_payload`.
    """
    envelope = open_envelope(signed, recipient=recipient, key_of=key_of, now=now)
    return envelope, open_payload(envelope, private_key)


def open_envelope(signed: str, *, recipient: str, key_of: KeyOf, now: datetime) -> Envelope:
    """Verify the outer signature and read the envelope; the payload stays sealed.

    Args:
        signed: The compact JWS as received.
        recipient: Our own authority id; a message to another one is refused.
        key_of: Key id → public JWK from the register.
        now: The present instant, aware.

    Raises:
        EnvelopeRefused: `E401` unknown key or wrong signature; `E403` addressed to somebody else; `E410`
            expired or from the future; `E415` unknown or missing fields, or another message's oversight copy.
    """
    envelope = _read(Envelope, _octets(verify(signed, key_of)))
    if envelope.recipient != recipient:
        raise EnvelopeRefused(code_sent="E403", reason="it is addressed to another authority")
    if not envelope.created_at - CLOCK_SKEW <= now < envelope.expires_at:
        raise EnvelopeRefused(code_sent="E410", reason="it is not fresh")
    copy = oversight_digest(envelope.message_id, envelope.payload_hash, envelope.sender, envelope.recipient)
    if envelope.oversight_copy != copy:
        raise EnvelopeRefused(code_sent="E415", reason="its oversight digest is not the message's")
    return envelope


def open_payload(envelope: Envelope, private_key: ECKey | OKPKey) -> Part:
    """Decrypt the payload, compare its hash, read it strictly as its type's model.

    Args:
        envelope: Verified before.
        private_key: The key that the payload is encrypted to.

    Raises:
        EnvelopeRefused: `E401` not decryptable; `E415` not the payload that was hashed, or unknown fields.
    """
    try:
        sealed = jwe.decrypt_compact(envelope.payload, private_key, algorithms=list(SEAL_ALGORITHMS))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        # joserfc takes the members of the sender's header on trust (seen: KeyError, an `epk` without `x`).
        raise EnvelopeRefused(code_sent="E401", reason="the payload cannot be decrypted") from None
    octets = sealed.plaintext
    if octets is None or digest_of(octets) != envelope.payload_hash:
        raise EnvelopeRefused(code_sent="E415", reason="the payload is not the one that was hashed")
    return _read(PAYLOADS[envelope.type], octets)


def kept_envelope(signed: str) -> Envelope:
    """The envelope of a message that was verified when it came and is kept since; its key may be over."""
    return _read(Envelope, jws.extract_compact(signed.encode(), registry=_SIGNATURES).payload)


def signing_kid(signed: str) -> str | None:
    """The key id that a signed text names, before anything of it is believed; `None` if it names none."""
    if not signed.isascii() or len(signed) > MAX_NOTICE_BYTES:
        return None
    try:
        kid = jws.extract_compact(signed.encode(), registry=_SIGNATURES).headers().get("kid")
    except (JoseError, ValueError, RecursionError, EnvelopeRefused):
        return None
    return kid if isinstance(kid, str) else None


def verify_acknowledgement(
    signed: str, *, message_id: UUID, notice: str, recipient: str, key_of: KeyOf
) -> Acknowledgement:
    """The recipient's proof that it received exactly our bytes.

    Raises:
        EnvelopeRefused: It is not signed by the recipient's key, or is about something else.
    """
    received = _read(Acknowledgement, _octets(verify(signed, key_of)))
    expected = (message_id, digest_of(notice.encode()), recipient)
    if (received.message_id, received.received_hash, received.recipient) != expected:
        raise EnvelopeRefused(code_sent="E415", reason="the acknowledgement is about something else")
    return received


def _octets(content: Mapping[str, Any]) -> bytes:
    """The JSON of what was signed, to be read strictly; JSON may hold text that UTF-8 cannot (surrogates)."""
    try:
        return canonical_json(content)
    except UnicodeEncodeError:
        raise EnvelopeRefused(code_sent="E415", reason="it is not Unicode text") from None


def _read(model: type[Model], octets: bytes) -> Model:
    try:
        return model.model_validate_json(octets)
    except ValidationError:
        raise EnvelopeRefused(code_sent="E415", reason="its fields are not those of the schema") from None


def _public_key(jwk: Mapping[str, str]) -> ECKey | OKPKey:
    public: dict[str, str | list[str]] = {name: jwk[name] for name in _KEY_MATERIAL if name in jwk}
    return ECKey.import_key(public) if jwk["kty"] == "EC" else OKPKey.import_key(public)
