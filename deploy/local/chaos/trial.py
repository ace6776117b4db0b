"""One trial: start a system, load it, kill its processes, let it settle, ask the oracle."""

import asyncio
import io
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import asyncpg
import httpx

from deploy.local.audit_command import audit_verify
from deploy.local.benchmarks.running_system import RunningSystem, running_system
from deploy.local.chaos.journal import LoadJournal
from deploy.local.chaos.killer import Killer
from deploy.local.chaos.load import Load, Sender
from deploy.local.chaos.office import Office
from deploy.local.chaos.oracle import (
    faults_of_ingest,
    faults_of_screening,
    faults_of_sharing,
    read_stored,
)
from deploy.local.chaos.processes import processes_of
from deploy.local.chaos.recovery import Recovery
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.scripted_day import LIST_FILE, LIST_SOURCE, ScriptedDay
from deploy.local.scripted_world import TO_BE_SHARED
from deploy.local.token_command import token_of_carrier
from shared.clock import SystemClock

VICTIMS: Final = ("ingest", "screening", "sharing", "postgres")
SENDERS: Final = 3
SETTLE_TIMEOUT_SECONDS: Final = 90
SETTLE_POLL_SECONDS: Final = 0.5


@dataclass(frozen=True)
class TrialReport:
    """What one trial came to; `faults` is empty when everything held."""

    seed: int
    seconds: float
    killed: tuple[str, ...]
    acknowledged: int
    travellers: int
    notices: int
    seconds_to_answer_again: Mapping[str, float]
    faults: tuple[str, ...]

    def line(self) -> str:
        """The report as one JSON line."""
        return json.dumps(
            {
                "trial": "chaos",
                "seed": self.seed,
                "seconds": self.seconds,
                "killed": {name: self.killed.count(name) for name in VICTIMS},
                "manifests_acknowledged": self.acknowledged,
                "travellers_acknowledged": self.travellers,
                "notices_delivered": self.notices,
                "seconds_to_answer_again": dict(self.seconds_to_answer_again),
                "goal": "at most 3, the database 10",
                "faults": list(self.faults),
            }
        )


def run_trial(seed: int, seconds: float) -> TrialReport:
    """Load a fresh system for so many seconds while its processes are killed, and judge it afterwards.

    Args:
        seed: Decides sizes, victims and moments.
        seconds: How long the load and the killing go on; settling and judging come on top.
    """
    random = Random(seed)  # noqa: S311 - repeatable, and nothing here is secret.
    with running_system(with_simulator=True) as system, tempfile.TemporaryDirectory() as folder:
        system.put_list_in_force(LIST_FILE.read_bytes(), LIST_SOURCE)
        journal = LoadJournal(Path(folder) / "journal.jsonl")
        recovery = Recovery(system.addresses)
        with _office(system) as office:
            killed = asyncio.run(_load_and_kill(system, journal, recovery, random, seconds))
        faults = _settled_faults(system, journal, office)
        effects = _effects(system)
        messages = list(journal)
        return TrialReport(
            seed=seed,
            seconds=seconds,
            killed=killed,
            acknowledged=len(messages),
            travellers=sum(len(message.references) for message in messages),
            notices=len(effects),
            seconds_to_answer_again=dict(sorted(recovery.worst.items())),
            faults=tuple(faults + _faults_of_logs(system)),
        )


def _processes(system: RunningSystem) -> Mapping[str, int]:
    return processes_of(system.supervisor, system.folder.postgres)


@contextmanager
def _office(system: RunningSystem) -> Iterator[Office]:
    """Officers at work in a thread of their own."""
    day = ScriptedDay(system.api, SystemClock(), lambda _: None, str(system.folder.path / "log"))
    office, stop = Office(system.api, day), threading.Event()
    worker = threading.Thread(target=office.run, args=(stop,), daemon=True)
    worker.start()
    try:
        yield office
    finally:
        stop.set()
        worker.join()


async def _load_and_kill(
    system: RunningSystem, journal: LoadJournal, recovery: Recovery, random: Random, seconds: float
) -> tuple[str, ...]:
    """Who was killed, in that order."""

    async def token() -> str:
        return token_of_carrier(system.folder.path, "XA")

    stop = asyncio.Event()
    load = Load(Sender(system.addresses["ingest"], token), journal, [TO_BE_SHARED], random)
    async with asyncio.TaskGroup() as group:
        killer = Killer(
            lambda: _processes(system),
            VICTIMS,
            random,
            lambda victim: group.create_task(recovery.watch(victim)),
        )
        group.create_task(load.run(stop, SENDERS))
        group.create_task(killer.run(stop))
        await asyncio.sleep(seconds)
        stop.set()
    return tuple(killer.killed)


def _settled_faults(system: RunningSystem, journal: LoadJournal, office: Office) -> list[str]:
    """The oracle's faults once everything had time to arrive, or the last ones when that time is over."""
    deadline = time.monotonic() + SETTLE_TIMEOUT_SECONDS
    while True:
        office.work()
        faults = asyncio.run(_faults(system, journal))
        if not faults or time.monotonic() > deadline:
            return faults
        time.sleep(SETTLE_POLL_SECONDS)


async def _faults(system: RunningSystem, journal: LoadJournal) -> list[str]:
    port = int(system.folder.running_system()["postgres_port"])
    postgres = EmbeddedPostgres(system.folder.postgres, port)

    def address(service: str) -> str:
        return postgres.superuser_url(service).replace("postgresql+asyncpg:", "postgresql:")

    try:
        stored = await read_stored(address)
        return [
            *faults_of_ingest(journal, stored),
            *await faults_of_screening(journal, stored, address),
            *await faults_of_sharing(address, _effects(system)),
        ]
    except (OSError, asyncpg.PostgresError) as fault:
        return [f"the database does not answer: {type(fault).__name__}"]


def _effects(system: RunningSystem) -> Mapping[str, int]:
    """How many notices of each identifier the counterparts keep: the effect, not the number of deliveries."""
    received = httpx.get(f"{system.simulator}/received", trust_env=False).raise_for_status().json()
    effects: dict[str, int] = {}
    for notices in received.values():
        for notice in notices:
            effects[notice["message_id"]] = effects.get(notice["message_id"], 0) + 1
    return effects


def _faults_of_logs(system: RunningSystem) -> list[str]:
    told = io.StringIO()
    code = audit_verify(system.folder.path, None, None, out=told, err=told)
    return [] if code == 0 else [f"audit verify: {told.getvalue().strip()}"]
