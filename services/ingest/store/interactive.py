"""Interactive answers, the batches that wait for them, and what people decided about travellers since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.interactive.directives import Meaning
from shared.bus.message import OutgoingMessage
from shared.contracts import DirectiveChangedV1
from shared.db.column_types import Json
from shared.identifiers import MessageId
from shared.travel.flight import Flight

_STORED = text("SELECT directives FROM interactive_answer WHERE message_id = :message_id")
_STORE = text("""
INSERT INTO interactive_answer (message_id, answered_at, was_in_time, envelope, directives)
VALUES (:message_id, :answered_at, :was_in_time, :envelope, :directives)
ON CONFLICT DO NOTHING
""").bindparams(bindparam("envelope", type_=Json), bindparam("directives", type_=Json))
_WAITING = text("""
SELECT batch_id FROM observed_batch WHERE message_id = :message_id ORDER BY batch_id LIMIT 1000
""")
# The relay leaves a row alone that is due later; one that it carries already is passed over here.
_LEASE = text("""
UPDATE outbox SET available_at = now() + make_interval(secs => :seconds)
WHERE outbox_id IN (SELECT outbox_id FROM outbox WHERE message_id = :batch_id FOR UPDATE SKIP LOCKED)
""")
_GIVE_BACK = text("""
UPDATE outbox SET available_at = now() WHERE outbox_id IN (
    SELECT outbox_id FROM outbox WHERE message_id = ANY (CAST(:batch_ids AS uuid[])) FOR UPDATE SKIP LOCKED
)
""")
_READ = text("""
SELECT message_id, destination, kind, CAST(body AS text) AS body, attempts FROM outbox
WHERE message_id = :batch_id
""")
_REMOVE = text("""
DELETE FROM outbox
WHERE outbox_id IN (SELECT outbox_id FROM outbox WHERE message_id = :batch_id FOR UPDATE SKIP LOCKED)
""")
# The latest decision about each traveller of the message's flight about whom there is one, with their record.
_STANDING = text("""
SELECT DISTINCT ON (change.traveller_id) change.meaning, change.ends_at,
    coalesce(traveller.api_record, traveller.record) AS record
FROM directive_change AS change JOIN traveller USING (traveller_id)
WHERE traveller.flight_id = (SELECT flight_id FROM message WHERE message_id = :message_id)
ORDER BY change.traveller_id, change.decided_at DESC, change.message_id DESC
""")
_ADD = text("""
INSERT INTO directive_change (message_id, directive_id, traveller_id, meaning, decided_at, ends_at, state,
    state_since)
VALUES (:message_id, :directive_id, :traveller_id, :meaning, :decided_at, :ends_at, :state, :now)
""")
_NEWEST = text("""
SELECT message_id FROM directive_change WHERE traveller_id = :traveller_id
ORDER BY decided_at DESC, message_id DESC LIMIT 1
""")
_SETTLE = text("""
UPDATE directive_change SET state = :state, state_since = :now
WHERE message_id = :message_id AND state = 'WAITING'
""")
_ADDRESSEE = text("""
WITH RECURSIVE line (traveller_id, next_id) AS (
    SELECT traveller_id, followed_by FROM traveller WHERE traveller_id = :traveller_id
    UNION
    SELECT later.traveller_id, later.followed_by
    FROM line JOIN traveller AS later ON later.traveller_id = line.next_id
)
SELECT coalesce(traveller.api_record, traveller.record) AS record, message.sender,
    message.transaction_reference, message.revision, flight.carrier, flight.number, flight.suffix,
    flight.legs, answer.envelope
