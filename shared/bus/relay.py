"""Carries the outbox: takes due rows, delivers each, and removes it in the transaction that stores its reply.

Several relays may run over one outbox, and each carries several messages at a time: a row being carried is
locked, and the others pass it over. Each relay has one lookout, which hands on what it finds: a notification
wakes one task and not all of them. Rows of a destination go out in their order as far as that allows;
receivers must not depend on it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.bus.backlog import Backlog, read_backlog, show_backlog
from shared.bus.errors import DeliveryPostponed
from shared.bus.message import OutgoingMessage
from shared.bus.wake import WakeUp, wait_for
from shared.db.faults import DATABASE_FAULTS
from shared.errors import DomainError
from shared.web.request_id import trace

CONCURRENT_DELIVERIES: Final = 4
POLL_SECONDS: Final = 1.0
BACKLOG_SECONDS: Final = 5.0
FIRST_DELAY_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 5.0
LONGEST_DELAY_SECONDS: Final = 300.0
DELIVERED: Final = "DELIVERED"
PATIENT_ATTEMPTS: Final = 5
"""So many times a postponed message keeps its place at the head; later ones may then overtake it."""

# Nobody waits until a delivery is on the disk: one that a crash undoes is made again, which is harmless, and
# whoever waits for a commit of its own (a carrier for its acknowledgement) has the disk to itself.
_TAKE = text("""
SELECT set_config('synchronous_commit', 'off', true),
    outbox_id, message_id, destination, kind, CAST(body AS text) AS body, attempts, trace_id,
    EXISTS (SELECT FROM outbox later WHERE later.outbox_id > outbox.outbox_id
        AND later.available_at <= now() AND later.destination <> ALL (CAST(:paused AS text[]))) AS has_more
FROM outbox
WHERE available_at <= now() AND destination <> ALL (CAST(:paused AS text[]))
ORDER BY outbox_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_REMOVE = text("DELETE FROM outbox WHERE outbox_id = :outbox_id")
_POSTPONE = text("""
UPDATE outbox SET attempts = attempts + 1, last_fault = :fault,
                  available_at = now() + make_interval(secs => :seconds)
WHERE outbox_id = :outbox_id
""")

OnDelivered = Callable[[AsyncConnection, OutgoingMessage, dict[str, Any]], Awaitable[None]]
"""What a service does with a reply, in the transaction that removes the row; it may run again."""


class Carrier(Protocol):
    """What takes one message to its destination."""

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Deliver and give the destination's reply.

        Raises:
            DeliveryPostponed: The destination takes nothing now.
            DeliveryRefused: It refuses this message.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Pause:
    """Nothing goes to a destination before `until` (the loop's time); it failed so often in a row."""

    until: float
    failures: int


async def _go_first() -> None:
    """Wait for nobody."""


