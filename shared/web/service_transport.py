"""HTTP/1.1 to our own services, below httpx: plain connections that are kept, and one write for a request.

What httpx brings for the whole internet (two layers of streams, a pool, a parser in Python) is two thirds of
what it costs to carry a batch of two hundred travellers. Whoever asks bounds how many requests are under way.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from ssl import SSLContext
from typing import Final

import httptools
import httpx

MAX_ANSWER_BYTES: Final = 16 * 2**20
IDLE_SECONDS: Final = 5.0
"""So long a connection is kept without work; our servers keep theirs for 30 s."""
READ_BYTES: Final = 65_536

_Origin = tuple[str, str, int]
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class ServiceTransport(httpx.AsyncBaseTransport):
    """Carries requests to services of ours, each with an answer whose length is told or which is chunked.

    Args:
        authorities: Whom it trusts to name servers, for `https`.
    """

    def __init__(self, authorities: SSLContext) -> None:
        self._authorities = authorities
        self._idle: dict[_Origin, list[_Connection]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its whole answer, within the request's timeouts.

        Raises:
            httpx.TransportError: There is no connection, or no whole answer in time or in size.
        """
        content = _head(request) + await request.aread()
        timeouts = request.extensions.get("timeout", {})
        with _told_as(httpx.ConnectTimeout, httpx.ConnectError):
            connection = await self._connection(_origin(request.url), timeouts.get("connect"))
        try:
            with _told_as(httpx.ReadTimeout, httpx.ReadError):
                async with asyncio.timeout(timeouts.get("read")):
                    answer = await connection.exchange(content)
        except BaseException:
            # Half a request or half an answer stands in the pipes: nobody can use them any more.
            connection.close()
            raise
        self._keep(connection, answer)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=httpx.ByteStream(b"".join(answer.parts))
        )

    async def aclose(self) -> None:
        """Close what is kept."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _connection(self, origin: _Origin, seconds: float | None) -> "_Connection":
        """A connection that was kept, the last used first, or a new one."""
        idle = self._idle.get(origin, [])
        while idle:
            connection = idle.pop()
            if connection.is_usable:
                return connection
            connection.close()
        scheme, host, port = origin
        async with asyncio.timeout(seconds):
            streams = await asyncio.open_connection(
                host, port, ssl=self._authorities if scheme == "https" else None
            )
        return _Connection(origin, *streams)

    def _keep(self, connection: "_Connection", answer: "_Answer") -> None:
        if answer.is_last:
            connection.close()
            return
        connection.rest()
        idle = self._idle.setdefault(connection.origin, [])
        while idle and not idle[0].is_usable:
            # Those that rested longest stand first; after a rush nobody would come by to close them.
            idle.pop(0).close()
        idle.append(connection)


class _Connection:
    """One connection, on which one request is under way at a time."""

    def __init__(self, origin: _Origin, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        self.origin = origin
        self._source = source
        self._sink = sink
        self._idle_until = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether the other side has not closed it, and will not while we write."""
        return not self._source.at_eof() and asyncio.get_running_loop().time() < self._idle_until

    def rest(self) -> None:
        """Nothing is under way on it now."""
        self._idle_until = asyncio.get_running_loop().time() + IDLE_SECONDS

    def close(self) -> None:
        """Give it up."""
        self._sink.close()

    async def exchange(self, request: bytes) -> "_Answer":
        """Send a request and read the answer.

        Raises:
            OSError: The connection ended, or the answer is longer than we read.
            httptools.HttpParserError: The answer is no HTTP.
        """
        self._sink.write(request)
        with contextlib.suppress(ConnectionError):
            # Whoever refuses a request early stops reading it, and may have said why.
            await self._sink.drain()
        answer = _Answer()
        while not answer.is_complete:
            part = await self._source.read(READ_BYTES)
            if not part:
                raise ConnectionResetError
            answer.take(part)
        return answer


class _Answer:
    """An answer as it comes in; the parser calls what begins with `on_`."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.is_complete = False
        self.is_last = False
        self._room = MAX_ANSWER_BYTES
        self._parser = httptools.HttpResponseParser(self)

    @property
    def status(self) -> int:
        """The status code."""
        return self._parser.get_status_code()

    def take(self, part: bytes) -> None:
        """Read on.

        Raises:
            OSError: The answer is too long.
            httptools.HttpParserError: It is no HTTP.
        """
        self._room -= len(part)
        if self._room < 0:
            raise OSError("the answer is too long")
        self._parser.feed_data(part)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self.headers.append((name, value))

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        self.parts.append(part)

    def on_message_complete(self) -> None:
        """All of it was read."""
        self.is_complete = True
        self.is_last = not self._parser.should_keep_alive()


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.host, url.port or _DEFAULT_PORTS[url.scheme]


def _head(request: httpx.Request) -> bytes:
    """The request's first line and headers.

    Raises:
        httpx.LocalProtocolError: A line break stands in one of them.
    """
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%s: %s" % header for header in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise httpx.LocalProtocolError("a line break in a header")
    return b"\r\n".join((*lines, b"", b""))


@contextlib.contextmanager
def _told_as(late: type[httpx.TimeoutException], broken: type[httpx.TransportError]) -> Iterator[None]:
    """Faults of a connection as httpx tells them."""
    try:
        yield
    except TimeoutError:
        raise late("no answer in time") from None
    except (OSError, httptools.HttpParserError) as fault:
        raise broken(type(fault).__name__) from None
