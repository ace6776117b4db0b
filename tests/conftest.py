"""What all tests share: a database for the session, clones of it for each test, time, keys, no network.

`pytest-randomly` orders the tests and seeds `random`; it prints the seed, which `--randomly-seed=N` repeats.
"""

import asyncio
import gc
import ipaddress
import os
import random
import socket
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import cedarpy
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from shared.clock import Clock
from shared.db.migrate import migrate
from shared.db.roles import SERVICES, database_grants, owner_role
from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.security.keys import KeyFile
from tests.fakes import START, FakeIssuer, FixedClock

# A test never asserts times, and on a busy machine making an example takes as long as it takes. CI
# answers the same for the same commit; developers' runs and `./run bench fuzz` look for new examples.
settings.register_profile(
    "any-machine",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any-machine")

TESTS = Path(__file__).parent
OpenDatabase = Callable[..., ServiceDatabase]
"""`database("ingest")`; `database("ingest", folder)` takes another history of migrations, and
`database("ingest", like="name")` begins with what `Templates.fill` put into the template of that name."""

Fill = Callable[[ServiceDatabase], Coroutine[None, None, None]]
"""Writes the rows of a template into a database of its own, and leaves no connection open."""


LONG_FIRST = ("system", "integration")
"""Folders whose files take longest begin first, so that processes beside each other end together."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector rest while tests are found, and pass over ever after what is loaded then.

    None of it ever goes, and looking through it again and again takes two fifths of the collection.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the dearest folders; within them the order stays as chance made it."""
    rank = {folder: number for number, folder in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(TESTS).parts[0], len(rank)))


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse connections to anything but this machine."""
    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex

    def checked_connect(self: socket.socket, address: Any) -> None:
        _refuse_elsewhere(self, address)
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_elsewhere(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
        yield


@pytest.fixture(scope="session", autouse=True)
def cedar_parsed_once() -> Iterator[None]:
    """Let Cedar parse the same text once, and not for each engine anew: what it gives is never changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cedarpy, "Schema", SimpleNamespace(from_str=cache(cedarpy.Schema.from_str)))
        parsed = cache(cedarpy.PolicySet.from_json_str)
        patch.setattr(cedarpy, "PolicySet", SimpleNamespace(from_json_str=parsed))
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The packaged PostgreSQL, started once, without crash safety."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    yield server
    server.stop()


class Superuser:
    """One connection of the superuser for the session: a process for each statement costs more than the work.

    It lives in a thread with an event loop of its own, so that a test's loop may wait for it or go on.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection | None = None

    def begin(self, *statements: str) -> Future[None]:
        """Run statements one by one, after those that were begun before."""
        return self._thread.submit(lambda: self._runner.run(self._run(statements)))

    def run(self, *statements: str) -> None:
        """Run statements and wait for their end."""
        self.begin(*statements).result()

    def close(self) -> None:
        """End the connection and the thread."""
        self._thread.submit(lambda: self._runner.run(self._end())).result()
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    async def _run(self, statements: tuple[str, ...]) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url)
        for statement in statements:
            await self._connection.execute(statement)

    async def _end(self) -> None:
        if self._connection is not None:
            await self._connection.close()


@dataclass
class Templates:
    """Migrated databases to clone, made when first asked for.

    Of each template the next clone is made while the test that has the last one runs.
    """

    postgres: EmbeddedPostgres
    superuser: Superuser
    made: dict[tuple[str, Path | str | None], tuple[str, ServiceDatabase]] = field(default_factory=dict)
    ahead: dict[str, tuple[str, Future[None]]] = field(default_factory=dict)
    clones: int = 0

    @contextmanager
    def lending(self) -> Iterator[OpenDatabase]:
        """Databases of somebody's own, which go in the end."""
        names: list[str] = []

        def lend(service: str, folder: Path | None = None, like: str | None = None) -> ServiceDatabase:
            name, addresses = self._clone(service, folder, like)
            names.append(name)
            return addresses

        try:
            yield lend
        finally:
            self.superuser.run(*(f"DROP DATABASE {name} WITH (FORCE)" for name in names))

    def fill(self, service: str, like: str, filled_by: Fill, *, after: str | None = None) -> None:
        """Make a template whose rows `filled_by` writes, once, `after` those of another template."""
        name, addresses = self._clone(service, None, after)
        _run_in_thread(lambda: asyncio.run(filled_by(addresses)))
        self.made[service, like] = (name, addresses)

    def _clone(self, service: str, folder: Path | None, like: str | None) -> tuple[str, ServiceDatabase]:
        """A new database like the template, for the service's own roles."""
        template, addresses = self._template(service, folder) if like is None else self.made[service, like]
        if template not in self.ahead:
            self.ahead[template] = self._begin_copy(service, template)
        name, copied = self.ahead[template]
        copied.result()
        self.ahead[template] = self._begin_copy(service, template)
        return name, _renamed(addresses, name)

    def _template(self, service: str, folder: Path | None) -> tuple[str, ServiceDatabase]:
        key = (service, folder)
        if key not in self.made:
            plain = self.postgres.create_service_database(service)
            name, copied = self._begin_copy(service, service)
            copied.result()
            addresses = _renamed(plain, name)
            _run_in_thread(lambda: asyncio.run(migrate(addresses.migration_url, service, folder=folder)))
            self.made[key] = (name, addresses)
        return self.made[key]

    def _begin_copy(self, service: str, template: str) -> tuple[str, Future[None]]:
        self.clones += 1
        name = f"{service}_test_{self.clones}"
        owner = owner_role(service)
        return name, self.superuser.begin(
            f"CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy",
            *database_grants(service, name),
        )


