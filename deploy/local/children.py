"""Child processes that never outlive us: started in a group of their own, tied to this process, logged."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("tied_child.py")
MAX_LOG_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Command:
    """What to run: the program's absolute path first; and how to become somebody else before."""

    program: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    prefix: Sequence[str] = ()
    uid: int | None = None
    gid: int | None = None
    death_signal: signal.Signals = signal.SIGKILL


class ChildProcess:
    """One running program.

    The child gets `death_signal` when the *thread* that started it ends (Linux ties it to the thread),
    so start children from the main thread only.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    def start(cls, command: Command, log: Path) -> "ChildProcess":
        """Start a program in a session of its own, with both output streams appended to `log`."""
        identity = [f"--{name}={value}" for name, value in _identity(command).items()]
        launch = [
            *command.prefix,
            *(sys.executable, "-I", "-S", str(LAUNCHER)),
            *(f"--parent={os.getpid()}", f"--signal={int(command.death_signal)}", *identity, "--"),
            *command.program,
        ]
        with open_log(log) as descriptor:
            process = subprocess.Popen(
                launch,
                cwd=command.folder,
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def pid(self) -> int:
        """The process's identifier, which is its group's as well."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for its end; whether it has ended."""
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        if self.exit_code is None:
            self._process.send_signal(number)

    def stop(self, signals: Sequence[signal.Signals], patience_seconds: float) -> None:
        """Send each signal in turn, waiting after each; end with SIGKILL to the whole group."""
        for number in signals:
            self.send(number)
            if self.wait(patience_seconds):
                break
        self._kill_group()
        self._process.wait()

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Nobody is left in the group. macOS says "not permitted" for a group of zombies.
            return


@contextmanager
def open_log(path: Path) -> Iterator[int]:
    """Open a log file for appending, readable by its owner only; a file that grew too long is kept once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(path.with_suffix(path.suffix + ".old"))
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def last_line(log: Path, fallback: str = "it said nothing") -> str:
    """The last line of a log that says something, shortened to 300 characters."""
    if not log.exists():
        return fallback
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 16_384))
        lines = [line.strip() for line in stream.read().decode("utf-8", "replace").splitlines()]
    said = [line for line in lines if line]
    return said[-1][:300] if said else fallback


def _identity(command: Command) -> dict[str, int]:
    pairs = {"uid": command.uid, "gid": command.gid}
    return {name: value for name, value in pairs.items() if value is not None}
