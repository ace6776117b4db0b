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
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.sharing.errors import EnvelopeRefused
from services.sharing.minimum_sets import canonical_json, digest_of
from services.sharing.registry_entries import HandlingCode, PurposeCode

SPEC: Final = "ctx-1.0"
FALLBACK: Final = "2396-N-MIN"
MAX_NOTICE_BYTES: Final = 64 * 1024
MAX_LIFE: Final = timedelta(hours=72)
CLOCK_SKEW: Final = timedelta(minutes=2)
SIGNATURE_ALGORITHM: Final = "EdDSA"
SEAL_ALGORITHMS: Final = ("ECDH-ES", "A256GCM")

Text = Annotated[str, Field(min_length=1, max_length=200)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Handling(_Part):
    """The handling code with its conditions and the standing caveats (sharing-protocol.md §4, §7)."""

    code: HandlingCode
    conditions: tuple[Text, ...]
    caveats: tuple[Literal["C1", "C2", "C3", "C4"], ...]


class Verification(_Part):
    """How identity was verified; no reviewer's name leaves."""

    level: Text
    two_person: Literal[True]
    verified_at: AwareDatetime


class Quality(_Part):
    """The grade of what stands behind the notice (SG-11)."""

    source_grade: int | None
    info_grade: str | None
    fact_or_assessment: Literal["FACT", "ASSESSMENT"]
    as_of: AwareDatetime
    precision: Text


class Envelope(_Part):
    """The outer message. Instants are aware, UTC; exactly one of `agreement_id` and `fallback` stands.

    Source: sharing-protocol.md §5.
    """

    spec: Literal["ctx-1.0"]
    message_id: UUID
    type: Literal["NOTIFY"]
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
    data_class: Literal["HIT"]
    min_set: Literal["N-MIN"]
    handling: Handling
    retention_until: date
    verification: Verification
    quality: Quality
    originator: Text
    urgency: Literal["ROUTINE", "BEFORE_LANDING", "IMMEDIATE_THREAT"]
    payload_hash: Digest
    payload_type: Literal["application/ctx-notify+json"]
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

    def as_json(self) -> dict[str, Any]:
        """The envelope's JSON; absent parts are left out."""
        return self.model_dump(mode="json", exclude_none=True)


class PersonName(_Part):
    """One name, with its script (ISO 15924) and where it was read."""

    full: Text
    script: Annotated[str, Field(pattern=r"^[A-Z][a-z]{3}$")]
    source: Literal["DOCUMENT", "LIST"]


class Birth(_Part):
    """The birth date, as precise as known."""

    kind: Literal["EXACT", "MONTH", "YEAR"]
    date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class Document(_Part):
    """A travel document."""

    type: Literal["PASSPORT", "IDENTITY_CARD", "VISA", "OTHER"]
    number: Text
    issuer: Text | None = None


class Person(_Part):
    """The person whom the notice is about."""

    names: Annotated[tuple[PersonName, ...], Field(max_length=8)] = ()
    birth: Birth | None = None
    nationalities: Annotated[tuple[Text, ...], Field(max_length=8)] = ()
    documents: Annotated[tuple[Document, ...], Field(max_length=16)] = ()


class FlightNotice(_Part):
    """The flight, by designator, date and airports."""

    no: Text
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    from_: Annotated[Text | None, Field(alias="from")] = None
    via: Annotated[tuple[Text, ...], Field(max_length=16)] = ()
    to: Text | None = None


class Notify(_Part):
    """The payload of a NOTIFY: nothing beyond N-MIN fits into it.

    Source: sharing-protocol.md §4 and §5.
    """

    event: Literal["DEPARTURE", "TRANSIT", "ARRIVAL", "ATTEMPT", "DETAINED", "EXPELLED"] | None = None
    observed_at: AwareDatetime | None = None
    person: Person | None = None
    flight: FlightNotice | None = None
    list_ref: Text | None = None
    category: Text | None = None
    action_here: Text | None = None
    tear_line: Annotated[str, Field(max_length=500)] | None = None
    contact: Text | None = None


class Acknowledgement(_Part):
    """A technical receipt: the hash of what was received, signed by the recipient."""

    message_id: UUID
    received_hash: Digest
    received_at: AwareDatetime
    recipient: Text


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
) -> tuple[Envelope, Notify]:
    """Verify, decrypt and read a notice, in the order of sharing-protocol.md §6.

    Replay is the caller's to refuse by `message_id`, since only he remembers.

    Args:
        signed: The compact JWS as received.
        recipient: Our own authority id; a notice to another one is refused.
        key_of: Key id → public JWK from the register.
        private_key: The key that the payload is encrypted to.
        now: The present instant, aware.

    Raises:
        EnvelopeRefused: `E401` unknown key, wrong signature, sender of another key, or not decryptable;
            `E403` addressed to somebody else; `E410` expired or from the future; `E415` unknown or missing
            fields, or a payload that is not the one hashed.
    """
    content = verify(signed, key_of)
    envelope = _read(Envelope, _octets(content))
    if envelope.recipient != recipient:
        raise EnvelopeRefused(code_sent="E403", reason="it is addressed to another authority")
    if not envelope.created_at - CLOCK_SKEW <= now < envelope.expires_at:
        raise EnvelopeRefused(code_sent="E410", reason="it is not fresh")
    try:
        sealed = jwe.decrypt_compact(envelope.payload, private_key, algorithms=list(SEAL_ALGORITHMS))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        # joserfc takes the members of the sender's header on trust (seen: KeyError, an `epk` without `x`).
        raise EnvelopeRefused(code_sent="E401", reason="the payload cannot be decrypted") from None
    octets = sealed.plaintext
    if octets is None or digest_of(octets) != envelope.payload_hash:
        raise EnvelopeRefused(code_sent="E415", reason="the payload is not the one that was hashed")
    return envelope, _read(Notify, octets)


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
