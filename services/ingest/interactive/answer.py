"""The use case: a check-in desk's message in → taken like any other, screened now → a directive for each.

The answer does not depend on what screening found. It waits for screening, so that officers have the match
before the traveller is at the gate, and rounds the time up, so that a longer look does not show.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.ingest.intake.arrival import RawMessage, Taken
from services.ingest.intake.receive import ReceiveMessage
from services.ingest.interactive.directives import DEFAULT_TABLE, DirectiveTable, Meaning
from services.ingest.interactive.reply import ANSWERED_KINDS, as_stored, decided_reply, told_again
from services.ingest.ports import Ports
from services.ingest.replies.cusres import Reply, reply_to
from services.ingest.store.interactive import InteractiveStore, Standing
from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Carrier
from shared.contracts import TravellersScreenedV1
from shared.db.faults import DATABASE_FAULTS
from shared.identifiers import MessageId
from shared.observability.logging import get_logger
from shared.travel.message import ParsedMessage
from shared.travel.traveller import Traveller

DEADLINE_SECONDS = 2.0
_NAMED_BY = ("surname", "given_names", "birth_date")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a State answers: its directives, until when, and what it says when screening is late."""

    table: DirectiveTable = DEFAULT_TABLE
    deadline_seconds: float = DEADLINE_SECONDS
    pace_seconds: float = 0.0
    outage: Meaning = Meaning.BOARD


@dataclass(frozen=True, slots=True)
class Answered:
    """One message of a body, and its reply; none where nothing of it could be read."""

    taken: Taken
    reply: Reply | None


