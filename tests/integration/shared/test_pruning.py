"""Rows whose period is over go, batch after batch; the others stay."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.bus.inbox import Inbox
from shared.db.pruning import INBOX_KEPT, Pruner, PruneRule
from tests.fakes import FixedClock


async def received(engine: AsyncEngine, at: datetime, number: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO inbox (message_id, kind, received_at) VALUES (:id, 'SpecimenV1', :at)"),
            {"id": UUID(int=number), "at": at},
        )


async def kept(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return [row.message_id.int for row in await connection.execute(text("SELECT message_id FROM inbox"))]


async def test_inbox_forgets_what_no_sender_repeats(engine: AsyncEngine, clock: FixedClock) -> None:
    await received(engine, clock.now() - INBOX_KEPT - timedelta(seconds=1), 1)
    await received(engine, clock.now() - INBOX_KEPT, 2)
    await received(engine, clock.now(), 3)
    pruner = Pruner(engine, [PruneRule("inbox", INBOX_KEPT, Inbox.forget)], clock)
    assert await pruner.prune() == {"inbox": 1}
    assert await kept(engine) == [2, 3]
    clock.advance(seconds=1)
    assert await pruner.prune() == {"inbox": 1}


async def test_everything_due_goes_though_a_batch_is_small(engine: AsyncEngine, clock: FixedClock) -> None:
    batches = [3, 3, 1, 0]

    async def forget(_connection: AsyncConnection, _before: datetime) -> int:
        return batches.pop(0)

    assert await Pruner(engine, [PruneRule("some", timedelta(days=1), forget)], clock).prune() == {"some": 7}


async def test_pruning_outlives_a_database_that_is_away(
    engine: AsyncEngine, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = asyncio.Event()

    async def forget(_connection: AsyncConnection, _before: datetime) -> int:
        stop.set()
        raise OperationalError("", {}, OSError())

    await Pruner(engine, [PruneRule("some", timedelta(days=1), forget)], clock).run(stop)
    assert "pruning_failed" in capsys.readouterr().out
