import asyncio

import pytest

from services.ingest.errors import StoreUnavailable
from services.ingest.intake.admission import Admission


async def _work(admission: Admission, name: str, done: list[str], gate: asyncio.Event) -> None:
    async with admission.turn():
        await gate.wait()
        done.append(name)


async def _started(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_bodies_get_their_turn_in_the_order_in_which_they_came() -> None:
    admission, done, gate = Admission(at_once=1), list[str](), asyncio.Event()
    work = [asyncio.create_task(_work(admission, name, done, gate)) for name in "abc"]
    await _started(3)
    gate.set()
    await asyncio.gather(*work)
    assert done == ["a", "b", "c"]


async def test_one_more_than_may_wait_is_told_to_come_again() -> None:
    admission, done, gate = Admission(at_once=1, max_waiting=1), list[str](), asyncio.Event()
    work = [asyncio.create_task(_work(admission, name, done, gate)) for name in "ab"]
    await _started(2)
    with pytest.raises(StoreUnavailable):
        await _work(admission, "c", done, gate)
    gate.set()
    await asyncio.gather(*work)
    assert done == ["a", "b"]


async def test_place_is_free_again_after_a_fault_and_after_one_who_gave_up_waiting() -> None:
    admission, done, gate = Admission(at_once=1, max_waiting=1), list[str](), asyncio.Event()
    first, second = (asyncio.create_task(_work(admission, name, done, gate)) for name in "ab")
    await _started(2)
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    gate.set()
    await _work(admission, "c", done, gate)
    assert done == ["c"]


async def _store(admission: Admission, gate: asyncio.Event) -> None:
    with admission.storing():
        await gate.wait()


async def test_who_gives_way_waits_until_nothing_is_stored_and_not_for_bodies_that_are_read() -> None:
    admission, done = Admission(at_once=1), list[str]()
    reading, first, last = asyncio.Event(), asyncio.Event(), asyncio.Event()
    read = asyncio.create_task(_work(admission, "a", done, reading))
    await _started(1)
    await admission.give_way()
    stored = [asyncio.create_task(_store(admission, gate)) for gate in (first, last)]
    await _started(2)
    giving_way = asyncio.create_task(admission.give_way())
    first.set()
    await _started(5)
    assert not giving_way.done()
    last.set()
    await giving_way
    assert done == [], "the body is still read"
    reading.set()
    await asyncio.gather(read, *stored)


async def test_who_gives_way_does_not_wait_for_ever() -> None:
    admission, gate = Admission(give_way_seconds=0.0), asyncio.Event()
    stored = asyncio.create_task(_store(admission, gate))
    await _started(1)
    await admission.give_way()
    assert not stored.done()
    gate.set()
    await stored
