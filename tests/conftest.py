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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from shared.db.migrate import migrate
from shared.db.roles import SERVICES, database_grants, owner_role
from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
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


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The packaged PostgreSQL, started once, without crash safety."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    yield server
    server.stop()


@dataclass
class Templates:
    """Migrated databases to clone, made when first asked for."""

    postgres: EmbeddedPostgres
    made: dict[tuple[str, Path | str | None], tuple[str, ServiceDatabase]] = field(default_factory=dict)
    clones: int = 0

    def clone(
        self, service: str, folder: Path | None = None, like: str | None = None
    ) -> tuple[str, ServiceDatabase]:
        """A new database like the template, for the service's own roles."""
        template, addresses = self._template(service, folder) if like is None else self.made[service, like]
        self.clones += 1
        name = f"{service}_test_{self.clones}"
        self._copy(service, template, name)
        return name, _renamed(addresses, name)

    def fill(self, service: str, like: str, filled_by: Fill) -> None:
        """Make a template whose rows `filled_by` writes, once; it leaves no connection open."""
        name, addresses = self.clone(service)
        _run_in_thread(lambda: asyncio.run(filled_by(addresses)))
        self.made[service, like] = (name, addresses)

    def _template(self, service: str, folder: Path | None) -> tuple[str, ServiceDatabase]:
        key = (service, folder)
        if key not in self.made:
            plain = self.postgres.create_service_database(service)
            name = f"{service}_template_{len(self.made)}"
            self._copy(service, service, name)
            addresses = _renamed(plain, name)
            _run_in_thread(lambda: asyncio.run(migrate(addresses.migration_url, service, folder=folder)))
            self.made[key] = (name, addresses)
        return self.made[key]

    def _copy(self, service: str, template: str, name: str) -> None:
        statement = (
            f"CREATE DATABASE {name} OWNER {owner_role(service)} TEMPLATE {template} STRATEGY file_copy"
        )
        self.postgres.run_sql("postgres", ";\n".join([statement, *database_grants(service, name)]))


@pytest.fixture(scope="session")
def database_templates(postgres: EmbeddedPostgres) -> Templates:
    """The migrated databases of this session."""
    return Templates(postgres)


@pytest.fixture
def database(database_templates: Templates) -> Iterator[OpenDatabase]:
    """Gives `database("ingest") -> ServiceDatabase`: migrated, empty, this test's alone."""
    names: list[str] = []

    def open_database(service: str, folder: Path | None = None, like: str | None = None) -> ServiceDatabase:
        name, addresses = database_templates.clone(service, folder, like)
        names.append(name)
        return addresses

    yield open_database
    for name in names:
        database_templates.postgres.run_sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


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
