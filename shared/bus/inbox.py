"""The inbox: a message that comes again gets the first reply again, and changes nothing.

async with engine.begin() as connection:
    stored = await Inbox.begin(connection, message_id, kind)
    if stored is not None:
        return stored
    reply = ...  # The effect, in this transaction.
    await Inbox.finish(connection, message_id, reply)
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.errors import MessageMismatch
from shared.db.column_types import Json

FORGET_BATCH: Final = 10_000

_BEGIN = text("INSERT INTO inbox (message_id, kind) VALUES (:message_id, :kind) ON CONFLICT DO NOTHING")
_STORED = text("SELECT kind, reply FROM inbox WHERE message_id = :message_id")
_FINISH = text("UPDATE inbox SET reply = :reply WHERE message_id = :message_id").bindparams(
    bindparam("reply", type_=Json)
)
_FORGET = text("""
DELETE FROM inbox WHERE message_id IN (
    SELECT message_id FROM inbox WHERE received_at < :before ORDER BY received_at LIMIT :limit
)
""")


class Inbox:
    """The table `inbox` of a service."""

    @staticmethod
    async def begin(connection: AsyncConnection, message_id: UUID, kind: str) -> dict[str, Any] | None:
        """Claim a message in the caller's transaction; waits while another transaction works on the same one.

        Returns:
            The stored reply when the message was handled before; nothing when it is new and now claimed.

        Raises:
            MessageMismatch: The identifier was used for another kind.
        """
        claimed = await connection.execute(_BEGIN, {"message_id": message_id, "kind": kind})
        if claimed.rowcount == 1:
            return None
        row = (await connection.execute(_STORED, {"message_id": message_id})).one()
        if row.kind != kind:
            raise MessageMismatch
        assert row.reply is not None, "a committed inbox row has a reply: finish() was forgotten"
        stored: dict[str, Any] = row.reply
        return stored

    @staticmethod
    async def finish(connection: AsyncConnection, message_id: UUID, reply: Mapping[str, Any]) -> None:
        """Store the reply, in the transaction of `begin` and of the effect."""
        done = await connection.execute(_FINISH, {"message_id": message_id, "reply": dict(reply)})
        assert done.rowcount == 1, "finish() follows begin() in one transaction"

    @staticmethod
    async def forget(connection: AsyncConnection, before: datetime) -> int:
        """Drop at most `FORGET_BATCH` rows received before an instant, which no sender repeats any more."""
        return (await connection.execute(_FORGET, {"before": before, "limit": FORGET_BATCH})).rowcount
