"""Stands where screening would: takes each batch and answers at once, so that ingest is measured alone.

`python -m deploy.local.benchmarks.screening_sink` listens on `SINK_PORT` of this machine.
"""

import asyncio
import json
import os
from datetime import UTC, datetime
from typing import Final

HOST: Final = "127.0.0.1"
MAX_HEADER_BYTES: Final = 65_536
TRAVELLER: Final = b'"traveller_id"'


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection; a batch with the number of its travellers."""
    try:
        while head := await _head(reader):
            body = await reader.readexactly(_length(head))
            now = datetime.now(UTC).isoformat()
            reply = {"screened": body.count(TRAVELLER), "unscreenable": 0, "screened_at": now}
            content = json.dumps(reply).encode()
            start = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
            writer.write(start.encode() + b"\r\n\r\n" + content)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


async def serve(port: int) -> None:
    """Listen until the process is ended."""
    server = await asyncio.start_server(answer, HOST, port, limit=MAX_HEADER_BYTES)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(os.environ["SINK_PORT"])))
