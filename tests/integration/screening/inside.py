"""One running screening service for a file of tests, whose safeguards can be told to forget."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import create_engine
from shared.db.roles import SERVICES
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.screening.conftest import Desk, _settings, running
from tests.ways_out.forgetful import Forgetful
from tests.ways_out.stepping import Stepping


@dataclass(frozen=True)
class Inside(Stepping):
    """The service, the database as its owner changes it, and the forgetful safeguards."""

    desk: Desk
    owner: AsyncEngine
    policy: Forgetful


@contextmanager
def open_inside(request: pytest.FixtureRequest) -> Iterator[Inside]:
    """A service over a database of its own, with laws, orders and the matcher in force."""
    templates, signed = (request.getfixturevalue(name) for name in ("database_templates", "signed_policy"))
    in_force, keys = (request.getfixturevalue(name) for name in ("in_force", "service_keys"))
    folder = request.getfixturevalue("tmp_path_factory").mktemp("inside")
    clock = FixedClock()
    policy = Forgetful(signed.engine(clock))
    issuer = FakeIssuer(request.getfixturevalue("issuer_keys"), clock, SERVICES)
    with templates.lending() as database, asyncio.Runner() as runner:
        settings = _settings(folder, database("screening", like=in_force), keys)
        opened = AsyncExitStack()
        desk = runner.run(opened.enter_async_context(running(settings, policy, issuer, clock)))
        owner = create_engine(desk.migration_url, pool_size=1, application_name="owner")
        opened.push_async_callback(owner.dispose)
        try:
            yield Inside(runner, desk, owner, policy)
        finally:
            runner.run(opened.aclose())
