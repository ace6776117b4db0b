"""The outbox: messages are rows of the business transaction, so that neither exists without the other."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.relay import Relay
from shared.bus.wake import WAKE_CHANNEL
from shared.json_text import write_json
from shared.web.request_id import current_trace_id

__all__ = ["Outbox", "Relay"]

# The body goes in as text of the column's own type: `jsonb`, or `json` where nobody looks into it.
_ADD = text("""
WITH added AS (
    INSERT INTO outbox (message_id, destination, kind, body, trace_id)
    VALUES (:message_id, :destination, :kind, :body, :trace_id)
    RETURNING outbox_id
)
SELECT pg_notify(:channel, '') FROM added
""")


class Outbox:
    """The table `outbox` of a service."""

    @staticmethod
    async def add(
        connection: AsyncConnection,
        *,
        destination: str,
        kind: str,
        message_id: UUID,
        body: Mapping[str, Any] | BaseModel | str,
    ) -> None:
        """Write a message in the caller's transaction; when that commits, the relay wakes.

        The trace of the request at hand goes with it.

        Args:
            connection: The caller's transaction.
            destination: The name of the service that it goes to.
            kind: The contract's name, such as `TravellersObservedV1`.
            message_id: Decides what is the same message at the destination.
            body: The contract, its JSON values, or their text.

        Raises:
            sqlalchemy.exc.IntegrityError: The identifier is in the outbox already.
        """
        values = {
            "message_id": message_id,
            "destination": destination,
            "kind": kind,
            "body": body if isinstance(body, str) else write_json(body),
            "trace_id": current_trace_id(),
            "channel": WAKE_CHANNEL,
        }
        await connection.execute(_ADD, values)
