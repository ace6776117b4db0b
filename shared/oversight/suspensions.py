"""What oversight suspended: a rule, a list's entry or a partner, until who ordered it, or a court, lifts it.

A service that carries suspensions has the table `oversight_suspension`, and its own statements read it: no
setting, import, renewal or approval of the audited unit brings back what stands there.

Source: safeguards.md SG-42 (oversight may order SUSPEND; takes effect within an hour; who lifts it).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import DomainError

MAX_LISTED: Final = 500
_COLUMNS: Final = """suspension_id, kind, object_id, order_number, reason, suspended_by, ordered_by,
    ordered_at, lifted_at, lifted_by, lifting_order"""
_ADD = text(f"""
INSERT INTO oversight_suspension ({_COLUMNS})
VALUES (:suspension_id, :kind, :object_id, :order_number, :reason, :suspended_by, :ordered_by, :ordered_at,
    NULL, NULL, NULL)
""")  # noqa: S608 - the column names are ours
_LOCK = text(f"SELECT {_COLUMNS} FROM oversight_suspension WHERE suspension_id = :id FOR UPDATE")  # noqa: S608
_LIFT = text("""
UPDATE oversight_suspension SET lifted_at = :at, lifted_by = :by, lifting_order = :lifting_order
WHERE suspension_id = :id AND lifted_at IS NULL
""")
_LISTED = text(f"""
SELECT {_COLUMNS} FROM oversight_suspension
ORDER BY lifted_at DESC NULLS FIRST, ordered_at DESC, suspension_id LIMIT :limit
""")  # noqa: S608
_STANDING = text("""
SELECT EXISTS (SELECT 1 FROM oversight_suspension
               WHERE lifted_at IS NULL AND kind = :kind AND object_id = :object_id)
""")


class SuspensionUnknown(DomainError):
    """There is no such suspension."""

    code = "SUSPENSION_UNKNOWN"
    sentence = "There is no such suspension."


class SuspensionLifted(DomainError):
    """Somebody lifted it before."""

    code = "SUSPENSION_LIFTED"
    sentence = "This suspension was lifted before."


class AlreadySuspended(DomainError):
    """An order about the same thing stands."""

    code = "ALREADY_SUSPENDED"
    sentence = "An order of oversight that suspends this stands already."


class NothingToSuspend(DomainError):
    """The service has nothing by that name."""

    code = "NOTHING_TO_SUSPEND"
    sentence = "This service has no {kind} by that name which oversight could suspend."


class SuspensionKind(StrEnum):
    """What SG-42 lets oversight suspend."""

    RULE = "RULE"
    ENTRY = "ENTRY"
    PARTNER = "PARTNER"


@dataclass(frozen=True, slots=True)
class Suspension:
    """One order; `suspended_by` is the role that ordered it, and `order_number` what people quote."""

    suspension_id: UUID
    kind: SuspensionKind
    object_id: str
    order_number: str
    reason: str
    suspended_by: str
    ordered_by: str
    ordered_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lifting_order: str | None = None


class SuspensionStore:
    """The table `oversight_suspension`; its rows never leave."""

    async def add(self, connection: AsyncConnection, suspension: Suspension) -> None:
        """Write an order.

        Raises:
            AlreadySuspended: One about the same thing stands.
        """
        values = {name: getattr(suspension, name) for name in Suspension.__slots__}
        try:
            async with connection.begin_nested():
                await connection.execute(_ADD, {**values, "kind": suspension.kind.value})
        except IntegrityError:
            raise AlreadySuspended from None

    async def lock(self, connection: AsyncConnection, suspension_id: UUID) -> Suspension:
        """One order, its row locked.

        Raises:
            SuspensionUnknown: There is none.
        """
        row = (await connection.execute(_LOCK, {"id": suspension_id})).one_or_none()
        if row is None:
            raise SuspensionUnknown
        return _suspension(row)

    async def lift(
        self, connection: AsyncConnection, suspension_id: UUID, *, by: str, at: datetime, lifting_order: str
    ) -> None:
        """End an order; the caller holds its row."""
        values = {"id": suspension_id, "by": by, "at": at, "lifting_order": lifting_order}
        await connection.execute(_LIFT, values)

    async def listed(self, connection: AsyncConnection) -> list[Suspension]:
        """All orders: those that stand first, the newest of each before."""
        return [_suspension(row) for row in await connection.execute(_LISTED, {"limit": MAX_LISTED})]

    async def stands(self, connection: AsyncConnection, kind: SuspensionKind, object_id: str) -> bool:
        """Whether an order about this stands now."""
        values = {"kind": kind.value, "object_id": object_id}
        return bool((await connection.execute(_STANDING, values)).scalar_one())


def _suspension(row: Row[Any]) -> Suspension:
    values = {name: getattr(row, name) for name in Suspension.__slots__}
    return Suspension(**{**values, "kind": SuspensionKind(row.kind)})
