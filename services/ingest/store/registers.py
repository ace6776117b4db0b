"""The registers as they stand, and what was dropped by carrier and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.registers.rows import (
    CarrierRow,
    CollectionProfileRow,
    LegalRow,
    Register,
    RegisterRow,
    RegistersInForce,
    RouteRow,
    SenderRow,
)
from shared.approval.approvals import Approval
from shared.db.column_types import Json

MAX_ROWS = 10_000
MAX_KNOWN = 1_000

_WHERE = """
FROM register_row
WHERE (register = 'senders' AND key = :client)
   OR (register = 'carriers' AND (key = :sender OR key IN (
        SELECT jsonb_array_elements_text(value -> 'carriers') FROM register_row
        WHERE register = 'senders' AND key = :client)))
   OR (register = 'collection-profiles' AND key = :data_class)
   OR register IN ('routes', 'legal-rows')
"""
# Nothing changes a row but another approval of two people.
_VERSION = text(f"SELECT array_agg(approval_id ORDER BY register, key) {_WHERE}")
_IN_FORCE = text(f"SELECT register, key, value, approval_id {_WHERE} ORDER BY register, key LIMIT :limit")
_ALL = text("""
SELECT register, key, value, approval_id, author, approver, approved_at FROM register_row
ORDER BY register, key LIMIT :limit
""")
_PUT = text("""
INSERT INTO register_row (register, key, value, approval_id, author, approver, approved_at)
VALUES (:register, :key, :value, :approval_id, :author, :approver, :approved_at)
ON CONFLICT (register, key) DO UPDATE SET value = EXCLUDED.value, approval_id = EXCLUDED.approval_id,
    author = EXCLUDED.author, approver = EXCLUDED.approver, approved_at = EXCLUDED.approved_at
""").bindparams(bindparam("value", type_=Json))
_REMOVE = text("DELETE FROM register_row WHERE register = :register AND key = :key")
_DROPPED = text("""
INSERT INTO dropped (carrier, day, class, number)
SELECT :carrier, :day, each.class, each.number
FROM unnest(CAST(:classes AS text[]), CAST(:numbers AS bigint[])) AS each(class, number)
ON CONFLICT (carrier, day, class) DO UPDATE SET number = dropped.number + EXCLUDED.number
""")


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for one question, and from which approvals."""

    approvals: Sequence[UUID]
    registers: RegistersInForce


class RegisterStore:
    """The tables `register_row` and `dropped`.

    The rows that a message is judged by are read anew when one of them changed, and not for each message:
    every message asks the database which ones are in force, so that a change counts at once everywhere.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], _Known] = {}

    async def in_force(
        self, connection: AsyncConnection, *, sender: str, client: str, data_class: str
    ) -> RegistersInForce:
        """What the registers hold for a sender, its account and a data class."""
        question = {"sender": sender, "client": client, "data_class": data_class}
        approvals = (await connection.execute(_VERSION, question)).scalar_one() or []
        known = self._known.get((sender, client, data_class))
        if known is None or known.approvals != approvals:
            known = await self._read(connection, question)
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[sender, client, data_class] = known
        return known.registers

    def allowed_last(self, *, sender: str, client: str, data_class: str) -> frozenset[str] | None:
        """The elements allowed when the database was last asked this; `None` where it was not."""
        known = self._known.get((sender, client, data_class))
        if known is None or known.registers.profile is None:
            return None
        return frozenset(known.registers.profile.allowed_elements)

    async def _read(self, connection: AsyncConnection, question: dict[str, str]) -> _Known:
        rows: dict[str, list[Any]] = {register.value: [] for register in Register}
        approvals = []
        for row in await connection.execute(_IN_FORCE, question | {"limit": MAX_ROWS}):
            rows[row.register].append(row)
            approvals.append(row.approval_id)
        senders = rows[Register.SENDERS]
        profiles = rows[Register.COLLECTION_PROFILES]
        registers = RegistersInForce(
            sender=SenderRow.model_validate(senders[0].value) if senders else None,
            carriers=tuple(CarrierRow.model_validate(row.value) for row in rows[Register.CARRIERS]),
            profile=CollectionProfileRow.model_validate(profiles[0].value) if profiles else None,
            profile_version=str(profiles[0].approval_id) if profiles else None,
            routes=tuple(RouteRow.model_validate(row.value) for row in rows[Register.ROUTES]),
            legal_rows=tuple(LegalRow.model_validate(row.value) for row in rows[Register.LEGAL_ROWS]),
        )
        return _Known(approvals, registers)

    async def all_rows(self, connection: AsyncConnection) -> dict[str, list[dict[str, Any]]]:
        """Every row in force, by register, with who put it there."""
        found: dict[str, list[dict[str, Any]]] = {register.value: [] for register in Register}
        for row in await connection.execute(_ALL, {"limit": MAX_ROWS}):
            found[row.register].append(
                {
                    "key": row.key,
                    "row": row.value,
                    "approval_id": str(row.approval_id),
                    "author": row.author,
                    "approver": row.approver,
                    "approved_at": row.approved_at,
                }
            )
        return found

    async def put(
        self, connection: AsyncConnection, register: Register, row: RegisterRow, approval: Approval
    ) -> None:
        """Put a row in force in place of the one with its key."""
        values = {
            "register": register.value,
            "key": row.key,
            "value": row.as_json(),
            "approval_id": approval.approval_id,
            "author": approval.proposer,
            "approver": approval.decided_by,
            "approved_at": approval.decided_at,
        }
        await connection.execute(_PUT, values)

    async def remove(self, connection: AsyncConnection, register: Register, key: str) -> None:
        """Take a row out of force; its approvals stay."""
        await connection.execute(_REMOVE, {"register": register.value, "key": key})

    async def count_dropped(
        self, connection: AsyncConnection, carrier: str, day: date, numbers: Mapping[str, int]
    ) -> None:
        """Add to the numbers of what was dropped: classes of sensitive data, and names of elements."""
        found = {name: number for name, number in sorted(numbers.items()) if number}
        if found:
            values = {
                "carrier": carrier,
                "day": day,
                "classes": list(found),
                "numbers": list(found.values()),
            }
            await connection.execute(_DROPPED, values)
