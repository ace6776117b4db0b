"""Which processes a running local system consists of, read from /proc."""

from collections.abc import Mapping
from pathlib import Path

_PROC = Path("/proc")
_SERVICE_MODULE = "services."


def processes_of(supervisor: int, postgres_folder: Path) -> Mapping[str, int]:
    """The services' and PostgreSQL's process ids by name, of the system whose supervisor has this id.

    A process that is just being started again is absent.
    """
    found = {
        name: process
        for process in _descendants(supervisor)
        if (name := _service_name(_command_line(process))) is not None
    }
    postmaster = _postmaster(postgres_folder)
    if postmaster is not None:
        found["postgres"] = postmaster
    return found


def _descendants(ancestor: int) -> list[int]:
    parents = {process: parent for process in _all_processes() if (parent := _parent(process)) is not None}
    found = [ancestor]
    for process in found:
        found.extend(child for child, parent in parents.items() if parent == process)
    return found[1:]


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _parent(process: int) -> int | None:
    try:
        stat = (_PROC / str(process) / "stat").read_text(encoding="utf-8")
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[1])


def _command_line(process: int) -> list[str]:
    try:
        return (_PROC / str(process) / "cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:
        return []


def _service_name(command: list[str]) -> str | None:
    """The name in `python -m services.NAME`, or `None` for any other command."""
    if "-m" not in command[:-1]:
        return None
    module = command[command.index("-m") + 1]
    return module.removeprefix(_SERVICE_MODULE) if module.startswith(_SERVICE_MODULE) else None


def _postmaster(folder: Path) -> int | None:
    for pid_file in folder.rglob("postmaster.pid"):
        first_line = pid_file.read_text(encoding="ascii").partition("\n")[0]
        return int(first_line) if first_line.strip().isdigit() else None
    return None
