"""The one way to reach PostgreSQL: SQLAlchemy 2.1 async over asyncpg."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.json_text import read_json, write_json

DEFAULT_POOL_SIZE = 8
POOL_OVERFLOW = 8
POOL_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 5.0


def create_engine(url: str, *, pool_size: int = DEFAULT_POOL_SIZE, application_name: str) -> AsyncEngine:
    """Make an engine; nothing is connected before its first use.

    A connection that the database has ended is replaced when it is taken from the pool, so that a restarted
    database costs no request.
    Statement parameters never appear in SQLAlchemy's errors or logs: they may be personal data.

    Args:
        url: `postgresql+asyncpg://…`; see `shared/db/urls.py`.
        pool_size: Connections kept open; `POOL_OVERFLOW` more may be opened for a burst.
        application_name: Shown by the database in `pg_stat_activity`.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        hide_parameters=True,
        json_serializer=write_json,
        json_deserializer=read_json,
        connect_args={
            "timeout": CONNECT_TIMEOUT_SECONDS,
            "server_settings": {"application_name": application_name, "timezone": "UTC"},
        },
    )
    event.listen(engine.sync_engine, "checkout", _replace_ended)
    return engine


@asynccontextmanager
async def opened_engine(url: str, *, pool_size: int, application_name: str) -> AsyncIterator[AsyncEngine]:
    """An engine as `create_engine` makes it, whose connections end with the block."""
    engine = create_engine(url, pool_size=pool_size, application_name=application_name)
    try:
        yield engine
    finally:
        await engine.dispose()


async def ask_whether_it_answers(engine: AsyncEngine) -> None:
    """One question to the database, for a readiness check: it raises when there is no answer."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


def _replace_ended(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool open another connection for one that is closed.

    The driver hears at once when the database ends a connection; asking it costs nothing, where a ping would
    cost every transaction a question and an answer.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError
