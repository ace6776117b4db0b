import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.local.postgres import ServiceDatabase
from shared.bus import wake
from shared.bus.backlog import OLDEST, Backlog, read_backlog
from shared.bus.errors import DeliveryPostponed, DeliveryRefused, MessageMismatch
from shared.bus.inbox import Inbox
from shared.bus.message import OutgoingMessage
from shared.bus.outbox import Outbox, Relay
from shared.bus.relay import OnDelivered
from shared.db.engine import create_engine
from shared.db.urls import database_url
from shared.web.request_id import current_trace_id, trace
from tests.fakes import FixedClock


class FakeCarrier:
    """Keeps what it delivers; `answer` decides what happens to each message."""

    def __init__(self, answer: Callable[[OutgoingMessage], dict[str, Any]] | None = None) -> None:
        self.delivered: list[UUID] = []
        self.arrived = asyncio.Event()
        self._answer = answer or (lambda _message: {"stored": True})

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        reply = self._answer(message)
        self.delivered.append(message.message_id)
        self.arrived.set()
        return reply


def a_relay(
    engine: AsyncEngine,
    carrier: FakeCarrier,
    hooks: Mapping[str, OnDelivered] | None = None,
    **more: Any,
) -> Relay:
    return Relay(engine, carrier, hooks or {}, chance=random.Random(1), **more)


async def add(engine: AsyncEngine, destination: str = "screening", kind: str = "SpecimenV1") -> UUID:
    message_id = uuid4()
    async with engine.begin() as connection:
        await Outbox.add(
            connection, destination=destination, kind=kind, message_id=message_id, body={"number": 1}
        )
    return message_id


async def rows(engine: AsyncEngine) -> dict[UUID, tuple[int, str | None]]:
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT message_id, attempts, last_fault FROM outbox"))
        return {row.message_id: (row.attempts, row.last_fault) for row in found}


