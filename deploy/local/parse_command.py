"""`./run parse FILE...`: any message to JSON Lines on standard output, its faults to standard error."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from services.ingest.errors import RefusedMessage
from services.ingest.formats.edifact import MAX_INTERCHANGE_BYTES
from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.travel.message import Fault, ParsedMessage
from shared.travel.places import Airports

STANDARD_INPUT: Final = Path("-")


def parse_files(
    paths: Sequence[Path],
    out: TextIO,
    err: TextIO,
    airports: Airports | None = None,
    *,
    stdin: BinaryIO | None = None,
) -> int:
    """Print what the readers and the sensitive-data filter make of each message of each file.

    Args:
        paths: Files of any format that ingest reads; a folder stands for the files in it, in the order of
            their names, hidden ones left out; `-` for standard input.
        out: Gets one JSON object a message (JSON Lines), the shape of `parsed-message.md`, also for a message
            that is rejected.
        err: Gets one readable line a fault.
        airports: To find the crossing leg where a sender marks none; those of `airportsdata` where left out.
        stdin: What `-` reads.

    Returns:
        The exit code: 1 where a file or a message is refused, else 0.
    """
    known = airports or Airports.load()
    refused = False
    for path in paths:
        for name, body in _bodies(path, err, stdin):
            messages = None if body is None else _read(name, body, known, err)
            refused = refused or messages is None or any(message.is_rejected for message in messages)
            for message in messages or ():
                out.write(json.dumps(message.as_json(), ensure_ascii=False) + "\n")
                for fault in message.faults:
                    err.write(f"{name}: {_sentence(fault, message)}\n")
    return 1 if refused else 0


def _bodies(path: Path, err: TextIO, stdin: BinaryIO | None) -> Iterator[tuple[str, bytes | None]]:
    """The name and content of each file that a path stands for; no content where it cannot be taken."""
    if path == STANDARD_INPUT and stdin is not None:
        yield _limited("standard input", stdin, err)
        return
    try:
        files = sorted(_files_in(path)) if path.is_dir() else [path]
    except OSError as failure:
        yield _unreadable(path, failure, err)
        return
    if not files:
        err.write(f"{path.name}: refused, because the folder holds no file\n")
        yield path.name, None
    for file in files:
        try:
            with file.open("rb") as stream:
                yield _limited(file.name, stream, err)
        except OSError as failure:
            yield _unreadable(file, failure, err)


def _files_in(folder: Path) -> Iterator[Path]:
    return (each for each in folder.iterdir() if each.is_file() and not each.name.startswith("."))


def _limited(name: str, stream: BinaryIO, err: TextIO) -> tuple[str, bytes | None]:
    body = stream.read(MAX_INTERCHANGE_BYTES + 1)
    if len(body) <= MAX_INTERCHANGE_BYTES:
        return name, body
    err.write(f"{name}: refused, because it is larger than {MAX_INTERCHANGE_BYTES} bytes\n")
    return name, None


def _unreadable(path: Path, failure: OSError, err: TextIO) -> tuple[str, None]:
    err.write(f"{path.name}: cannot be read: {failure.strerror}\n")
    return path.name, None


def _read(name: str, body: bytes, airports: Airports, err: TextIO) -> list[ParsedMessage] | None:
    """The filtered messages of a body; nothing where the body itself is refused."""
    try:
        messages = read_messages(body, "", datetime.now(UTC), state_of=airports.state_of)
    except RefusedMessage as refusal:
        err.write(f"{name}: refused. {refusal.detail}\n")
        return None
    return [filter_message(each) for each in messages]


def _sentence(fault: Fault, message: ParsedMessage) -> str:
    where = [f"message {message.message_reference}"] if message.message_reference else []
    if fault.segment is not None:
        where.append(f"segment {fault.segment}")
    if fault.position is not None:
        where.append(f"position {fault.position}")
    if fault.element is not None:
        where.append(f"element {fault.element}")
    if fault.traveller is not None:
        where.append(f"traveller {fault.traveller}")
    kind = fault.severity.value.replace("_", " ").lower()
    return f"{kind}: {fault.code}" + (f" ({', '.join(where)})" if where else "")
