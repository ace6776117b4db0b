"""A message claims its row first: it is new, or it came before and its first receipt answers it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.errors import IdempotencyKeyReused
from services.ingest.intake.arrival import Arrival, Taken
from services.ingest.intake.receipt import Receipt
from services.ingest.store.messages import MessageStore


async def claim_or_repeat(
    messages: MessageStore, connection: AsyncConnection, arrival: Arrival, receipt: Receipt
) -> Taken | None:
    """Write a message that is to be taken, with its receipt, unless it came before.

    Returns:
        The first receipt where the message came before; nothing where it is new.

    Raises:
        IdempotencyKeyReused: The key came before with another body.

    Source:
        `spec/receipts.md`.
    """
    first = await messages.claim(connection, arrival.claim, receipt, arrival.message, None)
    if first is None:
        return None
    if first.receipt.digest != arrival.digest:
        raise IdempotencyKeyReused
    return Taken(arrival.message, first.receipt, is_repeat=True)
