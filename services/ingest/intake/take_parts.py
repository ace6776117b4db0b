"""Which transaction a message belongs to, and what becomes of one whose parts do not all come."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.arrival import Arrival
from services.ingest.intake.parts import (
    PartsState,
    Transaction,
    is_full_push,
    is_reservation_push,
    is_split,
    part_of,
)
from services.ingest.ports import Ports
from services.ingest.store.transactions import TransactionKey
from shared.beating import keep_beating
from shared.identifiers import FlightId
from shared.travel.message import Fault, Severity

PARTS_MISSING: Final = "PARTS_MISSING"
COUNT_MISMATCH: Final = "COUNT_MISMATCH"
BEAT_SECONDS: Final = 15.0
#: A reference that comes again after so long is another push.
SAME_REFERENCE: Final = timedelta(hours=24)


class TakeParts:
    """Counts the parts of split messages. Nothing waits for a part: what came is stored and screened."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(
        self, connection: AsyncConnection, arrival: Arrival, flight_id: FlightId
    ) -> Transaction:
        """The message's transaction with the message in it; the caller holds the flight's row.

        Source: `spec/edifact.md` §8: sender, type, 0068 and flight; without 0068 flight and time window.
        """
        message, part = arrival.message, part_of(arrival.message)
        new = Transaction(arrival.message_id, is_full_push(message), arrival.received_at, counts={})
        if not is_split(message):
            return new.with_part(part)
        wait = timedelta(minutes=self._ports.part_wait_minutes)
        key = TransactionKey(
            flight_id,
            arrival.sender,
            message.kind.value,
            "" if message.function is None else message.function.value,
            message.access_reference or "",
        )
        window = wait if message.access_reference is None else SAME_REFERENCE
        stores = self._ports.stores
        known = await stores.transactions.latest(connection, key, arrival.received_at - window)
        if known is None or (known.is_complete and not known.is_repeated_by(part)):
            known = new
        transaction = known.with_part(part)
        await stores.transactions.put(connection, key, transaction, transaction.started_at + wait)
        if known.state is PartsState.PARTS_MISSING and transaction.is_complete:
            has_missing_parts = await stores.transactions.are_parts_missing(connection, flight_id)
            await stores.flights.flag_missing_parts(
                connection, flight_id, has_missing_parts=has_missing_parts
            )
        return transaction


def count_faults(arrival: Arrival, transaction: Transaction) -> tuple[Fault, ...]:
    """A warning where all parts together hold another number than their sender states.

    A push that came whole is counted by its reader; a list that came whole shows both numbers on its receipt.
    """
    if not (is_split(arrival.message) and transaction.is_count_wrong):
        return ()
    segment = "EQN" if is_reservation_push(arrival.message) else "CNT"
    return (Fault(Severity.WARNING, COUNT_MISMATCH, segment),)


@dataclass(frozen=True, slots=True)
class PartsClock:
    """Ends the wait for parts that do not come. Several workers may run it: one of them ends each wait."""

    ports: Ports

    async def run(self, stop: asyncio.Event) -> None:
        """Look every `BEAT_SECONDS` until told to stop; a database that is away is waited for."""
        await keep_beating(self.beat, stop, every_seconds=BEAT_SECONDS, failed="parts_clock_failed")

    async def beat(self) -> int:
        """Flag every transaction whose wait is over, its receipts and its flight; how many there were."""
        ports, now = self.ports, self.ports.clock.now()
        async with ports.database.connect() as connection:
            overdue = await ports.stores.transactions.overdue(connection, now)
        ended = 0
        for transaction_id, flight_id in overdue:
            async with ports.database.begin() as connection:
                await ports.stores.flights.lock(connection, flight_id)
                if not await ports.stores.transactions.give_up(connection, transaction_id, now):
                    continue
                fault = Fault(Severity.WARNING, PARTS_MISSING, "UNH")
                await ports.stores.transactions.flag_receipts(
                    connection, transaction_id, fault.as_receipt_json()
                )
                await ports.stores.flights.flag_missing_parts(connection, flight_id, has_missing_parts=True)
                await ports.audit.append(
                    connection,
                    actor="ingest",
                    action="message.parts_missing",
                    object_kind="MESSAGE",
                    object_id=str(transaction_id),
                    facts={"flight_id": str(flight_id)},
                )
                ended += 1
        return ended