FROM traveller
JOIN message ON message.message_id = traveller.message_id
JOIN flight ON flight.flight_id = traveller.flight_id
LEFT JOIN interactive_answer AS answer ON answer.message_id = traveller.message_id
WHERE traveller.traveller_id = (SELECT traveller_id FROM line WHERE next_id IS NULL)
FOR UPDATE OF traveller
""")
_CALLBACK = text("""
SELECT value ->> 'callback_url' AS url FROM register_row
WHERE register = 'carriers' AND key = :carrier
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """What people decided about a traveller, beside the traveller's record in JSON."""

    meaning: Meaning
    ends_at: datetime | None
    record: Mapping[str, Any] = field(repr=False)

    def stands_at(self, now: datetime) -> bool:
        """Whether it says anything but that the traveller may board."""
        return self.meaning is not Meaning.BOARD and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who has to be told about a traveller, and how their latest message called traveller and flight."""

    sender: str
    transaction_reference: str | None
    revision: int | None
    flight: Flight
    envelope: Mapping[str, Any]
    locator: str | None = field(repr=False)
    carrier_reference: str | None = field(repr=False)


class InteractiveStore:
    """The tables `interactive_answer` and `directive_change`, and the outbox rows of one message."""

    async def stored(self, connection: AsyncConnection, message_id: UUID) -> list[dict[str, str]] | None:
        """What the travellers of a message were told; `None` where nobody was told anything yet."""
        row = (await connection.execute(_STORED, {"message_id": message_id})).one_or_none()
        return None if row is None else row.directives

    async def store(
        self,
        connection: AsyncConnection,
        message_id: UUID,
        *,
        at: datetime,
        was_in_time: bool,
        envelope: Mapping[str, Any],
        directives: Sequence[Mapping[str, str]],
    ) -> bool:
        """Store an answer; `False` where another request has answered the same message meanwhile."""
        values = {
            "message_id": message_id,
            "answered_at": at,
            "was_in_time": was_in_time,
            "envelope": dict(envelope),
            "directives": list(directives),
        }
        return (await connection.execute(_STORE, values)).rowcount == 1

    async def waiting(self, connection: AsyncConnection, message_id: MessageId) -> list[UUID]:
        """The batches of a message whose screening has not been answered."""
        return [row.batch_id for row in await connection.execute(_WAITING, {"message_id": message_id})]

    async def lease(self, connection: AsyncConnection, batch_id: UUID, seconds: float) -> None:
        """Keep the relay away from a batch for so long, unless it carries it already."""
        await connection.execute(_LEASE, {"batch_id": batch_id, "seconds": seconds})

    async def give_back(self, connection: AsyncConnection, batch_ids: Sequence[UUID]) -> None:
        """Leave batches to the relay at once."""
        await connection.execute(_GIVE_BACK, {"batch_ids": list(batch_ids)})

    async def read(self, connection: AsyncConnection, batch_id: UUID) -> OutgoingMessage | None:
        """A batch in the outbox; `None` where it is gone."""
        row = (await connection.execute(_READ, {"batch_id": batch_id})).one_or_none()
        if row is None:
            return None
        return OutgoingMessage(row.message_id, row.destination, row.kind, row.body, row.attempts)

    async def remove(self, connection: AsyncConnection, batch_id: UUID) -> None:
        """Remove a batch that was delivered; one that the relay carries at this moment is left to it."""
        await connection.execute(_REMOVE, {"batch_id": batch_id})

    async def standing(self, connection: AsyncConnection, message_id: MessageId) -> list[Standing]:
        """The latest decision about each traveller of a message's flight about whom there is one."""
        rows = await connection.execute(_STANDING, {"message_id": message_id})
        return [Standing(Meaning(row.meaning), row.ends_at, row.record) for row in rows]

    async def add_change(
        self, connection: AsyncConnection, change: DirectiveChangedV1, state: str, now: datetime
    ) -> bool:
        """Write a decision; whether it is the latest about its traveller."""
        values = {
            "message_id": change.message_id,
            "directive_id": change.directive_id,
            "traveller_id": change.traveller_id,
            "meaning": change.meaning,
            "decided_at": change.decided_at,
            "ends_at": change.ends_at,
            "state": state,
            "now": now,
        }
        await connection.execute(_ADD, values)
        return await self.is_newest(connection, change.traveller_id, change.message_id)

    async def is_newest(self, connection: AsyncConnection, traveller_id: UUID, message_id: UUID) -> bool:
        """Whether no later decision about the traveller is known."""
        row = (await connection.execute(_NEWEST, {"traveller_id": traveller_id})).one_or_none()
        return row is not None and row.message_id == message_id

    async def settle(self, connection: AsyncConnection, message_id: UUID, state: str, now: datetime) -> bool:
        """Note what became of telling the carrier; `False` where that was noted before."""
        values = {"message_id": message_id, "state": state, "now": now}
        return (await connection.execute(_SETTLE, values)).rowcount == 1

    async def addressee(self, connection: AsyncConnection, traveller_id: UUID) -> Addressee | None:
        """Whom to tell about a traveller, whose row is locked; `None` where the traveller is gone."""
        row = (await connection.execute(_ADDRESSEE, {"traveller_id": traveller_id})).one_or_none()
        if row is None:
            return None
        flight = {"carrier": row.carrier, "number": row.number, "suffix": row.suffix, "legs": row.legs}
        return Addressee(
            sender=row.sender,
            transaction_reference=row.transaction_reference,
            revision=row.revision,
            flight=Flight.from_json(flight),
            envelope=row.envelope or {},
            locator=row.record.get("record_locator"),
            carrier_reference=row.record.get("carrier_reference"),
        )

    async def callback_of(self, connection: AsyncConnection, carrier: str) -> str | None:
        """The address that two people registered for a carrier's callbacks."""
        row = (await connection.execute(_CALLBACK, {"carrier": carrier})).one_or_none()
        return None if row is None else row.url
