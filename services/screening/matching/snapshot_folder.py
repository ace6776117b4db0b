"""Compiled lists in a folder: each made in a process of its own, mapped by every worker of the machine."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Final

from services.screening.matching.compiled import digest_of_package, kernel_folder
from services.screening.matching.errors import DamagedSnapshot, NotCompiled
from services.screening.matching.matcher import Matcher
from services.screening.watchlist.entry import WatchlistEntry
from shared.process import bare_environment

NICENESS: Final = 19
"""Compiling a long list takes a minute of a core that screening and reviews need first."""
_WRITTEN: Final = ".being-written"
_IN_A_PROCESS: Final = f"import sys; from {__name__} import main; main(sys.argv[1:])"


class SnapshotFolder:
    """Compiled lists by name. It holds entries in clear: only the service's account may read it.

    A name stands for one content for ever: the caller never uses one again for other entries. What other code
    compiled is not found, whatever its name, because words may be read otherwise there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

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
            NotCompiled: The process failed; nothing was written.
        """
        with self._alone():
            known = self.open(name)
            if known is not None:
                return known
            source = self._folder / _WRITTEN
            try:
                with source.open("wb") as file:
                    file.writelines(lines)
                _compile_apart(source, self._path(name))
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

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against other workers; the system lets go of it when a worker dies."""
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _compile_apart(source: Path, target: Path) -> None:
    # What a failing process prints may quote an entry, so that it is not kept.
    done = subprocess.run(  # noqa: S603 - this interpreter, this module, paths of our own
        [sys.executable, "-P", "-c", _IN_A_PROCESS, str(source), str(target)],
        env=bare_environment() | {"NUMBA_CACHE_DIR": kernel_folder()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise NotCompiled(exit_code=done.returncode)


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
