"""Verify an exported audit log without trusting whoever exported it.

This file stands alone: it needs Python, the `cryptography` package and no other part of Safeconduct, so that
an auditor can read it, keep it, and run it elsewhere:

    python verify.py EXPORT.ndjson --key "safeconduct/XAA/ingest+…" --sink FOLDER

It recomputes every leaf and root from the records' own bytes, checks every signature, and compares with the
checkpoints that were published while the log grew. So it finds a record that was edited, deleted, inserted or
moved, a tail that was cut off, and a whole log that its keeper rewrote and signed again.

Source: RFC 9162 §2.1 (tree), C2SP tlog-checkpoint and signed-note (checkpoints).
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1
HASH_BYTES = 32
KEY_ID_BYTES = 4
ED25519 = b"\x01"
NOTE_LINES = 3
SIZE = re.compile(r"[0-9]{1,19}")
MAX_FAULTS = 100
MAX_LINE_BYTES = 1_048_576
Row = dict[str, Any]
Note = tuple[str, str]


class Unreadable(Exception):
    """Something is not in the form that it claims; the text says what."""


@dataclass(frozen=True)
class Head:
    """What a signed checkpoint states, and where we have it from."""

    size: int
    root: bytes
    place: str


@dataclass
class Findings:
    """What was found: `faults` speak against the log, `remarks` limit what their absence proves."""

    origin: str = ""
    size: int = 0
    checkpoints: int = 0
    published: int = 0
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found against the log."""
        return not self.faults

    def fault(self, sentence: str) -> None:
        """Keep a fault; beyond `MAX_FAULTS` more of them say nothing new."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(sentence)


class Tree:
    """The Merkle tree while it grows: only the roots of its complete subtrees are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf's hash at the end."""
        position = self.size
        while position & 1:
            leaf = hashlib.sha256(b"\x01" + self._peaks.pop() + leaf).digest()
            position >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root


class Keys:
    """The public keys that are taken for the log's own, by name and key id."""

    def __init__(self, texts: Iterable[str], origin: str) -> None:
        self._origin = origin
        self._known: dict[tuple[str, bytes], Ed25519PublicKey] = {}
        for text in texts:
            name, _, rest = text.strip().partition("+")
            material = _base64(rest.partition("+")[2], "a key")
            if not name or material[:1] != ED25519 or len(material) != 1 + HASH_BYTES:
                raise Unreadable("A key is not a C2SP verifier key for Ed25519.")
            key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:KEY_ID_BYTES]
            self._known[name, key_id] = Ed25519PublicKey.from_public_bytes(material[1:])

    def open(self, note: str, place: str) -> Head:
        """Read a signed checkpoint; a wrong signature, or none by a known key, makes it unreadable."""
        text, blank, block = note.rpartition("\n\n")
        lines = text.split("\n")
        if not blank or len(lines) < NOTE_LINES or not SIZE.fullmatch(lines[1]):
            raise Unreadable(f"The checkpoint {place} cannot be read.")
        if lines[0] != self._origin:
            raise Unreadable(f"The checkpoint {place} belongs to another log.")
        verified = [self._verify(line, text + "\n", place) for line in block.splitlines()]
        if not any(verified):
            raise Unreadable(f"The checkpoint {place} is not signed by a key of the log.")
        return Head(int(lines[1]), _base64(lines[2], f"the checkpoint {place}"), place)

    def _verify(self, line: str, text: str, place: str) -> bool:
        """Whether a signature line is by a known key of the log; witnesses' lines are passed over."""
        _, name, encoded = (*line.split(" "), "", "")[:3]
        signature = _base64(encoded, f"the checkpoint {place}")
        key = self._known.get((name, signature[:KEY_ID_BYTES])) if name == self._origin else None
        if key is None:
            return False
        try:
            key.verify(signature[KEY_ID_BYTES:], text.encode())
        except InvalidSignature:
            raise Unreadable(f"The signature of the checkpoint {place} is wrong.") from None
        return True


def verify_export(
    lines: Iterable[bytes], *, keys: Sequence[str] = (), published: Iterable[Note] = ()
) -> Findings:
    """Verify one export.

    Args:
        lines: The export, line by line.
        keys: The log's verifier keys, obtained elsewhere than from the log's keeper. Without them the
            export's own are used, which its keeper may have chosen.
        published: Checkpoints from places that the keeper cannot rewrite: `(place, note)`.

    Returns:
        What was found; an export that cannot be read at all has that as its one fault.
    """
    findings = Findings()
    try:
        _verify(_rows(lines), keys, published, findings)
    except Unreadable as fault:
        findings.fault(str(fault))
    return findings


