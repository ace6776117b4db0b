"""The registers: each version of an entry is a row, and the newest one counts."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.registry_entries import Agreement, Authority, CountryRisk, LegalRow
from shared.db.column_types import Json

MAX_ENTRIES: Final = 2000


class Register(StrEnum):
    """The registers that two people write."""

    AUTHORITY = "AUTHORITY"
    AGREEMENT = "AGREEMENT"
    COUNTRY_RISK = "COUNTRY_RISK"
    LEGAL_ROW = "LEGAL_ROW"


_NEWEST = text("""
SELECT DISTINCT ON (entry_id) entry_id, version, body, activated_at FROM register_version
WHERE register = :register ORDER BY entry_id, version DESC LIMIT :limit
""")
_ONE = text("""
SELECT version, body FROM register_version WHERE register = :register AND entry_id = :entry_id
ORDER BY version DESC LIMIT 1
""")
_ADD = text("""
INSERT INTO register_version (register, entry_id, version, body, approval_id, activated_at)
SELECT CAST(:register AS text), CAST(:entry_id AS text), coalesce(max(version), 0) + 1, :body,
       CAST(:approval_id AS uuid), CAST(:activated_at AS timestamptz)
FROM register_version WHERE register = :register AND entry_id = :entry_id
RETURNING version
""").bindparams(bindparam("body", type_=Json))


class RegisterStore:
    """Reads and writes the registers in the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        register: Register,
        entry_id: str,
        body: dict[str, Any],
        *,
        approval_id: UUID | None,
        activated_at: datetime,
    ) -> int:
        """Write the entry's next version and return its number."""
        values = {
            "register": register.value,
            "entry_id": entry_id,
            "body": body,
            "approval_id": approval_id,
            "activated_at": activated_at,
        }
        return int((await self._connection.execute(_ADD, values)).scalar_one())

    async def newest(self, register: Register) -> list[tuple[int, dict[str, Any]]]:
        """The newest version of every entry, by identifier."""
        values = {"register": register.value, "limit": MAX_ENTRIES}
        rows = await self._connection.execute(_NEWEST, values)
        return [(row.version, row.body) for row in rows]

    async def one(self, register: Register, entry_id: str) -> dict[str, Any] | None:
        """The newest version of one entry."""
        values = {"register": register.value, "entry_id": entry_id}
        row = (await self._connection.execute(_ONE, values)).one_or_none()
        return None if row is None else dict(row.body)

    async def authorities(self) -> tuple[Authority, ...]:
        """All authorities, whatever their status."""
        rows = await self.newest(Register.AUTHORITY)
        return tuple(Authority.model_validate(body) for _, body in rows)

    async def authority(self, authority_id: str) -> Authority | None:
        """One authority."""
        body = await self.one(Register.AUTHORITY, authority_id)
        return None if body is None else Authority.model_validate(body)

    async def agreements(self) -> tuple[Agreement, ...]:
        """All agreements, in force or not."""
        rows = await self.newest(Register.AGREEMENT)
        return tuple(Agreement.model_validate(body) for _, body in rows)

    async def country_risk(self, state: str) -> CountryRisk | None:
        """The newest assessment of a State."""
        body = await self.one(Register.COUNTRY_RISK, state)
        return None if body is None else CountryRisk.model_validate(body)

    async def legal_rows(self) -> tuple[LegalRow, ...]:
        """All legal rows, in force or not."""
        rows = await self.newest(Register.LEGAL_ROW)
        return tuple(LegalRow.model_validate(body) for _, body in rows)
