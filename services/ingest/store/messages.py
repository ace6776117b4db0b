"""Messages and their receipts: one row each; a unique constraint decides what is the same message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.receipt import Receipt, ReceiptStatus, fault_from_json
from shared.db.column_types import Json
from shared.identifiers import FlightId, MessageId, ReceiptId
from shared.travel.message import Fault, ParsedMessage

_COLUMNS = """message_id, digest, is_test, received_at, kind, transaction_reference, flight, status, refusal,
stated, accepted, rejected, faults, screened, screened_at"""

_CLAIM = text("""
INSERT INTO message (message_id, sender, client, same_message, idempotency_key, ordinal, digest, received_at,
    is_test, kind, function, change, transaction_reference, revision, part, status, refusal, flight, stated,
    accepted, rejected, faults, screened, screened_at)
VALUES (:message_id, :sender, :client, :same_message, :idempotency_key, :ordinal, :digest, :received_at,
    :is_test, :kind, :function, :change, :transaction_reference, :revision, :part, :status, :refusal,
    :flight, :stated, :accepted, :rejected, :faults, :screened, :screened_at)
ON CONFLICT DO NOTHING
""").bindparams(bindparam("flight", type_=Json), bindparam("faults", type_=Json))
_FIRST = text(f"""
SELECT {_COLUMNS} FROM message
WHERE (sender = :sender AND same_message = :same_message)
   OR (coalesce(client, sender) = :client AND idempotency_key = :idempotency_key AND ordinal = :ordinal)
ORDER BY (same_message = :same_message) DESC LIMIT 1
""")  # noqa: S608
_SETTLE = text("""
UPDATE message SET flight_id = :flight_id, status = :status, faults = :faults, screened = :screened,
    screened_at = :screened_at, accepted = :accepted, transaction_id = :transaction_id,
    access_reference = :access_reference
WHERE message_id = :message_id
""").bindparams(bindparam("faults", type_=Json))
_REPORTS = text("""
SELECT revision, part FROM message
WHERE sender = :sender AND transaction_reference = :transaction_reference AND kind = :kind
  AND message_id <> :message_id AND status <> 'REJECTED' AND NOT is_test
ORDER BY message_id DESC LIMIT 1000
""")
# The one place that says who may see a receipt: its sender, the carrier whose flight it is, oversight.
_GET = text(f"""
SELECT {_COLUMNS} FROM message
WHERE message_id = :message_id
  AND (:is_oversight OR sender = :carrier OR flight ->> 'carrier' = :carrier)
""")  # noqa: S608
# The same two, newest first: a message's identifier begins with its time.
_LISTED = text(f"""
SELECT {_COLUMNS} FROM message
WHERE (sender = :carrier OR flight ->> 'carrier' = :carrier)
  AND received_at >= coalesce(CAST(:since AS timestamptz), '-infinity')
ORDER BY message_id DESC LIMIT :limit
""")  # noqa: S608
_SCREENED = text("""
WITH batch AS (
    DELETE FROM observed_batch WHERE batch_id = :batch_id RETURNING message_id, traveller_ids, is_counted
), travellers AS (
    UPDATE traveller SET screened_at = :at FROM batch WHERE traveller_id = ANY (batch.traveller_ids)
)
UPDATE message SET
    screened = screened + cardinality(batch.traveller_ids),
    screened_at = CASE WHEN screened + cardinality(batch.traveller_ids) = accepted
                       THEN greatest(CAST(:at AS timestamptz), received_at) END
FROM batch WHERE message.message_id = batch.message_id AND batch.is_counted
""")
_OF_FLIGHT = text("""
SELECT message_id, function, change, status, received_at, stated, accepted, rejected, screened, screened_at,
    faults
