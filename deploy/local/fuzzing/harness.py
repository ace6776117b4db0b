"""Feeds made inputs to a reader and keeps what came out that nobody declared."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final

MAX_KEPT_FAULTS: Final = 100
REPEATS: Final = 2


@dataclass(frozen=True)
class Reader:
    """Something that reads what others send.

    Args:
        name: Its name in figures.
        declared: The errors that its docstring names; no other may come out.
        read: Takes the bytes, does what the service does with them.
        make: Makes one input.
        good: An input that it must accept: a reader that refuses everything proves nothing.
    """

    name: str
    declared: tuple[type[Exception], ...]
    read: Callable[[bytes], object]
    make: Callable[[Random], bytes]
    good: bytes


@dataclass(frozen=True, slots=True)
class UndeclaredFault:
    """An error that no caller expects, with what brings it about again."""

    reader: str
    seed: int
    error: str
    content: bytes

    def line(self) -> str:
        """One JSON line; the input as hexadecimal digits."""
        row: Mapping[str, Any] = {
            "reader": self.reader,
            "seed": self.seed,
            "error": self.error,
            "hex": self.content.hex(),
        }
        return json.dumps(row)


@dataclass(slots=True)
class FuzzReport:
    """What one reader did with so many inputs; `slowest_seconds` is one input's, of processor time."""

    reader: str
    seed: int
    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    undeclared: int = 0
    slowest_seconds: float = 0.0
    slowest_bytes: int = 0
    faults: tuple[UndeclaredFault, ...] = ()


def fuzz(reader: Reader, *, inputs: int, seed: int) -> FuzzReport:
    """Let a reader read so many inputs, made from a seed.

    Args:
        reader: What is tried.
        inputs: How many inputs.
        seed: The same seed makes the same inputs, but for what is encrypted.

    Returns:
        Counts, the slowest input, and at most `MAX_KEPT_FAULTS` faults.
    """
    reader.read(reader.good)
    report = FuzzReport(reader.name, seed)
    for content in _inputs(reader, inputs, seed):
        began = time.process_time()
        error = _undeclared(reader, content, report)
        seconds = time.process_time() - began
        report.inputs += 1
        if seconds > report.slowest_seconds:
            seconds = min(seconds, *_read_again(reader, content))
        if seconds > report.slowest_seconds:
            report.slowest_seconds, report.slowest_bytes = seconds, len(content)
        if error is not None:
            report.undeclared += 1
            if len(report.faults) < MAX_KEPT_FAULTS:
                report.faults += (UndeclaredFault(reader.name, seed, error, content),)
    return report


def _read_again(reader: Reader, content: bytes) -> Iterator[float]:
    """What the input costs once more, in seconds: a slow one may have met somebody else's garbage."""
    for _ in range(REPEATS):
        began = time.process_time()
        with suppress(Exception):
            reader.read(content)
        yield time.process_time() - began


def _inputs(reader: Reader, count: int, seed: int) -> Iterator[bytes]:
    random = Random(f"{reader.name}:{seed}")  # noqa: S311 - repeatable, and nothing here is secret.
    for _ in range(count):
        yield reader.make(random)


def _undeclared(reader: Reader, content: bytes, report: FuzzReport) -> str | None:
    """The error that nobody declared, if one came out: its type and where it was raised."""
    try:
        reader.read(content)
    except reader.declared:
        report.refused += 1
    except Exception as fault:  # noqa: BLE001 - Whatever comes out here is the finding.
        return f"{type(fault).__name__} at {_place(fault)}"
    else:
        report.accepted += 1
    return None


def _place(fault: Exception) -> str:
    trace = fault.__traceback__
    assert trace is not None, "a fault that was caught was raised somewhere"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}"
