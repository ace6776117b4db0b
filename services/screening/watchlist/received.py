"""A list's file on its way in: weighed and digested while it flows, a long one on disk, held by nobody."""

import hashlib
import mmap
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from services.screening.watchlist.sources.content import Content

#: A shorter file stays in memory, and is read within half a second: starting a process takes as long.
LONG_FROM_BYTES: Final = 4 * 1024 * 1024


class TooLong(Exception):
    """A file is longer than it may be; what came of it is let go."""


class ReceivedFile:
    """A file that comes in; it is gone when it is closed, or its process ends.

    On disk it stands in clear, without a name, in the folder that holds the compiled lists.
    """

    def __init__(self, max_bytes: int, folder: Path | None = None) -> None:
        """Begin.

        Args:
            max_bytes: The longest that is taken.
            folder: Where a long one lies meanwhile; the machine's own for such files where none is told.
        """
        self.max_bytes = max_bytes
        self._digest = hashlib.sha256()
        where = None if folder is None else str(folder)
        self._file = tempfile.SpooledTemporaryFile(max_size=LONG_FROM_BYTES - 1, dir=where)  # noqa: SIM115
        self.size = 0

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def sha256(self) -> str:
        """The digest of what came so far, hexadecimal."""
        return self._digest.hexdigest()

    @property
    def is_long(self) -> bool:
        """Whether it is read in a process of its own."""
        return self.size >= LONG_FROM_BYTES

    def take(self, part: bytes) -> None:
        """The next part.

        Raises:
            TooLong: It would be too much.
        """
        self.size += len(part)
        if self.size > self.max_bytes:
            raise TooLong
        self._digest.update(part)
        self._file.write(part)

    def piece(self, start: int, length: int) -> bytes:
        """Some of it; blocks for a moment."""
        self._file.seek(start)
        return self._file.read(length)

    def content(self) -> bytes:
        """All of it, of a file that is not long."""
        return self.piece(0, self.size)

    def descriptor(self) -> int:
        """What another process maps it by (`mapped`)."""
        self._file.flush()
        return self._file.fileno()


def mapped(descriptor: int) -> Content:
    """A file that another process received."""
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
