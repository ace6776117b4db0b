"""Carries what a ledger holds to its recipient: asks at every try, sends, writes how it went.

At-least-once delivery, exactly-once effect: a message is sent again with the same bytes and the same id until
its acknowledgement is verified or its time is over. Whoever is killed in between leaves it due. Notices of
shares and the other messages of the exchange go one way; what differs between them is their `Ledger`.

Source: sharing-protocol.md §6 (sender), §9.6; safeguards.md SG-30 (queued messages are asked again), SG-37.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from joserfc.errors import JoseError
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.delivery.workers import all_due, work_until
from services.sharing.errors import EnvelopeRefused, ScreeningSilent, VaultUnavailable
from services.sharing.protocol.envelope import kept_envelope
from services.sharing.protocol.receipts import verified
from services.sharing.protocol.transmit import Addressed, Answer, Gateway, delay_after
from services.sharing.registers.entries import Authority
from services.sharing.store.leasing import Tried
from shared.audit.log import AuditLog
from shared.audit.record import FactValue
from shared.clock import Clock
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY

LEASE: Final = timedelta(seconds=90)
SENDER: Final = "sharing"
#: What was sealed is not what was shown and approved: nothing of it leaves, and a person is told.
NOT_AS_SHOWN: Final = "NOT_AS_SHOWN"
_ALTERED: Final = Counter(
    "safeconduct_exchange_altered_messages",
    "Messages stopped because the sealed bytes are not those of the preview.",
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Load:
    """What the courier has to know of a row, whichever ledger it is in. Instants aware, UTC.

    `payload_digest` is the one that was shown and approved.
    """

    message_id: UUID
    authority_id: str
    envelope: str | None = field(repr=False)
    payload_digest: str
    state: str
    tries: int
    expires_at: datetime
    last_fault: str | None


@dataclass(frozen=True, slots=True)
class Permit:
    """What one try may do: the recipient and its address; or, without a recipient, why it ends here."""

    recipient: Authority | None
    endpoint: str | None = None
    fault: str = ""
    policy: str | None = None
    reasons: tuple[str, ...] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What an audit record says of a row whatever happens to it."""

    kind: str
    purpose: str
    facts: Mapping[str, FactValue]


Judging = Callable[[AsyncConnection], Awaitable[Permit]]
"""Asks the safeguards about one try, in the transaction that says that it leaves."""
Row = TypeVar("Row")


class Ledger(Protocol[Row]):
    """The rows of one kind that leave, and what is asked of them."""

    @property
    def word(self) -> str:
        """How its audit records begin: `notice` or `exchange`."""
        ...

    async def take_due(
        self, connection: AsyncConnection, *, now: datetime, leased_until: datetime
    ) -> Row | None:
        """The next row to be tried, leased."""
        ...

    def load(self, row: Row) -> Load:
        """What the courier has to know of it."""
        ...

    def told(self, row: Row) -> Told:
        """What the log says of it."""
        ...

    async def prepare(self, row: Row) -> Judging:
        """Learn outside any transaction what the question needs, so that a slow answer holds no lock.

        Raises:
            ScreeningSilent: Screening gave no answer; nothing may be sent.
        """
        ...

    async def update(self, connection: AsyncConnection, row: Row, tried: Tried) -> bool:
        """Write how a try went; `False` when another process has taken the row over since."""
        ...

    async def add_try(self, connection: AsyncConnection, row: Row, *, at: datetime, outcome: str) -> None:
        """Keep how the try ended."""
        ...


