"""The supervisor: everything starts, what dies comes back, everything ends with it."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.children import ChildProcess
from deploy.local.faults import FolderInUse, NotReady, NotRunning, Unknown
from deploy.local.installation import install
from deploy.local.layout import DataFolder, Ports
from deploy.local.postgres_state import server_on
from deploy.local.supervisor import LocalSystem, Program, is_ready
from deploy.local.token_command import token_of_carrier, token_of_person
from shared.clock import SystemClock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder of the test's own."""
    return DataFolder(tmp_path / "data")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """PostgreSQL and the issuer, without the services; the tests below leave it running."""
    folder = DataFolder(tmp_path_factory.mktemp("system") / "data")
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(0), lambda _: None, services=())
        try:
            system.start()
            yield system
        finally:
            system.stop()


def test_files_of_the_installation_are_closed_to_others(system: LocalSystem) -> None:
    secrets = [
        system.folder.issuer_key,
        system.folder.policy_key("legal"),
        system.folder.carrier_secret("XA"),
        system.folder.people,
        system.folder.running,
        *(system.folder.keys_of("ingest") / name for name in ("service-token.json", "digest.key")),
        system.folder.keys_of("sharing") / "notice-sealing.json",
    ]
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert system.folder.path.stat().st_mode & 0o777 == 0o700


def test_second_installation_keeps_keys_and_people(system: LocalSystem) -> None:
    folder, database = system.folder, system._postgres  # noqa: SLF001
    assert database is not None
    before = [path.read_text() for path in (folder.issuer_key, folder.carrier_secret("XA"), folder.people)]
    install(folder, database, system.ports, SystemClock())
    assert before == [
        path.read_text() for path in (folder.issuer_key, folder.carrier_secret("XA"), folder.people)
    ]


def test_carrier_signs_in_with_the_secret_of_its_file(system: LocalSystem) -> None:
    answer = httpx.post(
        f"{system.ports.url('issuer')}/token",
        data={"grant_type": "client_credentials"},
        auth=("carrier-XA", system.folder.carrier_secret("XA").read_text()),
    )
    assert answer.status_code == 200


def test_token_command_knows_people_and_carriers(system: LocalSystem) -> None:
    assert token_of_person(system.folder.path, "verifier-1").count(".") == 2
    assert token_of_carrier(system.folder.path, "XA").count(".") == 2
    with pytest.raises(Unknown, match="verifier-1"):
        token_of_person(system.folder.path, "nobody")


def test_token_command_needs_a_running_system(folder: DataFolder) -> None:
    with pytest.raises(NotRunning, match=r"\./run up"):
        token_of_person(folder.path, "verifier-1")


def test_killed_process_comes_back(system: LocalSystem) -> None:
    issuer = system._kept[0]  # noqa: SLF001 - the test plays the operating system.
    first = issuer.child.pid
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    watch_until(system, lambda: issuer.child.pid != first and is_ready(issuer.program.url))


def test_killed_database_comes_back_on_its_port(system: LocalSystem) -> None:
    database = system._postgres  # noqa: SLF001
    assert database is not None
    first, port = database.pid, database.port
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    watch_until(system, lambda: database.pid not in {None, first})
    assert database.port == port


def watch_until(system: LocalSystem, happened: Callable[[], bool]) -> None:
    """Look after the processes as `run` does, until something has happened or a minute has passed."""
    ended = threading.Timer(60, system.end)
    ended.start()
    while not happened():
        assert not system._ending.wait(0.05), "it did not come back"  # noqa: SLF001
        system.watch()
    ended.cancel()


def test_program_that_ends_at_once_is_told_with_its_last_words(folder: DataFolder) -> None:
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(0), lambda _: None, services=())
        system.add(Program("broken", "deploy.local.no_such_module", "http://127.0.0.1:9", {}))
        with pytest.raises(NotReady, match=r"broken did not become ready.*No module named"):
            system.start()
        system.stop()


def test_second_system_on_the_folder_is_told_who_runs(system: LocalSystem) -> None:
    with pytest.raises(FolderInUse, match=f"process {os.getpid()}"), system.folder.claimed():
        pytest.fail("two systems may not share a folder")


def test_stopping_ends_every_process(folder: DataFolder) -> None:
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(0), lambda _: None, services=())
        system.start()
        children: list[ChildProcess] = [kept.child for kept in system._kept]  # noqa: SLF001
        system.stop()
    assert all(child.exit_code is not None for child in children)
    assert server_on(folder.postgres / "cluster") is None
    assert not folder.running.exists()


SCRIPT = """
import sys
from pathlib import Path
from deploy.local.installation import install
from deploy.local.layout import DataFolder, Ports
from deploy.local.supervisor import LocalSystem
folder = DataFolder(Path(sys.argv[1]))
with folder.claimed():
    system = LocalSystem(folder, Ports.starting_at(0), lambda step: None, services=())
    system.start()
    print(*(kept.child.pid for kept in system._kept), system._postgres.pid, flush=True)
    system.run()
"""


def test_everything_ends_when_the_supervisor_is_killed(folder: DataFolder) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        assert supervisor.stdout is not None
        children = [os.pidfd_open(int(pid)) for pid in supervisor.stdout.readline().split()]
        supervisor.kill()
        for child in children:
            readable, _, _ = select.select([child], [], [], 20)
            os.close(child)
            assert readable, "a process outlived its supervisor"


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_taken_port_is_one_sentence_and_exit_code_two(tmp_path: Path) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    done = run_command("up", "--data", str(tmp_path), "--port", str(port))
    listener.close()
    assert done.returncode == 2
    assert done.stderr.startswith(f"Port {port} of 127.0.0.1 is taken")
    assert done.stderr.count("\n") == 1


def test_unknown_command_is_one_sentence() -> None:
    done = run_command("fly")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No such command 'fly'" in done.stderr
