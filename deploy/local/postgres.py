"""PostgreSQL on this machine, without an installation: packaged binaries under a small supervisor of our own.

Loopback TCP only, passwords by SCRAM, data checksums, one superuser whose password stands in a 0600 file.
A full disk, a taken port and what a `kill -9` left behind each end in one clear sentence or in recovery.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.children import ChildProcess, Command, last_line
from deploy.local.faults import DatabaseFailed, NotReady
from deploy.local.machine import HOST, check_port, free_port, write_secret
from deploy.local.postgres_identity import PostgresIdentity, choose_identity
from deploy.local.postgres_state import check_room, end_leftover, explain_failure, says_ready
from shared.db.roles import app_role, database_grants, database_statement, migrator_role, role_statements
from shared.db.urls import database_url

SUPERUSER = "postgres"
START_TIMEOUT_SECONDS = 60
STOP_PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.02

SETTINGS = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
password_encryption = 'scram-sha-256'
shared_buffers = '256MB'
max_wal_size = '2GB'
wal_compression = on
# Filling each new 16 MiB of the log with zeros stops every commit for 60 ms; old files are used again.
wal_init_zero = off
jit = off
max_parallel_workers_per_gather = 0
huge_pages = off
timezone = 'UTC'
log_timezone = 'UTC'
idle_in_transaction_session_timeout = '5min'
log_line_prefix = '%m [%p] '
# A statement or the detail of an error can hold a traveller's name: neither is ever logged.
log_statement = 'none'
log_checkpoints = off
log_min_messages = 'log'
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
"""
NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
# A test opens a dozen connections: their passwords are random and last as long as the server.
scram_iterations = 1
"""
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class ServiceDatabase:
    """How a service reaches its database: as the application, and as the migrator."""

    url: str
    migration_url: str


class EmbeddedPostgres:
    """One PostgreSQL cluster in a folder, run by us.

    Args:
        folder: Holds the cluster, its log and its passwords; made when absent, 0700.
        port: Where to listen on 127.0.0.1; 0 picks a free one at each first start.
        durable: False gives up crash safety and slow passwords for speed. Tests only.
        identify: Decides as whom it runs.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        durable: bool = True,
        identify: Callable[[Path], PostgresIdentity] = choose_identity,
    ) -> None:
        self._folder = folder.absolute()
        self._durable = durable
        self._port = port
        self._log = self._folder / "postgresql.log"
        self._identify = identify
        self._identity: PostgresIdentity | None = None
        self._child: ChildProcess | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start when none was asked for."""
        return self._port

    @property
    def log(self) -> Path:
        """What PostgreSQL itself had to say."""
        return self._log

    @property
    def pid(self) -> int | None:
        """The server's process while it runs."""
        return self._child.pid if self._child is not None and self.is_running() else None

    def is_running(self) -> bool:
        """Whether the server process lives."""
        return self._child is not None and self._child.exit_code is None

    def start(self) -> None:
        """Make the cluster if there is none, start the server, and wait until it answers.

        Called again after the server was killed, it starts it anew on the same port.

        Raises:
            DiskFull: Less than `MINIMUM_FREE_MEBIBYTES` are free.
            PortTaken: The port that was asked for is another program's.
            FolderInUse: A server runs on this folder already.
            DatabaseFailed, NotReady: PostgreSQL said no, or nothing.
        """
        if self.is_running():
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_room(self._folder)
        identity = self._identity = self._identity or self._identify(self._folder)
        if not (identity.cluster / "PG_VERSION").exists():
            self._make_cluster(identity)
        end_leftover(identity.cluster, self._folder)
        self._port = self._port or free_port()
        check_port(self._port)
        self._write_settings(identity)
        self._child = self._launch(identity)
        self._wait_until_ready(identity)

    def stop(self) -> None:
        """Stop it fast: running statements are ended, what was committed stays."""
        if self._child is None:
            return
        self._child.stop([signal.SIGINT, signal.SIGQUIT], STOP_PATIENCE_SECONDS)
        self._child = None

    def superuser_url(self, database: str = "postgres") -> str:
        """The address for the superuser: setting up and tests, never a service."""
        return self._url(database, SUPERUSER)

    def create_service_database(self, service: str) -> ServiceDatabase:
        """Make the database and the three roles of a service; harmless when they exist.

        `shared/db/roles.py` says what each role may do.
        """
        passwords = self._passwords(migrator_role(service), app_role(service))
        self.run_sql("postgres", _script(role_statements(service, passwords)))
        if not self.run_sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{service}'"):  # noqa: S608
            self.run_sql("postgres", database_statement(service))
        self.run_sql(service, _script(database_grants(service, service)))
        return ServiceDatabase(
            self._url(service, app_role(service)), self._url(service, migrator_role(service))
        )

    def run_sql(self, database: str, statements: str) -> str:
        """Run statements as the superuser, through standard input so that no password is in a command line.

        Returns:
            The rows, unaligned, without headings.

        Raises:
            DatabaseFailed: A statement was refused.
        """
        identity = self._identity or self._identify(self._folder)
        command = [identity.program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"]
        done = subprocess.run(
            command,
            input=statements,
            env=self._client_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
            raise DatabaseFailed(action="carry out a set-up statement", reason=reason, log=str(self._log))
        return done.stdout.strip()

    def _client_environment(self) -> dict[str, str]:
        return {
            "PGHOST": HOST,
            "PGPORT": str(self._port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": self._passwords(SUPERUSER)[SUPERUSER],
            "PGCONNECT_TIMEOUT": "10",
            "PGOPTIONS": "-c client_min_messages=warning",
            "LC_ALL": "C",
        }

    def _url(self, database: str, role: str) -> str:
        password = self._passwords(role)[role]
        return database_url(HOST, self._port, database, role, password)

    def _passwords(self, *roles: str) -> dict[str, str]:
        """The passwords of some roles; a role that has none yet gets one, written down first."""
        path = self._folder / "passwords.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [role for role in roles if role not in known]
        if missing:
            known.update({role: secrets.token_hex(24) for role in missing})
            write_secret(path, json.dumps(known, indent=2))
        return {role: known[role] for role in roles}

    def _make_cluster(self, identity: PostgresIdentity) -> None:
        """Make the cluster beside its place, so that one cut short is never taken for a whole one."""
        unfinished = identity.cluster.with_name("cluster.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = identity.cluster.with_name("initial-password")
        write_secret(password_file, self._passwords(SUPERUSER)[SUPERUSER])
        identity.give(password_file)
        program = [
            *(identity.program("initdb"), "--pgdata", str(unfinished), "--username", SUPERUSER),
            *("--pwfile", str(password_file), "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        try:
            child = ChildProcess.start(self._command(identity, program), self._log)
            ended = child.wait(START_TIMEOUT_SECONDS)
            if not ended or child.exit_code != 0:
                child.stop([signal.SIGTERM], 1.0)
                raise self._explained("make its data folder")
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(identity.cluster)

    def _write_settings(self, identity: PostgresIdentity) -> None:
        settings = SETTINGS + ("" if self._durable else NOT_DURABLE) + f"port = {self._port}\n"
        for name, text in (("postgresql.conf", settings), ("pg_hba.conf", ACCESS)):
            path = identity.cluster / name
            write_secret(path, text)
            identity.give(path)

    def _launch(self, identity: PostgresIdentity) -> ChildProcess:
        program = [identity.program("postgres"), "-D", str(identity.cluster)]
        return ChildProcess.start(self._command(identity, program), self._log)

    def _command(self, identity: PostgresIdentity, program: list[str]) -> Command:
        return Command(
            program=program,
            environment={"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", "")},
            folder=identity.cluster.parent,
            prefix=identity.prefix,
            uid=identity.uid,
            gid=identity.gid,
            death_signal=signal.SIGINT,
        )

    def _wait_until_ready(self, identity: PostgresIdentity) -> None:
        assert self._child is not None
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._child.wait(POLL_SECONDS):
                raise self._explained("start")
            if says_ready(identity.cluster / "postmaster.pid", self._port):
                return
        self.stop()
        raise NotReady(
            process="PostgreSQL",
            seconds=START_TIMEOUT_SECONDS,
            reason=last_line(self._log),
            log=str(self._log),
        )

    def _explained(self, action: str) -> Exception:
        tail = self._log.read_text("utf-8", "replace")[-8192:] if self._log.exists() else ""
        return explain_failure(tail, action, self._folder, self._port, self._log)


def _script(statements: Sequence[str]) -> str:
    """Statements for psql; none of them reaches the server's log, because some hold a password."""
    return ";\n".join(("SET log_min_messages = 'panic'", *statements)) + ";\n"
