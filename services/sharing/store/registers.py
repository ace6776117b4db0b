"""The registers: each version of an entry is a row, and the newest one counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.registers.entries import (
    Agreement,
    Authority,
    ConsularTreaty,
    CountryRisk,
    LegalRow,
    RegisterEntry,
    Suspension,
)
from shared.db.column_types import Json

MAX_ENTRIES: Final = 2000
OVERSIGHT: Final = "OVERSIGHT"


Entry = TypeVar("Entry", bound=RegisterEntry)


class Register(StrEnum):
    """The registers that two people write."""

    AUTHORITY = "AUTHORITY"
    AGREEMENT = "AGREEMENT"
    COUNTRY_RISK = "COUNTRY_RISK"
    LEGAL_ROW = "LEGAL_ROW"
    CONSULAR_TREATY = "CONSULAR_TREATY"


# An order of oversight names an authority, an agreement, or a State with all its authorities (SG-42).
_SUSPENDED: Final = """
ARRAY[entry_id, coalesce(body ->> 'state', '')] && ARRAY(
    SELECT object_id FROM oversight_suspension WHERE lifted_at IS NULL AND kind = 'PARTNER'
) AS is_suspended
"""
_CHANGES: Final = """
(SELECT count(*) FROM register_version) || ' '
    || (SELECT count(*) || ' ' || count(lifted_at) FROM oversight_suspension)
"""
_NEWEST = text("""
SELECT DISTINCT ON (entry_id) entry_id, version, body, activated_at FROM register_version
WHERE register = :register ORDER BY entry_id, version DESC LIMIT :limit
""")
_EVERYTHING = text(f"""
SELECT DISTINCT ON (register, entry_id) register, body, {_SUSPENDED}, {_CHANGES} AS versions
FROM register_version ORDER BY register, entry_id, version DESC LIMIT :limit
""")  # noqa: S608
_VERSIONS = text(f"SELECT {_CHANGES}")
_ONE = text(f"""
SELECT version, body, {_SUSPENDED} FROM register_version
WHERE register = :register AND entry_id = :entry_id ORDER BY version DESC LIMIT 1
""")  # noqa: S608
_ADD = text("""
INSERT INTO register_version (register, entry_id, version, body, approval_id, activated_at)
SELECT CAST(:register AS text), CAST(:entry_id AS text), coalesce(max(version), 0) + 1, :body,
       CAST(:approval_id AS uuid), CAST(:activated_at AS timestamptz)
FROM register_version WHERE register = :register AND entry_id = :entry_id
RETURNING version
""").bindparams(bindparam("body", type_=Json))


@dataclass(frozen=True, slots=True)
class Registers:
    """What shares and messages are judged by, as it stood at one moment: the newest version of every entry.

    `authorities` by id and `country_risks` by State; everything whatever its status and period.
    """

    authorities: Mapping[str, Authority]
    agreements: tuple[Agreement, ...]
    country_risks: Mapping[str, CountryRisk]
    legal_rows: tuple[LegalRow, ...]

    def authority(self, authority_id: str | None) -> Authority | None:
        """One authority; none where nobody is named."""
        return None if authority_id is None else self.authorities.get(authority_id)


class RegisterReader:
    """Reads the registers when they change, and gives what it read before while they do not.

    Every question asks the database how many versions and orders of oversight there are, in the caller's
    transaction, so that a change counts at once everywhere. A version is only ever added, an order only
    added and lifted: equal numbers mean equal registers.
    """

    def __init__(self) -> None:
        self._known: tuple[str, Registers] | None = None

    async def read(self, connection: AsyncConnection) -> Registers:
        """The registers as the caller's transaction sees them."""
        versions = (await connection.execute(_VERSIONS)).scalar_one()
        if self._known is None or self._known[0] != versions:
            self._known = await _everything(connection)
        return self._known[1]


async def _everything(connection: AsyncConnection) -> tuple[str, Registers]:
    """The registers with the number of their versions, both of one moment."""
    versions = ""
    bodies: dict[str, list[dict[str, Any]]] = {register.value: [] for register in Register}
    suspended: set[str] = set()
    for row in await connection.execute(_EVERYTHING, {"limit": MAX_ENTRIES * len(Register)}):
        versions = row.versions
        bodies[row.register].append(row.body)
        suspended |= {str(row.body.get("id"))} if row.is_suspended else set()
    authorities = _read(Authority, bodies[Register.AUTHORITY])
    risks = _read(CountryRisk, bodies[Register.COUNTRY_RISK])
    return versions, Registers(
        authorities={each.id: _as_it_stands(each, each.id in suspended) for each in authorities},
        agreements=tuple(
            _in_force_or_not(each, each.id in suspended)
            for each in _read(Agreement, bodies[Register.AGREEMENT])
        ),
        country_risks={each.state: each for each in risks},
        legal_rows=_read(LegalRow, bodies[Register.LEGAL_ROW]),
    )


def _read(kind: type[Entry], bodies: Iterable[dict[str, Any]]) -> tuple[Entry, ...]:
    return tuple(kind.model_validate(body) for body in bodies)


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
        """The newest version of every entry as people wrote it, by identifier."""
        values = {"register": register.value, "limit": MAX_ENTRIES}
        rows = await self._connection.execute(_NEWEST, values)
        return [(row.version, row.body) for row in rows]

    async def one(self, register: Register, entry_id: str) -> dict[str, Any] | None:
        """The newest version of one entry as people wrote it."""
        row = await self._row(register, entry_id)
        return None if row is None else dict(row.body)

    async def authority(self, authority_id: str) -> Authority | None:
        """One authority; one that oversight suspended is suspended."""
        row = await self._row(Register.AUTHORITY, authority_id)
        return None if row is None else _as_it_stands(Authority.model_validate(row.body), row.is_suspended)

    async def consular_treaties(self) -> dict[str, ConsularTreaty]:
        """The treaties about detained nationals by State, whatever their period."""
        bodies = [body for _, body in await self.newest(Register.CONSULAR_TREATY)]
        return {each.state: each for each in _read(ConsularTreaty, bodies)}

    async def _row(self, register: Register, entry_id: str) -> Row[Any] | None:
        values = {"register": register.value, "entry_id": entry_id}
        return (await self._connection.execute(_ONE, values)).one_or_none()


def _as_it_stands(authority: Authority, is_suspended: bool) -> Authority:
    """An authority as everybody acts on it; what is revoked stays so."""
    if not is_suspended or authority.status == "REVOKED":
        return authority
    return authority.model_copy(update={"status": "SUSPENDED", "suspended_reason": OVERSIGHT})


def _in_force_or_not(agreement: Agreement, is_suspended: bool) -> Agreement:
    """An agreement as everybody acts on it."""
    if not is_suspended or agreement.suspended is not None:
        return agreement
    order = Suspension(at=datetime.min.replace(tzinfo=UTC), by=OVERSIGHT, why="an order of oversight stands")
    return agreement.model_copy(update={"suspended": order})
