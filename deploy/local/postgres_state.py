"""What PostgreSQL left on the disk and in its log, and what it means."""

import re
import shutil
import time
from pathlib import Path
from typing import Final

from deploy.local.children import last_line
from deploy.local.faults import DatabaseFailed, DiskFull, FolderInUse, PortTaken

MINIMUM_FREE_MEBIBYTES: Final = 256
LEFTOVER_PATIENCE_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.1


def check_room(folder: Path) -> None:
    """Refuse a disk without the room that a first start and its write-ahead log need.

    Raises:
        DiskFull: Less than `MINIMUM_FREE_MEBIBYTES` are free.
    """
    if shutil.disk_usage(folder).free < MINIMUM_FREE_MEBIBYTES * 2**20:
        raise DiskFull(folder=str(folder), needed_mebibytes=MINIMUM_FREE_MEBIBYTES)


def end_leftover(cluster: Path, folder: Path) -> None:
    """Clear what a killed server left: its lock file, and backends that have not noticed yet.

    PostgreSQL believes a lock file whose process number has meanwhile gone to any other program;
    we look whether that process is a PostgreSQL on this very folder.

    Raises:
        FolderInUse: It is, and it stays.
    """
    lock = cluster / "postmaster.pid"
    deadline = time.monotonic() + LEFTOVER_PATIENCE_SECONDS
    while (pid := server_on(cluster)) is not None:
        if time.monotonic() > deadline:
            raise FolderInUse(pid=pid, folder=str(folder))
        time.sleep(POLL_SECONDS)
    lock.unlink(missing_ok=True)


def server_on(cluster: Path) -> int | None:
    """A process of PostgreSQL that works in this cluster folder, if there is one.

    Server and backends have the cluster as their working folder; elsewhere than on Linux nobody can be asked.
    """
    wanted = str(cluster.resolve())
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (
                str((process / "cwd").readlink()) == wanted
                and (process / "comm").read_text().strip() == "postgres"
            ):
                return int(process.name)
        except OSError:
            # It ended while we looked, or belongs to somebody else.
            continue
    return None


def says_ready(lock: Path, port: int) -> bool:
    """Whether the server's lock file says that it accepts connections on the port (lines 4 and 8)."""
    try:
        lines = lock.read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[3].strip() == str(port) and lines[7].strip() == "ready"  # noqa: PLR2004


def explain_failure(tail: str, action: str, folder: Path, port: int, log: Path) -> Exception:
    """Turn the end of PostgreSQL's log into the one fault that a person can act on."""
    if "No space left on device" in tail or "Disk quota exceeded" in tail:
        return DiskFull(folder=str(folder), needed_mebibytes=MINIMUM_FREE_MEBIBYTES)
    if "Address already in use" in tail:
        return PortTaken(port=port)
    said = [line for line in tail.splitlines() if re.search(r"FATAL|PANIC|error:", line)]
    return DatabaseFailed(
        action=action, reason=said[-1].strip()[:300] if said else last_line(log), log=str(log)
    )
