"""`python -m services.ingest.reading.reader_process`: reads bodies for who started it.

It knows no database, no network and none of the service's settings but those that reading depends on, which
come as its first frame. It ends when its input ends. A frame is eight octets of length and a pickle; both
ends are this same program, and nobody else holds the pipes.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Any, BinaryIO, Final

from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.submission import ReadingTerms, ReadSubmission, Submission, read_submission
from services.ingest.sensitive import Rules
from shared.process import forbid_core_dumps, spare_the_collector
from shared.travel.places import Airports

LENGTH_OCTETS: Final = 8
READY: Final = "READY"


@dataclass(frozen=True, slots=True)
class ReaderTerms:
    """What `ReadingTerms` are made of, as it can be handed to another process."""

    own_state: str
    airports_file: Path | None
    rules: Rules
    secret: bytes = field(repr=False)

    def load(self) -> ReadingTerms:
        """Read the airports, and bind the rest."""
        return self.with_airports(Airports.load(self.airports_file))

    def with_airports(self, airports: Airports) -> ReadingTerms:
        """The same where the airports were read before."""
        return ReadingTerms(airports.state_of, self.own_state, self.rules, LinkingKeys(self.secret))


@dataclass(frozen=True, slots=True)
class ReadingFault:
    """An unforeseen fault: its type and place. Its words may quote the message, and stay where they are."""

    kind: str
    place: str

    @classmethod
    def of(cls, fault: BaseException) -> "ReadingFault":
        """Where and what, without why."""
        frames = extract_tb(fault.__traceback__)
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return cls(type(fault).__name__, place)


def framed(value: Any) -> bytes:
    """A value as it goes through a pipe."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(LENGTH_OCTETS) + content


def answer_all(source: BinaryIO, sink: BinaryIO, load: Callable[[Any], ReadingTerms]) -> None:
    """Take the terms, say that all is ready, then answer each submission until there are no more."""
    first = _next(source)
    if first is None:
        return
    terms = load(first)
    _write(sink, READY)
    while (submission := _next(source)) is not None:
        _write(sink, _answer(submission, terms))


def _answer(submission: Submission, terms: ReadingTerms) -> ReadSubmission | ReadingFault:
    try:
        return read_submission(submission, terms)
    except Exception as fault:  # noqa: BLE001
        # The outermost loop of this process: one message's fault must not cost the next its reader.
        return ReadingFault.of(fault)


def _next(source: BinaryIO) -> Any:
    """The next value; `None` at the end of the input, also in the middle of a value."""
    length = source.read(LENGTH_OCTETS)
    octets = int.from_bytes(length) if len(length) == LENGTH_OCTETS else 0
    content = source.read(octets)
    # The pipes are ours alone: see the module's first lines.
    return pickle.loads(content) if octets and len(content) == octets else None  # noqa: S301


def _write(sink: BinaryIO, value: Any) -> None:
    sink.write(framed(value))
    sink.flush()


def _load(terms: ReaderTerms) -> ReadingTerms:
    """What was told, bound; from here on the process makes nothing that lasts."""
    loaded = terms.load()
    spare_the_collector()
    return loaded


def _tell_fault(_kind: type[BaseException], fault: BaseException, _traceback: Any) -> None:
    told = ReadingFault.of(fault)
    sys.stderr.write(f"reader ended: {told.kind} at {told.place}\n")


def main() -> None:
    """Answer whoever holds the other ends of the pipes; signals are the parent's, who closes them."""
    forbid_core_dumps()
    sys.excepthook = _tell_fault
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Whatever prints by mistake must not get between two frames.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as sink:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        try:
            answer_all(sys.stdin.buffer, sink, _load)
        except BrokenPipeError:
            # The service has gone; nobody waits for this answer.
            os._exit(0)


if __name__ == "__main__":
    main()