def _verify(rows: Iterator[Row], keys: Sequence[str], published: Iterable[Note], findings: Findings) -> None:
    first = next(rows, {})
    if first.get("type") != "log" or first.get("format") != FORMAT:
        raise Unreadable("This is not an export of an audit log.")
    findings.origin = str(first.get("origin"))
    texts: dict[str, list[str]] = {"key": [], "checkpoint": []}
    while (row := next(rows, {})).get("type") in texts:
        texts[row["type"]].append(str(row.get("text")))
    if not keys:
        findings.remarks.append("The keys are the export's own: whoever made it may have chosen them.")
    known = Keys(keys or texts["key"], findings.origin)
    numbered = ((f"{number} of the export", note) for number, note in enumerate(texts["checkpoint"], 1))
    heads = _heads(numbered, known, findings)
    findings.checkpoints = len(heads)
    if not heads:
        findings.fault("The export holds no checkpoint that can be verified.")
    outside = _heads(published, known, findings)
    findings.published = len(outside)
    if not outside:
        findings.remarks.append("No published checkpoint was compared: a log signed anew would not be found.")
    _grow(chain([row] if row else [], rows), sorted(heads + outside, key=lambda head: head.size), findings)


def _heads(notes: Iterable[Note], keys: Keys, findings: Findings) -> list[Head]:
    """The checkpoints that verify; the others are faults."""
    heads = []
    for place, note in notes:
        try:
            heads.append(keys.open(note, place))
        except Unreadable as fault:
            findings.fault(str(fault))
    return heads


def _grow(rows: Iterable[Row], heads: list[Head], findings: Findings) -> None:
    """Build the tree from the records and compare it with each checkpoint as it reaches its size."""
    tree = Tree()
    due = iter(heads)
    head = next(due, None)
    agrees_until = 0
    root_reported = False
    for row in chain(rows, [{}]):  # The empty one behind them is the end.
        while head is not None and head.size == tree.size:
            if tree.root() == head.root:
                agrees_until = head.size
            elif not root_reported:
                root_reported = True
                findings.fault(
                    f"The checkpoint {head.place} for {head.size} records does not fit what follows position "
                    f"{agrees_until}: records were changed there, or the log was rewritten."
                )
            head = next(due, None)
        if row:
            tree.add(_leaf(row, tree.size, findings))
    findings.size = tree.size
    if head is not None:
        last = heads[-1]
        counts = f"the checkpoint {last.place} counts {last.size} records, the export has {tree.size}"
        hint = "Compare with what was published before the export was made"
        findings.fault(f"The tail is cut off: {counts}. {hint}.")
    elif not heads or heads[-1].size < tree.size:
        findings.fault("There are records behind the last checkpoint, which nothing proves.")


def _leaf(row: Row, position: int, findings: Findings) -> bytes:
    """A row's leaf hash: of the record's bytes, or the one that stayed when they were dropped."""
    if row.get("position") != position:
        findings.fault(f"At position {position} stands the record of position {row.get('position')}.")
    try:
        stated = bytes.fromhex(row["leaf"])
        record = None if row["record"] is None else row["record"].encode()
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Unreadable(f"The export cannot be read at position {position}.") from None
    if record is None:
        return stated
    leaf = hashlib.sha256(b"\x00" + record).digest()
    if leaf != stated:
        findings.fault(f"The record at position {position} is not the one that was written.")
    return leaf


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line) if len(line) <= MAX_LINE_BYTES else None
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise Unreadable(f"Line {number} of the export cannot be read.")
        yield row


def _base64(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Unreadable(f"The base64 of {name} cannot be read.") from None


def read_sink(folder: Path, origin: str) -> Iterator[Note]:
    """The checkpoints of a log that were published into a folder: file names and notes."""
    for path in sorted((folder / origin.replace("/", "_")).glob("*.checkpoint")):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")


def origin_of(export: Path) -> str:
    """The log that an export claims to be of; empty when it does not say."""
    with export.open("rb") as stream:
        try:
            return str(next(_rows(stream), {}).get("origin", ""))
        except Unreadable:
            return ""


def main(arguments: Sequence[str]) -> int:
    """Verify a file and say what was found; 0 when the log holds, 1 when it does not."""
    parser = argparse.ArgumentParser(description="Verify an exported audit log.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a verifier key of the log")
    parser.add_argument("--sink", action="append", default=[], type=Path, help="a folder of checkpoints")
    given = parser.parse_args(arguments)
    origin = origin_of(given.export)
    published = [row for folder in given.sink for row in read_sink(folder, origin)]
    with given.export.open("rb") as stream:
        findings = verify_export(stream, keys=given.key, published=published)
    verdict = "holds" if findings.holds else "DOES NOT HOLD"
    counts = f"{findings.size} records, {findings.published} published checkpoints"
    summary = f"{findings.origin}: {counts}: {verdict}."
    sys.stdout.write("\n".join([summary, *findings.faults, *findings.remarks, ""]))
    return 0 if findings.holds else 1


if __name__ == "__main__":  # pragma: no cover - A test runs it in a process of its own.
    sys.exit(main(sys.argv[1:]))
