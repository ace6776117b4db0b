"""Ed25519 keys as files that only their owner can read.

A key file is JSON `{kid, use, not_before, not_after, private}`; times in UTC, `private` in base64url.
The key id opens with its owner (`ingest.4f1c…`), so that a key says whose it is: see `tokens.py`.
"""

import base64
import json
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.jwk import OKPKey

from shared.errors import DomainError

# RFC 9864 names the algorithm with its curve; joserfc calls the older name "EdDSA" deprecated.
SIGNATURE_ALGORITHM: Final = "Ed25519"
MAX_KEY_FILE_BYTES: Final = 4096


class KeyFileError(DomainError):
    """A key file is absent, readable by others, or not one of ours."""

    code = "KEY_FILE_UNUSABLE"
    sentence = "The key {name} cannot be used: {reason}."

    def __init__(self, *, reason: str, name: str = "given") -> None:
        super().__init__(reason=reason, name=name)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One Ed25519 signing key with its life; times are aware, UTC. It prints without the private part."""

    kid: str
    use: str
    not_before: datetime
    not_after: datetime
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def create(cls, path: Path, *, owner: str, use: str, not_before: datetime, not_after: datetime) -> Self:
        """Make a new key and write its file, mode 0600; an existing file is never overwritten.

        Args:
            path: Where the file will be; its folder exists.
            owner: Whose key it is (a service's or a demonstration person's name); the key id opens with it.
            use: What it signs, such as `service-token`, `audit-checkpoint`, `notice`.
            not_before: Start of its life.
            not_after: End of its life, later than `not_before`.

        Raises:
            KeyFileError: The file already exists.
        """
        assert not_before < not_after, "a key's life has a length"
        private = Ed25519PrivateKey.generate()
        key = cls(f"{owner}.{_fingerprint(private.public_key())}", use, not_before, not_after, private)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyFileError(reason="it exists already", name=path.name) from None
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(key._as_json(), stream)
            stream.flush()
            os.fsync(stream.fileno())
        return key

    @classmethod
    def load(cls, path: Path, *, valid_at: datetime | None = None) -> Self:
        """Read a key file.

        Args:
            path: The file.
            valid_at: An instant that the key must be valid at: now, for a key that shall sign.

        Raises:
            KeyFileError: It is absent, readable by group or others, too long, not of this shape, or not
                valid at the instant.
        """
        key = cls._read(path)
        if valid_at is not None and not key.is_valid_at(valid_at):
            ended = key.not_after <= valid_at
            raise KeyFileError(
                reason="its life is over" if ended else "its life has not begun", name=path.name
            )
        return key

    @classmethod
    def _read(cls, path: Path) -> Self:
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeyFileError(reason="others than its owner may read it", name=path.name)
            with path.open("rb") as stream:
                text = stream.read(MAX_KEY_FILE_BYTES + 1)
        except OSError:
            raise KeyFileError(reason="it cannot be read", name=path.name) from None
        if len(text) > MAX_KEY_FILE_BYTES:
            raise KeyFileError(reason="it is too long", name=path.name)
        try:
            return cls._from_json(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyFileError(reason="it is not a key of ours", name=path.name) from None

    @property
    def owner(self) -> str:
        """The name that the key id opens with."""
        return self.kid.rpartition(".")[0]

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The public half."""
        return self.private.public_key()

    def sign(self, content: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `content` (RFC 8032)."""
        return self.private.sign(content)

    def is_valid_at(self, instant: datetime) -> bool:
        """Whether the key is within its life."""
        return self.not_before <= instant < self.not_after

    def public_jwk(self) -> dict[str, Any]:
        """The public half as a JWK (RFC 8037); `nbf` and `exp` tell its life in Unix seconds."""
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": _base64url(_public_bytes(self.public_key)),
            "kid": self.kid,
            "use": "sig",
            "alg": SIGNATURE_ALGORITHM,
            "nbf": int(self.not_before.timestamp()),
            "exp": int(self.not_after.timestamp()),
        }

    def jose_key(self) -> OKPKey:
        """The private key as joserfc takes it."""
        return OKPKey.import_key(self.private)

    def _as_json(self) -> dict[str, str]:
        return {
            "kid": self.kid,
            "use": self.use,
            "not_before": self.not_before.astimezone(UTC).isoformat(),
            "not_after": self.not_after.astimezone(UTC).isoformat(),
            "private": _base64url(self.private.private_bytes_raw()),
        }

    @classmethod
    def _from_json(cls, row: dict[str, str]) -> Self:
        if set(row) != {"kid", "use", "not_before", "not_after", "private"}:
            raise ValueError("unknown shape")
        not_before, not_after = (datetime.fromisoformat(row[name]) for name in ("not_before", "not_after"))
        if not_before.tzinfo is None or not_after.tzinfo is None:
            raise ValueError("times need a zone")
        private = Ed25519PrivateKey.from_private_bytes(_from_base64url(row["private"]))
        return cls(row["kid"], row["use"], not_before, not_after, private)


def _public_bytes(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _fingerprint(key: Ed25519PublicKey) -> str:
    return OKPKey.import_key(key).thumbprint()[:16]


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
