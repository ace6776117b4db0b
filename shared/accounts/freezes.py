"""Frozen accounts: the table that ingest, screening and sharing each have.

Ingest, where incidents are, writes a freeze and tells the others; whichever of freeze and release comes
first, a released account stays released.

Source: safeguards.md SG-44 (accounts involved are frozen, two people release them).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.log import AuditLog
from shared.contracts.account_freeze import AccountFreezeV1

FREEZE: Final = "account.freeze"
RELEASE: Final = "account.release"
_COLUMNS: Final = "freeze_id, account, incident_id, is_by_oversight, frozen_at, released_at"
_WRITE = text(f"""
INSERT INTO account_freeze ({_COLUMNS})
VALUES (:freeze_id, :account, :incident_id, :is_by_oversight, :frozen_at, :released_at)
ON CONFLICT (freeze_id) DO UPDATE SET released_at = excluded.released_at
WHERE account_freeze.released_at IS NULL AND excluded.released_at IS NOT NULL
""")  # noqa: S608 - the column names are ours
_STANDING = text(f"SELECT {_COLUMNS} FROM account_freeze WHERE released_at IS NULL ORDER BY freeze_id")  # noqa: S608
_OF_INCIDENTS = text(f"""
SELECT {_COLUMNS} FROM account_freeze WHERE incident_id = ANY(:incidents) ORDER BY freeze_id
""")  # noqa: S608
_LOCK = text(f"SELECT {_COLUMNS} FROM account_freeze WHERE freeze_id = :freeze_id FOR UPDATE")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Freeze:
    """One account, by the subject of its tokens, frozen because of an incident.

    `is_by_oversight` says that an oversight role ordered it: only such a freeze binds oversight (SG-42).
    """

    freeze_id: UUID
    account: str
    incident_id: UUID
    is_by_oversight: bool
    frozen_at: datetime
    released_at: datetime | None = None

    @classmethod
    def told(cls, message: AccountFreezeV1) -> Self:
        """As another service tells it."""
        return cls(**message.model_dump(exclude={"message_id"}))


class FreezeStore:
    """The table `account_freeze`; its rows never leave."""

    async def write(self, connection: AsyncConnection, freeze: Freeze, audit: AuditLog, actor: str) -> None:
        """Write a freeze or its release, with its record; what stands already changes nothing."""
        if (await connection.execute(_WRITE, asdict(freeze))).rowcount == 0:
            return
        await audit.append(
            connection,
            actor=actor,
            action=FREEZE if freeze.released_at is None else RELEASE,
            object_kind="ACCOUNT",
            object_id=freeze.account,
            facts={"freeze_id": str(freeze.freeze_id), "incident_id": str(freeze.incident_id)},
        )

    async def standing(self, connection: AsyncConnection) -> list[Freeze]:
        """Every freeze that nobody released."""
        return [_freeze(row) for row in await connection.execute(_STANDING)]

    async def of_incidents(self, connection: AsyncConnection, incidents: list[UUID]) -> list[Freeze]:
        """The freezes of these incidents, released ones too, in the order in which they were made."""
        return [_freeze(row) for row in await connection.execute(_OF_INCIDENTS, {"incidents": incidents})]

    async def lock(self, connection: AsyncConnection, freeze_id: UUID) -> Freeze | None:
        """One freeze, its row locked."""
        row = (await connection.execute(_LOCK, {"freeze_id": freeze_id})).one_or_none()
        return None if row is None else _freeze(row)


def _freeze(row: Row[Any]) -> Freeze:
    return Freeze(**row._asdict())
