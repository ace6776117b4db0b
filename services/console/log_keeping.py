"""The console's database and its own audit log: who signed in and out, and which page was refused to whom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.console.settings import ConsoleSettings
from services.console.store import PostgresSessions
from shared.audit.desk import AuditDesk, running_audit
from shared.audit.log import AuditLog
from shared.audit.log_keys import LogKeys
from shared.clock import Clock
from shared.db.engine import create_engine
from shared.identifiers import RandomIdentifiers


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """The console's database while it is open."""

    engine: AsyncEngine
    audit: AuditLog
    sessions: PostgresSessions

    async def check(self) -> None:
        """Whether the database answers.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: It does not.
        """
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))


@asynccontextmanager
async def open_store(settings: ConsoleSettings, clock: Clock) -> AsyncIterator[OpenedStore]:
    """The database, closed at the end."""
    engine = create_engine(settings.database_url.get_secret_value(), application_name="console")
    audit = AuditLog("console", clock, RandomIdentifiers(clock))
    try:
        yield OpenedStore(engine, audit, PostgresSessions(engine, audit))
    finally:
        await engine.dispose()


@asynccontextmanager
async def keep_log(
    settings: ConsoleSettings, opened: OpenedStore, http: httpx.AsyncClient, clock: Clock
) -> AsyncIterator[AuditDesk]:
    """Sequence and sign the log in the background while the console runs, and a last time at its end."""
    async with running_audit(
        opened.engine,
        service="console",
        signer=LogKeys(settings.keys_folder, settings.own_state, "console", clock),
        log=opened.audit,
        clock=clock,
        sinks=settings.audit_checkpoint_sinks,
        client=http,
    ) as desk:
        yield desk