class Courier(Generic[Row]):
    """Takes due rows of one ledger one by one.

    Args:
        engine: The service's database.
        ledger: The rows.
        gateways: The ways out.
        audit: The log.
        clock: Tells when; tests move it.
        poll_seconds: How long a worker rests when nothing is due.
        workers: How many take rows side by side.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        ledger: Ledger[Row],
        *,
        gateways: Gateway,
        audit: AuditLog,
        clock: Clock,
        poll_seconds: float,
        workers: int,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._gateways = gateways
        self._audit = audit
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._workers = workers

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is under way is finished first."""
        await work_until(stop, self.deliver_next, workers=self._workers, rest=self._poll_seconds)

    async def deliver_due(self) -> int:
        """Try whatever is due, one after the other; for tests and for a tick by hand. Returns the tries."""
        return await all_due(self.deliver_next)

    async def deliver_next(self) -> bool:
        """Try the row that is due the longest; `False` when none is."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            row = await self._ledger.take_due(connection, now=now, leased_until=now + LEASE)
            if row is None:
                return False
            if now >= self._ledger.load(row).expires_at:
                await self._end(connection, row, Permit(None, fault="EXPIRED"), state="EXPIRED")
                return True
        await self._try(row)
        return True

    async def _try(self, row: Row) -> None:
        load = self._ledger.load(row)
        if not is_as_shown(load):
            await self._stop(row)
            return
        try:
            permit = await self._permitted(row)
        except (ScreeningSilent, VaultUnavailable) as silence:
            await self._postpone(row, load.state, silence.code)
            return
        if permit is None or permit.recipient is None:
            return
        assert load.envelope is not None, "what is not as shown was stopped before"
        addressed = Addressed(permit.endpoint, permit.recipient.id, load.message_id)
        answer = await self._gateways.transmit(addressed, load.envelope)
        now = self._clock.now()
        receipt = verified(
            answer, permit.recipient, message_id=load.message_id, envelope=load.envelope, now=now
        )
        await self._settle(row, receipt)

    async def _permitted(self, row: Row) -> Permit | None:
        """Ask once more, and let ledger and log say that it leaves before a byte of it does (SG-37, SG-41).

        `None` when another process has taken the row over since, or once the refusal is written.
        """
        judging = await self._ledger.prepare(row)
        async with self._engine.begin() as connection:
            permit = await judging(connection)
            if permit.recipient is None:
                await self._end(connection, row, permit)
                return None
            now = self._clock.now()
            leaving = Tried(
                "SENT", next_try_at=now + LEASE, sent_at=now, last_fault=self._ledger.load(row).last_fault
            )
            is_ours = await self._ledger.update(connection, row, leaving)
            await self._record(connection, row, "transmit", "PERMITTED", permit)
        return permit if is_ours else None

    async def _settle(self, row: Row, answer: Answer) -> None:
        if answer.fault is None:
            await self._delivered(row, answer)
        elif answer.is_final:
            async with self._engine.begin() as connection:
                await self._end(connection, row, Permit(None, fault=f"RECIPIENT_{answer.fault}"))
        else:
            await self._postpone(row, "SENT", answer.fault)

    async def _delivered(self, row: Row, answer: Answer) -> None:
        now = self._clock.now()
        received = Tried("DELIVERED", delivered_at=now, acknowledgement=answer.acknowledgement)
        async with self._engine.begin() as connection:
            is_ours = await self._ledger.update(connection, row, received)
            await self._ledger.add_try(connection, row, at=now, outcome="DELIVERED")
            if is_ours:
                await self._record(connection, row, "deliver", "DONE")

    async def _postpone(self, row: Row, state: str, fault: str) -> None:
        load, now = self._ledger.load(row), self._clock.now()
        next_try = min(now + delay_after(load.tries), load.expires_at)
        async with self._engine.begin() as connection:
            await self._ledger.update(connection, row, Tried(state, next_try_at=next_try, last_fault=fault))
            await self._ledger.add_try(connection, row, at=now, outcome=fault)
            await self._record(connection, row, "try", "FAILED", Permit(None, facts={"fault": fault}))
        get_logger().warning("delivery_postponed", message_id=str(load.message_id), code=fault)

    async def _stop(self, row: Row) -> None:
        """What was sealed is not what two people saw: it never leaves, and the alarm rings."""
        async with self._engine.begin() as connection:
            await self._record(connection, row, "altered", "FAILED")
            await self._end(connection, row, Permit(None, fault=NOT_AS_SHOWN))
        _ALTERED.inc()
        get_logger().error(
            "message_altered", message_id=str(self._ledger.load(row).message_id), code=NOT_AS_SHOWN
        )

    async def _end(
        self, connection: AsyncConnection, row: Row, why: Permit, *, state: str = "REFUSED"
    ) -> None:
        """No further try: expired, refused by the safeguards or by the recipient, or not as shown."""
        await self._ledger.update(connection, row, Tried(state, last_fault=why.fault))
        await self._ledger.add_try(connection, row, at=self._clock.now(), outcome=why.fault)
        facts: dict[str, FactValue] = {"fault": why.fault, "state": state}
        await self._record(
            connection,
            row,
            "end",
            "REFUSED",
            Permit(None, policy=why.policy, reasons=why.reasons, facts=facts),
        )

    async def _record(
        self,
        connection: AsyncConnection,
        row: Row,
        action: str,
        outcome: str,
        about: Permit | None = None,
    ) -> None:
        load, told = self._ledger.load(row), self._ledger.told(row)
        await self._audit.append(
            connection,
            actor=SENDER,
            action=f"{self._ledger.word}.{action}",
            object_kind=told.kind,
            object_id=str(load.message_id),
            outcome=outcome,
            purpose=told.purpose,
            policy=about.policy if about else None,
            reasons=about.reasons if about else (),
            facts={
                "authority_id": load.authority_id,
                "payload_digest": load.payload_digest,
                "number": load.tries,
                **told.facts,
                **(about.facts if about else {}),
            },
        )


def is_as_shown(load: Load) -> bool:
    """Whether the sealed message is the one that was shown: its digest, its id, its recipient.

    The envelope's `payload_hash` stands for the sealed bytes, since the recipient compares both (§5, §6).
    """
    if load.envelope is None:
        return False
    try:
        envelope = kept_envelope(load.envelope)
    except (EnvelopeRefused, JoseError, ValueError):
        return False
    sealed = (envelope.payload_hash, envelope.message_id, envelope.recipient)
    return sealed == (load.payload_digest, load.message_id, load.authority_id)
