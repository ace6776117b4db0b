"""One running ingest service for a file of tests, whose safeguards can be told to forget."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from services.ingest.background import Background
from shared.db.roles import SERVICES
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.ingest.conftest import REGISTERED, Ingest, running
from tests.ways_out.forgetful import Forgetful
from tests.ways_out.stepping import Stepping

LIST_TABLES: Final = """
SELECT CAST(CAST(oid AS regclass) AS text) FROM pg_class
WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace) AND has_table_privilege(oid, 'SELECT')
ORDER BY 1
"""


@dataclass(frozen=True)
class Inside(Stepping):
    """The service, the forgetful safeguards, and what is closed in the end."""

    ingest: Ingest
    policy: Forgetful
    opened: AsyncExitStack


@contextmanager
def open_inside(request: pytest.FixtureRequest) -> Iterator[Inside]:
    """A service over a database of its own, with a carrier, a profile, every route and a law in force.

    None of its own tasks runs: what is carried, masked or forgotten when is the test's to choose.
    """
    templates, given = (request.getfixturevalue(name) for name in ("database_templates", "given"))
    assert request.getfixturevalue("registered") == REGISTERED
    folder = request.getfixturevalue("tmp_path_factory").mktemp("inside")
    clock = FixedClock()
    with templates.lending() as database, asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        settings = given.settings(folder, database("ingest", like=REGISTERED))
        patch.setattr(Background, "_tasks", lambda *_: iter(()))
        opened = AsyncExitStack()
        issuer = FakeIssuer(request.getfixturevalue("issuer_keys"), clock, SERVICES)
        ingest = runner.run(opened.enter_async_context(running(settings, issuer, clock)))
        try:
            yield Inside(runner, ingest, Forgetful(ingest.app.state.ports.safeguards), opened)
        finally:
            runner.run(opened.aclose())


async def stored(ingest: Ingest) -> str:
    """All that the service's database holds, as text."""
    texts: list[str] = []
    for (table,) in await ingest.rows(LIST_TABLES):
        texts += [each[0] for each in await ingest.rows(f"SELECT CAST(each AS text) FROM {table} AS each")]
    return "\n".join(texts)
