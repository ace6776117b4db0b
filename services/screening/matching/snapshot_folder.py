"""Compiled lists in a folder: each made in a process of its own, mapped by every worker of the machine."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from threading import Thread
from typing import Final

from services.screening.matching.compiled import digest_of_package, kernel_folder
from services.screening.matching.errors import DamagedSnapshot, NotCompiled
from services.screening.matching.matcher import Matcher
from services.screening.watchlist.entry import WatchlistEntry
from shared.process import bare_environment

NICENESS: Final = 19
"""Compiling a long list takes a minute of a core that screening and reviews need first."""
_WRITTEN: Final = ".being-written"
_IN_A_PROCESS: Final = (
    f"import sys; from {__name__} import end_with, main; end_with(sys.stdin.fileno()); main(sys.argv[1:])"
)


class SnapshotFolder:
    """Compiled lists by name. It holds entries in clear: only the service's account may read it.

    A name stands for one content for ever: the caller never uses one again for other entries. What other code
    compiled is not found, whatever its name, because words may be read otherwise there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._compiling: subprocess.Popen[bytes] | None = None
        self._is_ended = False

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.{digest_of_package()}"

    def open(self, name: str) -> Matcher | None:
        """Map a compiled list; `None` where none is usable: absent, damaged, or compiled by other code."""
        path = self._path(name)
        if not path.is_dir():
            return None
        try:
            return Matcher.open(path)
        except DamagedSnapshot:
            rmtree(path, ignore_errors=True)
            return None

    def write(self, name: str, lines: Iterable[bytes]) -> Matcher:
        """Compile entries in a process of its own, at low priority, and map what it wrote.

        One at a time: whoever asks for a name that another worker is compiling waits and maps that one's.
        Blocks for as long as it takes, so that it belongs into a thread.

        Args:
            name: Letters, digits, hyphens.
            lines: An entry each, as `entry_line` and `Matcher.lines` give it; taken one by one.

        Raises:
            NotCompiled: The process failed or was ended; nothing was written.
        """
        with self._alone():
            known = self.open(name)
            if known is not None:
                return known
            source = self._folder / _WRITTEN
            try:
                with source.open("wb") as file:
                    file.writelines(lines)
                self._compile_apart(source, self._path(name))
            finally:
                source.unlink(missing_ok=True)
            return Matcher.open(self._path(name))

    def keep(self, names: Collection[str]) -> None:
        """Remove every other compiled list; workers that have one mapped go on with it."""
        kept = {self._path(name) for name in names}
        with self._alone():
            for path in sorted(self._folder.iterdir()):
                if path.is_dir() and path not in kept:
                    rmtree(path, ignore_errors=True)

    def end(self) -> None:
        """End the process that compiles, for good: `write` raises in its thread."""
        self._is_ended = True
        if self._compiling is not None:
            self._compiling.kill()

    def _compile_apart(self, source: Path, target: Path) -> None:
        # What a failing process prints may quote an entry, so that it is not kept.
        with subprocess.Popen(  # noqa: S603 - this interpreter, this module, paths of our own
            [sys.executable, "-P", "-c", _IN_A_PROCESS, str(source), str(target)],
            env=bare_environment() | {"NUMBA_CACHE_DIR": kernel_folder()},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._compiling = process
            # Whoever ended us a moment ago saw no process yet.
            if self._is_ended:
                process.kill()
            exit_code = process.wait()
        if exit_code:
            raise NotCompiled(exit_code=exit_code)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against other workers; the system lets go of it when a worker dies."""
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def compile_lines(source: Path, target: Path) -> None:
    """Compile the entries of a file, a line each, and save them as a matcher."""
    with source.open("rb") as lines:
        Matcher.compile(WatchlistEntry.from_json(json.loads(line)) for line in lines).save(target)


def main(arguments: list[str]) -> None:
    """The process that compiles: the file of entries, the folder to write."""
    os.nice(NICENESS)
    source, target = map(Path, arguments)
    # What a process that was killed left is in the way of the next.
    rmtree(target.with_name(f".{target.name}.partial"), ignore_errors=True)
    compile_lines(source, target)


def end_with(held: int, end: Callable[[int], object] = os._exit) -> None:
    """End this process when the one that holds the other end of a pipe does, however that ends.

    Args:
        held: The descriptor of our end, to which nobody writes.
        end: Ends this process.
    """

    def wait() -> None:
        os.read(held, 1)
        end(1)

    Thread(target=wait, daemon=True).start()
