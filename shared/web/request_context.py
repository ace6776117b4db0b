"""The outermost wrapping of every request: trace, safe headers, figures, and the last word on a fault."""

import time
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.logging import get_logger
from shared.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS
from shared.web.problems import MEDIA_TYPE, problem_response
from shared.web.request_id import current_trace_id, trace, trace_id_of

_TOO_LARGE: Final = 413
_UNKNOWN_ROUTE: Final = "<none>"

SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STRICT_TRANSPORT: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
FaultResponse = Callable[[Scope], Response]
DEMONSTRATION: Final = {"Demonstration": "Nothing here may be acted upon."}


def fault_problem(_: Scope) -> Response:
    """What a fault that nobody foresaw is answered with: a problem without content."""
    return problem_response(500, "INTERNAL_FAULT", "Something went wrong on our side.")


class RequestContext:
    """Gives each request its trace and each answer its headers; counts it; answers 500 without content."""

    def __init__(
        self,
        app: ASGIApp,
        service: str,
        headers: dict[str, str],
        fault_response: FaultResponse = fault_problem,
    ) -> None:
        """Wrap `app`.

        Args:
            app: What answers.
            service: Our name, for figures.
            headers: Headers of every answer; a route's own header of that name wins.
            fault_response: What a fault that nobody foresaw is answered with; it may not fail itself.
        """
        self._app = app
        self._service = service
        self._headers = headers
        self._fault_response = fault_response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP passes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with trace(trace_id_of(Headers(scope=scope).get("traceparent"))):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send, self._headers)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            # The process's outermost loop for a request: whatever it is, nothing of it may leave.
            get_logger().error("request_failed", route=_route(scope), exc_info=error)
            if answer.status is not None:
                raise
            await self._fault_response(scope)(scope, receive, answer.send)
        finally:
            route = _route(scope)
            HTTP_REQUESTS.labels(self._service, route, scope["method"], str(answer.status)).inc()
            HTTP_SECONDS.labels(self._service, route).observe(time.perf_counter() - started)


class _Answer:
    """Watches one answer on its way out."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self._is_replaced = False
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif not self._is_replaced:
            await self._send(message)

    async def _start(self, message: Message) -> None:
        self.status = message["status"]
        self._complete(message)
        is_plain = not Headers(raw=message["headers"]).get("content-type", "").startswith(MEDIA_TYPE)
        if self.status == _TOO_LARGE and is_plain:
            # The framework's body limit answers in plain text; ours are problems.
            self._is_replaced = True
            await self._send_too_large()
        else:
            await self._send(message)

    def _complete(self, message: Message) -> None:
        message.setdefault("headers", [])
        headers = MutableHeaders(raw=message["headers"])
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers["Trace-Id"] = current_trace_id()

    async def _send_too_large(self) -> None:
        response = problem_response(
            _TOO_LARGE, "PAYLOAD_TOO_LARGE", "The body is larger than this route takes."
        )
        start: Message = {
            "type": "http.response.start",
            "status": _TOO_LARGE,
            "headers": list(response.raw_headers),
        }
        self._complete(start)
        await self._send(start)
        await self._send({"type": "http.response.body", "body": response.body})


def _route(scope: Scope) -> str:
    """The route's template. The path as sent is never used: it may hold what should not be there."""
    return getattr(scope.get("route"), "path", _UNKNOWN_ROUTE)
