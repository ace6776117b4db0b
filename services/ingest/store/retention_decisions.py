"""What people decide about retention: holds, extensions, and requests to see masked values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_LISTED = 500

_HELD = text("""
SELECT traveller_id AS record_id, first_reported_at FROM traveller
WHERE traveller_id = ANY (CAST(:ids AS uuid[]))
UNION ALL
SELECT reservation_id, first_reported_at FROM reservation WHERE reservation_id = ANY (CAST(:ids AS uuid[]))
ORDER BY 1 LIMIT 200
""")
_ADD_HOLD = text("""
INSERT INTO retention_hold (hold_id, case_id, ordered_by, order_ref, review_at, proposed_by, approved_by,
    approved_at)
VALUES (:hold_id, :case_id, :ordered_by, :order_ref, :review_at, :proposed_by, :approved_by, :now)
""")
_ADD_HOLD_RECORDS = text("""
INSERT INTO retention_hold_record (hold_id, record_id) SELECT :hold_id, unnest(CAST(:ids AS uuid[]))
""")
_END_HOLD = text("""
UPDATE retention_hold SET ended_at = :now, ended_by = :person, end_cause = :cause
WHERE hold_id = :hold_id AND ended_at IS NULL RETURNING hold_id
""")
_HOLDS = text("""
SELECT h.*, (SELECT count(*) FROM retention_hold_record r WHERE r.hold_id = h.hold_id) AS records
FROM retention_hold h ORDER BY h.approved_at DESC, h.hold_id LIMIT :limit
""")
_ADD_EXTENSIONS = text("""
INSERT INTO retention_extension (record_id, case_id, reviewer, approved_by, approved_at, until)
SELECT given.record_id, :case_id, :reviewer, :approved_by, :now, given.until
FROM unnest(CAST(:ids AS uuid[]), CAST(:untils AS timestamptz[])) AS given(record_id, until)
ON CONFLICT (record_id) DO UPDATE SET case_id = EXCLUDED.case_id, reviewer = EXCLUDED.reviewer,
    approved_by = EXCLUDED.approved_by, approved_at = EXCLUDED.approved_at, until = EXCLUDED.until
""")
_ASK = text("""
INSERT INTO reidentification (request_id, case_id, record_ids, fields, first, first_statement, asked_at)
VALUES (:request_id, :case_id, CAST(:record_ids AS uuid[]), CAST(:fields AS text[]), :person, :statement,
    :now)
""")
_FIND = text("""
UPDATE reidentification SET second = :person, second_statement = :statement, second_finds_need = :is_needed,
    second_reports_to_first = :reports_to_first, found_at = :now
WHERE request_id = :request_id AND second IS NULL AND first <> :person RETURNING request_id
""")
_GRANT = text("""
UPDATE reidentification SET authority_type = :authority_type, signed_by = :person, is_granted = :is_granted,
    grant_statement = :statement, issued_at = :now, expires = :expires
WHERE request_id = :request_id AND signed_by IS NULL AND second_finds_need
    AND first <> :person AND second <> :person RETURNING request_id
""")
_USE = text("""
UPDATE reidentification SET used_at = :now
WHERE request_id = :request_id AND used_at IS NULL AND is_granted RETURNING request_id
""")
_GET = text("SELECT * FROM reidentification WHERE request_id = :request_id FOR UPDATE")
_LIST = text("SELECT * FROM reidentification ORDER BY asked_at DESC, request_id LIMIT :limit")
_SEALED = text("""
SELECT v.record_id, k.sealed_key, v.sealed FROM masked_value v JOIN masking_key k USING (key_id)
WHERE v.record_id = ANY (CAST(:ids AS uuid[])) AND k.sealed_key IS NOT NULL ORDER BY v.record_id LIMIT 200
""")


@dataclass(frozen=True, slots=True)
class Reidentification:
    """One request to see masked values, as far as it has come."""

    request_id: UUID
    case_id: str
    record_ids: tuple[UUID, ...]
    fields: tuple[str, ...]
    first: str
    first_statement: str
    asked_at: datetime
    second: str | None
    second_statement: str | None
    second_finds_need: bool | None
    second_reports_to_first: bool | None
    found_at: datetime | None
    authority_type: str | None
    signed_by: str | None
    is_granted: bool | None
    grant_statement: str | None
    issued_at: datetime | None
    expires: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold that two people put in force, by a court's or prosecutor's order."""

    hold_id: UUID
    case_id: str
    ordered_by: str
    order_ref: str
    review_at: date
    record_ids: Sequence[UUID]
    proposed_by: str
    approved_by: str


