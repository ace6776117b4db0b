"""The one way to reach PostgreSQL: SQLAlchemy 2.1 async over asyncpg."""

from typing import Any

from sqlalchemy import event
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


def _replace_ended(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool open another connection for one that is closed.

    The driver hears at once when the database ends a connection; asking it costs nothing, where a ping would
    cost every transaction a question and an answer.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError
