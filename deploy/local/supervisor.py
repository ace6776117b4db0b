"""Runs everything of one local system: PostgreSQL, the local issuer, the services; restarts what dies.

Children are started from the main thread (see `children.py`) and end with us, however we end.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final

import httpx

from deploy.local.children import ChildProcess, Command, last_line
from deploy.local.faults import LocalFault, NotReady
from deploy.local.installation import (
    door_environment,
    install,
    issuer_environment,
    service_environment,
    simulator_environment,
)
from deploy.local.layout import ROOT, SERVICES, DataFolder, Ports
from deploy.local.machine import write_secret
from deploy.local.postgres import EmbeddedPostgres
from shared.clock import SystemClock

# The first start compiles the matcher: half a minute of one processor, and longer on a slow or busy machine.
READY_TIMEOUT_SECONDS: Final = 300
READY_POLL_SECONDS: Final = 0.1
WATCH_SECONDS: Final = 0.1
STOP_PATIENCE_SECONDS: Final = 15.0
FIRST_RESTART_SECONDS: Final = 0.1
LONGEST_RESTART_SECONDS: Final = 5.0
STEADY_SECONDS: Final = 30.0
POSTGRES_PAUSE_SECONDS: Final = 1.0

# Ctrl-C, a polite end, a terminal that was closed.
ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Report = Callable[[str], None]


class Interrupted(Exception):
    """The person ended us before everything was ready."""


@dataclass(frozen=True)
class Program:
    """A process of ours that answers over HTTP at `url`."""

    name: str
    module: str
    url: str
    environment: Mapping[str, str]

    def command(self) -> Command:
        """How it is started: our interpreter, the checkout first on its path."""
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **self.environment}
        return Command((sys.executable, "-m", self.module), variables, ROOT)


@dataclass
class _Kept:
    """A program that is kept running, with the pause before its next start."""

    program: Program
    child: ChildProcess
    started_at: float
    restart_at: float | None = None
    pause_seconds: float = FIRST_RESTART_SECONDS


@dataclass
class LocalSystem:
    """One running system on a data folder that the caller has claimed.

    Args:
        folder: Its files.
        ports: Where it listens.
        report: Told, in a few words, what is being done.
        services: Which services run; all of them but in tests.
        with_simulator: Whether the counterparts of the demonstration world run as well.
    """

    folder: DataFolder
    ports: Ports
    report: Report
    services: Sequence[str] = SERVICES
    with_simulator: bool = False
    _kept: list[_Kept] = field(default_factory=list)
    _postgres: EmbeddedPostgres | None = None
    _ending: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start everything and wait until all answer.

        Raises:
            LocalFault: In one sentence, why it could not.
        """
        self.report("starting PostgreSQL")
        postgres = self._postgres = EmbeddedPostgres(self.folder.postgres, self.ports.numbers["postgres"])
        postgres.start()
        self.report("making keys and databases")
        installation = install(self.folder, postgres, self.ports, SystemClock())
        self.report("starting the services")
        self.add(self._issuer())
        for service in self.services:
            environment = service_environment(installation, service, self.ports)
            self.add(Program(service, f"services.{service}", self.ports.url(service), environment))
        if set(self.services) == set(SERVICES):
            self.add(self._door())
        if self.with_simulator:
            self.add(self._simulator())
        for kept in self._kept:
            self._wait_until_ready(kept)
        self._write_running()

    def add(self, program: Program) -> None:
        """Start one more program and keep it running."""
        child = ChildProcess.start(program.command(), self.folder.log(program.name))
        self._kept.append(_Kept(program, child, time.monotonic()))

    def run(self) -> None:
        """Keep everything running until somebody says `end`."""
        while not self._ending.wait(WATCH_SECONDS):
            self.watch()

    def end(self) -> None:
        """Let `run` return; harmless from a signal handler and from another thread."""
        self._ending.set()

    @property
    def is_ending(self) -> bool:
        """Whether somebody has said `end`."""
        return self._ending.is_set()

    def watch(self) -> None:
        """Look once after every process, and start again what has died."""
        if self._postgres is not None and not self._postgres.is_running():
            self._restart(self._postgres)
        for kept in self._kept:
            self._look_after(kept)

    def stop(self) -> None:
        """End every process that we started: programs first, then the database they write to."""
        for kept in self._kept:
            kept.child.send(signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE_SECONDS
        for kept in reversed(self._kept):
            kept.child.wait(max(0.0, deadline - time.monotonic()))
            kept.child.stop([], 0.0)
        self._kept.clear()
        if self._postgres is not None:
            self._postgres.stop()
        self.folder.running.unlink(missing_ok=True)

    def addresses(self) -> dict[str, str]:
        """Each service's address, in their order."""
        return {service: self.ports.url(service) for service in self.services}

    def _issuer(self) -> Program:
        environment = issuer_environment(self.folder, self.ports)
        return Program("issuer", "shared.security.local_issuer", self.ports.url("issuer"), environment)

    def _door(self) -> Program:
        environment = door_environment(self.folder, self.ports)
        return Program("door", "services.door", self.ports.url("door"), environment)

    def _simulator(self) -> Program:
        environment = simulator_environment(self.folder, self.ports)
        module = "deploy.local.counterpart_simulator"
        return Program("simulator", module, self.ports.url("simulator"), environment)

    def _wait_until_ready(self, kept: _Kept) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._ending.is_set():
                raise Interrupted
            if kept.child.wait(READY_POLL_SECONDS):
                raise self._not_ready(kept, f"it ended with {kept.child.exit_code}")
            if is_ready(kept.program.url):
                return
        raise self._not_ready(kept, "it does not answer")

    def _not_ready(self, kept: _Kept, reason: str) -> NotReady:
        said = spoken(last_line(kept.child.log))
        return NotReady(
            process=kept.program.name,
            seconds=READY_TIMEOUT_SECONDS,
            reason=f"{reason}, and said last: {said}",
            log=str(kept.child.log),
        )

    def _restart(self, postgres: EmbeddedPostgres) -> None:
        self.report("PostgreSQL ended; starting it again")
        try:
            postgres.start()
        except LocalFault as fault:
            # Killed again while it recovered, or short of disk for a moment: the next look tries once more,
            # because ending everything else over it would help nobody.
            self.report(fault.detail)
            self._ending.wait(POSTGRES_PAUSE_SECONDS)

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.child.exit_code is None:
            if now - kept.started_at > STEADY_SECONDS:
                kept.pause_seconds = FIRST_RESTART_SECONDS
            return
        if kept.restart_at is None:
            self.report(f"{kept.program.name} ended with {kept.child.exit_code}; starting it again")
            kept.child.stop([], 0.0)
            kept.restart_at = now + kept.pause_seconds
            kept.pause_seconds = min(LONGEST_RESTART_SECONDS, kept.pause_seconds * 2)
        elif now >= kept.restart_at:
            kept.child = ChildProcess.start(kept.program.command(), self.folder.log(kept.program.name))
            kept.started_at, kept.restart_at = now, None

    def _write_running(self) -> None:
        facts: dict[str, Any] = {
            "pid": os.getpid(),
            **{name: self.ports.url(name) for name in (*SERVICES, "issuer", "simulator", "door")},
            "postgres_port": self.ports.numbers["postgres"],
        }
        write_secret(self.folder.running, json.dumps(facts, indent=2))


def is_ready(url: str) -> bool:
    """Whether a program answers that it is ready."""
    try:
        return httpx.get(f"{url}/health/ready", timeout=2.0, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def spoken(line: str) -> str:
    """The event of a log line in JSON, or the line itself."""
    try:
        event = json.loads(line)
    except ValueError:
        return line
    return str(event.get("event", line)) if isinstance(event, dict) else line


@contextmanager
def running(system: LocalSystem, starting: AbstractContextManager[None]) -> Iterator[None]:
    """Start a system, let a person or their terminal end it, and stop it on the way out.

    Args:
        system: Not started yet.
        starting: Entered while it starts.

    Raises:
        LocalFault: It could not start.
        Interrupted: It was ended before it was ready.
    """

    def end(_: int, __: FrameType | None) -> None:
        system.end()
        # A second signal while processes are being ended must not leave half of them behind.
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    before = {number: signal.signal(number, end) for number in ENDING_SIGNALS}
    try:
        with starting:
            system.start()
        yield
    finally:
        system.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
