"""What a log sends to a witness: where it stood, the proof that it only grew, and where it stands.

Source: C2SP tlog-witness, add-checkpoint.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final, Self

from shared.audit.checkpoint import MAX_NOTE_BYTES, CheckpointRefused, decoded
from shared.audit.merkle import HASH_BYTES

MAX_PROOF_LINES: Final = 63
MAX_REQUEST_BYTES: Final = 32_768
SIZE_MEDIA_TYPE: Final = "text/x.tlog.size"
_OLD_SIZE: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,18})\n?")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """One request: the size that the witness cosigned last, the proof from there, the signed note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    def body(self) -> bytes:
        """The request's body."""
        lines = [f"old {self.old_size}", *(base64.b64encode(each).decode("ascii") for each in self.proof)]
        return ("\n".join([*lines, "", self.note])).encode()

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a request's body.

        Raises:
            CheckpointRefused: It is too long or has another shape.
        """
        try:
            text = body.decode() if len(body) <= MAX_REQUEST_BYTES else ""
        except UnicodeDecodeError:
            text = ""
        head, blank, note = text.partition("\n\n")
        first, *proof = head.split("\n")
        old = _OLD_SIZE.fullmatch(first)
        if old is None or not blank or len(proof) > MAX_PROOF_LINES or len(note) > MAX_NOTE_BYTES:
            raise CheckpointRefused(reason="the request cannot be read")
        hashes = tuple(decoded(line) for line in proof)
        if any(len(each) != HASH_BYTES for each in hashes):
            raise CheckpointRefused(reason="a hash of the proof has the wrong length")
        return cls(int(old.group(1)), hashes, note)


def parse_size(text: str) -> int | None:
    """The tree size in a 409's body; none when it holds none, as after a fork."""
    size = _SIZE.fullmatch(text)
    return None if size is None else int(size.group(1))
