import asyncio

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from shared.db.engine import create_engine
from shared.db.migrate import migrate
from shared.db.shared_tables import AUDIT_TABLES
from tests.integration.shared.conftest import MIGRATIONS, SERVICE

AUDIT_COLUMNS = {
    "audit_record": "actor",
    "audit_leaf": "position",
    "audit_node": "level",
    "audit_checkpoint": "note",
}


async def test_migrating_again_changes_nothing(specimen: ServiceDatabase, engine: AsyncEngine) -> None:
    await asyncio.gather(*(migrate(specimen.migration_url, SERVICE, folder=MIGRATIONS) for _ in range(3)))

    async with engine.connect() as connection:
        tables = await connection.scalar(text("SELECT count(*) FROM pg_tables WHERE tablename = 'specimen'"))
    assert tables == 1


async def test_migrations_do_not_run_by_another_way() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with pytest.raises(RuntimeError, match=r"migrate\.py only"):
        command.upgrade(config, "head")


async def test_migrations_belong_to_the_owner(specimen: ServiceDatabase, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        owners = await connection.scalars(
            text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        )
    assert list(owners) == ["ingest_owner"]


async def test_application_cannot_migrate(specimen: ServiceDatabase) -> None:
    with pytest.raises(ValueError, match="ingest_migrator"):
        await migrate(specimen.url, SERVICE, folder=MIGRATIONS)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "UPDATE specimen SET note = 'x'",
        "SET ROLE ingest_owner",
        "ALTER TABLE specimen ADD COLUMN x int",
    ],
)
async def test_application_changes_nothing_that_it_was_not_given(engine: AsyncEngine, statement: str) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))


async def test_application_grants_itself_nothing(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        # Granting without the right to grant is only a warning in PostgreSQL; what counts is the effect.
        await connection.execute(text("GRANT DELETE ON specimen TO ingest_app"))
        allowed = await connection.scalar(text("SELECT has_table_privilege('specimen', 'DELETE')"))
    assert allowed is False


@pytest.mark.parametrize("role", ["ingest_app", "ingest_migrator", "ingest_owner"])
async def test_nobody_changes_the_audit_tables(specimen: ServiceDatabase, role: str) -> None:
    url = specimen.url if role == "ingest_app" else specimen.migration_url
    engine = create_engine(url, application_name="tests")
    for table, column in AUDIT_COLUMNS.items():
        for change in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            async with engine.connect() as connection:
                if role == "ingest_owner":
                    await connection.execute(text("SET ROLE ingest_owner"))
                with pytest.raises(DBAPIError, match="permission denied"):
                    await connection.execute(text(change))
    await engine.dispose()


def test_every_audit_table_is_tried() -> None:
    assert set(AUDIT_COLUMNS) == set(AUDIT_TABLES)


@pytest.mark.parametrize("table", AUDIT_TABLES)
async def test_owner_that_takes_the_right_back_is_still_refused(
    specimen: ServiceDatabase, table: str
) -> None:
    engine = create_engine(specimen.migration_url, application_name="tests")
    async with engine.connect() as connection:
        await connection.execute(text("SET ROLE ingest_owner"))
        await connection.execute(text(f"GRANT DELETE, TRUNCATE ON {table} TO ingest_owner"))
        with pytest.raises(DBAPIError, match="audit tables are written once"):
            await connection.execute(text(f"DELETE FROM {table}"))
    await engine.dispose()


async def test_other_services_cannot_connect(specimen: ServiceDatabase, postgres: EmbeddedPostgres) -> None:
    stranger = make_url(postgres.create_service_database("screening").url)
    engine = create_async_engine(stranger.set(database=make_url(specimen.url).database))
    with pytest.raises(DBAPIError, match="permission denied"):
        async with engine.connect():
            pass
    await engine.dispose()