class Relay:
    """Delivers one service's outbox.

    Args:
        engine: The service's database.
        carrier: How messages travel.
        on_delivered: By kind, what is done with the reply; a kind without one is only removed.
        concurrency: Messages under way at the same time; each holds a database connection.
        chance: Spreads the delays, so that relays do not knock together.
        observe: Is told `(destination, "DELIVERED" or the fault's code)` of each attempt.
        on_backlog: Is told every `BACKLOG_SECONDS` what waits.
        give_way: Awaited before a relay that had nothing to do begins again: what answers somebody goes
            first. A relay that is behind waits for nobody.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        carrier: Carrier,
        on_delivered: Mapping[str, OnDelivered],
        *,
        concurrency: int = CONCURRENT_DELIVERIES,
        poll_seconds: float = POLL_SECONDS,
        chance: random.Random | None = None,
        observe: Callable[[str, str], None] = lambda _destination, _outcome: None,
        on_backlog: Callable[[Sequence[Backlog]], None] = show_backlog,
        give_way: Callable[[], Awaitable[None]] = _go_first,
    ) -> None:
        self._engine = engine
        self._carrier = carrier
        self._on_delivered = on_delivered
        self._places = asyncio.Semaphore(concurrency)
        self._poll_seconds = poll_seconds
        self._chance = chance or random.Random()  # noqa: S311 # Spreads delays; nothing secret hangs on it.
        self._observe = observe
        self._on_backlog = on_backlog
        self._give_way = give_way
        self._wake = WakeUp(engine)
        self._pauses: dict[str, _Pause] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is under way then is finished first."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wake.listen(stop))
            tasks.create_task(self._watch_backlog(stop))
            tasks.create_task(self._look_out(stop, tasks))
            await stop.wait()
            self._wake.ring()

    async def deliver_due(self) -> int:
        """Deliver one after the other until nothing is due; for tests and for a tick by hand.

        Returns:
            How many attempts were made, failed ones included.
        """
        attempts = 0
        while await self.deliver_one():
            attempts += 1
        return attempts

    async def deliver_one(self, tell: Callable[[bool], None] = lambda _has_more: None) -> bool:
        """Try the first message that is due; say whether there was one.

        Args:
            tell: Told, once a message is found and before it is carried, whether later ones are due as well.
        """
        async with self._engine.connect() as connection:
            row = (await connection.execute(_TAKE, {"paused": self._paused()})).one_or_none()
            if row is None:
                return False
            tell(row.has_more)
            message = OutgoingMessage(row.message_id, row.destination, row.kind, row.body, row.attempts)
            with trace(row.trace_id):
                outcome = await self._attempt(connection, row, message)
            await connection.commit()
        self._observe(message.destination, outcome)
        if outcome != DELIVERED:
            # Its destination may have to wait, or it is due again: the lookout counts anew.
            self._wake.ring()
        return True

    async def _attempt(self, connection: AsyncConnection, row: Row[Any], message: OutgoingMessage) -> str:
        """Deliver one message and settle its row; the outcome is `DELIVERED` or a fault's code."""
        try:
            reply = await self._carrier.deliver(message)
            await self._settle(connection, row, message, reply)
        except DeliveryPostponed as fault:
            pause = self._pause(message.destination)
            seconds = pause if message.attempts >= PATIENT_ATTEMPTS else 0.0
            await _postpone(connection, row, fault.code, seconds)
            return fault.code
        except Exception as fault:  # noqa: BLE001
            # This is the outermost loop of a delivery: one message's fault must not stop the others.
            code = fault.code if isinstance(fault, DomainError) else type(fault).__name__
            await _postpone(connection, row, code, self._delay(message.attempts, LONGEST_DELAY_SECONDS))
            return code
        self._pauses.pop(message.destination, None)
        return DELIVERED

    async def _settle(
        self, connection: AsyncConnection, row: Row[Any], message: OutgoingMessage, reply: dict[str, Any]
    ) -> None:
        hook = self._on_delivered.get(message.kind)
        try:
            if hook is not None:
                await hook(connection, message, reply)
            await connection.execute(_REMOVE, {"outbox_id": row.outbox_id})
        except Exception:
            # Faults are rare: undoing everything costs nothing before, a savepoint would cost every message.
            await connection.rollback()
            raise

    async def _look_out(self, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        """Have one message after the other carried, so many at a time as there are places."""
        while not stop.is_set():
            await self._places.acquire()
            if stop.is_set():
                return
            signal = self._wake.signal()
            has_more: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            tasks.create_task(self._carry(has_more))
            if not await has_more and not stop.is_set():
                await wait_for(signal, self._rest_seconds())
                await self._give_way()

    async def _carry(self, has_more: asyncio.Future[bool]) -> None:
        try:
            await self.deliver_one(has_more.set_result)
        except DATABASE_FAULTS:
            # The database is away; the messages are safe in it, and we look again.
            self._observe("database", "OUTBOX_UNAVAILABLE")
        finally:
            self._places.release()
            if not has_more.done():
                has_more.set_result(False)

    async def _watch_backlog(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with self._engine.connect() as connection:
                    self._on_backlog(await read_backlog(connection))
            except DATABASE_FAULTS:
                self._observe("database", "OUTBOX_UNAVAILABLE")
            await wait_for(stop, BACKLOG_SECONDS)

    def _paused(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        return [destination for destination, pause in self._pauses.items() if pause.until > now]

    def _rest_seconds(self) -> float:
        """How long the lookout rests without work: until the next poll, or until a pause ends."""
        now = asyncio.get_running_loop().time()
        ends = [pause.until - now for pause in self._pauses.values() if pause.until > now]
        return min([self._poll_seconds, *ends])

    def _pause(self, destination: str) -> float:
        """Let everything for a destination wait, longer each time; gives the seconds."""
        failures = self._pauses[destination].failures if destination in self._pauses else 0
        seconds = self._delay(failures, LONGEST_PAUSE_SECONDS)
        self._pauses[destination] = _Pause(asyncio.get_running_loop().time() + seconds, failures + 1)
        return seconds

    def _delay(self, failures: int, longest: float) -> float:
        """Twice as long after each failure, up to the longest, less up to a quarter by chance."""
        doubled: float = FIRST_DELAY_SECONDS * 2 ** min(failures, 32)
        return min(longest, doubled) * self._chance.uniform(0.75, 1.0)


async def _postpone(connection: AsyncConnection, row: Row[Any], fault: str, seconds: float) -> None:
    await connection.execute(_POSTPONE, {"outbox_id": row.outbox_id, "fault": fault, "seconds": seconds})