async def make_due(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET available_at = now()"))


async def test_message_of_a_rolled_back_transaction_is_never_sent(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await Outbox.add(connection, destination="screening", kind="SpecimenV1", message_id=uuid4(), body={})
        await connection.rollback()
    carrier = FakeCarrier()
    assert await a_relay(engine, carrier).deliver_due() == 0
    assert carrier.delivered == []


async def test_same_message_is_not_added_twice(engine: AsyncEngine) -> None:
    message_id = await add(engine)
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await Outbox.add(
                connection, destination="screening", kind="SpecimenV1", message_id=message_id, body={}
            )


async def test_messages_go_out_in_order_and_leave_the_outbox(engine: AsyncEngine) -> None:
    sent = [await add(engine) for _ in range(5)]
    carrier = FakeCarrier()
    assert await a_relay(engine, carrier).deliver_due() == 5
    assert carrier.delivered == sent
    assert await rows(engine) == {}


async def test_reply_is_handled_in_the_transaction_that_removes_the_row(engine: AsyncEngine) -> None:
    async def keep(connection: AsyncConnection, message: OutgoingMessage, reply: dict[str, Any]) -> None:
        await connection.execute(
            text("INSERT INTO specimen VALUES (:id, :note)"),
            {"id": message.message_id, "note": f"{message.body['number']} {reply['stored']}"},
        )

    message_id = await add(engine)
    await a_relay(engine, FakeCarrier(), {"SpecimenV1": keep}).deliver_due()
    async with engine.connect() as connection:
        kept = (await connection.execute(text("SELECT specimen_id, note FROM specimen"))).one()
    assert tuple(kept) == (message_id, "1 True")


async def test_delivery_alone_waits_for_no_disk(specimen: ServiceDatabase) -> None:
    seen: list[str] = []

    async def look(connection: AsyncConnection, *_: Any) -> None:
        seen.append(str(await connection.scalar(text("SHOW synchronous_commit"))))

    engine = create_engine(specimen.url, pool_size=1, application_name="tests")
    async with engine.begin() as connection:
        await connection.execute(text("SET synchronous_commit = on"))
    await add(engine)
    await a_relay(engine, FakeCarrier(), {"SpecimenV1": look}).deliver_due()
    async with engine.connect() as connection:
        await look(connection)
    await engine.dispose()
    assert seen == ["off", "on"], "what a crash undoes is delivered again; nothing else may be undone"


async def test_message_carries_the_trace_of_the_request_that_wrote_it(engine: AsyncEngine) -> None:
    with trace("ab" * 16):
        await add(engine)
    seen: list[str] = []

    def answer(_message: OutgoingMessage) -> dict[str, Any]:
        seen.append(current_trace_id())
        return {}

    await a_relay(engine, FakeCarrier(answer)).deliver_due()
    assert seen == ["ab" * 16]


async def test_failing_hook_leaves_the_row_and_undoes_its_work(engine: AsyncEngine) -> None:
    async def fail(connection: AsyncConnection, message: OutgoingMessage, _reply: dict[str, Any]) -> None:
        await connection.execute(
            text("INSERT INTO specimen VALUES (:id, 'half')"), {"id": message.message_id}
        )
        await connection.execute(text("INSERT INTO specimen VALUES (:id, 'x')"), {"id": message.message_id})

    message_id = await add(engine)
    assert await a_relay(engine, FakeCarrier(), {"SpecimenV1": fail}).deliver_due() == 1
    assert await rows(engine) == {message_id: (1, "IntegrityError")}
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM specimen")) == 0


async def test_refused_message_lets_the_others_pass_and_waits_longer_each_time(engine: AsyncEngine) -> None:
    poison = await add(engine)
    other = await add(engine)

    def answer(message: OutgoingMessage) -> dict[str, Any]:
        if message.message_id == poison:
            raise DeliveryRefused(destination="screening", reason="HTTP 422")
        return {}

    carrier = FakeCarrier(answer)
    relay = a_relay(engine, carrier)
    waits = []
    for attempt in (1, 2, 3):
        await relay.deliver_due()
        assert await rows(engine) == {poison: (attempt, "DELIVERY_REFUSED")}
        async with engine.connect() as connection:
            waits.append(await connection.scalar(text("SELECT available_at - now() FROM outbox")))
        await make_due(engine)
    assert carrier.delivered == [other]
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]


async def test_absent_destination_pauses_alone_and_keeps_its_order(engine: AsyncEngine) -> None:
    first, second = await add(engine, "sharing"), await add(engine, "sharing")
    elsewhere = await add(engine, "screening")
    is_away = True

    def answer(message: OutgoingMessage) -> dict[str, Any]:
        if is_away and message.destination == "sharing":
            raise DeliveryPostponed(destination="sharing", reason="HTTP 503")
        return {}

    carrier = FakeCarrier(answer)
    await a_relay(engine, carrier).deliver_due()
    assert carrier.delivered == [elsewhere]
    assert await rows(engine) == {first: (1, "DELIVERY_POSTPONED"), second: (0, None)}

    is_away = False
    # A new relay knows no pause, as after a restart.
    await a_relay(engine, carrier).deliver_due()
    assert carrier.delivered == [elsewhere, first, second]


async def test_running_relay_resumes_after_a_pause(engine: AsyncEngine) -> None:
    await add(engine)
    tries = 0

    def answer(_message: OutgoingMessage) -> dict[str, Any]:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise DeliveryPostponed(destination="screening", reason="HTTP 503")
        return {}

    carrier = FakeCarrier(answer)
    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, carrier, concurrency=1, poll_seconds=0.05).run(stop))
    await carrier.arrived.wait()
    stop.set()
    await running
    assert tries == 3
    assert await rows(engine) == {}


async def test_one_task_looks_for_what_a_notification_tells(engine: AsyncEngine) -> None:
    looks: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "SKIP LOCKED" in statement:
            looks.append(statement)

    sent = [await add(engine) for _ in range(3)]
    carrier = FakeCarrier()
    event.listen(engine.sync_engine, "before_cursor_execute", count)
    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, carrier, poll_seconds=3600).run(stop))
    while await rows(engine):
        await carrier.arrived.wait()
    stop.set()
    await running
    assert sorted(carrier.delivered) == sorted(sent)
    assert len(looks) == len(sent), "the last one says that no other waits"


async def test_relay_carries_several_messages_at_once(engine: AsyncEngine) -> None:
    together = asyncio.Barrier(3)

    class MeetingCarrier(FakeCarrier):
        async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
            await together.wait()
            return await super().deliver(message)

    sent = [await add(engine) for _ in range(3)]
    carrier = MeetingCarrier()
    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, carrier, poll_seconds=3600).run(stop))
    await carrier.arrived.wait()
    stop.set()
    await running
    assert sorted(carrier.delivered) == sorted(sent)


