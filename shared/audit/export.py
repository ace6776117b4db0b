r"""Export the audit log as NDJSON, for `shared/audit/verify.py` or any other verifier.

One line `log`, then the `key`s, then `checkpoint`s by size, then every `record` by position:

    {"type":"log","format":1,"origin":"safeconduct/XAA/ingest","size":2}
    {"type":"key","text":"safeconduct/XAA/ingest+1f2e3d4c+AQ…"}
    {"type":"checkpoint","text":"safeconduct/XAA/ingest\n2\n…"}
    {"type":"record","position":0,"leaf":"<hex>","record":"<the record's canonical JSON, as text>"}

`record` is null where the content was dropped after its years; its leaf hash stays, so all other proofs hold.
"""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.tree_store import latest_checkpoint

EXPORT_FORMAT: Final = 1
EXPORTED_CHECKPOINTS: Final = 1000
ROWS_AT_ONCE: Final = 1000

_CHECKPOINTS = text("""
SELECT note FROM (
    SELECT DISTINCT ON (tree_size / :step) tree_size, note FROM audit_checkpoint
    WHERE tree_size <= :size ORDER BY tree_size / :step, tree_size DESC
) AS thinned ORDER BY tree_size
""")
_RECORDS = text("""
SELECT l.position, l.leaf_hash, r.content FROM audit_leaf l LEFT JOIN audit_record r USING (record_id)
WHERE l.position < :size ORDER BY l.position
""")


async def export_lines(
    engine: AsyncEngine, origin: str, verifier_keys: Iterable[str]
) -> AsyncIterator[bytes]:
    """The log up to its newest checkpoint, line by line, from one snapshot of the database.

    Of the checkpoints about `EXPORTED_CHECKPOINTS` are given, spread evenly, the newest among them.

    Args:
        engine: The service's database.
        origin: The log's name.
        verifier_keys: The log's keys as C2SP verifier keys.
    """
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="REPEATABLE READ")
        newest = await latest_checkpoint(connection)
        size = 0 if newest is None else newest.size
        yield _line({"type": "log", "format": EXPORT_FORMAT, "origin": origin, "size": size})
        for key in verifier_keys:
            yield _line({"type": "key", "text": key})
        step = max(1, size // EXPORTED_CHECKPOINTS)
        for note in await connection.scalars(_CHECKPOINTS, {"size": size, "step": step}):
            yield _line({"type": "checkpoint", "text": note})
        rows = await connection.stream(
            _RECORDS, {"size": size}, execution_options={"yield_per": ROWS_AT_ONCE}
        )
        async for row in rows:
            record = None if row.content is None else row.content.decode("utf-8")
            yield _line(
                {"type": "record", "position": row.position, "leaf": row.leaf_hash.hex(), "record": record}
            )


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
