"""Notices as a registered but faulty counterpart would send them: signed and sealed, wrong inside."""

import base64
import copy
import json
from datetime import UTC, datetime
from random import Random
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc.jwk import OKPKey

from deploy.local.fuzzing.harness import Reader
from deploy.local.fuzzing.mutation import mixed, mutated_bytes, mutated_json, mutated_value
from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.canonical import digest_of
from services.sharing.protocol.envelope import open_notice, oversight_digest, seal_payload

# Known to everyone: a fault must be repeatable from its input alone.
_SIGNING: Final = OKPKey.import_key(
    Ed25519PrivateKey.from_private_bytes(b"fuzzing: never used anywhere else".ljust(32)[:32])
)
_SEALING: Final = OKPKey.import_key(
    X25519PrivateKey.from_private_bytes(b"fuzzing: never used anywhere too.".ljust(32)[:32])
)
_SENDER_KID: Final = "XBB-PIU-01.sig-1"
_OWN: Final = "XAA-PIU-01"
_MESSAGE_ID: Final = UUID("0197c000-0000-7000-8000-00000000c0de")
_NOW: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
_PAYLOAD: Final = {
    "event": "DEPARTURE",
    "observed_at": "2026-06-01T08:00:00Z",
    "person": {
        "names": [{"full": "EXAMPLE TEST", "script": "Latn", "source": "DOCUMENT"}],
        "birth": {"kind": "EXACT", "date": "1980-01-02"},
        "nationalities": ["XBB"],
        "documents": [{"type": "PASSPORT", "number": "X1234567", "issuer": "XBB"}],
    },
    "flight": {"no": "XA101", "date": "2026-06-01", "from": "XQB", "via": [], "to": "XQA"},
    "tear_line": "Verify the document.",
}
_ENVELOPE: Final[dict[str, Any]] = {
    "spec": "ctx-1.0",
    "message_id": str(_MESSAGE_ID),
    "type": "NOTIFY",
    "sender": "XBB-PIU-01",
    "recipient": _OWN,
    "created_at": "2026-06-01T08:00:00Z",
    "expires_at": "2026-06-04T08:00:00Z",
    "thread_id": str(_MESSAGE_ID),
    "agreement_id": "XAA-XBB-2025",
    "legal_ref": ["SCR-2396/11"],
    "purpose": "TERR_TRAVEL",
    "necessity": "Confirmed listed person boards XA101.",
    "data_class": "HIT",
    "min_set": "N-MIN",
    "handling": {"code": "H1", "conditions": ["no-onward"], "caveats": ["C1", "C2", "C3", "C4"]},
    "retention_until": "2027-06-01",
    "verification": {"level": "API_DOCUMENT", "two_person": True, "verified_at": "2026-06-01T08:00:00Z"},
    "quality": {
        "source_grade": 1,
        "info_grade": "A",
        "fact_or_assessment": "FACT",
        "as_of": "2026-06-01T08:00:00Z",
        "precision": "EXACT",
    },
    "originator": "XBB-PIU-01",
    "urgency": "BEFORE_LANDING",
    "payload_type": "application/ctx-notify+json",
}


def notice_reader() -> Reader:
    """The reader of notices that come in, with keys of its own; most inputs carry a good signature."""
    good = _signed(_good())
    make = mixed(
        (4, _wrong_payload),
        (3, _wrong_envelope),
        (1, _wrong_seal),
        (1, _wrong_seal_header),
        (1, _wrong_header),
        (1, _wrong_bytes),
    )
    return Reader("notice", (EnvelopeRefused,), _open, make, good)


def _wrong_payload(random: Random) -> bytes:
    return _signed(_with_payload(mutated_json(_PAYLOAD, random)))


def _wrong_envelope(random: Random) -> bytes:
    return _signed(mutated_value(_good(), random))


def _wrong_seal(random: Random) -> bytes:
    good = _good()
    payload = mutated_bytes(good["payload"].encode(), [b"."], random)
    return _signed({**good, "payload": payload.decode("latin-1")})


def _wrong_seal_header(random: Random) -> bytes:
    good = _good()
    header, _, rest = good["payload"].partition(".")
    padded = header + "=" * (-len(header) % 4)
    wrong = mutated_json(json.loads(base64.urlsafe_b64decode(padded)), random)
    return _signed({**good, "payload": f"{_base64url(wrong).decode()}.{rest}"})


def _wrong_header(random: Random) -> bytes:
    header = mutated_json({"alg": "EdDSA", "kid": _SENDER_KID}, random)
    return _base64url(header) + b"." + _signed(_good()).split(b".", 1)[1]


def _wrong_bytes(random: Random) -> bytes:
    return mutated_bytes(_signed(_good()), [b"."], random)


def _good() -> dict[str, Any]:
    return _with_payload(json.dumps(_PAYLOAD).encode())


def _open(content: bytes) -> object:
    public = {name: str(value) for name, value in _SIGNING.as_dict(private=False).items()}
    return open_notice(
        content.decode("latin-1"),
        recipient=_OWN,
        key_of={_SENDER_KID: public}.get,
        private_key=_SEALING,
        now=_NOW,
    )


def _with_payload(octets: bytes) -> dict[str, Any]:
    public = {name: str(value) for name, value in _SEALING.as_dict(private=False).items()}
    payload = seal_payload(octets, kid=f"{_OWN}.enc-1", jwk=public)
    digest = digest_of(octets)
    oversight = oversight_digest(_MESSAGE_ID, digest, "XBB-PIU-01", _OWN)
    fitting = {"payload_hash": digest, "payload": payload, "oversight_copy": oversight}
    return {**copy.deepcopy(_ENVELOPE), **fitting}


def _signed(content: Any) -> bytes:
    """A compact JWS over whatever JSON there is, made by hand because nothing may refuse it here."""
    header = _base64url(json.dumps({"alg": "EdDSA", "kid": _SENDER_KID}).encode())
    body = header + b"." + _base64url(json.dumps(content).encode())
    private = _SIGNING.private_key
    assert isinstance(private, Ed25519PrivateKey)
    return body + b"." + _base64url(private.sign(body))


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
