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
from tests.integration.screening.conftest import Desk, _safeguards, _settings, running
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
    folder = request.getfixturevalue("tmp_path_factory").mktemp("inside")
    clock = FixedClock()
    name, addresses = templates.clone("screening", None, request.getfixturevalue("in_force"))
    settings = _settings(folder, addresses, request.getfixturevalue("service_keys"))
    policy = Forgetful(_safeguards(signed, clock))
    issuer = FakeIssuer(request.getfixturevalue("issuer_keys"), clock, SERVICES)
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        desk = runner.run(opened.enter_async_context(running(settings, policy, issuer, clock)))
        owner = create_engine(desk.migration_url, pool_size=1, application_name="owner")
        opened.push_async_callback(owner.dispose)
        try:
            yield Inside(runner, desk, owner, policy)
        finally:
            runner.run(opened.aclose())
    templates.postgres.run_sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")
