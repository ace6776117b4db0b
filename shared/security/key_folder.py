"""Keys in a folder, as they are now: a new file counts at its next use, and one taken out no longer does.

While one key replaces another both are in the folder. Nobody restarts anything: whoever needs a key asks here
each time, the folder is looked at, and it is read only after one of its files came, went or changed.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from shared.clock import Clock
from shared.observability.logging import get_logger
from shared.security.keys import KeyFile, KeyFileError

Content = TypeVar("Content")


class ReadAgain(Generic[Content]):
    """What some files of a folder say, read again after each change.

    A file that cannot be used changes nothing, for it may still be being written: what was read before
    counts, the fault is logged once, and the next look tries again.

    Args:
        folder: Where the files are.
        pattern: Their names, as a shell would write them.
        read: Makes the content of the files, in the order of their names; raises `KeyFileError`.

    Raises:
        KeyFileError: The files cannot be used at the start.
    """

    def __init__(self, folder: Path, pattern: str, read: Callable[[Sequence[Path]], Content]) -> None:
        self._folder = folder
        self._pattern = pattern
        self._read = read
        self._seen = self._look()
        self._content = read(self._paths(self._seen))
        self._refused: frozenset[_Seen] | None = None

    def content(self) -> Content:
        """What the files say now."""
        seen = self._look()
        if seen != self._seen:
            self._take(seen)
        return self._content

    def _take(self, seen: frozenset["_Seen"]) -> None:
        try:
            self._content = self._read(self._paths(seen))
        except KeyFileError as fault:
            if seen != self._refused:
                self._refused = seen
                get_logger().error("keys_not_read", reason=fault.detail)
            return
        self._seen, self._refused = seen, None
        get_logger().info("keys_read")

    def _paths(self, seen: frozenset["_Seen"]) -> list[Path]:
        return sorted(self._folder / name for name, *_ in seen)

    def _look(self) -> frozenset["_Seen"]:
        """Which files are there, and what tells that one was changed."""
        found = set()
        for path in self._folder.glob(self._pattern):
            with contextlib.suppress(OSError):
                found.add(_seen(path))
        return frozenset(found)


_Seen = tuple[str, int, int, int]


def _seen(path: Path) -> _Seen:
    """A file as it is now; mounted secrets are links, and what they lead to counts."""
    status = path.stat()
    # A changed mode alone may make a key usable: the status time tells of it as of another content.
    return path.name, status.st_ino, status.st_ctime_ns, status.st_size


class KeyRing:
    """The keys of one use in a service's folder, such as `service-token*.json`: all of one owner.

    Args:
        folder: The service's `keys_folder`.
        use: What the keys sign; their files' names open with it.
        clock: Tells which of them are in their life.

    Raises:
        KeyFileError: A file is not one of ours, readable by others, or none holds a key in its life.
    """

    def __init__(self, folder: Path, use: str, clock: Clock) -> None:
        self._clock = clock
        self._pattern = f"{use}*.json"
        self._owner: str | None = None
        self._is_empty = False
        self._files = ReadAgain(folder, self._pattern, self._load)
        self._owner = self.current().owner

    @property
    def owner(self) -> str:
        """Whose keys they are; it stays the same while the service runs."""
        assert self._owner is not None, "it is known from the start"
        return self._owner

    def held(self) -> tuple[KeyFile, ...]:
        """Every key that is there, also those whose life is over or has not begun."""
        return self._files.content()

    def in_life(self) -> tuple[KeyFile, ...]:
        """The keys that are in their life now, the newest first.

        Raises:
            KeyFileError: None is.
        """
        now = self._clock.now()
        found = [key for key in self.held() if key.is_valid_at(now)]
        if not found:
            raise self._without_a_key()
        self._is_empty = False
        return tuple(sorted(found, key=lambda key: key.not_before, reverse=True))

    def current(self) -> KeyFile:
        """The key that signs now: the newest one in its life.

        Raises:
            KeyFileError: None is.
        """
        return self.in_life()[0]

    def _without_a_key(self) -> KeyFileError:
        """The fault that no key signs; a person is told once."""
        fault = KeyFileError(reason="no key is in its life", name=self._pattern)
        if not self._is_empty:
            self._is_empty = True
            get_logger().error("no_key_signs", reason=fault.detail)
        return fault

    def _load(self, paths: Sequence[Path]) -> tuple[KeyFile, ...]:
        keys = tuple(KeyFile.load(path) for path in paths)
        owners = {key.owner for key in keys} | ({self._owner} if self._owner else set())
        if len(owners) > 1:
            raise KeyFileError(reason="keys of two owners are in one folder", name=self._pattern)
        return keys


def key_files(folder: Path, use: str) -> tuple[KeyFile, ...]:
    """Every key of one use in a folder, as a command reads them once; none is in order.

    Raises:
        KeyFileError: A file cannot be used.
    """
    return tuple(KeyFile.load(path) for path in sorted(folder.glob(f"{use}*.json")))