async def test_relay_that_had_nothing_to_do_gives_way_and_one_that_is_behind_does_not(
    engine: AsyncEngine,
) -> None:
    asked, gate = asyncio.Event(), asyncio.Event()

    async def give_way() -> None:
        asked.set()
        await gate.wait()

    behind = {await add(engine) for _ in range(2)}
    carrier, stop = FakeCarrier(), asyncio.Event()
    relay = a_relay(engine, carrier, poll_seconds=0.01, give_way=give_way)
    running = asyncio.create_task(relay.run(stop))
    await asked.wait()
    while behind.intersection(await rows(engine)):
        await carrier.arrived.wait()
    late = await add(engine)
    assert set(carrier.delivered) == behind
    gate.set()
    while await rows(engine):
        await carrier.arrived.wait()
    stop.set()
    await running
    assert carrier.delivered[-1] == late


async def test_postponed_message_gives_up_its_place_in_the_end(engine: AsyncEngine) -> None:
    def answer(_message: OutgoingMessage) -> dict[str, Any]:
        raise DeliveryPostponed(destination="screening", reason="ReadTimeout")

    message_id = await add(engine)
    for _ in range(6):
        await a_relay(engine, FakeCarrier(answer)).deliver_due()
    assert (await rows(engine))[message_id] == (6, "DELIVERY_POSTPONED")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT available_at > now() FROM outbox"))


async def test_two_relays_deliver_each_message_once(engine: AsyncEngine) -> None:
    sent = [await add(engine) for _ in range(30)]
    carrier = FakeCarrier()
    await asyncio.gather(*(a_relay(engine, carrier).deliver_due() for _ in range(4)))
    assert sorted(carrier.delivered) == sorted(sent)


async def test_notification_wakes_a_resting_relay(engine: AsyncEngine) -> None:
    carrier = FakeCarrier()
    # The poll alone would come an hour too late.
    relay = a_relay(engine, carrier, poll_seconds=3600)
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    async with engine.connect() as connection:
        while not await connection.scalar(
            text("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'LISTEN \"outbox\"')")
        ):
            await connection.rollback()
    await add(engine)
    await carrier.arrived.wait()
    stop.set()
    await running


async def test_lost_listening_connection_is_opened_again(engine: AsyncEngine) -> None:
    carrier = FakeCarrier()
    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, carrier, poll_seconds=0.05).run(stop))
    ended = 0
    while not ended:
        async with engine.begin() as connection:
            ended = await connection.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE query = 'LISTEN \"outbox\"' AND pid <> pg_backend_pid()"
                )
            )
    await add(engine)
    await carrier.arrived.wait()
    stop.set()
    await running


async def test_connection_that_ends_in_the_middle_of_listen_does_not_end_the_relay(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_listener = asyncpg.Connection.add_listener
    asked: list[str] = []
    listens_again = asyncio.Event()

    async def ends_once(self: asyncpg.Connection, channel: str, callback: Any) -> None:
        asked.append(channel)
        if len(asked) == 1:
            raise asyncpg.InternalClientError("another operation is in progress")
        await add_listener(self, channel, callback)
        listens_again.set()

    monkeypatch.setattr(asyncpg.Connection, "add_listener", ends_once)
    monkeypatch.setattr(wake, "RECONNECT_SECONDS", 0.01)
    carrier = FakeCarrier()
    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, carrier, poll_seconds=0.01).run(stop))
    await add(engine)
    await carrier.arrived.wait()
    await listens_again.wait()
    stop.set()
    await running


async def test_relay_finishes_what_is_under_way_before_it_stops(engine: AsyncEngine) -> None:
    await add(engine)
    under_way, go_on = asyncio.Event(), asyncio.Event()

    class SlowCarrier(FakeCarrier):
        async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
            under_way.set()
            await go_on.wait()
            return await super().deliver(message)

    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, SlowCarrier()).run(stop))
    await under_way.wait()
    stop.set()
    go_on.set()
    await running
    assert await rows(engine) == {}


async def test_absent_database_does_not_end_the_relay() -> None:
    nowhere = create_engine(database_url("127.0.0.1", 1, "x", "x", "x"), application_name="tests")
    both_tasks_met_it = asyncio.Event()
    observed: list[str] = []

    def observe(_destination: str, outcome: str) -> None:
        observed.append(outcome)
        if len(observed) == 3:
            both_tasks_met_it.set()

    stop = asyncio.Event()
    relay = a_relay(nowhere, FakeCarrier(), observe=observe, concurrency=1, poll_seconds=0.01)
    running = asyncio.create_task(relay.run(stop))
    await both_tasks_met_it.wait()
    stop.set()
    await running
    assert set(observed) == {"OUTBOX_UNAVAILABLE"}