FROM message WHERE flight_id = :flight_id ORDER BY message_id DESC LIMIT :limit
""")
_EXPECT = text("""
INSERT INTO observed_batch (batch_id, message_id, traveller_ids, is_counted)
VALUES (:batch_id, :message_id, CAST(:traveller_ids AS uuid[]), :is_counted)
""")


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as it stands, and why the message was refused, where it was."""

    receipt: Receipt
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """What a message belongs to: the transaction of its parts, where it has several, and 0068."""

    transaction_id: UUID | None
    access_reference: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What makes a message the same as another of its sender; a key is known to the account alone."""

    sender: str
    idempotency_key: str | None
    ordinal: int
    client: str


FORGET_BATCH = 10_000
# A receipt whose travellers are kept stays as long as they do: it says who sent them, and when.
_FORGET = text("""
DELETE FROM message WHERE message_id IN (
    SELECT message_id FROM message
    WHERE received_at < :before
        AND NOT EXISTS (SELECT FROM traveller WHERE traveller.message_id = message.message_id)
        AND NOT EXISTS (SELECT FROM reservation WHERE reservation.message_id = message.message_id)
        AND NOT EXISTS (SELECT FROM observed_batch WHERE observed_batch.message_id = message.message_id)
    ORDER BY received_at LIMIT :limit
)
""")


class MessageStore:
    """The tables `message` and `observed_batch`."""

    async def claim(
        self,
        connection: AsyncConnection,
        claim: Claim,
        receipt: Receipt,
        message: ParsedMessage | None,
        refusal: str | None,
    ) -> StoredReceipt | None:
        """Write a message with its receipt, unless its sender sent the same before.

        Waits while another transaction writes the same message.

        Returns:
            The first receipt where the message, or the idempotency key, is known; nothing where it is new.
        """
        values = {
            **_claim_values(claim, receipt, message, refusal),
            **_receipt_values(receipt),
            "refusal": refusal,
        }
        if (await connection.execute(_CLAIM, values)).rowcount == 1:
            return None
        names = ("sender", "client", "same_message", "idempotency_key", "ordinal")
        row = (await connection.execute(_FIRST, {name: values[name] for name in names})).one()
        return StoredReceipt(_receipt(row), row.refusal)

    async def settle(
        self, connection: AsyncConnection, receipt: Receipt, flight_id: FlightId, belonging: Belonging
    ) -> None:
        """Write what linking found out: flight, transaction, more warnings, what is screened already."""
        values = {
            "message_id": receipt.id,
            "flight_id": flight_id,
            "status": receipt.status.value,
            "faults": [fault.as_receipt_json() for fault in receipt.faults],
            "screened": receipt.screened,
            "screened_at": receipt.screened_at,
            "accepted": receipt.accepted,
            "transaction_id": belonging.transaction_id,
            "access_reference": belonging.access_reference,
        }
        await connection.execute(_SETTLE, values)

    async def is_reference_reused(
        self, connection: AsyncConnection, sender: str, message_id: MessageId, message: ParsedMessage
    ) -> bool:
        """Whether a transaction reference comes with other content than a further part or higher revision."""
        if message.transaction_reference is None:
            return False
        values = {
            "sender": sender,
            "transaction_reference": message.transaction_reference,
            "kind": message.kind.value,
            "message_id": message_id,
        }
        reports = (await connection.execute(_REPORTS, values)).all()
        if not reports:
            return False
        revision = message.revision or 0
        highest = max(report.revision or 0 for report in reports)
        parts = {report.part for report in reports if (report.revision or 0) == revision}
        return not (revision > highest or (parts and message.part not in parts))

    async def get(
        self, connection: AsyncConnection, receipt_id: UUID, *, carrier: str | None, is_oversight: bool
    ) -> Receipt | None:
        """A receipt, where the asker may see it."""
        values = {"message_id": receipt_id, "carrier": carrier, "is_oversight": is_oversight}
        row = (await connection.execute(_GET, values)).one_or_none()
        return None if row is None else _receipt(row)

    async def listed(
        self, connection: AsyncConnection, *, carrier: str, since: datetime | None, limit: int
    ) -> list[Receipt]:
        """Receipts of a sender or of a carrier's flights, newest first."""
        values = {"carrier": carrier, "since": since, "limit": limit}
        return [_receipt(row) for row in await connection.execute(_LISTED, values)]

    async def expect(
        self,
        connection: AsyncConnection,
        batch_id: UUID,
        message_id: MessageId,
        traveller_ids: Sequence[UUID],
        *,
        is_counted: bool = True,
    ) -> None:
        """Remember whom a batch is about until its reply comes, and whether the receipt counts them."""
        values = {
            "batch_id": batch_id,
            "message_id": message_id,
            "traveller_ids": list(traveller_ids),
            "is_counted": is_counted,
        }
        await connection.execute(_EXPECT, values)

    async def mark_screened(self, connection: AsyncConnection, batch_id: UUID, at: datetime) -> None:
        """Count a batch's travellers as screened; a batch that was counted before changes nothing."""
        await connection.execute(_SCREENED, {"batch_id": batch_id, "at": at})

    async def forget(self, connection: AsyncConnection, before: datetime) -> int:
        """Drop at most `FORGET_BATCH` receipts without travellers, received before an instant."""
        return (await connection.execute(_FORGET, {"before": before, "limit": FORGET_BATCH})).rowcount

    async def of_flight(
        self, connection: AsyncConnection, flight_id: UUID, *, limit: int
    ) -> list[dict[str, Any]]:
        """The messages of a flight, newest first, with their faults and without anybody's references."""
        rows = await connection.execute(_OF_FLIGHT, {"flight_id": flight_id, "limit": limit})
        return [
            {
                "id": str(row.message_id),
                "function": row.function,
                "change": row.change,
                "status": row.status,
                "received_at": row.received_at,
                "travellers": {"stated": row.stated, "accepted": row.accepted, "rejected": row.rejected},
                "screened": row.screened,
                "screened_at": row.screened_at,
                "faults": [fault_from_json(each).as_json() for each in row.faults],
            }
            for row in rows
        ]


