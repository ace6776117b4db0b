"""Checkpoints: the log's size and root, signed as a C2SP note that any witness can read.

Source: C2SP tlog-checkpoint and signed-note, Ed25519 (signature type 0x01).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.audit.merkle import HASH_BYTES
from shared.errors import DomainError

ED25519: Final = b"\x01"
MAX_NOTE_BYTES: Final = 16384
MAX_SIGNATURES: Final = 16
KEY_ID_BYTES: Final = 4
_CHECKPOINT_LINES: Final = 3

KEY_NAME: Final = re.compile(r"[^\s+\x00-\x1f]+")
"""A name of a log or witness, as C2SP signed-note allows it."""
_TREE_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointRefused(DomainError):
    """A note is not a checkpoint of the log, or its signature does not hold."""

    code = "CHECKPOINT_REFUSED"
    sentence = "The checkpoint was refused: {reason}."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's name, its size and its root at that size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text, which is what gets signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a note's text; extension lines are passed over.

        Raises:
            CheckpointRefused: It has another shape.
        """
        lines = text.split("\n")
        if len(lines) <= _CHECKPOINT_LINES or lines[-1] or not all(lines[:-1]):
            raise CheckpointRefused(reason="its text is not three or more lines")
        if not KEY_NAME.fullmatch(lines[0]) or not _TREE_SIZE.fullmatch(lines[1]):
            raise CheckpointRefused(reason="its origin or size cannot be read")
        root = decoded(lines[2])
        if len(root) != HASH_BYTES:
            raise CheckpointRefused(reason="its root has the wrong length")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key with its name, written `name+id+base64`, as C2SP tools exchange it.

    `signature_type` is the byte that its signatures have in C2SP; `unreadable` and `foreign_id` are the words
    of a refusal.
    """

    signature_type: ClassVar[bytes]
    unreadable: ClassVar[str]
    foreign_id: ClassVar[str]

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the hash over name and key. Source: C2SP signed-note, Signatures."""
        material = self.name.encode() + b"\n" + self.signature_type + self.public
        return hashlib.sha256(material).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        encoded = base64.b64encode(self.signature_type + self.public).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name+id+base64`.

        Raises:
            CheckpointRefused: It has another shape, another kind of key, or an id that is not its own.
        """
        # Base64 may hold a plus sign too, and a name may not: so the first two part the three.
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = decoded(encoded)
        is_of_kind = material[:1] == cls.signature_type and len(material) == 1 + HASH_BYTES
        if not KEY_NAME.fullmatch(name) or not is_of_kind:
            raise CheckpointRefused(reason=cls.unreadable)
        key = cls(name, material[1:])
        if key.key_id.hex() != key_id:
            raise CheckpointRefused(reason=cls.foreign_id)
        return key


class VerifierKey(NoteKey):
    """The public key of a log."""

    __slots__ = ()
    signature_type = ED25519
    unreadable = "the verifier key cannot be read"
    foreign_id = "the verifier key's id is not its own"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature over the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class CheckpointSigner:
    """The log's own key; its name is the log's origin."""

    origin: str
    private: Ed25519PrivateKey

    def __post_init__(self) -> None:
        assert KEY_NAME.fullmatch(self.origin), "an origin has neither space nor plus"

    @property
    def verifier_key(self) -> VerifierKey:
        """What others need to verify."""
        return VerifierKey(self.origin, self.private.public_key().public_bytes_raw())

    def verifier_keys(self) -> tuple[VerifierKey, ...]:
        """The same, as a log of many keys gives them."""
        return (self.verifier_key,)

    def sign(self, size: int, root: bytes) -> str:
        """The signed note for a tree of `size` with this root."""
        return signed_note(Checkpoint(self.origin, size, root), [self])

    def signature(self, text: str) -> str:
        """The signature line of a note's text."""
        signature = self.verifier_key.key_id + self.private.sign(text.encode())
        return f"— {self.origin} {base64.b64encode(signature).decode('ascii')}\n"


class LogSigner(Protocol):
    """What signs a log's checkpoints, and by which keys they verify; one key, or those of a folder."""

    @property
    def origin(self) -> str:
        """The log's name."""
        ...

    def verifier_keys(self) -> Sequence[VerifierKey]:
        """Every key under which a checkpoint of this log may be signed."""
        ...

    def sign(self, size: int, root: bytes) -> str:
        """The signed note for a tree of `size` with this root."""
        ...


def signed_note(checkpoint: Checkpoint, signers: Iterable[CheckpointSigner]) -> str:
    """The note of a checkpoint, with a line of each signer."""
    text = checkpoint.text()
    return f"{text}\n{''.join(signer.signature(text) for signer in signers)}"


def log_origin(own_state: str, service: str) -> str:
    """The name of a service's log, one for each State and service."""
    return f"safeconduct/{own_state}/{service}"


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Read a signed note and verify it; signatures of unknown keys (witnesses) are passed over.

    Args:
        note: The note, at most `MAX_NOTE_BYTES` and `MAX_SIGNATURES`.
        keys: The keys that are trusted, each for the origin that is its name.

    Raises:
        CheckpointRefused: No trusted key of the origin signed it, or a signature under a trusted key is
        wrong.
    """
    text, lines = split_note(note)
    checkpoint = Checkpoint.from_text(text)
    trusted = {(key.name, key.key_id): key for key in keys if key.name == checkpoint.origin}
    verified = False
    for name, signature in map(signature_line, lines):
        key = trusted.get((name, signature[:KEY_ID_BYTES]))
        if key is None:
            continue
        if not key.verifies(text, signature[KEY_ID_BYTES:]):
            raise CheckpointRefused(reason="its signature is wrong")
        verified = True
    if not verified:
        raise CheckpointRefused(reason="no trusted key signed it")
    return checkpoint


def note_text(note: str) -> str:
    """The signed text of a note that we wrote ourselves; nothing is verified."""
    return note.rpartition("\n\n")[0] + "\n"


def split_note(note: str) -> tuple[str, list[str]]:
    """A signed note's text, and its signature lines as they stand.

    Raises:
        CheckpointRefused: It is too long, has too many signatures, or is no signed note.
    """
    if len(note.encode()) > MAX_NOTE_BYTES:
        raise CheckpointRefused(reason="it is too long")
    text, blank, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if not blank or lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise CheckpointRefused(reason="it is not a signed note")
    return text + "\n", lines


def signature_line(line: str) -> tuple[str, bytes]:
    """Who signed, and the key id with the signature.

    Raises:
        CheckpointRefused: The line cannot be read.
    """
    dash, name, encoded = (*line.split(" ", 2), "", "")[:3]
    if dash != "—" or not KEY_NAME.fullmatch(name):
        raise CheckpointRefused(reason="a signature line cannot be read")
    signature = decoded(encoded)
    if len(signature) <= KEY_ID_BYTES:
        raise CheckpointRefused(reason="a signature is too short")
    return name, signature


def decoded(text: str) -> bytes:
    """Base64 in its one right spelling.

    Raises:
        CheckpointRefused: It is not.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CheckpointRefused(reason="its base64 cannot be read") from None
    if base64.b64encode(content).decode("ascii") != text:
        # Two texts for the same bytes would be two notes for one checkpoint.
        raise CheckpointRefused(reason="its base64 cannot be read")
    return content
