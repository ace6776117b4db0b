"""Sessions in the console's own database, each change with its audit record in one transaction."""

from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.console.sessions import StoredSession
from shared.audit.log import AuditLog

MAX_REMOVED = 1000

_ADD = text("""
INSERT INTO session (id_hash, subject, display_name, opened_at, seen_at, sealed_tokens)
VALUES (:id_hash, :subject, :display_name, :opened_at, :seen_at, :sealed_tokens)
""")
_GET = text("""
SELECT id_hash, subject, display_name, opened_at, seen_at, sealed_tokens FROM session WHERE id_hash = :id_hash
""")
_UPDATE = text("""
UPDATE session SET seen_at = greatest(seen_at, :seen_at), sealed_tokens = :sealed_tokens
WHERE id_hash = :id_hash
""")
_REMOVE = text("DELETE FROM session WHERE id_hash = :id_hash RETURNING id_hash")
_REMOVE_UNSEEN = text("""
DELETE FROM session WHERE id_hash IN (
    SELECT id_hash FROM session WHERE seen_at <= :instant ORDER BY seen_at LIMIT :limit
) RETURNING id_hash
""")


class PostgresSessions:
    """`SessionStore` over the table `session`."""

    def __init__(self, engine: AsyncEngine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    async def add(self, session: StoredSession) -> None:
        """Keep a new session; its sign-in is recorded in the same transaction."""
        async with self._engine.begin() as connection:
            await connection.execute(
                _ADD,
                {
                    "id_hash": session.id_hash,
                    "subject": session.subject,
                    "display_name": session.display_name,
                    "opened_at": session.opened_at,
                    "seen_at": session.seen_at,
                    "sealed_tokens": session.sealed_tokens,
                },
            )
            await self._record(connection, session, "console.sign_in")

    async def get(self, id_hash: bytes) -> StoredSession | None:
        """The session with this hash."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_GET, {"id_hash": id_hash})).one_or_none()
        return None if row is None else _session(row)

    async def update(self, session: StoredSession) -> None:
        """Write when it was last used, and its tokens."""
        values = {
            "id_hash": session.id_hash,
            "seen_at": session.seen_at,
            "sealed_tokens": session.sealed_tokens,
        }
        async with self._engine.begin() as connection:
            await connection.execute(_UPDATE, values)

    async def remove(self, session: StoredSession) -> None:
        """End a session; ending it twice leaves one record."""
        async with self._engine.begin() as connection:
            removed = await connection.scalar(_REMOVE, {"id_hash": session.id_hash})
            if removed is not None:
                await self._record(connection, session, "console.sign_out")

    async def remove_unseen_since(self, instant: datetime) -> int:
        """Forget at most `MAX_REMOVED` sessions that ended by themselves."""
        async with self._engine.begin() as connection:
            result = await connection.execute(_REMOVE_UNSEEN, {"instant": instant, "limit": MAX_REMOVED})
            return len(result.all())

    async def _record(self, connection: AsyncConnection, session: StoredSession, action: str) -> None:
        await self._audit.append(
            connection,
            actor=session.subject,
            action=action,
            object_kind="session",
            object_id=session.id_hash.hex()[:16],
        )


def _session(row: Row[tuple[bytes, str, str, datetime, datetime, bytes]]) -> StoredSession:
    return StoredSession(
        bytes(row.id_hash),
        row.subject,
        row.display_name,
        row.opened_at,
        row.seen_at,
        bytes(row.sealed_tokens),
    )
