"""What processes used: seconds of processor and memory, by the kernel's own account (Linux)."""

import os
from collections import defaultdict
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the name in parentheses: the parent, then own and waited children's times.
_PARENT: Final = 1
_TIMES: Final = slice(11, 15)
_KIB_A_MIB: Final = 1024


def processor_seconds(root: int) -> float:
    """Seconds of processor that a process and everything below it have used, ended children included."""
    return sum(sum(times) for pid, (_, times) in _tree(root).items() if pid) / _TICKS


def peak_mib(root: int, module: str) -> float | None:
    """The most memory that the process below `root` whose command names a module ever held, in MiB."""
    for pid in _tree(root):
        command = _read(_PROC / str(pid) / "cmdline").replace("\x00", " ")
        if module in command:
            for line in _read(_PROC / str(pid) / "status").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / _KIB_A_MIB
    return None


def _tree(root: int) -> dict[int, tuple[int, list[int]]]:
    """The processes at and below one, with parent and times in ticks."""
    found: dict[int, tuple[int, list[int]]] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROC.iterdir():
        stat = _read(folder / "stat") if folder.name.isdigit() else ""
        if stat:
            fields = stat.rpartition(")")[2].split()
            pid, parent = int(folder.name), int(fields[_PARENT])
            found[pid] = parent, [int(each) for each in fields[_TIMES]]
            children[parent].append(pid)
    below = [root]
    for pid in below:
        below += children[pid]
    return {pid: found[pid] for pid in below if pid in found}


def _read(path: Path) -> str:
    """A file of the kernel's; empty where the process has ended meanwhile."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
