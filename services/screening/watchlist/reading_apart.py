"""A list file read beside screening: a short one in a thread, a long one in a process of its own.

The process maps the file, gets the digests of the version that it changes on its standard input and answers
with frames; it knows no database, no key and none of our environment. It runs at the lowest priority, so that
travellers go first.
"""

import asyncio
import json
import os
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import IO, Final, Protocol

from services.screening.watchlist.reading import BaseRows, Frame, FrameKind, Wanted, read_frames
from services.screening.watchlist.received import ReceivedFile, mapped
from services.screening.watchlist.sources.content import Content
from shared.errors import DomainError
from shared.process import bare_environment

NICENESS: Final = 19
_HEAD: Final = struct.Struct(">I")
_FRAME_HEAD: Final = struct.Struct(">cI")


class TakeBytes(Protocol):
    """Takes the lines of the version that is changed, as they come."""

    async def __call__(self, part: bytes) -> None:
        """The next part."""


class GiveBase(Protocol):
    """Gives the lines of the version that is changed."""

    async def __call__(self, take: TakeBytes) -> None:
        """All of them, part by part."""


class ReadingStopped(DomainError):
    """The process that reads a list ended without saying why."""

    code = "READING_STOPPED"
    sentence = "The list could not be read: the process that does it ended with {exit_code}."


@asynccontextmanager
async def frames_of(
    wanted: Wanted, received: ReceivedFile, give_base: GiveBase
) -> AsyncIterator[AsyncIterator[Frame]]:
    """The frames of a file, as they are made; what is under way ends with the block."""
    if not received.is_long:
        yield _in_thread(wanted, received.content(), await _collected(give_base))
        return
    descriptor = received.descriptor()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", __name__, str(descriptor),
        pass_fds=(descriptor,), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        # What a failing process prints may quote a row, so that it is not kept.
        stderr=asyncio.subprocess.DEVNULL,
        env=bare_environment(),
    )  # fmt: skip
    try:
        await _ask(process, wanted, give_base)
        yield _answered(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _in_thread(wanted: Wanted, content: bytes, base: bytes) -> AsyncIterator[Frame]:
    frames = await asyncio.to_thread(lambda: read_frames(wanted, content, BaseRows(base.splitlines())))
    while (frame := await asyncio.to_thread(next, frames, None)) is not None:
        yield frame


async def _collected(give_base: GiveBase) -> bytes:
    base = bytearray()

    async def take(part: bytes) -> None:
        base.extend(part)

    await give_base(take)
    return bytes(base)


async def _ask(process: asyncio.subprocess.Process, wanted: Wanted, give_base: GiveBase) -> None:
    stdin = process.stdin
    assert stdin is not None, "it was opened as a pipe"

    async def take(part: bytes) -> None:
        stdin.write(part)
        await stdin.drain()

    with suppress(BrokenPipeError, ConnectionResetError):
        head = json.dumps(wanted.as_json()).encode()
        await take(_HEAD.pack(len(head)) + head)
        await give_base(take)
        stdin.close()


async def _answered(process: asyncio.subprocess.Process) -> AsyncIterator[Frame]:
    stdout = process.stdout
    assert stdout is not None, "it was opened as a pipe"
    try:
        while True:
            sign, length = _FRAME_HEAD.unpack(await stdout.readexactly(_FRAME_HEAD.size))
            frame = Frame(FrameKind(sign), await stdout.readexactly(length))
            yield frame
            if frame.kind in {FrameKind.SUMMARY, FrameKind.FAULT}:
                return
    except asyncio.IncompleteReadError:
        raise ReadingStopped(exit_code=await process.wait()) from None


def answer(content: Content, asked: IO[bytes], told: IO[bytes]) -> None:
    """Read a file as one stream asks, and write frames to another."""
    (length,) = _HEAD.unpack(asked.read(_HEAD.size))
    wanted = Wanted.from_json(json.loads(asked.read(length)))
    for frame in read_frames(wanted, content, BaseRows(asked)):
        told.write(_FRAME_HEAD.pack(frame.kind.value, len(frame.payload)) + frame.payload)
        told.flush()


if __name__ == "__main__":
    os.nice(NICENESS)
    answer(mapped(int(sys.argv[1])), sys.stdin.buffer, sys.stdout.buffer)
