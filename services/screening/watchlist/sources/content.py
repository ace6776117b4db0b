"""A list's file as readers take it: a short one is at hand, a long one is mapped, so that nobody holds it."""

import io
import json
import mmap
from functools import partial
from typing import Any, BinaryIO, Final

Content = bytes | mmap.mmap
_PART_BYTES: Final = 64 * 1024


def opened(content: Content) -> BinaryIO:
    """The file from its beginning; each caller reads at a pace of its own."""
    if isinstance(content, bytes):
        return io.BytesIO(content)
    return io.BufferedReader(_Mapped(content), _PART_BYTES)


def first_sign(content: Content) -> bytes:
    """The first byte that is no white space; empty where there is none."""
    for start in range(0, len(content), _PART_BYTES):
        part = content[start : start + _PART_BYTES].lstrip()
        if part:
            return part[:1]
    return b""


def lines_of(content: Content) -> int:
    """How many lines the file has."""
    with opened(content) as stream:
        return 1 + sum(part.count(b"\n") for part in iter(partial(stream.read, _PART_BYTES), b""))


def can_be_kept(value: Any) -> bool:
    """Whether PostgreSQL can keep a value that came as JSON: without NUL or half of a surrogate pair."""
    try:
        written = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    # A text may spell the six signs of the escape; its backslash is written twice then.
    return b"\\u0000" not in written.replace(rb"\\", b"")


class _Mapped(io.RawIOBase):
    """A mapped file as a stream."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._place = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is: a ZIP tells at its end what it holds."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted as in every stream."""
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._content)}
        self._place = max(0, begins[whence] + offset)
        return self._place

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """The next bytes."""
        part = self._content[self._place : self._place + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)
