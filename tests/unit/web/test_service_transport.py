import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import socket

import httpx
import pytest

from shared.web import service_transport
from shared.web.service_transport import ServiceTransport

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""What a server does about one request, whose head it is given."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """A loopback server; `heads` are the requests that came, `connections` how many were opened."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.heads: list[bytes] = []
        self.connections = 0
        self.address = ""
        self.tasks: list[asyncio.Task[None]] = []

    async def serve(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)
        try:
            while not sink.is_closing():
                head = await source.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                self.heads.append(head + await source.readexactly(length))
                await self._answer(self.heads[-1], sink)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            sink.close()


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[Server]:
    server = Server(answer)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server
        # Every client has gone: nothing is left behind for the next test.
        await asyncio.gather(*server.tasks)


def says(*parts: bytes) -> Answer:
    async def answer(_head: bytes, sink: asyncio.StreamWriter) -> None:
        for part in parts:
            sink.write(part)
            await sink.drain()

    return answer


def client() -> httpx.AsyncClient:
    transport = ServiceTransport(ssl.create_default_context())
    return httpx.AsyncClient(transport=transport, trust_env=False)


def transport_of(http: httpx.AsyncClient) -> ServiceTransport:
    transport = http._transport  # noqa: SLF001 - httpx has no other way to it.
    assert isinstance(transport, ServiceTransport)
    return transport


async def test_request_goes_out_whole_and_its_answer_comes_back() -> None:
    answer = b"HTTP/1.1 201 Created\r\nX-Kind: one\r\nContent-Length: 12\r\n\r\n" + b'{"stored":1}'
    async with serving(says(answer)) as server, client() as http:
        got = await http.post(f"{server.address}/inbox?a=b", content=b"body", headers={"X-Sent": "yes"})
    (sent,) = server.heads
    assert sent.startswith(b"POST /inbox?a=b HTTP/1.1\r\n")
    assert b"\r\nX-Sent: yes\r\n" in sent
    assert sent.endswith(b"\r\n\r\nbody")
    assert (got.status_code, got.headers["x-kind"], got.json()) == (201, "one", {"stored": 1})


async def test_connection_is_kept_for_the_next_request() -> None:
    async with serving(says(OK)) as server, client() as http:
        for _ in range(3):
            assert (await http.post(server.address, content=b"x")).json() == {}
    assert (len(server.heads), server.connections) == (3, 1)


def says_ok_to_two_at_once() -> Answer:
    came, both = [0], asyncio.Event()

    async def answer(_head: bytes, sink: asyncio.StreamWriter) -> None:
        came[0] += 1
        if came[0] == 2:
            both.set()
        await both.wait()
        sink.write(OK)

    return answer


async def test_requests_at_the_same_time_have_a_connection_each() -> None:
    async with serving(says_ok_to_two_at_once()) as server, client() as http:
        await asyncio.gather(*(http.post(server.address, content=b"x") for _ in range(2)))
    assert server.connections == 2


async def test_connections_of_a_rush_are_closed_once_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_transport, "IDLE_SECONDS", 3600.0)
    async with serving(says_ok_to_two_at_once()) as server, client() as http:
        await asyncio.gather(*(http.post(server.address, content=b"x") for _ in range(2)))
        ((waiting, _),) = transport_of(http)._idle.values()  # noqa: SLF001 - nothing else shows it at rest.
        waiting._idle_until = 0.0  # noqa: SLF001 - its hour is over.
        await http.post(server.address, content=b"x")
        async with asyncio.timeout(60):
            await asyncio.wait(server.tasks, return_when=asyncio.FIRST_COMPLETED)
    assert server.connections == 2


async def test_connection_that_the_other_side_closed_is_not_used_again() -> None:
    async def answer(_head: bytes, sink: asyncio.StreamWriter) -> None:
        sink.write(OK)
        sink.close()

    async with serving(answer) as server, client() as http:
        await http.post(server.address, content=b"x")
        ((kept,),) = transport_of(http)._idle.values()  # noqa: SLF001 - only it tells when the end was heard.
        while kept.is_usable:  # noqa: ASYNC110 - the loop itself is what hears of it.
            await asyncio.sleep(0)
        assert (await http.post(server.address, content=b"x")).status_code == 200
    assert server.connections == 2


async def test_connection_that_the_other_side_means_to_close_is_not_kept() -> None:
    last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    async with serving(says(last)) as server, client() as http:
        for _ in range(2):
            await http.post(server.address, content=b"x")
    assert server.connections == 2


async def test_connection_that_rested_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_transport, "IDLE_SECONDS", 0.0)
    async with serving(says(OK)) as server, client() as http:
        for _ in range(2):
            await http.post(server.address, content=b"x")
    assert server.connections == 2


async def test_chunked_answer_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving(says(head, b"3\r\n[1,\r\n", b"2\r\n2]\r\n0\r\n\r\n")) as server, client() as http:
        assert (await http.get(server.address)).json() == [1, 2]


async def test_answer_that_ends_half_way_is_a_broken_connection() -> None:
    async def answer(_head: bytes, sink: asyncio.StreamWriter) -> None:
        sink.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
        sink.close()

    async with serving(answer) as server, client() as http:
        with pytest.raises(httpx.ReadError):
            await http.get(server.address)


async def test_answer_that_is_no_http_is_a_broken_connection() -> None:
    async with serving(says(b"SSH-2.0-something\r\n\r\n")) as server, client() as http:
        with pytest.raises(httpx.ReadError):
            await http.get(server.address)


@pytest.mark.parametrize(("room", "is_read"), [(len(OK), True), (len(OK) - 1, False)])
async def test_answer_is_read_up_to_a_length(
    room: int, is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_transport, "MAX_ANSWER_BYTES", room)
    async with serving(says(OK)) as server, client() as http:
        if is_read:
            assert (await http.get(server.address)).status_code == 200
        else:
            with pytest.raises(httpx.ReadError):
                await http.get(server.address)


async def test_answer_that_does_not_come_in_time_is_told_so() -> None:
    never = asyncio.Event()

    async def answer(_head: bytes, _sink: asyncio.StreamWriter) -> None:
        await never.wait()

    async with serving(answer) as server, client() as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(server.address, timeout=httpx.Timeout(None, read=0.01))
        never.set()


async def test_refused_connection_is_told_so() -> None:
    with socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with client() as http:
            with pytest.raises(httpx.ConnectError):
                await http.get(f"http://127.0.0.1:{unused.getsockname()[1]}")


async def test_who_goes_away_leaves_no_connection_to_the_next() -> None:
    came = asyncio.Event()

    async def answer(head: bytes, sink: asyncio.StreamWriter) -> None:
        came.set()
        if b"first" not in head:
            sink.write(OK)

    async with serving(answer) as server, client() as http:
        first = asyncio.create_task(http.post(server.address, content=b"first"))
        await came.wait()
        first.cancel()
        await asyncio.wait([first])
        assert (await http.post(server.address, content=b"second")).status_code == 200
    assert server.connections == 2


async def test_line_break_in_a_header_never_leaves() -> None:
    async with serving(says(OK)) as server, client() as http:
        with pytest.raises(httpx.LocalProtocolError):
            await http.get(server.address, headers={"X-Sent": "a\r\nX-Other: b"})
    assert server.heads == []


async def test_https_speaks_to_nobody_who_does_not_prove_a_name() -> None:
    async def hang_up(_source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        sink.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listening, client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
