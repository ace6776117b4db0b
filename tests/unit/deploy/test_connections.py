"""All services together never ask for more database connections than the server gives."""

import re
from pathlib import Path

import pytest

from deploy.local.layout import ROOT
from deploy.local.postgres import SETTINGS
from services.ingest.app import POOL_SIZE as INGEST_POOL
from services.screening.app import POOL_SIZE as SCREENING_POOL
from services.sharing.app import POOL_SIZE as SHARING_POOL
from services.sharing.app import VAULT_POOL
from shared.db.engine import DEFAULT_POOL_SIZE, POOL_OVERFLOW

POOLS = (INGEST_POOL, SCREENING_POOL, SHARING_POOL, VAULT_POOL, DEFAULT_POOL_SIZE)
# PostgreSQL keeps three back for superusers; each service migrates over one connection of its own.
RESERVED, MIGRATIONS = 3, 4


@pytest.mark.parametrize("settings", [SETTINGS, (ROOT / "docker-compose.yml").read_text(encoding="utf-8")])
def test_pools_of_all_services_fit_into_the_server(settings: str) -> None:
    (allowed,) = re.findall(r"max_connections ?= ?(\d+)", settings)
    asked = sum(pool + POOL_OVERFLOW for pool in POOLS)
    assert asked + RESERVED + MIGRATIONS <= int(allowed)


def test_every_engine_of_the_services_is_counted() -> None:
    """One for each service, and sharing's second for its vault."""
    calls = [
        path.relative_to(ROOT).parts[1]
        for path in sorted(Path(ROOT, "services").rglob("*.py"))
        for _ in re.findall(r"(?:create|opened)_engine\(", path.read_text(encoding="utf-8"))
    ]
    assert sorted(calls) == ["console", "ingest", "screening", "sharing", "sharing"]
    assert len(calls) == len(POOLS)
