"""What a witness adds to a checkpoint: that it saw this log grow without a change, and when.

Source: C2SP tlog-cosignature, Ed25519 (signature type 0x04, `cosignature/v1`).
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.audit.checkpoint import KEY_ID_BYTES, KEY_NAME, CheckpointRefused, NoteKey, signature_line

COSIGNATURE: Final = b"\x04"
TIMESTAMP_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
MAX_TIMESTAMP: Final = 253_402_300_799
"""The last second that a date can be written for, 31 December 9999; the format itself allows more."""


class WitnessKey(NoteKey):
    """A witness's public key with its name, written like a log's. Source: C2SP tlog-cosignature, Format."""

    __slots__ = ()
    signature_type = COSIGNATURE
    unreadable = "the witness's key cannot be read"
    foreign_id = "the witness's key id is not its own"

    def cosigned_at(self, text: str, line: str) -> datetime | None:
        """When this witness cosigned the note's text; none when the line is another's.

        Raises:
            CheckpointRefused: The line is under this key, and its cosignature does not hold.
        """
        name, signature = signature_line(line)
        if (name, signature[:KEY_ID_BYTES]) != (self.name, self.key_id):
            return None
        stamp = signature[KEY_ID_BYTES : KEY_ID_BYTES + TIMESTAMP_BYTES]
        seconds = int.from_bytes(stamp, "big")
        if len(signature) != KEY_ID_BYTES + TIMESTAMP_BYTES + SIGNATURE_BYTES or seconds > MAX_TIMESTAMP:
            raise CheckpointRefused(reason="its cosignature cannot be read")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature[KEY_ID_BYTES + TIMESTAMP_BYTES :], _message(seconds, text)
            )
        except InvalidSignature:
            raise CheckpointRefused(reason="its cosignature is wrong") from None
        return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's own key and name."""

    name: str
    private: Ed25519PrivateKey

    def __post_init__(self) -> None:
        assert KEY_NAME.fullmatch(self.name), "a witness's name has neither space nor plus"

    @property
    def key(self) -> WitnessKey:
        """What others need to verify."""
        return WitnessKey(self.name, self.private.public_key().public_bytes_raw())

    def cosign(self, text: str, at: datetime) -> str:
        """The signature line, with its newline, for a note's text.

        Args:
            text: The checkpoint's text up to its last newline, without any signature line.
            at: The present instant, aware.
        """
        seconds = int(at.timestamp())
        signature = self.private.sign(_message(seconds, text))
        content = self.key.key_id + seconds.to_bytes(TIMESTAMP_BYTES, "big") + signature
        return f"— {self.name} {base64.b64encode(content).decode('ascii')}\n"


def cosigned_at(text: str, lines: Iterable[str], key: WitnessKey) -> datetime | None:
    """When the witness cosigned, of all signature lines; none when none is its.

    Raises:
        CheckpointRefused: A line cannot be read, or a cosignature under its key does not hold.
    """
    found = [at for line in lines if (at := key.cosigned_at(text, line)) is not None]
    return max(found, default=None)


def _message(seconds: int, text: str) -> bytes:
    """What is signed. Source: C2SP tlog-cosignature, Ed25519 signed message."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
