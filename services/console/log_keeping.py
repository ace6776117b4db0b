"""The console's database and its own audit log: who signed in and out, and which page was refused to whom."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.console.settings import ConsoleSettings
from services.console.store import PostgresSessions
from shared.audit.checkpoint import CheckpointSigner, log_origin
from shared.audit.log import AuditLog, Sequencer
from shared.audit.sinks import open_sinks
from shared.clock import Clock
from shared.db.engine import create_engine
from shared.identifiers import RandomIdentifiers
from shared.observability.logging import get_logger
from shared.security.keys import KeyFile

CHECKPOINT_KEY = "audit-checkpoint.json"


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """The console's database while it is open."""

    engine: AsyncEngine
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
        yield OpenedStore(engine, PostgresSessions(engine, audit))
    finally:
        await engine.dispose()


@asynccontextmanager
async def keep_log(
    settings: ConsoleSettings, engine: AsyncEngine, http: httpx.AsyncClient, clock: Clock
) -> AsyncIterator[None]:
    """Sequence and sign the log in the background while the console runs, and a last time at its end."""
    key = KeyFile.load(settings.keys_folder / CHECKPOINT_KEY)
    sequencer = Sequencer(
        engine,
        signer=CheckpointSigner(log_origin(settings.own_state, "console"), key.private),
        clock=clock,
        sinks=open_sinks(settings.audit_checkpoint_sinks, http),
        report=lambda code: get_logger().error("audit_log_fault", code=code),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(sequencer.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task
