"""Structured logs: JSON, one event a line, and only keys that are known to be safe.

`get_logger().info("message_received", receipt_id=receipt_id, travellers=200)`

The event is a constant; facts are keywords from `LOGGABLE_KEYS`. Another key is dropped and counted.
Values are identifiers, numbers, codes and times; anything personal prints `<personal>`,
any other object `<object>`.
What libraries write through `logging` keeps its place and its error's type; its words are dropped,
because nobody knows what they quote.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import Enum
from types import TracebackType
from typing import Any, Final
from uuid import UUID

import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.personal import Personal

MAX_TEXT_CHARACTERS: Final = 200
MAX_FRAMES: Final = 20
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")

LOGGABLE_KEYS: Final = frozenset(
    {
        # What structlog and this module add.
        "event",
        "level",
        "timestamp",
        "service",
        "trace_id",
        "logger",
        "source",
        "error",
        "frames",
        "dropped_keys",
        # Identifiers, which say nothing by themselves.
        "message_id",
        "receipt_id",
        "flight_id",
        "traveller_id",
        "hit_id",
        "review_id",
        "order_id",
        "share_id",
        "notice_id",
        "approval_id",
        "audit_record_id",
        "entry_id",
        "version_id",
        "import_id",
        "authority_id",
        "list_source",
        "subject",
        "carrier",
        "kid",
        "decision_id",
        # Codes and names of our own.
        "action",
        "code",
        "codes",
        "decision",
        "reason",
        "reasons",
        "rule",
        "rule_id",
        "state",
        "outcome",
        "kind",
        "permission",
        "method",
        "route",
        "status",
        "profile",
        "host",
        "port",
        "database",
        "destination",
        "format",
        "algorithm",
        "digest",
        "sha256",
        "snapshot",
        "policy_version",
        "step",
        "name",
        "check",
        "process",
        "signal",
        "schedule",
        # Counts, sizes, durations.
        "count",
        "travellers",
        "messages",
        "batches",
        "faults",
        "rows",
        "added",
        "removed",
        "changed",
        "hits",
        "matches",
        "tries",
        "attempt",
        "attempts",
        "size_bytes",
        "duration_ms",
        "wait_seconds",
        "skew_seconds",
        "age_seconds",
        "pending",
        "position",
        "segments",
        "tree_size",
        "lag",
        "limit",
        "version",
        "pid",
        "exit_code",
        "retry_after_seconds",
    }
)


def configure_logging(service: str, level: str = "INFO") -> None:
    """Set up the process's logs on standard output; called once, before the first event.

    Args:
        service: Our name, on every line.
        level: The lowest level that is written: DEBUG, INFO, WARNING or ERROR.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    _configure_events(service, threshold)
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(max(threshold, logging.WARNING))


def _configure_events(service: str, threshold: int) -> None:
    structlog.configure(
        processors=[*shared_processors(service), structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: _Lines(),
        cache_logger_on_first_use=False,
    )


class _Lines:
    """Standard output, a line at a time.

    A line that cannot be written (the log's disk is full, whoever read us is gone) is lost, and nothing else:
    not the answer to a request, nor the work between two beats, that it would have told of.
    """

    def write(self, line: str) -> None:
        # Looked up at each event, because tests put another in its place.
        output = sys.stdout
        with suppress(OSError):
            output.write(line + "\n")
            output.flush()

    debug = info = warning = error = critical = write


def shared_processors(service: str) -> list[Any]:
    """Everything that happens to an event before it is written; tests read the events after these."""

    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        add_service,
        describe_error,
        keep_safe_keys,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """The logger that every module of ours uses."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def describe_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the error's type and where it rose: never its words, which may quote data."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()[1]
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["error"] = error_chain(raised)
        event["frames"] = frames(raised.__traceback__)
    return event


def keep_safe_keys(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop unknown keys, count them, and print each value safely."""
    safe: MutableMapping[str, Any] = {
        key: _printable(value) for key, value in event.items() if key in LOGGABLE_KEYS
    }
    if len(safe) < len(event):
        safe["dropped_keys"] = len(event) - len(safe)
    if not (isinstance(event.get("event"), str) and _EVENT.fullmatch(event["event"])):
        safe["event"] = "unnamed_event"
    return safe


def error_chain(error: BaseException) -> str:
    """The types of an error and of what caused it, outermost first."""
    names: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(names) < MAX_FRAMES:
        names.append(type(seen).__name__)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " < ".join(names)


def frames(trace: TracebackType | None) -> list[str]:
    """Where an error rose, innermost last: file, line, function; no source text and no values."""
    summary = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in summary[-MAX_FRAMES:]]


def _short(filename: str) -> str:
    return "/".join(filename.replace("\\", "/").split("/")[-3:])


def _printable(value: object) -> Any:
    # Personal text may be a subclass of str, so this comes before everything.
    if isinstance(value, Personal):
        return "<personal>"
    if isinstance(value, list | tuple | set | frozenset):
        return [_printable(item) for item in list(value)[:MAX_FRAMES]]
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    return _as_text(value)[:MAX_TEXT_CHARACTERS]


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | UUID | timedelta):
        return str(value)
    return "<object>"


class _LibraryHandler(logging.Handler):
    """Writes what libraries log as our own events, without their words."""

    def emit(self, record: logging.LogRecord) -> None:
        level = logging.getLevelName(record.levelno).lower()
        write = getattr(get_logger(), level if level in {"debug", "info", "warning", "error"} else "error")
        source = f"{_short(record.pathname)}:{record.lineno}"
        error = record.exc_info[1] if record.exc_info else None
        write("library_log", logger=record.name, source=source, exc_info=error)


# A process that logs before it configures must be as careful: structlog's own default prints local variables.
_configure_events("unnamed", logging.WARNING)
