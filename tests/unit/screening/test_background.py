"""What the service does while nobody asks: given up where it is told to end, told where it fails."""

import asyncio

import pytest

from services.screening.background import unless_stopped


async def test_work_is_given_up_when_the_service_is_told_to_end() -> None:
    stop, begun, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    doing = asyncio.create_task(unless_stopped(stop, endless()))
    await begun.wait()
    assert not doing.done()
    stop.set()
    await doing
    assert ended.is_set()


async def test_work_that_fails_is_told() -> None:
    async def failing() -> None:
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        await unless_stopped(asyncio.Event(), failing())
