"""`python -m deploy.container.create_databases`: the roles and databases of all services, once; then it ends.

Reads the superuser's password and those of the eight login roles from files; harmless when repeated.

    DATABASES_HOST, DATABASES_PORT, DATABASES_SUPERUSER, DATABASES_PASSWORDS_FOLDER
"""

import asyncio
from contextlib import suppress
from pathlib import Path

import asyncpg
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.db.roles import (
    SERVICES,
    app_role,
    database_grants,
    database_statement,
    migrator_role,
    role_statements,
)


class DatabasesSettings(BaseSettings):
    """Where the server is, and where the passwords are: one file a role, named after it."""

    model_config = SettingsConfigDict(env_prefix="DATABASES_", frozen=True, extra="forbid")

    host: str
    port: int = Field(default=5432, ge=1, le=65_535)
    superuser: str = "postgres"
    passwords_folder: Path

    def password(self, role: str) -> str:
        """The password of a role: the first line of its file."""
        return (self.passwords_folder / role).read_text(encoding="utf-8").splitlines()[0]


async def create_databases(settings: DatabasesSettings) -> None:
    """Make what is missing.

    Raises:
        OSError: A password's file is missing.
        asyncpg.PostgresError: The server refused.
    """
    for service in SERVICES:
        names = (migrator_role(service), app_role(service))
        passwords = {name: settings.password(name) for name in names}
        await _run(settings, "postgres", list(role_statements(service, passwords)))
        # It may be there since an earlier start; its grants are given again all the same.
        with suppress(asyncpg.DuplicateDatabaseError):
            await _run(settings, "postgres", [database_statement(service)])
        await _run(settings, service, list(database_grants(service, service)))


async def _run(settings: DatabasesSettings, database: str, statements: list[str]) -> None:
    connection = await asyncpg.connect(
        host=settings.host,
        port=settings.port,
        user=settings.superuser,
        password=settings.password(settings.superuser),
        database=database,
    )
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(create_databases(DatabasesSettings()))
