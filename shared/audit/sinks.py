"""Where signed checkpoints go besides the database: places that the log's keeper cannot rewrite."""

import asyncio
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import httpx

from shared.audit.checkpoint import Checkpoint, CheckpointRefused, VerifierKey, open_checkpoint
from shared.errors import DomainError

_TIMEOUT_SECONDS = 10.0
_SIZE_NAME = re.compile(r"(\d{20})\.checkpoint")


class SinkConflict(DomainError):
    """A sink already holds another checkpoint: the log was rewritten or set back."""

    code = "AUDIT_SINK_CONFLICT"
    sentence = "The audit log does not agree with a checkpoint published before, at size {size}."


class SinkUnavailable(DomainError):
    """A sink cannot be reached now."""

    code = "AUDIT_SINK_UNAVAILABLE"
    sentence = "A checkpoint could not be published ({reason})."


class CheckpointSink(Protocol):
    """A place for checkpoints."""

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep the note.

        Raises:
            SinkConflict: The place holds another note of this origin and size.
            SinkUnavailable: Try again later.
        """
        ...

    async def newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """A log's checkpoint of the largest size published under its keys; none if the place cannot tell."""
        ...


class FolderSink:
    """A folder, such as a share of another team: one file for each origin and size, never rewritten."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        """Write `<folder>/<origin>/<size>.checkpoint`, synced to disk; the same note again is harmless."""
        await asyncio.to_thread(self._write, checkpoint, note)

    async def newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """The largest of the folder's checkpoints of this log."""
        return await asyncio.to_thread(self._read_newest, origin, keys)

    def _write(self, checkpoint: Checkpoint, note: str) -> None:
        path = self._folder / checkpoint.origin.replace("/", "_") / f"{checkpoint.size:020d}.checkpoint"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        except FileExistsError:
            self._compare(path, checkpoint, note)
            return
        except OSError as fault:
            raise SinkUnavailable(reason=type(fault).__name__) from None
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(note.encode())
            stream.flush()
            os.fsync(stream.fileno())

    def _compare(self, path: Path, checkpoint: Checkpoint, note: str) -> None:
        """Refuse another tree of the same size; a note that a crash cut short is completed."""
        written = path.read_bytes()
        if written == note.encode():
            return
        if not note.encode().startswith(written):
            raise SinkConflict(size=checkpoint.size)
        path.unlink()
        self._write(checkpoint, note)

    def _read_newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        folder = self._folder / origin.replace("/", "_")
        if not folder.is_dir():
            return None
        for path in sorted(folder.iterdir(), reverse=True):
            if not _SIZE_NAME.fullmatch(path.name):
                continue
            try:
                return open_checkpoint(path.read_text(encoding="utf-8"), keys)
            except (CheckpointRefused, UnicodeDecodeError):
                # A note that a crash cut short, or one by a key unknown to us, says nothing of our tree.
                continue
        return None


class HttpsSink:
    """An https address that takes a POST of each note; 2xx keeps it, 409 says that it holds another."""

    def __init__(self, address: str, client: httpx.AsyncClient) -> None:
        self._address = address
        self._client = client

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        """Send the note."""
        try:
            answer = await self._client.post(
                self._address,
                content=note.encode(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=_TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as fault:
            raise SinkUnavailable(reason=type(fault).__name__) from None
        if answer.status_code == httpx.codes.CONFLICT:
            raise SinkConflict(size=checkpoint.size)
        if not answer.is_success:
            raise SinkUnavailable(reason=f"HTTP {answer.status_code}")

    async def newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:  # noqa: ARG002
        """Unknown: the address only takes."""
        return None


def open_sinks(addresses: Iterable[str], client: httpx.AsyncClient) -> tuple[CheckpointSink, ...]:
    """The sinks of the setting `audit_checkpoint_sinks`: https addresses, and folders."""
    return tuple(
        HttpsSink(address, client) if address.startswith("https://") else FolderSink(Path(address))
        for address in addresses
    )
