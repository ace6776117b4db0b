"""The files that list versions were made of: packed, sealed, in pieces; let go some time after their use.

What seals them is not in the database. A piece opens only as that piece of that version, so that no two can
change places.
"""

import asyncio
import os
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.watchlist.received import ReceivedFile

PIECE_BYTES: Final = 4 * 1024 * 1024
#: A removed person's data stay this long for redress and audit; so do the files that name them.
KEPT_AFTER_USE: Final = timedelta(days=90)
_NONCE_BYTES: Final = 12
#: Packing as well as zlib can takes three times as long as at its quickest, seconds of a long file.
_PACKING: Final = 1
_ADD = text("""
INSERT INTO list_file (version_id, file_bytes, pieces) VALUES (:version_id, :file_bytes, :pieces)
""")
_ADD_PIECE = text("""
INSERT INTO list_file_piece (version_id, ordinal, sealed) VALUES (:version_id, :ordinal, :sealed)
""")
_GET = text("""
SELECT version_id, sha256, source_id, file_bytes, pieces, let_go_at
FROM list_file JOIN list_version USING (version_id) WHERE version_id = :version_id
""")
_PIECE = text("""
SELECT sealed FROM list_file_piece WHERE version_id = :version_id AND ordinal = :ordinal
""")
# A version that comes back into force, or waits for people, is in use again.
_NOTE_USE = text("""
UPDATE list_file SET unused_since = CASE WHEN used.is_used THEN NULL ELSE CAST(:now AS timestamptz) END
FROM (SELECT version_id, state IN ('HELD', 'IN_FORCE') AS is_used FROM list_version) AS used
WHERE used.version_id = list_file.version_id AND list_file.let_go_at IS NULL
    AND used.is_used = (list_file.unused_since IS NOT NULL)
""")
_LET_GO = text("""
UPDATE list_file SET let_go_at = :now
WHERE let_go_at IS NULL AND unused_since <= :unused_since RETURNING version_id
""")
_DROP = text("DELETE FROM list_file_piece WHERE version_id = ANY (CAST(:version_ids AS uuid[]))")


class FileDamaged(Exception):
    """A kept file does not open, or is not the one whose digest its version has."""


@dataclass(frozen=True, slots=True)
class ListFileRecord:
    """What is known of a version's file; its content is there until `let_go_at`."""

    version_id: UUID
    source_id: str
    sha256: str
    file_bytes: int
    pieces: int
    let_go_at: datetime | None


class ListArchive:
    """The tables `list_file` and `list_file_piece`.

    Args:
        key: 32 bytes that seal the files; without one none is kept.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._seal = None if key is None else AESGCM(key)

    async def keep(self, connection: AsyncConnection, version_id: UUID, received: ReceivedFile) -> None:
        """Keep the file of a version piece by piece, where there is a key to seal it with."""
        if self._seal is None:
            return
        starts = range(0, received.size, PIECE_BYTES)
        facts = {"version_id": version_id, "file_bytes": received.size, "pieces": len(starts)}
        await connection.execute(_ADD, facts)
        for ordinal, start in enumerate(starts):
            bound = _bound(version_id, ordinal)
            sealed = await asyncio.to_thread(_sealed_piece, self._seal, received, start, bound)
            facts = {"version_id": version_id, "ordinal": ordinal, "sealed": sealed}
            await connection.execute(_ADD_PIECE, facts)

    async def get(self, connection: AsyncConnection, version_id: UUID) -> ListFileRecord | None:
        """What is known of a version's file; nothing where it was never kept."""
        row = (await connection.execute(_GET, {"version_id": version_id})).one_or_none()
        return None if row is None else _record_of(row)

    async def piece(self, connection: AsyncConnection, version_id: UUID, ordinal: int) -> bytes:
        """One piece of a file in clear.

        Raises:
            FileDamaged: It is gone, or does not open with the key of this installation.
        """
        asked = {"version_id": version_id, "ordinal": ordinal}
        row = (await connection.execute(_PIECE, asked)).one_or_none()
        if row is None or self._seal is None:
            raise FileDamaged
        bound = _bound(version_id, ordinal)
        return await asyncio.to_thread(_opened, self._seal, bytes(row.sealed), bound)

    async def let_go(self, connection: AsyncConnection, now: datetime) -> list[UUID]:
        """Let go of what is out of use for long enough; digest and size stay."""
        await connection.execute(_NOTE_USE, {"now": now})
        rows = await connection.execute(_LET_GO, {"now": now, "unused_since": now - KEPT_AFTER_USE})
        gone = sorted(row.version_id for row in rows)
        if gone:
            await connection.execute(_DROP, {"version_ids": gone})
        return gone


def _sealed_piece(seal: AESGCM, received: ReceivedFile, start: int, bound_to: bytes) -> bytes:
    piece = received.piece(start, PIECE_BYTES)
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + seal.encrypt(nonce, zlib.compress(piece, _PACKING), bound_to)


def _opened(seal: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return zlib.decompress(seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to))
    except (InvalidTag, ValueError, zlib.error):
        raise FileDamaged from None


def _bound(version_id: UUID, ordinal: int) -> bytes:
    return version_id.bytes + ordinal.to_bytes(4, "big")


def _record_of(row: Row[Any]) -> ListFileRecord:
    return ListFileRecord(
        row.version_id, row.source_id, row.sha256, row.file_bytes, row.pieces, row.let_go_at
    )
