"""Where everything of one local system stands: the files of its data folder, and its ports."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.faults import FolderImpossible, FolderInUse, NotRunning
from deploy.local.machine import HOST, check_port, free_port

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = ("ingest", "screening", "sharing", "console")
LISTENERS: Final = (*SERVICES, "issuer", "simulator", "postgres", "door")
DEFAULT_FIRST_PORT: Final = 8100


@dataclass(frozen=True)
class DataFolder:
    """The files of one local system; nothing of it stands elsewhere."""

    path: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's cluster, log and passwords."""
        return self.path / "postgresql"

    @property
    def people(self) -> Path:
        """Whom the local issuer knows."""
        return self.path / "people.json"

    @property
    def issuer_key(self) -> Path:
        """What the local issuer signs with."""
        return self.path / "keys" / "issuer.json"

    @property
    def service_keys(self) -> Path:
        """The JWKS of the services' public keys."""
        return self.path / "service-keys.json"

    @property
    def policy_trusted_keys(self) -> Path:
        """Whose signatures on the policy bundle count."""
        return self.path / "policy-trusted-keys.json"

    @property
    def policy(self) -> Path:
        """The safeguards' catalogue, signed by two people of this installation."""
        return self.path / "policy"

    @property
    def checkpoints(self) -> Path:
        """Where the audit logs' signed checkpoints are copied to."""
        return self.path / "checkpoints"

    @property
    def compiled_lists(self) -> Path:
        """The watchlist as screening's workers map it; entries in clear."""
        return self.path / "compiled-lists"

    @property
    def simulator(self) -> Path:
        """The keys of the simulated counterparts."""
        return self.path / "simulator"

    @property
    def running(self) -> Path:
        """What runs on this folder now: process, addresses."""
        return self.path / "system.json"

    @property
    def masking_key(self) -> Path:
        """The public half of the vault of masked values: ingest closes with it."""
        return self.keys_of("ingest") / "masking.json"

    @property
    def unmasking_key(self) -> Path:
        """The private half: in production it stands where masked values are shown under a grant only."""
        return self.keys_of("ingest") / "unmasking.json"

    @property
    def door(self) -> Path:
        """Where the travellers' door keeps sealed submissions."""
        return self.path / "door"

    @property
    def door_key(self) -> Path:
        """The public half of the rights office's key: all that the door has."""
        return self.path / "door-key.json"

    @property
    def rights_key(self) -> Path:
        """The private half: the rights office opens submissions with it."""
        return self.path / "keys" / "rights-office.json"

    def keys_of(self, name: str) -> Path:
        """The key folder of one service."""
        return self.path / "keys" / name

    def policy_key(self, person: str) -> Path:
        """What a demonstration person signs the policy bundle with."""
        return self.path / "keys" / "policy" / f"{person}.json"

    def carrier_secret(self, designator: str) -> Path:
        """The client secret of a carrier's account."""
        return self.account_secret(f"carrier-{designator}")

    def account_secret(self, subject: str) -> Path:
        """The client secret of an account that sends, such as handler-QH."""
        return self.path / "secrets" / subject

    def log(self, name: str) -> Path:
        """What one process of ours wrote."""
        return self.path / "log" / f"{name}.jsonl"

    def make(self) -> None:
        """Make the folder, closed to others.

        Raises:
            FolderImpossible: A file stands in its way, or nothing can be made there.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, FileNotFoundError, NotADirectoryError) as fault:
            raise FolderImpossible(folder=str(self.path), reason=str(fault.strerror)) from None

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the folder for one running system; the operating system frees it when we end, however we end.

        Raises:
            FolderImpossible: There can be no such folder.
            FolderInUse: Another one holds it.
        """
        self.make()
        with (self.path / "lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise FolderInUse(pid=lock.read().strip() or "?", folder=str(self.path)) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def is_claimed(self) -> bool:
        """Whether a system runs on this folder."""
        try:
            with (self.path / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def running_system(self) -> dict[str, Any]:
        """The addresses of the system that runs on this folder.

        Raises:
            NotRunning: None does.
        """
        if self.is_claimed() and self.running.exists():
            facts: dict[str, Any] = json.loads(self.running.read_text(encoding="utf-8"))
            return facts
        raise NotRunning(folder=str(self.path))


@dataclass(frozen=True)
class Ports:
    """The port of each listener on 127.0.0.1, by its name in `LISTENERS`."""

    numbers: dict[str, int]

    @classmethod
    def starting_at(cls, first: int) -> "Ports":
        """Consecutive ports from `first`; free ones when it is 0.

        Raises:
            PortTaken: Another program listens on one of them.
        """
        if first == 0:
            return cls(_free_ports())
        numbers = {name: first + place for place, name in enumerate(LISTENERS)}
        for number in numbers.values():
            check_port(number)
        return cls(numbers)

    def url(self, name: str) -> str:
        """A listener's address, without a slash at its end."""
        return f"http://{HOST}:{self.numbers[name]}"


def _free_ports() -> dict[str, int]:
    """As many different free ports as there are listeners."""
    found: set[int] = set()
    while len(found) < len(LISTENERS):
        found.add(free_port())
    return dict(zip(LISTENERS, sorted(found), strict=True))