class RetentionDecisionStore:
    """The tables `retention_hold`, `retention_extension` and `reidentification`."""

    async def held(self, connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """The first receipt of those of these records that are held here."""
        rows = await connection.execute(_HELD, {"ids": list(ids)})
        return {row.record_id: row.first_reported_at for row in rows}

    async def add_hold(self, connection: AsyncConnection, hold: NewHold, now: datetime) -> None:
        """Put a hold in force."""
        values = {name: getattr(hold, name) for name in hold.__slots__ if name != "record_ids"}
        await connection.execute(_ADD_HOLD, values | {"now": now})
        await connection.execute(_ADD_HOLD_RECORDS, {"hold_id": hold.hold_id, "ids": list(hold.record_ids)})

    async def end_hold(
        self, connection: AsyncConnection, hold_id: UUID, person: str, cause: str, now: datetime
    ) -> bool:
        """End a hold; whether there was one in force."""
        values = {"hold_id": hold_id, "person": person, "cause": cause, "now": now}
        return (await connection.execute(_END_HOLD, values)).one_or_none() is not None

    async def holds(self, connection: AsyncConnection) -> list[dict[str, Any]]:
        """Every hold, newest first, with the number of its records."""
        rows = await connection.execute(_HOLDS, {"limit": MAX_LISTED})
        return [dict(row) for row in rows.mappings()]

    async def extend(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        untils: dict[UUID, datetime],
        case_id: str,
        reviewer: str,
        approved_by: str,
        now: datetime,
    ) -> None:
        """Keep records until these instants."""
        values = {
            "ids": list(untils),
            "untils": list(untils.values()),
            "case_id": case_id,
            "reviewer": reviewer,
            "approved_by": approved_by,
            "now": now,
        }
        await connection.execute(_ADD_EXTENSIONS, values)

    async def ask(self, connection: AsyncConnection, values: dict[str, Any]) -> None:
        """Write a request to see masked values."""
        await connection.execute(_ASK, values)

    async def find(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Write the second person's own finding; whether it was still to be made, and by another person."""
        return (await connection.execute(_FIND, values)).one_or_none() is not None

    async def grant(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Write the authority's answer; whether it was still to be given, by somebody outside."""
        return (await connection.execute(_GRANT, values)).one_or_none() is not None

    async def use(self, connection: AsyncConnection, request_id: UUID, now: datetime) -> bool:
        """Use a grant up; whether it was unused. Of two at the same moment one gets True."""
        values = {"request_id": request_id, "now": now}
        return (await connection.execute(_USE, values)).one_or_none() is not None

    async def get(self, connection: AsyncConnection, request_id: UUID) -> Reidentification | None:
        """One request, its row locked."""
        rows = await connection.execute(_GET, {"request_id": request_id})
        row = rows.mappings().one_or_none()
        return None if row is None else _request(dict(row))

    async def requests(self, connection: AsyncConnection) -> list[Reidentification]:
        """Every request, newest first."""
        rows = await connection.execute(_LIST, {"limit": MAX_LISTED})
        return [_request(dict(row)) for row in rows.mappings()]

    async def sealed(self, connection: AsyncConnection, ids: Sequence[UUID]) -> list[tuple[UUID, str, bytes]]:
        """What the vault holds of these records: identifier, sealed key, sealed value."""
        rows = await connection.execute(_SEALED, {"ids": list(ids)})
        return [(row.record_id, row.sealed_key, bytes(row.sealed)) for row in rows]


def _request(row: dict[str, Any]) -> Reidentification:
    return Reidentification(**row | {"record_ids": tuple(row["record_ids"]), "fields": tuple(row["fields"])})
