"""Sealed inside, signed outside; every wrong message is refused by its code."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.canonical import canonical_json, digest_of
from services.sharing.protocol.envelope import (
    MAX_NOTICE_BYTES,
    Envelope,
    open_notice,
    oversight_digest,
    seal_payload,
    sealed_to,
    sign,
    verify,
    verify_acknowledgement,
)
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import Notify
from services.sharing.protocol.schema import SCHEMA_FILE, exchange_schema
from services.sharing.shares.minimum_sets import notify_payload
from shared.identifiers import AuthorityId
from tests.unit.sharing.samples import (
    NOW,
    OWN,
    RECIPIENT_KEY,
    RECIPIENT_SIGNING_KEY,
    SENDER_KID,
    SIGNING_KEY,
    a_hit,
    public,
)

MESSAGE_ID = UUID("0197c000-0000-7000-8000-00000000c0de")
KEYS = {SENDER_KID: public(SIGNING_KEY)}


def content(**changes: Any) -> dict[str, Any]:
    return sealed_content("XBB-PIU-01.enc-1", RECIPIENT_KEY) | changes


def sealed_content(kid: str, key: ECKey | OKPKey) -> dict[str, Any]:
    payload = notify_payload(a_hit(), event="DEPARTURE", action_taken="NONE", contact=AuthorityId(OWN))
    return {
        "spec": "ctx-1.0",
        "message_id": str(MESSAGE_ID),
        "type": "NOTIFY",
        "sender": OWN,
        "recipient": "XBB-PIU-01",
        "created_at": "2026-06-01T08:00:00Z",
        "expires_at": "2026-06-04T08:00:00Z",
        "thread_id": str(MESSAGE_ID),
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
        "originator": OWN,
        "urgency": "BEFORE_LANDING",
        "payload_hash": payload.digest,
        "payload_type": "application/ctx-notify+json",
        "payload": seal_payload(payload.octets, kid=kid, jwk=public(key)),
        "oversight_copy": oversight_digest(MESSAGE_ID, payload.digest, OWN, "XBB-PIU-01"),
    }


def signed(**changes: Any) -> str:
    return sign(content(**changes), kid=SENDER_KID, key=SIGNING_KEY)


def opened(
    notice: str,
    *,
    now: datetime = NOW,
    keys: Mapping[str, Mapping[str, str]] = KEYS,
    private_key: ECKey | OKPKey = RECIPIENT_KEY,
    recipient: str = "XBB-PIU-01",
) -> tuple[Envelope, Part]:
    return open_notice(notice, recipient=recipient, key_of=keys.get, private_key=private_key, now=now)


def code_of(notice: str, **how: Any) -> str:
    with pytest.raises(EnvelopeRefused) as caught:
        opened(notice, **how)
    return str(caught.value.facts["code_sent"])


def test_recipient_reads_what_was_sealed() -> None:
    envelope, notify = opened(signed())
    assert envelope.message_id == MESSAGE_ID
    assert isinstance(notify, Notify)
    assert notify.person is not None
    assert notify.person.names[0].full == "EXAMPLE TEST"


def test_oversight_digest_of_another_message_is_refused() -> None:
    assert code_of(signed(oversight_copy=digest_of(b"oversight"))) == "E415"


def test_envelope_shows_no_personal_data_outside_the_seal() -> None:
    shown = verify(signed(), KEYS.get)
    assert "EXAMPLE" not in json.dumps(shown)
    assert "X1234567" not in json.dumps(shown)


def test_altered_envelope_is_refused() -> None:
    header, body, signature = signed().split(".")
    other = sign(content(urgency="ROUTINE"), kid=SENDER_KID, key=SIGNING_KEY).split(".")[1]
    assert body != other
    assert code_of(f"{header}.{other}.{signature}") == "E401"


def test_unknown_sender_key_is_refused() -> None:
    assert code_of(signed(), keys={}) == "E401"


def test_key_of_another_is_refused() -> None:
    assert code_of(signed(), keys={SENDER_KID: public(OKPKey.generate_key("Ed25519"))}) == "E401"


def test_payload_for_another_key_is_refused() -> None:
    assert code_of(signed(), private_key=ECKey.generate_key("P-256")) == "E401"


def test_notice_to_another_authority_is_refused() -> None:
    assert code_of(signed(), recipient="XCC-PIU-01") == "E403"


def test_notice_lives_until_just_before_its_end() -> None:
    end = NOW + timedelta(hours=72)
    assert opened(signed(), now=end - timedelta(microseconds=1))[0].message_id == MESSAGE_ID
    assert code_of(signed(), now=end) == "E410"


def test_notice_from_the_future_is_refused() -> None:
    assert code_of(signed(), now=NOW - timedelta(minutes=3)) == "E410"


def test_unknown_field_is_refused() -> None:
    assert code_of(signed(surprise=1)) == "E415"


def test_missing_field_is_refused() -> None:
    fields = content()
    del fields["handling"]
    assert code_of(sign(fields, kid=SENDER_KID, key=SIGNING_KEY)) == "E415"


def test_unknown_field_in_the_payload_is_refused() -> None:
    octets = canonical_json({"event": "DEPARTURE", "seat": "12A"})
    sealed = seal_payload(octets, kid="k", jwk=public(RECIPIENT_KEY))
    assert code_of(signed(payload=sealed, payload_hash=digest_of(octets))) == "E415"


def test_payload_that_is_not_the_hashed_one_is_refused() -> None:
    assert code_of(signed(payload_hash=digest_of(b"other"))) == "E415"


def test_life_of_more_than_72_hours_is_refused() -> None:
    assert code_of(signed(expires_at="2026-06-04T08:00:01Z")) == "E415"


def test_fallback_without_its_approvers_role_is_refused() -> None:
    fields = content(fallback="2396-N-MIN")
    del fields["agreement_id"]
    assert code_of(sign(fields, kid=SENDER_KID, key=SIGNING_KEY)) == "E415"


def test_notice_is_at_most_64_kib() -> None:
    assert code_of("x" * (MAX_NOTICE_BYTES + 1)) == "E415"
    assert code_of("x" * MAX_NOTICE_BYTES) == "E401"


def test_signed_list_is_no_envelope() -> None:
    header = {"alg": "EdDSA", "kid": SENDER_KID}
    for octets in (b"[]", b"no json", b"[" * 40_000):
        signed_octets = jws.serialize_compact(header, octets, SIGNING_KEY, registry=_registry())
        assert code_of(signed_octets) == "E415"


def test_agreement_and_fallback_together_are_refused() -> None:
    assert code_of(signed(fallback="2396-N-MIN", approver_role="LEGAL")) == "E415"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    _, body, signature = signed().split(".")
    header = canonical_json({"alg": algorithm, "kid": SENDER_KID})
    forged = f"{_base64url(header)}.{body}.{signature}"
    assert code_of(forged) == "E401"


@given(st.text(st.characters(), max_size=200) | st.text(st.characters(categories=["Cs"]), max_size=3))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(EnvelopeRefused):
        opened(text)


def test_sealed_payload_tells_its_key() -> None:
    assert sealed_to(content()["payload"]) == "XBB-PIU-01.enc-1"


def acknowledgement(**changes: Any) -> str:
    fields = {
        "message_id": str(MESSAGE_ID),
        "received_hash": digest_of(b"notice"),
        "received_at": "2026-06-01T08:00:01Z",
        "recipient": "XBB-PIU-01",
    }
    return sign(fields | changes, kid="XBB-PIU-01.sig-1", key=RECIPIENT_SIGNING_KEY)


RECIPIENT_KEYS = {"XBB-PIU-01.sig-1": public(RECIPIENT_SIGNING_KEY)}


def test_acknowledgement_proves_receipt_of_these_bytes() -> None:
    received = verify_acknowledgement(
        acknowledgement(),
        message_id=MESSAGE_ID,
        notice="notice",
        recipient="XBB-PIU-01",
        key_of=RECIPIENT_KEYS.get,
    )
    assert received.received_hash == digest_of(b"notice")


@pytest.mark.parametrize(
    "changes",
    [
        {"received_hash": digest_of(b"other")},
        {"message_id": "0197c000-0000-7000-8000-00000000dead"},
        {"recipient": "XCC-PIU-01"},
        {"surprise": True},
    ],
)
def test_acknowledgement_of_something_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeRefused):
        verify_acknowledgement(
            acknowledgement(**changes),
            message_id=MESSAGE_ID,
            notice="notice",
            recipient="XBB-PIU-01",
            key_of=RECIPIENT_KEYS.get,
        )


def test_schema_file_is_that_of_the_models() -> None:
    stored = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert stored == exchange_schema(), "write it anew: python -m services.sharing.protocol.schema"


def test_schema_accepts_our_envelope_and_refuses_unknown_fields() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.validate(content(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content(surprise=1), schema)


def _registry() -> jws.JWSRegistry:
    """A registry that signs EdDSA without the warning about the name's open curve."""

    class Quiet(jws.JWSRegistry):
        def get_alg(self, name: str) -> Any:
            return self.algorithms[name]

    return Quiet()


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


@pytest.mark.parametrize(
    "header", [{"epk": {"kty": "OKP", "crv": "X25519"}}, {"epk": None}, {"epk": "x"}, {"kid": []}]
)
def test_seal_with_a_wrong_header_is_refused(header: dict[str, Any]) -> None:
    sealed = content()["payload"]
    first, _, rest = sealed.partition(".")
    good = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    wrong = urlsafe_b64encode(json.dumps(good | header).encode()).decode().rstrip("=")
    assert code_of(signed(payload=f"{wrong}.{rest}")) == "E401"


def test_signed_text_that_is_no_unicode_is_refused() -> None:
    header, _, _ = signed().split(".")
    body = urlsafe_b64encode(json.dumps(content(necessity="\ud800")).encode()).decode().rstrip("=")
    private = SIGNING_KEY.private_key
    assert isinstance(private, Ed25519PrivateKey)
    signature = urlsafe_b64encode(private.sign(f"{header}.{body}".encode())).decode().rstrip("=")
    assert code_of(f"{header}.{body}.{signature}") == "E415"
