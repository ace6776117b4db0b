"""The bytes of a JSON value and the digest of bytes, as the exchange seals, signs and records them. Pure."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8; the same value always gives the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(octets: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 of some bytes."""
    return f"sha256:{hashlib.sha256(octets).hexdigest()}"
