"""A web server on this machine that answers as a test tells it to: whole answers, byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class LoopbackServer:
    """Answers each path with the bytes that were set; `asked` keeps the requests, headers in lower case."""

    port: int = 0
    scheme: str = "http"
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def address(self, path: str) -> str:
        """The address of a path."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, body: bytes = b"", status: str = "200 OK", **headers: str) -> str:
        """Answer a path so from now on; the address. `Content-Length` is the body's unless it is given."""
        named = {"Content-Length": str(len(body))} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items() if value)]
        self.answers[path] = "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body
        return self.address(path)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        path = first.split()[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.asked.append({"path": path} | headers)
        answer = self.answers.get(path)
        if answer is None:
            answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        elif "if-none-match" in headers and f"ETag: {headers['if-none-match']}".encode() in answer:
            answer = b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"
        writer.write(answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def loopback_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[LoopbackServer]:
    """A running server on a free port."""
    running = LoopbackServer(scheme="http" if tls is None else "https")
    server = await asyncio.start_server(running.answer, "127.0.0.1", 0, ssl=tls)
    running.port = server.sockets[0].getsockname()[1]
    async with server:
        yield running