async def test_attempts_and_backlog_are_observed(engine: AsyncEngine) -> None:
    observed: list[tuple[str, str]] = []
    backlogs: list[tuple[Backlog, ...]] = []
    await add(engine)
    carrier = FakeCarrier()
    relay = a_relay(
        engine,
        carrier,
        observe=lambda destination, outcome: observed.append((destination, outcome)),
        on_backlog=lambda backlog: backlogs.append(tuple(backlog)),
    )
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    await carrier.arrived.wait()
    stop.set()
    await running
    assert observed == [("screening", "DELIVERED")]
    assert backlogs


async def test_what_waits_is_a_figure_of_every_service(engine: AsyncEngine) -> None:
    await add(engine)
    tried = asyncio.Event()

    def postpone(_: OutgoingMessage) -> dict[str, Any]:
        tried.set()
        raise DeliveryPostponed(destination="screening", reason="HTTP 503")

    stop = asyncio.Event()
    running = asyncio.create_task(a_relay(engine, FakeCarrier(postpone)).run(stop))
    await tried.wait()
    stop.set()
    await running
    [metric] = OLDEST.collect()
    assert [sample.labels for sample in metric.samples] == [{"destination": "screening"}]


async def test_backlog_counts_by_destination(engine: AsyncEngine) -> None:
    for destination in ("screening", "sharing", "screening"):
        await add(engine, destination)
    async with engine.connect() as connection:
        backlog = await read_backlog(connection)
    assert [(row.destination, row.waiting) for row in backlog] == [("screening", 2), ("sharing", 1)]
    assert all(row.oldest_seconds >= 0 for row in backlog)


async def test_new_message_is_claimed_and_its_repeat_gets_the_first_reply(engine: AsyncEngine) -> None:
    message_id = uuid4()
    async with engine.begin() as connection:
        assert await Inbox.begin(connection, message_id, "SpecimenV1") is None
        await Inbox.finish(connection, message_id, {"screened": 200})
    async with engine.begin() as connection:
        assert await Inbox.begin(connection, message_id, "SpecimenV1") == {"screened": 200}


async def test_message_whose_transaction_failed_is_new_again(engine: AsyncEngine) -> None:
    message_id = uuid4()
    async with engine.connect() as connection:
        await Inbox.begin(connection, message_id, "SpecimenV1")
        await connection.rollback()
        assert await Inbox.begin(connection, message_id, "SpecimenV1") is None


async def test_same_message_at_the_same_time_takes_effect_once(engine: AsyncEngine) -> None:
    message_id = uuid4()
    effects = 0

    async def handle() -> dict[str, Any]:
        nonlocal effects
        async with engine.begin() as connection:
            stored = await Inbox.begin(connection, message_id, "SpecimenV1")
            if stored is not None:
                return stored
            effects += 1
            await Inbox.finish(connection, message_id, {"effect": effects})
            return {"effect": effects}

    assert await asyncio.gather(*(handle() for _ in range(4))) == [{"effect": 1}] * 4


async def test_identifier_of_another_kind_is_refused(engine: AsyncEngine) -> None:
    message_id = uuid4()
    async with engine.begin() as connection:
        await Inbox.begin(connection, message_id, "SpecimenV1")
        await Inbox.finish(connection, message_id, {})
        with pytest.raises(MessageMismatch):
            await Inbox.begin(connection, message_id, "OtherV1")


async def test_old_inbox_rows_are_forgotten(engine: AsyncEngine, clock: FixedClock) -> None:
    async with engine.begin() as connection:
        for _ in range(3):
            message_id = uuid4()
            await Inbox.begin(connection, message_id, "SpecimenV1")
            await Inbox.finish(connection, message_id, {})
        assert await Inbox.forget(connection, clock.now().replace(year=2000)) == 0
        assert await Inbox.forget(connection, clock.now().replace(year=2100)) == 3


async def test_connection_that_the_database_ended_costs_nothing(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
    # It is in the pool again when somebody at the database ends it.
    other = create_engine(engine.url.render_as_string(hide_password=False), application_name="another")
    async with other.connect() as connection:
        assert await connection.scalar(text("SELECT pg_terminate_backend(:own, 5000)"), {"own": own})
    await other.dispose()
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT pg_backend_pid()")) != own
