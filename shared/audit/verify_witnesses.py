"""Count what witnesses cosigned of an audit log, without trusting whoever kept the notes.

This file stands alone, like `verify.py` beside it, which compares the same notes with an exported log:

    python verify_witnesses.py FOLDER --witness "court.example/witness+…"

`FOLDER` holds the published checkpoints, a folder for each log; cosigned ones lie among them.

Source: C2SP tlog-cosignature (Ed25519, cosignature/v1), signed-note.
"""

import argparse
import base64
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_ID_BYTES = 4
KEY_BYTES = 32
COSIGNATURE = b"\x04"
SIGNED_FROM = KEY_ID_BYTES + 8
MAX_TIMESTAMP = 253_402_300_799
NOTE_LINES = 3
Note = tuple[str, str]
Known = dict[tuple[str, bytes], Ed25519PublicKey]


class KeyUnreadable(Exception):
    """A witness's key is not in its form."""


@dataclass
class Cosigned:
    """What one witness cosigned of one log: how many checkpoints, the largest, and when that was."""

    checkpoints: int = 0
    size: int = 0
    at: str = ""

    def add(self, size: int, seconds: int) -> None:
        """Count one more."""
        self.checkpoints += 1
        if size >= self.size:
            self.size = size
            self.at = datetime.fromtimestamp(min(seconds, MAX_TIMESTAMP), UTC).isoformat()


@dataclass
class Counted:
    """What was found, by log and witness; `faults` speak against the log or its keeper."""

    cosigned: dict[tuple[str, str], Cosigned] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """What each witness cosigned, a sentence each, then the faults."""
        told = [
            f"{witness} cosigned {each.checkpoints} checkpoints of {origin}, "
            f"the largest for {each.size} records at {each.at}."
            for (origin, witness), each in sorted(self.cosigned.items())
        ]
        return told + self.faults


def count_cosignatures(notes: Iterable[Note], witnesses: Sequence[str]) -> Counted:
    """Verify and count the cosignatures of known witnesses.

    Args:
        notes: Published checkpoints: `(place, note)`; those without a cosignature count for nothing.
        witnesses: The witnesses' keys, got from them: `name+id+base64`.

    Raises:
        KeyUnreadable: A key is not a C2SP cosigner key for Ed25519.
    """
    known, counted = dict(map(_known, witnesses)), Counted()
    for place, note in notes:
        try:
            _count(note, known, counted)
        except ValueError:
            counted.faults.append(f"The checkpoint {place} cannot be read.")
        except InvalidSignature:
            counted.faults.append(f"A cosignature of the checkpoint {place} is wrong.")
    return counted


def _count(note: str, known: Known, counted: Counted) -> None:
    text, _, block = note.rpartition("\n\n")
    lines = text.split("\n")
    if len(lines) < NOTE_LINES:
        raise ValueError
    for line in block.splitlines():
        _, name, encoded = line.split(" ")
        content = base64.b64decode(encoded, validate=True)
        key = known.get((name, content[:KEY_ID_BYTES]))
        if key is None:
            continue
        seconds = int.from_bytes(content[KEY_ID_BYTES:SIGNED_FROM], "big")
        key.verify(content[SIGNED_FROM:], f"cosignature/v1\ntime {seconds}\n{text}\n".encode())
        counted.cosigned.setdefault((lines[0], name), Cosigned()).add(int(lines[1]), seconds)


def _known(text: str) -> tuple[tuple[str, bytes], Ed25519PublicKey]:
    name, _, rest = text.strip().partition("+")
    try:
        material = base64.b64decode(rest.partition("+")[2], validate=True)
    except ValueError:
        material = b""
    if not name or material[:1] != COSIGNATURE or len(material) != 1 + KEY_BYTES:
        raise KeyUnreadable("A witness's key is not a C2SP cosigner key for Ed25519.")
    key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:KEY_ID_BYTES]
    return (name, key_id), Ed25519PublicKey.from_public_bytes(material[1:])


def read_folder(folder: Path) -> Iterator[Note]:
    """Every published checkpoint in a folder, of all logs."""
    for path in sorted(folder.glob("*/*.checkpoint")):
        yield f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8", errors="replace")


def main(arguments: Sequence[str]) -> int:
    """Count and say; 0 when every cosignature holds, 1 when one does not."""
    parser = argparse.ArgumentParser(description="Count witnesses' cosignatures of an audit log.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--witness", action="append", required=True, help="a witness's key, got from it")
    given = parser.parse_args(arguments)
    try:
        counted = count_cosignatures(read_folder(given.folder), given.witness)
    except KeyUnreadable as fault:
        parser.error(str(fault))
    told = counted.sentences() or ["No checkpoint here is cosigned by these witnesses."]
    sys.stdout.write("\n".join([*told, ""]))
    return 1 if counted.faults else 0


if __name__ == "__main__":  # pragma: no cover - A test runs it in a process of its own.
    sys.exit(main(sys.argv[1:]))
