"""A request's signature covers all that it must; nothing else is believed, and nothing breaks the reader."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.http_signature import (
    MAX_LIFE,
    SignedRequest,
    signature_headers,
    verify_request,
)
from tests.unit.sharing.samples import NOW, SENDER_KID, SIGNING_KEY, public

TARGET = "https://piu.example/v1/exchange"
KEYS = {SENDER_KID: public(SIGNING_KEY)}


def a_signed(body: bytes = b"envelope") -> SignedRequest:
    covered = {"content-type": "application/jose", "message-id": "m-1", "recipient": "XBB-PIU-01"}
    request = SignedRequest("POST", TARGET, covered, body)
    signed = signature_headers(request, keyid=SENDER_KID, key=SIGNING_KEY, created=NOW, nonce="n-1")
    return replace(request, headers=covered | signed)


def code_of(request: SignedRequest, **how: Any) -> str:
    with pytest.raises(EnvelopeRefused) as caught:
        verify_request(request, key_of=how.get("key_of", KEYS.get), now=how.get("now", NOW))
    return str(caught.value.facts["code_sent"])


def test_signature_names_its_key_and_its_nonce() -> None:
    verified = verify_request(a_signed(), key_of=KEYS.get, now=NOW)
    assert (verified.keyid, verified.nonce, verified.expires) == (SENDER_KID, "n-1", NOW + MAX_LIFE)


@pytest.mark.parametrize("name", ["content-type", "message-id", "recipient", "content-digest"])
def test_every_covered_header_counts(name: str) -> None:
    request = a_signed()
    assert code_of(replace(request, headers={**request.headers, name: "other"})) == "E401"
    stripped = {key: value for key, value in request.headers.items() if key != name}
    assert code_of(replace(request, headers=stripped)) == "E401"


@pytest.mark.parametrize(
    "change", [{"method": "PUT"}, {"target": "https://other.example/v1/exchange"}, {"body": b"x"}]
)
def test_method_target_and_body_count(change: dict[str, Any]) -> None:
    assert code_of(replace(a_signed(), **change)) == "E401"


def test_signature_lives_until_just_before_its_end() -> None:
    assert verify_request(a_signed(), key_of=KEYS.get, now=NOW + MAX_LIFE - timedelta(seconds=1))
    assert code_of(a_signed(), now=NOW + MAX_LIFE) == "E410"
    assert code_of(a_signed(), now=NOW - timedelta(seconds=31)) == "E410"


def test_signature_over_fewer_components_is_refused() -> None:
    request = a_signed()
    fewer = request.headers["signature-input"].replace(' "recipient"', "")
    assert code_of(replace(request, headers={**request.headers, "signature-input": fewer})) == "E401"


def test_unknown_key_is_refused() -> None:
    assert code_of(a_signed(), key_of={}.get) == "E401"


@given(st.text(max_size=300), st.text(max_size=120))
def test_no_header_breaks_the_reader(given_input: str, given_signature: str) -> None:
    request = a_signed()
    headers = {**request.headers, "signature-input": given_input, "signature": given_signature}
    assert code_of(replace(request, headers=headers)) in {"E401", "E410"}
    parameters = {**request.headers, "signature-input": f"sig1=({given_input});{given_signature}"}
    assert code_of(replace(request, headers=parameters)) in {"E401", "E410"}
