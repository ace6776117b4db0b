"""What the retention jobs did last, as the log has it: each batch with its certificate."""

import json
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.reads import AuditFilter, search

RUN_ACTIONS: Final = ("record.mask", "record.erase", "masking_key.destroy")
RUNS_SHOWN: Final = 20


async def read_runs(connection: AsyncConnection) -> list[dict[str, Any]]:
    """The newest batches of each kind, newest first: when, what, how many, and the certificate.

    The certificate is a keyed hash over the records' identifiers: whoever knows a record can have it checked,
    and nobody can read from it who was erased. `position` is the record's place in the log, none while it
    waits for one.
    """
    found = [
        each
        for action in RUN_ACTIONS
        for each in await search(connection, AuditFilter(action=action), limit=RUNS_SHOWN)
    ]
    newest = sorted(found, key=lambda each: each.record_id, reverse=True)[:RUNS_SHOWN]
    return [_run(json.loads(each.content), each.position) for each in newest]


def _run(record: dict[str, Any], position: int | None) -> dict[str, Any]:
    return {
        "at": record["occurred_at"],
        "action": record["action"],
        "kind": record["object_kind"],
        "certificate": record["object_id"],
        "outcome": record["outcome"],
        "number": record["facts"].get("count"),
        "position": position,
    }
