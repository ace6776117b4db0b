"""The use case: one body in → read, filtered, judged, linked, stored with its audit record → receipts out."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from typing import Final

from prometheus_client import Counter

from services.ingest.errors import StoreUnavailable
from services.ingest.intake.accept import AcceptMessage
from services.ingest.intake.accept_request import ACTION, DATA_CLASS, PURPOSE
from services.ingest.intake.acknowledge import AcknowledgeList
from services.ingest.intake.arrival import MALFORMED, UNSUPPORTED, Arrival, RawMessage, Refused, Taken
from services.ingest.intake.receipt import Receipt, ReceiptStatus
from services.ingest.ports import Ports
from services.ingest.reading.submission import Submission, Unread
from services.ingest.store.messages import Claim
from shared.audit.record import FactValue, Outcome
from shared.db.faults import DATABASE_FAULTS
from shared.identifiers import ReceiptId
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY
from shared.travel.message import FUNCTIONS_WITHOUT_FLIGHT, Fault, ParsedMessage, Severity

RETRY_AFTER_SECONDS = 2

MESSAGES: Final = Counter(
    "safeconduct_ingest_messages",
    "Messages answered, by kind and outcome.",
    ("kind", "outcome"),
    registry=REGISTRY,
)
TRAVELLERS: Final = Counter(
    "safeconduct_ingest_travellers",
    "Travellers of new messages, accepted and rejected.",
    ("outcome",),
    registry=REGISTRY,
)


class ReceiveMessage:
    """Takes bodies from carriers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._accept = AcceptMessage(ports)
        self._acknowledge = AcknowledgeList(ports)

    async def __call__(self, raw: RawMessage) -> list[Taken]:
        """Take every message of a body, each in a transaction of its own, in order.

        Whatever is returned is stored: a message taken, with its travellers, its batches for screening and
        its audit record; a message refused, with its digest and faults alone. A message that came before
        gets its first receipt.

        Raises:
            IdempotencyKeyReused: The key came before with another body.
            StoreUnavailable: Nothing can be stored now, or too many wait; what was not returned is not taken.

        Source:
            house-style.md, steps 2 to 4; `spec/receipts.md`; SG-01, 02, 04, 05, 21, 41, 45.
        """
        async with self._ports.admission.turn():
            return await self._receive(raw)

    async def _receive(self, raw: RawMessage) -> list[Taken]:
        # Receipts show milliseconds, and the stored instant is the one shown.
        now = self._ports.clock.now()
        received_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        read = await self._ports.read(self._submission(raw, received_at))
        if isinstance(read, Unread):
            return [await self._stored(self._refuse_body(raw, read, received_at))]
        taken: list[Taken] = []
        for ordinal, each in enumerate(read):
            receipt_id = ReceiptId(self._ports.identifiers.new())
            arrival = Arrival(raw, each.message, each.people, receipt_id, each.digest, ordinal, received_at)
            taken.append(await self._stored(self._take(arrival)))
        return taken

    def _submission(self, raw: RawMessage, received_at: datetime) -> Submission:
        sender = raw.sender or raw.subject
        allowed = self._ports.stores.registers.allowed_last(
            sender=sender, client=raw.subject, data_class=DATA_CLASS
        )
        return Submission(raw.body, raw.content_type, received_at, raw.is_test, allowed)

    async def _stored(self, storing: Awaitable[Taken]) -> Taken:
        try:
            with self._ports.admission.storing():
                taken = await storing
        except DATABASE_FAULTS as failure:
            # The log prints the fault's type and place, never its words.
            get_logger().error("message_not_stored", exc_info=failure)
            raise StoreUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from failure
        _tell(taken)
        return taken

    async def _take(self, arrival: Arrival) -> Taken:
        message = arrival.message
        if message.is_rejected:
            code = _rejection(message).code
            return await self._refuse(arrival, Refused(_kind_of_rejection(code), code))
        take = self._acknowledge if message.function in FUNCTIONS_WITHOUT_FLIGHT else self._accept
        try:
            async with self._ports.database.begin() as connection:
                return await take(connection, arrival)
        except Refused as refusal:
            return await self._refuse(arrival, refusal)

    async def _refuse(self, arrival: Arrival, refusal: Refused) -> Taken:
        """Store a refusal: digest, faults and envelope; no traveller."""
        message = arrival.message
        if not message.is_rejected:
            message = message.rejected(Fault(Severity.MESSAGE_REJECTED, refusal.fault_code, "UNH", 1))
        arrival = replace(arrival, message=message)
        return await self._store_refusal(arrival.claim, arrival.receipt(), message, arrival.raw, refusal)

    async def _refuse_body(self, raw: RawMessage, refusal: Unread, received_at: datetime) -> Taken:
        """Store the refusal of a body in which no message could be told."""
        fault = Fault(Severity.MESSAGE_REJECTED, refusal.fault_code, refusal.segment, refusal.position)
        receipt = Receipt(
            id=ReceiptId(self._ports.identifiers.new()),
            digest=refusal.digest,
            received_at=received_at,
            status=ReceiptStatus.REJECTED,
            faults=(fault,),
        )
        claim = Claim(raw.sender or raw.subject, raw.idempotency_key, 0, raw.subject)
        return await self._store_refusal(claim, receipt, None, raw, Refused(refusal.code, refusal.fault_code))

    async def _store_refusal(
        self,
        claim: Claim,
        receipt: Receipt,
        message: ParsedMessage | None,
        raw: RawMessage,
        refusal: Refused,
    ) -> Taken:
        verdict = refusal.verdict
        facts: dict[str, FactValue] = {"carrier": claim.sender, "refusal": refusal.refusal}
        if verdict is not None:
            facts["inputs_hash"] = verdict.inputs_hash
        async with self._ports.database.begin() as connection:
            first = await self._ports.stores.messages.claim(
                connection, claim, receipt, message, refusal.refusal
            )
            if first is not None:
                return Taken(message, first.receipt, is_repeat=True, refusal=refusal.refusal)
            await self._ports.audit.append(
                connection,
                actor=raw.subject,
                action=ACTION,
                object_kind="MESSAGE",
                object_id=str(receipt.id),
                outcome=Outcome.REFUSED,
                purpose=PURPOSE,
                policy=None if verdict is None else verdict.policy_version,
                reasons=(refusal.fault_code,) if verdict is None else verdict.reasons,
                facts=facts,
            )
        return Taken(message, receipt, refusal=refusal.refusal)


def _tell(taken: Taken) -> None:
    """Count and log what became of a message: identifiers, codes and numbers only."""
    receipt = taken.receipt
    outcome = "REPEATED" if taken.is_repeat else receipt.status.value
    MESSAGES.labels(receipt.kind or "UNKNOWN", outcome).inc()
    if not taken.is_repeat:
        TRAVELLERS.labels("accepted").inc(receipt.accepted)
        TRAVELLERS.labels("rejected").inc(receipt.rejected)
    get_logger().info(
        "message_received",
        receipt_id=str(receipt.id),
        outcome=outcome,
        code=taken.refusal,
        travellers=receipt.accepted,
        faults=len(receipt.faults),
    )


def _rejection(message: ParsedMessage) -> Fault:
    return next(fault for fault in message.faults if fault.severity is Severity.MESSAGE_REJECTED)


def _kind_of_rejection(fault_code: str) -> str:
    return UNSUPPORTED if fault_code.endswith(("_UNSUPPORTED", "FUNCTION_UNKNOWN")) else MALFORMED
