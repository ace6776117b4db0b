"""Bring a service's database to its newest form: Alembic, driven by the program, one at a time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.roles import migrator_role, owner_role

CONNECTION_ATTRIBUTE: Final = "connection"
MIGRATION_LOCK: Final = 0x5AFEC0DE
"""The advisory lock that lets only one process migrate a database."""
LOCK_WAIT_SECONDS: Final = 60
LOCK_TIMEOUT_SECONDS: Final = 4
STATEMENT_TIMEOUT_SECONDS: Final = 5

_ROOT = Path(__file__).resolve().parents[2]


def migrations_folder(service: str) -> Path:
    """Where the history of a service lies."""
    return _ROOT / "services" / service / "migrations"


async def migrate(url: str, service: str, *, folder: Path | None = None) -> None:
    """Run all migrations that the database lacks, as `<service>_migrator` in the role `<service>_owner`.

    A second process that migrates the same database waits up to `LOCK_WAIT_SECONDS` and then finds nothing to
    do. A statement that waits more than 4 s for a lock or runs more than 5 s fails, so that a release never
    stops the running service for long.

    Args:
        url: Address of the database for the migrator.
        service: Whose history; its roles carry this name.
        folder: Another history, for tests; `services/<service>/migrations` when absent.

    Raises:
        ValueError: The address is not the migrator's.
        sqlalchemy.exc.DBAPIError: A migration failed; those before it stay.
    """
    config = Config()
    config.set_main_option("script_location", str(folder or migrations_folder(service)).replace("%", "%%"))
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.url.username != migrator_role(service):
        raise ValueError(f"migrations run as {migrator_role(service)}")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT_SECONDS}s'"))
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.execute(text(f"SET ROLE {owner_role(service)}"))
            await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
            await connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"))
            await connection.commit()
            await connection.run_sync(_upgrade, config)
    finally:
        # Closing the connection gives the advisory lock back.
        await engine.dispose()


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes[CONNECTION_ATTRIBUTE] = connection
    command.upgrade(config, "head")
