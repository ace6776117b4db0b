"""Sessions in PostgreSQL, each beginning and end with its audit record."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.console.sessions import StoredSession
from services.console.store import PostgresSessions
from shared.audit.log import AuditLog
from shared.db.engine import create_engine
from shared.identifiers import RandomIdentifiers
from tests.conftest import OpenDatabase
from tests.fakes import START, FixedClock

SESSION = StoredSession(b"\x01" * 32, "verifier-1", "Verifier 1", START, START, b"sealed")


@pytest.fixture
async def engine(database: OpenDatabase) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database("console").url, application_name="test")
    yield engine
    await engine.dispose()


@pytest.fixture
def store(engine: AsyncEngine, clock: FixedClock) -> PostgresSessions:
    return PostgresSessions(engine, AuditLog("console", clock, RandomIdentifiers(clock)))


async def recorded(engine: AsyncEngine) -> list[tuple[str, str, str, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT actor, action, object_id, outcome FROM audit_record ORDER BY record_id")
        )
        return [(row.actor, row.action, row.object_id, row.outcome) for row in rows]


async def test_kept_session_is_found_again(store: PostgresSessions) -> None:
    await store.add(SESSION)
    assert await store.get(SESSION.id_hash) == SESSION
    assert await store.get(b"\x02" * 32) is None


async def test_sign_in_and_sign_out_are_in_the_log_once(
    store: PostgresSessions, engine: AsyncEngine, clock: FixedClock
) -> None:
    await store.add(SESSION)
    clock.advance(seconds=1)
    await store.remove(SESSION)
    await store.remove(SESSION)
    assert [row[:2] for row in await recorded(engine)] == [
        ("verifier-1", "console.sign_in"),
        ("verifier-1", "console.sign_out"),
    ]


async def test_session_without_its_record_is_not_kept(store: PostgresSessions, engine: AsyncEngine) -> None:
    await store.add(SESSION)
    with pytest.raises(DBAPIError):
        await store.add(SESSION)
    assert len(await recorded(engine)) == 1


async def test_use_only_moves_forward(store: PostgresSessions) -> None:
    await store.add(SESSION)
    later = replace(SESSION, seen_at=START + timedelta(minutes=5), sealed_tokens=b"newer")
    await store.update(later)
    await store.update(replace(later, seen_at=START))
    assert await store.get(SESSION.id_hash) == later


async def test_update_brings_no_ended_session_back(store: PostgresSessions) -> None:
    await store.add(SESSION)
    await store.remove(SESSION)
    await store.update(SESSION)
    assert await store.get(SESSION.id_hash) is None


@pytest.mark.parametrize(("seconds", "removed"), [(0, 1), (-1, 0)])
async def test_forgotten_sessions_leave(store: PostgresSessions, seconds: int, removed: int) -> None:
    await store.add(SESSION)
    assert await store.remove_unseen_since(START + timedelta(seconds=seconds)) == removed
