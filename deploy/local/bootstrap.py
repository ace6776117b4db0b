"""From a fresh checkout to a running command line: an environment, a pinned uv, the locked packages.

Standard library only. The network is needed once, and again when a lock file has changed; a stamp in the
environment remembers what was installed.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALLER_LOCK = Path("deploy/local/uv.lock.txt")
RUN_TIME_LOCK = Path("requirements.lock")
DEVELOPMENT_LOCK = Path("requirements-dev.lock")
DEVELOPMENT_COMMANDS = frozenset({"test", "check"})
NEEDED_MEBIBYTES = 1024
EXIT_CANNOT_START = 2


class CannotInstall(Exception):
    """The environment cannot be made; the text is the whole sentence for the person."""


@dataclass(frozen=True)
class Environment:
    """The virtual environment of a checkout."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where it stands."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """The file that remembers what was installed."""
        return self.folder / "safeconduct-installed.json"


def main(root: str, arguments: Sequence[str]) -> int:
    """Make the environment ready and hand over to the command line in it; returns only when that failed."""
    environment = Environment(Path(root))
    locks = [RUN_TIME_LOCK]
    if arguments and arguments[0] in DEVELOPMENT_COMMANDS:
        locks.append(DEVELOPMENT_LOCK)
    try:
        with one_at_a_time(environment.root):
            prepare(environment, locks)
    except CannotInstall as fault:
        print(fault, file=sys.stderr)
        return EXIT_CANNOT_START
    except KeyboardInterrupt:
        return 130
    hand_over(environment, arguments)
    return EXIT_CANNOT_START


def hand_over(environment: Environment, arguments: Sequence[str]) -> None:
    """Become the command line. The checkout comes first on its path, and the present folder is not on it."""
    variables = {**os.environ, "PYTHONPATH": str(environment.root), "PYTHONSAFEPATH": "1"}
    variables.pop("PYTHONHOME", None)
    command = [str(environment.python), "-m", "deploy.local", *arguments]
    os.execve(command[0], command, variables)  # noqa: S606 - it is our own interpreter.


def prepare(environment: Environment, locks: Sequence[Path]) -> None:
    """Make the environment if there is none, and install what the lock files say if they changed.

    Raises:
        CannotInstall: In one sentence, why not.
    """
    wanted = {str(lock): digest(environment.root / lock) for lock in (INSTALLER_LOCK, *locks)}
    if environment.folder.exists():
        check_usable(environment)
    installed = read_stamp(environment)
    if all(installed.get(lock) == value for lock, value in wanted.items()):
        return
    check_writable(environment)
    if not environment.python.exists():
        make_environment(environment)
    if str(DEVELOPMENT_LOCK) in installed and DEVELOPMENT_LOCK not in locks:
        # The test tools are there; a sync that does not name them would take them away.
        locks = [*locks, DEVELOPMENT_LOCK]
    say("Installing the dependencies (once; about a minute) ...")
    environment.stamp.unlink(missing_ok=True)
    install(environment, locks)
    record = {str(lock): digest(environment.root / lock) for lock in (INSTALLER_LOCK, *locks)}
    environment.stamp.write_text(json.dumps(record, indent=2), encoding="utf-8")


def read_stamp(environment: Environment) -> dict[str, str]:
    """What is installed: the digest of each lock file; nothing when the stamp is absent or broken."""
    try:
        stamp = json.loads(environment.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_usable(environment: Environment) -> None:
    """Refuse an environment that this user cannot run.

    Raises:
        CannotInstall: It belongs to somebody else, and does not start for us.
    """
    if starts(environment.python):
        return
    if owned_by_us(environment.folder):
        # Its interpreter is gone, for instance after an upgrade of the machine: make it anew.
        shutil.rmtree(environment.folder)
        return
    raise CannotInstall(_not_ours(environment))


def check_writable(environment: Environment) -> None:
    """Refuse to install where this user cannot, or where it would take files from their owner.

    Raises:
        CannotInstall: The environment or the checkout is somebody else's, or the disk is full.
    """
    if environment.folder.exists() and not owned_by_us(environment.folder):
        raise CannotInstall(_not_ours(environment))
    if not os.access(environment.root, os.W_OK):
        raise CannotInstall(
            f"You may not write in {environment.root}: make a clone of your own with `git clone`."
        )
    if shutil.disk_usage(environment.root).free < NEEDED_MEBIBYTES * 2**20:
        raise CannotInstall(_disk_full(environment))


def starts(python: Path) -> bool:
    """Whether an interpreter runs at all for this user."""
    try:
        return subprocess.run([python, "-I", "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def owned_by_us(folder: Path) -> bool:
    """Whether the folder is this user's."""
    return folder.stat().st_uid == os.geteuid()


def make_environment(environment: Environment) -> None:
    """Make an empty virtual environment with pip.

    Raises:
        CannotInstall: This Python came without `venv` or `ensurepip`.
    """
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotInstall(
            f"This Python ({sys.executable}) lacks its module {missing[0]}; "
            f"on Debian and Ubuntu: apt-get install python{version}-venv."
        )
    run_installer(environment, [sys.executable, "-I", "-m", "venv", "--clear", str(environment.folder)])


def install(environment: Environment, locks: Sequence[Path]) -> None:
    """Install the pinned uv with pip, then exactly what the lock files name; every file by its hash."""
    pip = [str(environment.python), "-I", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run_installer(environment, [*pip, "--require-hashes", "--no-deps", "-r", str(INSTALLER_LOCK)])
    uv = [str(environment.folder / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes", "--no-build"]
    run_installer(environment, [*uv, "--python", str(environment.python), *map(str, locks)])


def run_installer(environment: Environment, command: Sequence[str]) -> None:
    """Run one step of the installation.

    Raises:
        CannotInstall: It failed; the sentence names the cause that a person can mend.
    """
    # The temporary folder may be another, smaller disk; uv warns on every call when it finds no other.
    variables = {
        "XDG_RUNTIME_DIR": str(environment.root),
        **os.environ,
        "VIRTUAL_ENV": str(environment.folder),
    }
    done = subprocess.run(
        command,
        cwd=environment.root,
        env=variables,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise CannotInstall(explain(environment, done.stdout + done.stderr))


NETWORK_SIGNS = (
    "No matching distribution",
    "NewConnectionError",
    "Failed to fetch",
    "dns error",
    "name resolution",
    "Connection refused",
    "error sending request",
    "timed out",
    "Network is unreachable",
    "Could not connect",
)


def explain(environment: Environment, output: str) -> str:
    """The one sentence that says what to mend, from what an installer printed."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return _disk_full(environment)
    if "hash mismatch" in output.lower() or "DO NOT MATCH THE HASHES" in output:
        return (
            "A downloaded package is not the one that the lock file names (its hash differs): "
            "nothing was started. Try again; if it stays so, tell whoever runs your package index."
        )
    if any(sign in output for sign in NETWORK_SIGNS):
        return (
            "The first start needs the network once, to fetch the dependencies, and the package index "
            "could not be reached; afterwards Safeconduct runs offline."
        )
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return f"The dependencies could not be installed: {said[-1][:300] if said else 'no reason was given'}."


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Let one `./run` install while another waits."""
    with (root / "requirements.lock").open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def say(sentence: str) -> None:
    """Tell the person, beside the output proper."""
    print(sentence, file=sys.stderr, flush=True)


def _not_ours(environment: Environment) -> str:
    return (
        f"The folder {environment.folder} belongs to another user and cannot be used by you: "
        "make a clone of your own with `git clone`."
    )


def _disk_full(environment: Environment) -> str:
    return (
        f"The disk that holds {environment.root} is too full: "
        f"the dependencies need {NEEDED_MEBIBYTES} MiB free there."
    )
