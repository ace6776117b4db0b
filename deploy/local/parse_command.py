"""`./run parse FILE`: any message to JSON Lines on standard output, its faults to standard error."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from services.ingest.errors import RefusedMessage
from services.ingest.formats.edifact import MAX_INTERCHANGE_BYTES
from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.travel.message import Fault, ParsedMessage
from shared.travel.places import Airports


def parse_files(paths: Sequence[Path], out: TextIO, err: TextIO, airports: Airports | None = None) -> int:
    """Print what the readers and the sensitive-data filter make of each message of each file.

    Args:
        paths: Files of any format that ingest reads.
        out: Gets one JSON object a message (JSON Lines), the shape of `parsed-message.md`.
        err: Gets one readable line a fault.
        airports: To find the crossing leg where a sender marks none; those of `airportsdata` where left out.

    Returns:
        The exit code: 1 where a file or a message is refused, else 0.
    """
    known = airports or Airports.load()
    refused = False
    for path in paths:
        for message in _read(path, known, err):
            if message is None:
                refused = True
                continue
            out.write(json.dumps(message.as_json(), ensure_ascii=False) + "\n")
            refused = refused or message.is_rejected
            for fault in message.faults:
                err.write(f"{path.name}: {_sentence(fault, message)}\n")
    return 1 if refused else 0


def _read(path: Path, airports: Airports, err: TextIO) -> Iterator[ParsedMessage | None]:
    """The filtered messages of a file; `None` where the file itself is refused."""
    try:
        if path.stat().st_size > MAX_INTERCHANGE_BYTES:
            err.write(f"{path.name}: refused, because it is larger than {MAX_INTERCHANGE_BYTES} bytes\n")
            yield None
            return
        body = path.read_bytes()
        messages = read_messages(body, "", datetime.now(UTC), state_of=airports.state_of)
    except OSError as failure:
        err.write(f"{path.name}: cannot be read: {failure.strerror}\n")
        yield None
    except RefusedMessage as refusal:
        err.write(f"{path.name}: refused. {refusal.detail}\n")
        yield None
    else:
        yield from (filter_message(each) for each in messages)


def _sentence(fault: Fault, message: ParsedMessage) -> str:
    where = [f"message {message.message_reference}"] if message.message_reference else []
    if fault.segment is not None:
        where.append(f"segment {fault.segment}")
    if fault.position is not None:
        where.append(f"position {fault.position}")
    if fault.traveller is not None:
        where.append(f"traveller {fault.traveller}")
    kind = fault.severity.value.replace("_", " ").lower()
    return f"{kind}: {fault.code}" + (f" ({', '.join(where)})" if where else "")
