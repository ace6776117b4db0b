"""The packaged PostgreSQL: as root, as another user, as an ordinary user; after a kill; its refusals."""

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.faults import FolderInUse, PortTaken
from deploy.local.machine import HOST
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.postgres_identity import (
    PostgresIdentity,
    choose_identity,
    namespace_prefix,
    other_user_identity,
    unprivileged_user,
)
from deploy.local.postgres_state import server_on

ROOT = Path(__file__).parents[3]
AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the tests that leave it as it was."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("server") / "postgresql", durable=False)
    server.start()
    yield server
    server.stop()


def ask(url: str, question: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_cluster_has_checksums_and_utf8(postgres: EmbeddedPostgres) -> None:
    url = postgres.superuser_url()
    assert ask(url, "SHOW data_checksums") == "on"
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SELECT 'Ä' < 'B' COLLATE \"C\"") is False


def test_only_loopback_is_listened_on(postgres: EmbeddedPostgres) -> None:
    url = postgres.superuser_url()
    assert ask(url, "SHOW listen_addresses") == HOST
    assert ask(url, "SHOW unix_socket_directories") == ""


def test_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    url = f"postgresql+asyncpg://postgres:guess@{HOST}:{postgres.port}/postgres"
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(url, "SELECT 1")


def test_passwords_stand_in_a_file_for_the_owner_alone(postgres: EmbeddedPostgres) -> None:
    postgres.create_service_database("ingest")
    mode = postgres.log.with_name("passwords.json").stat().st_mode
    assert mode & 0o777 == 0o600


def test_application_role_can_create_nothing(postgres: EmbeddedPostgres) -> None:
    database = postgres.create_service_database("ingest")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(database.url, "CREATE TABLE mine (id int)")


def test_application_role_cannot_become_the_owner(postgres: EmbeddedPostgres) -> None:
    database = postgres.create_service_database("ingest")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(database.url, "SET ROLE ingest_owner")


def test_application_role_reaches_no_other_service(postgres: EmbeddedPostgres) -> None:
    ingest = postgres.create_service_database("ingest")
    postgres.create_service_database("sharing")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(ingest.url.removesuffix("/ingest") + "/sharing", "SELECT 1")


def test_migrator_makes_tables_that_the_owner_owns(postgres: EmbeddedPostgres) -> None:
    database = postgres.create_service_database("ingest")
    make = "DO $$ BEGIN SET ROLE ingest_owner; CREATE TABLE theirs (id int); END $$"
    ask(database.migration_url, make)
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'theirs'"
    assert ask(postgres.superuser_url("ingest"), owner) == "ingest_owner"


def test_making_a_database_twice_keeps_its_addresses(postgres: EmbeddedPostgres) -> None:
    assert postgres.create_service_database("ingest") == postgres.create_service_database("ingest")


@pytest.mark.parametrize("name", ["", "Ingest", "in gest", "ingest; DROP", "1ngest"])
def test_strange_service_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssertionError, match="lower-case"):
        EmbeddedPostgres(tmp_path).create_service_database(name)


def test_committed_rows_survive_kill_and_restart_on_the_same_port(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgresql")
    server.start()
    try:
        url = server.superuser_url()
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        server_process = server.pid
        assert server_process is not None
        os.kill(server_process, signal.SIGKILL)
        os.waitid(os.P_PID, server_process, os.WEXITED | os.WNOWAIT)
        server.start()
        assert server.superuser_url() == url
        assert ask(url, "SELECT answer FROM kept") == 42
    finally:
        server.stop()


def test_lock_file_of_an_unrelated_process_is_no_obstacle(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgresql", durable=False)
    server.start()
    server.stop()
    lock = tmp_path / "postgresql" / "cluster" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n0\n{server.port}\n\n127.0.0.1\n\n")
    server.start()
    assert server.is_running()
    server.stop()


def test_second_server_on_the_folder_is_refused(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.postgres_state.LEFTOVER_PATIENCE_SECONDS", 0.0)
    with pytest.raises(FolderInUse, match="already runs"):
        EmbeddedPostgres(postgres.log.parent).start()
    assert postgres.is_running()


def test_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} "):
            EmbeddedPostgres(tmp_path / "postgresql", port).start()


def test_stopped_server_leaves_no_process(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgresql", durable=False)
    server.start()
    server.stop()
    assert not server.is_running()
    assert server_on(tmp_path / "postgresql" / "cluster") is None


def test_cluster_cut_short_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "postgresql" / "cluster.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(tmp_path / "postgresql", durable=False)
    server.start()
    server.stop()
    assert not half.exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_where_namespaces_are_forbidden_another_user_runs_it(tmp_path: Path) -> None:
    reachable = Path("/var/tmp") / f"safeconduct-test-{os.getpid()}"

    def as_other_user(_: Path) -> PostgresIdentity:
        return other_user_identity(reachable, unprivileged_user())

    server = EmbeddedPostgres(tmp_path / "postgresql", durable=False, identify=as_other_user)
    try:
        server.start()
        assert server.pid is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid == unprivileged_user().pw_uid
        assert ask(server.create_service_database("ingest").url, "SELECT 1") == 1
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(reachable)], check=True)


@pytest.mark.skipif(not AS_ROOT, reason="root alone needs a namespace")
def test_root_keeps_every_file_and_works_in_a_closed_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    identity = choose_identity(tmp_path)
    assert identity.uid is None
    assert identity.prefix[:2] == namespace_prefix(unprivileged_user())[:2]


SCRIPT = """
import sys
from pathlib import Path
from deploy.local.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.run_sql("postgres", "SELECT 'answered'"), server.pid, flush=True)
sys.stdin.read()
"""


def test_ordinary_user_runs_it_directly_and_it_ends_with_us(tmp_path: Path) -> None:
    """Root plays the ordinary user inside a namespace; the supervisor is then killed without warning."""
    prefix = namespace_prefix(unprivileged_user()) if AS_ROOT else ()
    folder = tmp_path / "postgresql"
    supervisor = subprocess.Popen(
        [*prefix, sys.executable, "-c", SCRIPT, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervisor:
        assert supervisor.stdout is not None
        answer, pid = supervisor.stdout.readline().split()
        assert answer == "answered"
        server = os.pidfd_open(int(pid))
        supervisor.kill()
        assert ended_within(server, seconds=20)
    assert server_on(folder / "cluster") is None


def ended_within(pidfd: int, seconds: float) -> bool:
    """A process's descriptor becomes readable when the process has ended."""
    readable, _, _ = select.select([pidfd], [], [], seconds)
    os.close(pidfd)
    return bool(readable)
