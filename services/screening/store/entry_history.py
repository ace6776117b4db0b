"""What was done about an entry and about pairs of entries, as the log and the decisions have it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class EntryStep:
    """One audit record about an entry that is no look at it; identifiers and codes alone."""

    at: datetime
    actor: str
    action: str
    outcome: str
    reasons: tuple[str, ...]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MergeDecision:
    """What people said of a pair, as long as nobody took it back."""

    decision_id: UUID
    entry_id: str
    other_id: str
    is_same: bool
    key: str
    author: str
    approver: str | None
    at: datetime


class EntryHistoryStore:
    """Reads what happened; it changes nothing."""

    async def steps(self, connection: AsyncConnection, entry_id: str, limit: int) -> list[EntryStep]:
        """What was done about an entry, the newest first; looks are the auditor's matter and left out."""
        query = text(
            "SELECT occurred_at, actor, action, outcome, content FROM audit_record"
            " WHERE object_id = :id AND object_kind = 'entry' AND action <> 'record.read'"
            " ORDER BY occurred_at DESC, record_id DESC LIMIT :limit"
        )
        found = await connection.execute(query, {"id": entry_id, "limit": limit})
        return [_step_of(row) for row in found]

    async def merges(self, connection: AsyncConnection, limit: int) -> list[MergeDecision]:
        """The decisions about pairs that stand, the newest first."""
        query = text(
            "SELECT decision_id, entry_id, other_id, is_same, key, author, approver, at FROM merge_decision"
            " WHERE undone_at IS NULL ORDER BY at DESC, decision_id LIMIT :limit"
        )
        rows = (await connection.execute(query, {"limit": limit})).mappings()
        return [MergeDecision(**row) for row in rows]


def _step_of(row: Any) -> EntryStep:
    content = json.loads(row.content)
    return EntryStep(
        at=row.occurred_at,
        actor=row.actor,
        action=row.action,
        outcome=row.outcome,
        reasons=tuple(content.get("reasons") or ()),
        facts=dict(content.get("facts") or {}),
    )
