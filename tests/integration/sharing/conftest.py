"""The world that the tests of the sharing service act in."""

from collections.abc import AsyncIterator
from functools import partial
from itertools import permutations
from pathlib import Path
from shutil import copytree

import pytest

from deploy.local.postgres import ServiceDatabase
from tests.conftest import OpenDatabase, SignedPolicy, Templates
from tests.fakes import FixedClock
from tests.integration.sharing import two_states
from tests.integration.sharing.two_states import ADDRESS, Neighbours, TwoStates, acquaint
from tests.integration.sharing.world import IN_FORCE, World, make_keys, open_world
from tests.unit.sharing.samples import NOW


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands where the samples of sharing do."""
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def in_force(
    database_templates: Templates, signed_policy: SignedPolicy, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Keys of a service and its counterparts; the demonstration's registers, put in force once, name them."""
    keys, clock = tmp_path_factory.mktemp("in-force"), FixedClock(NOW)
    make_keys(keys, clock)

    async def put_in_force(addresses: ServiceDatabase) -> None:
        async with open_world(addresses, keys, signed_policy.engine(clock), clock) as world:
            await world.seed()

    database_templates.fill("sharing", IN_FORCE, put_in_force)
    return keys


@pytest.fixture
def keys(in_force: Path, tmp_path: Path) -> Path:
    """A copy of those keys, of which a test may change some."""
    return copytree(in_force, tmp_path, dirs_exist_ok=True)


@pytest.fixture
async def world(
    database: OpenDatabase, keys: Path, signed_policy: SignedPolicy, clock: FixedClock
) -> AsyncIterator[World]:
    """A sharing service on a database of its own, with the demonstration's registers in force."""
    addresses = database("sharing", like=IN_FORCE)
    async with open_world(addresses, keys, signed_policy.engine(clock), clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def neighbours(
    database_templates: Templates,
    signed_policy: SignedPolicy,
    issuer_keys: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Neighbours:
    """XAA and XBB as they know each other: their keys, and the templates of their names."""
    folder, clock = tmp_path_factory.mktemp("neighbours"), FixedClock(NOW)
    for name in ADDRESS:
        two_states.make_keys(folder / name, f"{name}-PIU-01", clock)
    for name, other in permutations(ADDRESS):
        database_templates.fill("sharing", name, partial(acquaint, folder=folder, name=name, other=other))
    return Neighbours(folder, issuer_keys, signed_policy)


@pytest.fixture
async def both(
    neighbours: Neighbours, database: OpenDatabase, tmp_path: Path, clock: FixedClock
) -> AsyncIterator[TwoStates]:
    """Two States' sharing services that exchange with each other, each on a database of its own."""
    async with neighbours.opened(database, tmp_path, clock) as opened:
        yield opened
