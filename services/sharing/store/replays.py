"""What came before: the replay cache of messages, and the nonces of HTTP signatures (§5, §9.5)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FORGET_BATCH: Final = 1000

_SEEN_ADD = text("""
INSERT INTO exchange_seen (message_id, authority_id, received_hash, acknowledgement, received_at)
VALUES (:message_id, :authority_id, :received_hash, :acknowledgement, :received_at)
ON CONFLICT (message_id) DO NOTHING
""")
_SEEN_GET = text("SELECT received_hash, acknowledgement FROM exchange_seen WHERE message_id = :message_id")
_SEEN_FORGET = text("""
DELETE FROM exchange_seen WHERE message_id IN (
    SELECT message_id FROM exchange_seen WHERE received_at < :before ORDER BY received_at LIMIT :limit
)
""")
_NONCE_ADD = text("""
INSERT INTO exchange_nonce (keyid, nonce, expires_at) VALUES (:keyid, :nonce, :expires_at)
ON CONFLICT DO NOTHING
""")
_NONCE_FORGET = text("""
DELETE FROM exchange_nonce WHERE (keyid, nonce) IN (
    SELECT keyid, nonce FROM exchange_nonce WHERE expires_at < :before ORDER BY expires_at LIMIT :limit
)
""")


class ReplayStore:
    """Remembers what came, in the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def remember(
        self, message_id: UUID, *, authority_id: str, received_hash: str, acknowledgement: str, at: datetime
    ) -> bool:
        """Keep what a message was answered with; `False` when its id was used before."""
        values = {
            "message_id": message_id,
            "authority_id": authority_id,
            "received_hash": received_hash,
            "acknowledgement": acknowledgement,
            "received_at": at,
        }
        return (await self._connection.execute(_SEEN_ADD, values)).rowcount == 1

    async def remembered(self, message_id: UUID) -> tuple[str, str] | None:
        """The hash and the acknowledgement of a message that came before."""
        row = (await self._connection.execute(_SEEN_GET, {"message_id": message_id})).one_or_none()
        return None if row is None else (row.received_hash, row.acknowledgement)

    async def use_nonce(self, keyid: str, nonce: str, expires_at: datetime) -> bool:
        """Use a signature's nonce up; `False` when it was used before."""
        values = {"keyid": keyid, "nonce": nonce, "expires_at": expires_at}
        return (await self._connection.execute(_NONCE_ADD, values)).rowcount == 1

    @staticmethod
    async def forget_seen(connection: AsyncConnection, before: datetime) -> int:
        """Drop at most `FORGET_BATCH` rows of the replay cache."""
        return (await connection.execute(_SEEN_FORGET, {"before": before, "limit": FORGET_BATCH})).rowcount

    @staticmethod
    async def forget_nonces(connection: AsyncConnection, before: datetime) -> int:
        """Drop at most `FORGET_BATCH` nonces of signatures that are over."""
        return (await connection.execute(_NONCE_FORGET, {"before": before, "limit": FORGET_BATCH})).rowcount
