"""RFC 9421 signatures over an exchange's HTTP request: what is covered, made and verified. Pure.

Six components are covered, always all of them: method, target address, the body's digest, its type, the
message and its recipient. Nothing that a gateway may change is believed without them.

Source: sharing-protocol.md §9.2; RFC 9421 §2, §3; RFC 9530 §2.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from services.sharing.errors import EnvelopeRefused

LABEL: Final = "sig1"
ALGORITHM: Final = "ed25519"
COMPONENTS: Final = ("@method", "@target-uri", "content-digest", "content-type", "message-id", "recipient")
MAX_LIFE: Final = timedelta(seconds=300)
CLOCK_SKEW: Final = timedelta(seconds=30)
MAX_HEADER_CHARACTERS: Final = 2000

_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_SIGNATURE: Final = re.compile(LABEL + r"=:([A-Za-z0-9+/]{86}==):")
_INPUT: Final = re.compile(LABEL + r'=(\(("[a-z@-]+"(?: "[a-z@-]+")*)\);(.{1,500}))')
_PARAMETER: Final = re.compile(r'([a-z]+)=(?:(\d{1,12})|"([\x20\x21\x23-\x5b\x5d-\x7e]{1,256})")')
_PARAMETERS: Final = frozenset({"created", "expires", "nonce", "keyid", "alg"})

Sign = Callable[[bytes], bytes]
KeyOf = Callable[[str], Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The parts of a request that a signature covers; `headers` have lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """Who signed, and the nonce that the verifier remembers until the signature's end."""

    keyid: str
    nonce: str
    expires: datetime


def content_digest(body: bytes) -> str:
    """The header `Content-Digest` of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_headers(
    request: SignedRequest, *, keyid: str, key: OKPKey, created: datetime, nonce: str
) -> dict[str, str]:
    """The headers that sign a request: `Content-Digest`, `Signature-Input` and `Signature`.

    Args:
        request: With the headers content-type, message-id and recipient.
        keyid: The key's id in the registry of authorities.
        key: Our Ed25519 key.
        created: The present instant; the signature lives `MAX_LIFE`.
        nonce: Never used before, printable ASCII.
    """
    digest = content_digest(request.body)
    covered = SignedRequest(
        request.method, request.target, {**request.headers, "content-digest": digest}, request.body
    )
    names = " ".join(f'"{name}"' for name in COMPONENTS)
    parameters = (
        f"({names});created={int(created.timestamp())};expires={int((created + MAX_LIFE).timestamp())}"
        f';nonce="{nonce}";keyid="{keyid}";alg="{ALGORITHM}"'
    )
    octets = key.private_key.sign(_base(covered, COMPONENTS, parameters))  # type: ignore[union-attr]
    return {
        "content-digest": digest,
        "signature-input": f"{LABEL}={parameters}",
        "signature": f"{LABEL}=:{base64.b64encode(octets).decode()}:",
    }


def verify_request(request: SignedRequest, *, key_of: KeyOf, now: datetime) -> Verified:
    """Verify a request's signature; whether the nonce was used before is the caller's to remember.

    Args:
        request: As it was received, its target as we are known to the sender.
        key_of: Key id → public JWK of an authority's signing key in its life, or `None`.
        now: The present instant, aware.

    Raises:
        EnvelopeRefused: `E401` no signature, more than one, one over fewer components, by an unknown key, or
            over something else; `E410` from the future, over, or living longer than `MAX_LIFE`.
    """
    raw, names, parameters = _read_input(request.headers.get("signature-input", ""))
    if set(names) != set(COMPONENTS) or len(names) != len(COMPONENTS):
        raise _refused("the signature does not cover what it must")
    if set(parameters) != _PARAMETERS or parameters["alg"] != ALGORITHM:
        raise _refused("the signature's parameters are not those of the protocol")
    _require_digest(request)
    expires = _require_fresh(parameters, now)
    jwk = key_of(parameters["keyid"])
    signature = _SIGNATURE.fullmatch(request.headers.get("signature", "")[:MAX_HEADER_CHARACTERS])
    if jwk is None or jwk.get("crv") != "Ed25519" or signature is None:
        raise _refused("the key is unknown, or there is not exactly one signature")
    try:
        _public_key(jwk).verify(base64.b64decode(signature[1]), _base(request, names, raw))
    except (InvalidSignature, ValueError):
        raise _refused("the signature does not fit") from None
    return Verified(parameters["keyid"], parameters["nonce"], expires)


def _read_input(header: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """The parameters as sent, the components and the parameters by name; one signature exactly."""
    found = _INPUT.fullmatch(header[: MAX_HEADER_CHARACTERS + 1])
    if found is None or len(header) > MAX_HEADER_CHARACTERS:
        raise _refused("there is not exactly one signature")
    parameters: dict[str, str] = {}
    for part in found[3].split(";"):
        parameter = _PARAMETER.fullmatch(part)
        if parameter is None or parameter[1] in parameters:
            raise _refused("the signature's parameters cannot be read")
        parameters[parameter[1]] = parameter[2] or parameter[3]
    return found[1], tuple(name.strip('"') for name in found[2].split(" ")), parameters


def _require_digest(request: SignedRequest) -> None:
    given = request.headers.get("content-digest", "")
    if _DIGEST.fullmatch(given) is None or given != content_digest(request.body):
        raise _refused("the body is not the one that was signed")


def _require_fresh(parameters: Mapping[str, str], now: datetime) -> datetime:
    if not (parameters["created"].isdigit() and parameters["expires"].isdigit()):
        raise _refused("the signature's times cannot be read")
    try:
        created, expires = (
            datetime.fromtimestamp(int(parameters[name]), UTC) for name in ("created", "expires")
        )
    except (ValueError, OverflowError, OSError):
        raise _refused("the signature's times cannot be read") from None
    if not (created - CLOCK_SKEW <= now < expires <= created + MAX_LIFE):
        raise EnvelopeRefused(code_sent="E410", reason="the signature is not fresh")
    return expires


def _base(request: SignedRequest, names: tuple[str, ...], parameters: str) -> bytes:
    """The signature base (RFC 9421 §2.5).

    Raises:
        EnvelopeRefused: `E401`, a covered header is absent or not plain ASCII.
    """
    derived = {"@method": request.method, "@target-uri": request.target}
    lines = []
    for name in names:
        value = derived.get(name) if name.startswith("@") else request.headers.get(name)
        if value is None or not value.isascii() or "\n" in value:
            raise _refused("a part that is signed is absent")
        lines.append(f'"{name}": {value.strip()}')
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode("ascii")


def _public_key(jwk: Mapping[str, str]) -> Ed25519PublicKey:
    text = jwk["x"]
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _refused(reason: str) -> EnvelopeRefused:
    return EnvelopeRefused(code_sent="E401", reason=reason)
