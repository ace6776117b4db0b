"""The world that the tests of the sharing service act in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import OpenDatabase
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.sharing.two_states import TwoStates, two_states
from tests.integration.sharing.world import World, open_world
from tests.unit.sharing.samples import NOW


@pytest.fixture
async def world(database: OpenDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """A sharing service on a database of its own, with the demonstration's registers in force."""
    async with open_world(database("sharing"), tmp_path) as opened:
        yield opened


@pytest.fixture
async def both(database: OpenDatabase, tmp_path: Path) -> AsyncIterator[TwoStates]:
    """Two States' sharing services that exchange with each other, each on a database of its own."""
    clock = FixedClock(NOW)
    folder = tmp_path / "issuer"
    folder.mkdir(mode=0o700)
    issuer = FakeIssuer(folder, clock, ("sharing",))
    databases = {name: database("sharing") for name in ("XAA", "XBB")}
    async with two_states(databases, tmp_path, clock, issuer) as opened:
        yield opened
