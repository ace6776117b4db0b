"""The trace identifier of a request: from W3C `traceparent` where a sister service sent one, else new.

It stands in every log line, in problems, in the answer's header `Trace-Id`, and goes on to the next service.

Source: W3C Trace Context §3.2.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import structlog

_TRACE_ID: ContextVar[str] = ContextVar("trace_id", default="0" * 32)
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def current_trace_id() -> str:
    """The trace identifier of the request at hand: 32 hexadecimal digits; all zero outside a request."""
    return _TRACE_ID.get()


def outgoing_traceparent() -> str:
    """The `traceparent` header for a request that we send on behalf of the one at hand."""
    return f"00-{current_trace_id()}-{secrets.token_hex(8)}-01"


def trace_id_of(traceparent: str | None) -> str:
    """The trace identifier in a `traceparent` header, or a new random one when there is none to trust."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None or match[1] == "0" * 32:
        return secrets.token_hex(16)
    return match[1]


@contextmanager
def trace(trace_id: str) -> Iterator[None]:
    """Everything inside belongs to this trace."""
    token = _TRACE_ID.set(trace_id)
    with structlog.contextvars.bound_contextvars(trace_id=trace_id):
        try:
            yield
        finally:
            _TRACE_ID.reset(token)
