"""A database with the shared tables alone, and the machinery over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import ServiceDatabase
from shared.audit.checkpoint import CheckpointSigner, log_origin
from shared.audit.log import AuditLog
from shared.db.engine import create_engine
from shared.identifiers import RandomIdentifiers
from tests.conftest import OpenDatabase
from tests.fakes import FixedClock

MIGRATIONS = Path(__file__).parent / "migrations"
SERVICE = "ingest"


@pytest.fixture
def specimen(database: OpenDatabase) -> ServiceDatabase:
    """A database of the example history."""
    return database(SERVICE, MIGRATIONS)


@pytest.fixture
async def engine(specimen: ServiceDatabase) -> AsyncIterator[AsyncEngine]:
    """The running service's way to its database."""
    engine = create_engine(specimen.url, application_name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
def audit(clock: FixedClock) -> AuditLog:
    """The service's audit log."""
    return AuditLog(SERVICE, clock, RandomIdentifiers(clock))


@pytest.fixture
def signer() -> CheckpointSigner:
    """The key of this test's log."""
    return CheckpointSigner(log_origin("XAA", SERVICE), Ed25519PrivateKey.generate())
