"""What masking leaves to be seen, and how the rest is closed: under a key of the day, sealed to the vault.

The job that masks holds the vault's public key only: it can close, never open. Whoever opens holds the
private half, and a grant of a court or the independent authority (`reidentify.py`).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.ingest.retention.errors import VaultUnreadable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_HEADER: Final = {"alg": "ECDH-ES", "enc": "A256GCM"}

TRAVELLER_KEPT: Final = (
    "role",
    "crew_duty",
    "embarkation",
    "debarkation",
    "clearance",
    "record_locator",
    "verified",
)
"""Members of a traveller's record that stay in the clear; every other one is masked, a new one too.

Source: safeguards.md SG-22 (listed elements; "every other element (flight, itinerary, dates of booking) is
free"); Directive (EU) 2016/681 art. 12(2). Seat and baggage tags single a person out, and are masked as well.
"""
RESERVATION_KEPT: Final = (
    "locator",
    "carrier",
    "other_locators",
    "booked_at",
    "ticketed_at",
    "changed_at",
    "is_cancelled",
    "is_split",
    "is_withdrawn",
    "itinerary",
    "party_size",
    "agency",
)
"""The same for a reservation: its people, contacts, payments, remarks, services and past are masked."""


class Vault:
    """The vault's public half: makes data keys and closes values under them.

    Args:
        public_key: X25519, as a JWK.
    """

    def __init__(self, public_key: OKPKey) -> None:
        self._public_key = public_key

    @classmethod
    def load(cls, path: Path) -> "Vault":
        """Read the public JWK of a file; a private half in it is not kept.

        Raises:
            VaultUnreadable: The file is not such a key.
        """
        return cls(OKPKey.import_key(x25519_key(path).as_dict(private=False)))

    def new_key(self) -> "DataKey":
        """A fresh data key, and the same sealed to the vault."""
        secret = AESGCM.generate_key(KEY_BYTES * 8)
        return DataKey(secret, jwe.encrypt_compact(_HEADER, secret, self._public_key))


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """A key for one batch of one day: `secret` is forgotten with the batch, `sealed` is kept."""

    secret: bytes
    sealed: str

    def close(self, record_id: UUID, text: str) -> bytes:
        """Seal the text of a record; it opens under this record's identifier only."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, text.encode(), record_id.bytes)


class OpenVault:
    """The vault's private half: opens what was closed."""

    def __init__(self, private_key: OKPKey) -> None:
        self._private_key = private_key

    @classmethod
    def load(cls, path: Path) -> "OpenVault":
        """Read the private JWK of a file.

        Raises:
            VaultUnreadable: The file is not such a key, or holds no private half.
        """
        key = x25519_key(path)
        if not key.is_private:
            raise VaultUnreadable
        return cls(key)

    def open(self, record_id: UUID, sealed_key: str, sealed: bytes) -> Mapping[str, Any]:
        """The record that was masked.

        Raises:
            VaultUnreadable: Another vault's key, or a value that was changed.
        """
        try:
            secret = jwe.decrypt_compact(sealed_key, self._private_key).plaintext
            assert secret is not None, "a compact JWE that opens has a plaintext"
            clear = AESGCM(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], record_id.bytes)
        except (JoseError, InvalidTag, ValueError):
            raise VaultUnreadable from None
        record: Mapping[str, Any] = json.loads(clear)
        return record


def x25519_key(path: Path) -> OKPKey:
    """The X25519 key of a JWK file, with its private half where it has one.

    Raises:
        VaultUnreadable: The file is not such a key.
    """
    try:
        key = OKPKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, JoseError):
        raise VaultUnreadable from None
    if key.curve_name != "X25519":
        raise VaultUnreadable
    return key