@pytest.fixture(scope="session")
def database_templates(postgres: EmbeddedPostgres) -> Iterator[Templates]:
    """The migrated databases of this session."""
    superuser = Superuser(postgres.superuser_url().replace("+asyncpg", ""))
    yield Templates(postgres, superuser)
    superuser.close()


@pytest.fixture
def database(database_templates: Templates) -> Iterator[OpenDatabase]:
    """Gives `database("ingest") -> ServiceDatabase`: migrated, empty, this test's alone."""
    with database_templates.lending() as open_database:
        yield open_database


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at `tests.fakes.START` until it is told to go on."""
    return FixedClock()


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Randomness that a failing run can repeat: seeded by the seed that pytest prints."""
    return random.Random(request.config.getoption("randomly_seed", 0))


@pytest.fixture(scope="session")
def issuer_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of issuer and services, the same for every test."""
    return tmp_path_factory.mktemp("issuer-keys")


@pytest.fixture
def issuer(issuer_keys: Path, clock: FixedClock) -> FakeIssuer:
    """Tokens and verifiers; see `tests.fakes.FakeIssuer`."""
    return FakeIssuer(issuer_keys, clock, SERVICES)


@dataclass(frozen=True)
class SignedPolicy:
    """The safeguards of the release, signed by two people; a test that changes files takes a copy."""

    folder: Path
    signers: tuple[KeyFile, ...]

    def engine(self, clock: Clock) -> PolicyEngine:
        """The safeguards at work."""
        trusted = {key.kid: key.public_key for key in self.signers}
        return PolicyEngine.load(self.folder, profile="local", trusted_keys=trusted, clock=clock)


@pytest.fixture(scope="session")
def signed_policy(tmp_path_factory: pytest.TempPathFactory) -> SignedPolicy:
    """The safeguards in force, signed once for all tests."""
    folder = tmp_path_factory.mktemp("policy")
    life = {"not_before": START - timedelta(days=1), "not_after": START + timedelta(days=365)}
    signers = tuple(
        KeyFile.create(folder / f"{name}.json", owner=name, use="policy", **life)
        for name in ("legal", "supervisor")
    )
    return SignedPolicy(signed_copy(CATALOGUE_FOLDER, folder / "signed", signers), signers)


@pytest.fixture
def token(issuer: FakeIssuer) -> Callable[..., str]:
    """Gives `token("VERIFIER", subject="verifier-1")`: a person's bearer token."""
    return issuer.token


def _refuse_elsewhere(connection: socket.socket, address: Any) -> None:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if host != "localhost" and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        raise AssertionError("tests use no network but this machine's own")


def _renamed(addresses: ServiceDatabase, database: str) -> ServiceDatabase:
    return ServiceDatabase(
        *(
            make_url(url).set(database=database).render_as_string(hide_password=False)
            for url in (addresses.url, addresses.migration_url)
        )
    )


def _run_in_thread(action: Callable[[], None]) -> None:
    """Run something with an event loop of its own, though the test may have one already."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(action).result()