def _claim_values(
    claim: Claim, receipt: Receipt, message: ParsedMessage | None, refusal: str | None
) -> dict[str, Any]:
    function = None if message is None or message.function is None else message.function.value
    change = None if message is None or message.change is None else message.change.value
    revision = None if message is None else message.revision
    part = 1 if message is None else message.part
    same = (receipt.kind, receipt.transaction_reference, revision, part, receipt.digest, refusal)
    return {
        "sender": claim.sender,
        "client": claim.client,
        # A refused message may be sent again once the reason is gone: it does not stand in its own way.
        "same_message": "|".join("" if each is None else str(each) for each in same),
        "idempotency_key": None if receipt.is_rejected else claim.idempotency_key,
        "ordinal": claim.ordinal,
        "function": function,
        "change": change,
        "revision": revision,
        "part": part,
    }


def _receipt_values(receipt: Receipt) -> dict[str, Any]:
    return {
        "message_id": receipt.id,
        "digest": receipt.digest,
        "received_at": receipt.received_at,
        "is_test": receipt.is_test,
        "kind": receipt.kind,
        "transaction_reference": receipt.transaction_reference,
        "status": receipt.status.value,
        "flight": None if receipt.flight is None else dict(receipt.flight),
        "stated": receipt.stated,
        "accepted": receipt.accepted,
        "rejected": receipt.rejected,
        "faults": [fault.as_receipt_json() for fault in receipt.faults],
        "screened": receipt.screened,
        "screened_at": receipt.screened_at,
    }


def _receipt(row: Row[Any]) -> Receipt:
    faults: tuple[Fault, ...] = tuple(fault_from_json(each) for each in row.faults)
    return Receipt(
        id=ReceiptId(row.message_id),
        digest=row.digest,
        is_test=row.is_test,
        received_at=row.received_at,
        kind=row.kind,
        transaction_reference=row.transaction_reference,
        flight=row.flight,
        status=ReceiptStatus(row.status),
        stated=row.stated,
        accepted=row.accepted,
        rejected=row.rejected,
        faults=faults,
        screened=row.screened,
        screened_at=row.screened_at,
    )