class AnswerInteractive:
    """Takes messages and answers each traveller."""

    def __init__(self, ports: Ports, screening: Carrier, terms: Terms) -> None:
        self._ports = ports
        self._screening = screening
        self._terms = terms
        self._receive = ReceiveMessage(ports)
        self._store = InteractiveStore()

    async def __call__(self, raw: RawMessage) -> list[Answered]:
        """Take every message of a body and answer its travellers in the order sent.

        Whatever is answered is stored first, as at `POST /v1/messages`. A message that came before gets its
        first answer, also where people have decided otherwise since: the carrier was told of that by itself.

        Raises:
            IdempotencyKeyReused, StoreUnavailable: See `ReceiveMessage`; nobody is answered.

        Source:
            `spec/cusres.md` §3; `spec/paxlst.md` §8; SG-08.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        deadline = began + self._terms.deadline_seconds
        taken = await self._receive(raw)
        answered = [Answered(each, await self._reply(each, deadline)) for each in taken]
        await asyncio.sleep(seconds_to_next_step(loop.time() - began, self._terms.pace_seconds))
        return answered

    async def _reply(self, taken: Taken, deadline: float) -> Reply | None:
        message, table = taken.message, self._terms.table
        if message is None:
            return None
        if message.kind not in ANSWERED_KINDS:
            # ACKRES answers reservations, and directs nobody.
            return Reply(())
        if taken.refusal is not None or message.is_test:
            return reply_to(message, table)
        message_id = MessageId(taken.receipt.id)
        stored = await self._stored(message_id, message) if taken.is_repeat else None
        if stored is not None:
            return stored
        is_in_time = await self._is_screened(message_id, deadline)
        return await self._decide(message_id, message, is_in_time)

    async def _stored(self, message_id: MessageId, message: ParsedMessage) -> Reply | None:
        async with self._ports.database.connect() as connection:
            stored = await self._store.stored(connection, message_id)
        return None if stored is None else told_again(message, self._terms.table, stored)

    async def _decide(self, message_id: MessageId, message: ParsedMessage, is_in_time: bool) -> Reply:
        """Decide and store; the answer of a request that was quicker with the same message stands."""
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            standing = await self._store.standing(connection, message_id)
            reply = decided_reply(
                message,
                self._terms.table,
                usual=Meaning.BOARD if is_in_time else self._terms.outage,
                standing=placed(message.travellers, [each for each in standing if each.stands_at(now)]),
            )
            is_first = await self._store.store(
                connection,
                message_id,
                at=now,
                was_in_time=is_in_time,
                envelope=_envelope(message),
                directives=as_stored(reply),
            )
        return reply if is_first else await self._stored(message_id, message) or reply

    async def _is_screened(self, message_id: MessageId, deadline: float) -> bool:
        """Hand the message's batches to screening now; whether all were answered by the deadline.

        What is not answered is left to the relay. It may be handed on twice: screening's inbox makes a
        repeat harmless.
        """
        waiting: list[UUID] = []
        try:
            async with asyncio.timeout_at(deadline):
                async with self._ports.database.begin() as connection:
                    waiting = await self._store.waiting(connection, message_id)
                    for batch_id in waiting:
                        await self._store.lease(connection, batch_id, self._terms.deadline_seconds)
                for batch_id in waiting:
                    await self._hand_over(batch_id)
        except (TimeoutError, DeliveryPostponed, DeliveryRefused, *DATABASE_FAULTS) as fault:
            get_logger().warning(
                "interactive_not_screened", message_id=str(message_id), reason=type(fault).__name__
            )
            await self._leave_to_relay(waiting)
            return False
        return True

    async def _hand_over(self, batch_id: UUID) -> None:
        """Ask screening about one batch. No connection is held while it thinks: others need them."""
        async with self._ports.database.connect() as connection:
            batch = await self._store.read(connection, batch_id)
        if batch is None:
            return
        screened = await self._ask(batch)
        async with self._ports.database.begin() as connection:
            await self._ports.stores.messages.mark_screened(connection, batch_id, screened.screened_at)
            await self._store.remove(connection, batch_id)

    async def _leave_to_relay(self, batch_ids: Sequence[UUID]) -> None:
        with contextlib.suppress(*DATABASE_FAULTS):
            async with self._ports.database.begin() as connection:
                await self._store.give_back(connection, batch_ids)

    async def _ask(self, batch: OutgoingMessage) -> TravellersScreenedV1:
        return TravellersScreenedV1.model_validate(await self._screening.deliver(batch))


def seconds_to_next_step(elapsed: float, pace: float) -> float:
    """How long an answer still waits so that it leaves on a step of the pace, in seconds.

    Source:
        SG-08: whom the State looks at must not be told by how long it looked.
    """
    return -elapsed % pace if pace > 0 else 0.0


def placed(travellers: Sequence[Traveller], standing: Sequence[Standing]) -> dict[int, Meaning]:
    """What was decided, by the place of the traveller in the message.

    A decision is about a person, whatever reference the carrier checks them in under this time: the same
    record, or a document that is on both, or the same name and birth date where one has no document.
    """
    records = [_plain(traveller.as_record()) for traveller in travellers]
    return {
        place: each.meaning
        for each in standing
        for place, record in enumerate(records)
        if _is_same_person(record, each.record)
    }


def _is_same_person(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one == other:
        return True
    documents = _documents(one), _documents(other)
    if all(documents):
        return not documents[0].isdisjoint(documents[1])
    return one.get("birth_date") is not None and all(one.get(fact) == other.get(fact) for fact in _NAMED_BY)


def _documents(record: Mapping[str, Any]) -> frozenset[tuple[Any, Any]]:
    return frozenset((each.get("number"), each.get("issuer")) for each in record.get("documents") or ())


def _plain(record: Mapping[str, Any]) -> Any:
    """A record as it comes back from the database."""
    return json.loads(json.dumps(record))


def _envelope(message: ParsedMessage) -> dict[str, Any]:
    """What a later change of the answer needs to be addressed and written as the answer was."""
    return {
        "sender": message.sender,
        "recipient": message.recipient,
        "addresses": message.addresses.as_json(),
        "group_addresses": None if message.group_addresses is None else message.group_addresses.as_json(),
        "version": message.version,
        "access_reference": message.access_reference,
    }
