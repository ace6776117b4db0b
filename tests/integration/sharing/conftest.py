"""The world that the tests of the sharing service act in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import OpenDatabase
from tests.integration.sharing.world import World, open_world


@pytest.fixture
async def world(database: OpenDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """A sharing service on a database of its own, with the demonstration's registers in force."""
    async with open_world(database("sharing"), tmp_path) as opened:
        yield opened
