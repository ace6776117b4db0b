"""Travellers whose records people put right; what stood before goes into the history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.json_text import write_json

_LOCK = text("""
SELECT traveller_id, message_id, record, api_record, pnr_record FROM traveller
WHERE traveller_id = ANY (CAST(:ids AS uuid[])) AND masked_at IS NULL
ORDER BY traveller_id FOR UPDATE
""")
# `fact_digest` stays: the carrier's same wrong report again changes nothing of what people put right.
_SAVE = text("""
WITH given AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:records AS text[]), CAST(:api_records AS text[]),
        CAST(:pnr_records AS text[])) AS given(traveller_id, record, api_record, pnr_record)
), history AS (
    INSERT INTO traveller_report (traveller_id, source, status, message_id, reported_at, superseded_by,
        superseded_at, record)
    SELECT t.traveller_id, t.source, t.status, t.message_id, t.reported_at, t.message_id, :now, t.record
    FROM traveller t JOIN given USING (traveller_id)
)
UPDATE traveller SET record = CAST(given.record AS jsonb), api_record = CAST(given.api_record AS jsonb),
    pnr_record = CAST(given.pnr_record AS jsonb)
FROM given WHERE traveller.traveller_id = given.traveller_id
""")


@dataclass(frozen=True, slots=True)
class Corrected:
    """A traveller's records: what stands, and each source's own where both speak."""

    traveller_id: UUID
    message_id: UUID
    record: dict[str, Any] | None = field(repr=False)
    api_record: dict[str, Any] | None = field(repr=False)
    pnr_record: dict[str, Any] | None = field(repr=False)

    @property
    def parts(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any] | None]:
        """The three records."""
        return self.record, self.api_record, self.pnr_record


class CorrectionStore:
    """Writes what people put right into the table `traveller`."""

    async def lock(self, connection: AsyncConnection, ids: Sequence[UUID]) -> list[Corrected]:
        """The records that are in the clear, held until the transaction ends; masked ones are left out."""
        rows = await connection.execute(_LOCK, {"ids": list(ids)})
        return [
            Corrected(row.traveller_id, row.message_id, row.record, row.api_record, row.pnr_record)
            for row in rows
        ]

    async def save(self, connection: AsyncConnection, rows: Sequence[Corrected], now: datetime) -> None:
        """Write the records; what stood before goes into the history."""
        if rows:
            values = {
                "ids": [row.traveller_id for row in rows],
                "records": [_text(row.record) for row in rows],
                "api_records": [_text(row.api_record) for row in rows],
                "pnr_records": [_text(row.pnr_record) for row in rows],
                "now": now,
            }
            await connection.execute(_SAVE, values)


def _text(record: dict[str, Any] | None) -> str | None:
    return None if record is None else write_json(record)
