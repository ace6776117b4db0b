"""The files of a watched folder: which are complete; a receipt is written whole or not at all.

One sub-folder for each registered account: `in` takes files, `receipts` gives answers, `done` and `refused`
say of each file that it is over. Only names, sizes and receipts are ever left behind: a file itself is
deleted as soon as its receipt is on disk.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

IN, RECEIPTS, DONE, REFUSED = "in", "receipts", "done", "refused"
MAX_FILES_A_LOOK: Final = 500
_UNFINISHED: Final = (".part", ".filepart", ".tmp", ".uploading")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}")
_FILE_MODE: Final = 0o640
_FOLDER_MODE: Final = 0o770


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file still grows: the file itself, its size, its last change."""

    inode: int
    size: int
    changed_ns: int


Seen = Mapping[Path, Stamp]


def account_folders(root: Path) -> list[Path]:
    """The sub-folders that are named as an account may be; links and files are passed over."""
    with os.scandir(root) as entries:
        names = [
            each.name
            for each in entries
            if each.is_dir(follow_symlinks=False) and _ACCOUNT.fullmatch(each.name)
        ]
    return [root / name for name in sorted(names)]


def prepare(account: Path) -> None:
    """Make the four folders of an account where they are missing."""
    for name in (IN, RECEIPTS, DONE, REFUSED):
        (account / name).mkdir(mode=_FOLDER_MODE, exist_ok=True)


def look(account: Path) -> dict[Path, Stamp]:
    """The files in `in` by name, at most `MAX_FILES_A_LOOK`; links and folders are passed over."""
    found: dict[Path, Stamp] = {}
    folder = account / IN
    if not folder.is_dir():
        return found
    for path in sorted(folder.iterdir())[:MAX_FILES_A_LOOK]:
        try:
            facts = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(facts.st_mode):
            found[path] = _stamp(facts)
    return found


def complete_files(now: Seen, before: Seen) -> Iterator[tuple[Path, Stamp]]:
    """The files that are whole: unchanged since the look before, or renamed since from an unfinished name."""
    were_parts = {stamp for path, stamp in before.items() if is_unfinished(path)}
    for path, stamp in now.items():
        if not is_unfinished(path) and (before.get(path) == stamp or stamp in were_parts):
            yield path, stamp


def is_unfinished(path: Path) -> bool:
    """Whether the name says that the file is still being sent."""
    return path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED)


def read_whole(path: Path, stamp: Stamp, limit: int) -> bytes | None:
    """A file's content, at most one byte more than the limit; `None` where it changed meanwhile.

    Raises:
        OSError: It cannot be read, or is a link.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(limit + 1)
        is_same = _stamp(os.fstat(file.fileno())) == stamp
    return content if is_same else None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole, on disk, or not at all."""
    unfinished = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync_folder(path.parent)


def delete(path: Path, stamp: Stamp) -> None:
    """Delete a file, unless another was put in its place meanwhile."""
    try:
        if _stamp(path.lstat()) == stamp:
            path.unlink()
            _sync_folder(path.parent)
    except FileNotFoundError:
        # Another instance of this service took the same file; both got the same receipt.
        return


def name_beside(path: Path, reference: str) -> str:
    """The name of what is written about a file: its own where it is plain, and the receipt's last letters."""
    own = path.name if _PLAIN_NAME.fullmatch(path.name) else "file"
    return f"{own}.{reference[-12:]}"


def forget_older(account: Path, before: float) -> int:
    """Delete receipts and marks last changed before an instant (seconds since 1970); gives how many."""
    forgotten = 0
    for name in (RECEIPTS, DONE, REFUSED):
        for path in sorted((account / name).iterdir()):
            if path.lstat().st_mtime < before:
                path.unlink()
                forgotten += 1
    return forgotten


def _stamp(facts: os.stat_result) -> Stamp:
    return Stamp(facts.st_ino, facts.st_size, facts.st_mtime_ns)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
